"""The annual report before it is frozen: the texts that staff write, and the auditor's opinion."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from organizations.models import BranchLineage, BranchRowsQuerySet
from transparency.chapters import CHAPTER_BY_CODE, CHAPTER_NAMES, OpinionType


class AnnualDraft(BranchLineage):
    """A branch's annual report of one year while people write at it; its report alone and with all below share it."""

    year = models.PositiveSmallIntegerField(_("年度"))
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("建立人"), on_delete=models.PROTECT, related_name="+"
    )
    opened_at = models.DateTimeField(_("建立时间"))

    objects = BranchRowsQuerySet.as_manager()

    class Meta:
        verbose_name = _("年度报告草稿")
        verbose_name_plural = _("年度报告草稿")
        constraints = [
            models.UniqueConstraint(fields=["branch", "year"], name="annualdraft_once"),
            models.CheckConstraint(condition=Q(year__gte=1949, year__lte=2999), name="annualdraft_year"),
        ]

    def __str__(self) -> str:
        return f"{self.branch_id} {self.year}"


class ChapterText(models.Model):
    """One version of a chapter's text; the newest counts. Append-only by trigger."""

    draft = models.ForeignKey(
        AnnualDraft, verbose_name=_("年度报告草稿"), on_delete=models.PROTECT, related_name="texts"
    )
    chapter = models.CharField(_("章节"), max_length=24, choices=CHAPTER_NAMES)
    version = models.PositiveIntegerField(_("版本"))
    text = models.TextField(_("正文"), blank=True)
    restored_from = models.PositiveIntegerField(_("恢复自"), null=True)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("执笔人"), on_delete=models.PROTECT, related_name="+"
    )
    written_at = models.DateTimeField(_("保存时间"))

    class Meta:
        verbose_name = _("年度报告正文")
        verbose_name_plural = _("年度报告正文")
        constraints = [
            models.UniqueConstraint(fields=["draft", "chapter", "version"], name="chaptertext_once"),
            models.CheckConstraint(condition=Q(chapter__in=list(CHAPTER_BY_CODE)), name="chaptertext_chapter_known"),
            models.CheckConstraint(condition=Q(version__gte=1), name="chaptertext_versions_from_one"),
            models.CheckConstraint(
                condition=Q(restored_from=None) | Q(restored_from__lt=F("version")), name="chaptertext_restores_earlier"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.draft_id} {self.chapter} {self.version}"


class AuditOpinion(models.Model):
    """The auditor's opinion of a year (红十字会法 Art. 22), private until a report with it is out; the newest counts.

    Append-only by trigger.
    """

    draft = models.ForeignKey(
        AnnualDraft, verbose_name=_("年度报告草稿"), on_delete=models.PROTECT, related_name="opinions"
    )
    version = models.PositiveIntegerField(_("版本"))
    file = models.ForeignKey("core.StoredFile", verbose_name=_("文件"), on_delete=models.PROTECT, related_name="+")
    firm = models.CharField(_("会计师事务所"), max_length=120)
    opinion = models.CharField(_("意见类型"), max_length=12, choices=OpinionType)
    report_number = models.CharField(_("审计报告文号"), max_length=80)
    reported_on = models.DateField(_("报告日期"))
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("上传人"), on_delete=models.PROTECT, related_name="+"
    )
    added_at = models.DateTimeField(_("上传时间"))

    class Meta:
        verbose_name = _("审计意见")
        verbose_name_plural = _("审计意见")
        constraints = [
            models.UniqueConstraint(fields=["draft", "version"], name="auditopinion_once"),
            models.CheckConstraint(condition=Q(opinion__in=OpinionType.values), name="auditopinion_type_known"),
            models.CheckConstraint(
                condition=~Q(firm="") & ~Q(report_number=""), name="auditopinion_names_firm_and_number"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.draft_id} {self.version}"
