"""Report runs: a period's figures, frozen, set, checked and published."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from organizations.models import BranchLineage, BranchRowsQuerySet
from transparency.choices import BALANCE_PART, USE_PART, FileRole, ReportKind, ReportScope, RunStatus


class ReportSchedule(models.Model):
    """A series of reports that a branch makes by the calendar: each run falls due on the 1st at 02:00."""

    branch = models.ForeignKey(
        "organizations.Branch", verbose_name=_("红十字会"), on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(_("种类"), max_length=24, choices=ReportKind)
    scope = models.CharField(_("范围"), max_length=8, choices=ReportScope)
    first_period = models.CharField(_("首期"), max_length=7)
    is_active = models.BooleanField(_("启用"), default=True)

    class Meta:
        verbose_name = _("报告日程")
        verbose_name_plural = _("报告日程")
        constraints = [
            models.UniqueConstraint(fields=["branch", "kind", "scope"], name="reportschedule_once"),
            models.CheckConstraint(
                condition=Q(first_period__regex=r"^\d{4}-(0[1-9]|1[0-2])$"), name="reportschedule_first_is_month"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.branch_id} {self.kind} {self.scope}"


class ReportRunQuerySet(BranchRowsQuerySet):
    """Chainable filters over report runs."""

    def for_public_display(self) -> ReportRunQuerySet:
        """Published runs only: the door for public pages and API."""
        return self.filter(status=RunStatus.PUBLISHED)._mark("public")


class ReportRun(BranchLineage):
    """One version of one period's report of one branch, alone or with all below.

    It takes the public records with log indexes in `[log_from, log_to)`, the end of the run before it and its own, so
    the runs of a series tile the log. The publisher is another person than the one who asked for it (CHECK); a run made
    by the calendar was asked for by nobody. A published run never changes: a correction is a new version that names it.
    """

    number = models.CharField(_("编号"), max_length=40, unique=True)
    kind = models.CharField(_("种类"), max_length=24, choices=ReportKind)
    scope = models.CharField(_("范围"), max_length=8, choices=ReportScope)
    period = models.CharField(_("期间"), max_length=7)
    period_start = models.DateTimeField(_("期间起"))
    period_end = models.DateTimeField(_("期间止"))
    version = models.PositiveSmallIntegerField(_("版本"), default=1)
    status = models.CharField(_("状态"), max_length=12, choices=RunStatus)
    log_from = models.BigIntegerField(_("日志起"), null=True)
    log_to = models.BigIntegerField(_("日志止"), null=True)
    frozen_at = models.DateTimeField(_("固定时间"), null=True)
    summary = models.JSONField(_("摘要"), default=dict)
    title = models.CharField(_("标题"), max_length=120)
    page_count = models.IntegerField(_("页数"), null=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("发起人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    requested_at = models.DateTimeField(_("发起时间"))
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("公开人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    published_at = models.DateTimeField(_("公开时间"), null=True)
    corrects = models.OneToOneField(
        "self", verbose_name=_("更正"), null=True, on_delete=models.PROTECT, related_name="corrected_by"
    )
    correction_note = models.CharField(_("更正说明"), max_length=500, blank=True)
    error = models.CharField(_("错误"), max_length=500, blank=True)

    objects = ReportRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("报告")
        verbose_name_plural = _("报告")
        constraints = [
            models.CheckConstraint(condition=Q(status__in=RunStatus.values), name="reportrun_status_known"),
            models.CheckConstraint(condition=Q(kind__in=ReportKind.values), name="reportrun_kind_known"),
            models.CheckConstraint(condition=Q(scope__in=ReportScope.values), name="reportrun_scope_known"),
            models.UniqueConstraint(
                fields=["kind", "branch", "scope", "period", "version"], name="reportrun_once_per_version"
            ),
            models.CheckConstraint(
                condition=Q(published_by__isnull=True)
                | Q(requested_by__isnull=True)
                | ~Q(published_by=F("requested_by")),
                name="reportrun_publisher_is_another",
            ),
            models.CheckConstraint(
                condition=~Q(status=RunStatus.PUBLISHED) | Q(published_by__isnull=False, published_at__isnull=False),
                name="reportrun_published_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(log_from__isnull=True, log_to__isnull=True) | Q(log_from__gte=0, log_to__gte=F("log_from")),
                name="reportrun_log_range",
            ),
            models.CheckConstraint(
                condition=(Q(version=1) & Q(corrects=None))
                | (Q(version__gt=1) & Q(corrects__isnull=False) & ~Q(correction_note="")),
                name="reportrun_correction_says_why",
            ),
        ]
        indexes = [
            models.Index(fields=["status", "-period_start", "-id"], name="reportrun_by_status"),
            models.Index(fields=["branch", "-period_start", "-id"], name="reportrun_by_branch"),
        ]

    def __str__(self) -> str:
        return self.number


class ReportEvent(models.Model):
    """One step of a run: who moved it from where to where, when and why. Append-only by trigger."""

    run = models.ForeignKey(ReportRun, verbose_name=_("报告"), on_delete=models.PROTECT, related_name="events")
    from_status = models.CharField(_("原状态"), max_length=12, blank=True)
    to_status = models.CharField(_("新状态"), max_length=12, choices=RunStatus)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("操作人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("时间"))
    reason = models.CharField(_("理由"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("报告经过")
        verbose_name_plural = _("报告经过")

    def __str__(self) -> str:
        return f"{self.run_id} {self.from_status} → {self.to_status}"


class ReportFile(models.Model):
    """A file of a run, by its SHA-256. Append-only by trigger: a published file is never overwritten."""

    run = models.ForeignKey(ReportRun, verbose_name=_("报告"), on_delete=models.PROTECT, related_name="files")
    role = models.CharField(_("用途"), max_length=8, choices=FileRole)
    part = models.PositiveSmallIntegerField(_("册"), default=0)
    file = models.ForeignKey("core.StoredFile", verbose_name=_("文件"), on_delete=models.PROTECT, related_name="+")
    first_row = models.IntegerField(_("首行"), null=True)
    last_row = models.IntegerField(_("末行"), null=True)

    class Meta:
        verbose_name = _("报告文件")
        verbose_name_plural = _("报告文件")
        constraints = [
            models.UniqueConstraint(fields=["run", "role", "part"], name="reportfile_once"),
            models.CheckConstraint(condition=Q(role__in=FileRole.values), name="reportfile_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.role} {self.part}"

    @property
    def title(self) -> str:
        """What it is called for its readers."""
        named = {
            (FileRole.CSV, 0): _("捐赠明细（CSV）"),
            (FileRole.CSV, USE_PART): _("使用明细（CSV）"),
            (FileRole.CSV, BALANCE_PART): _("资金收支总表（CSV）"),
            (FileRole.ROWS, USE_PART): _("固定的使用明细（JSONL）"),
        }
        label = str(named.get((FileRole(self.role), self.part)) or FileRole(self.role).label)
        if self.role != FileRole.VOLUME:
            return label
        return gettext("%(title)s 第 %(part)s 册") % {"title": label, "part": self.part}
