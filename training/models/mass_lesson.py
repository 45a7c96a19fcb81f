"""Mass lessons (普及培训): counted with evidence, never as people."""

from __future__ import annotations

import uuid
from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from organizations.models import BranchLineage, BranchRowsQuerySet
from training.choices import (
    EDITABLE_MASS_LESSON,
    PUBLIC_MASS_LESSON,
    KeyGroup,
    MassLessonStatus,
    Setting,
    Topic,
)

# More in one lesson is a slip of the pen.
LARGEST_AUDIENCE = 20_000


class MassLessonQuerySet(BranchRowsQuerySet):
    """Mass lessons, for a person or for everybody."""

    def for_public_display(self) -> Self:
        """What was confirmed, corrected ones too: they stay, with what took their place."""
        return self.filter(status__in=PUBLIC_MASS_LESSON)._mark("public")


class MassLesson(BranchLineage):
    """One lesson before many: how many listened, where, what shows it; confirmed by somebody who did not write it.

    `audience_count` is person-times (人次). Once confirmed it stands (trigger): a correction is a new row that names it
    in `corrects` and says why in `correction_note`, which is public.
    """

    number = models.CharField(_("编号"), max_length=40, unique=True)
    key = models.UUIDField(_("幂等键"), unique=True, default=uuid.uuid4, editable=False)
    status = models.CharField(_("状态"), max_length=12, choices=MassLessonStatus)
    held_on = models.DateField(_("日期"))
    area = models.ForeignKey(
        "organizations.Division", verbose_name=_("所在县（市、区）"), on_delete=models.PROTECT, related_name="+"
    )
    place = models.CharField(_("地点"), max_length=200)
    topic = models.CharField(_("内容"), max_length=12, choices=Topic)
    setting = models.CharField(_("场所"), max_length=12, choices=Setting)
    key_group = models.CharField(_("重点人群"), max_length=12, choices=KeyGroup, default=KeyGroup.NONE)
    organisation = models.CharField(_("学校或单位"), max_length=120, blank=True)
    held_for = models.ForeignKey(
        "training.Organisation",
        verbose_name=_("登记的学校或单位"),
        null=True,
        on_delete=models.PROTECT,
        related_name="mass_lessons",
    )
    minutes = models.PositiveSmallIntegerField(_("时长（分钟）"))
    audience_count = models.PositiveIntegerField(_("听课人次"))
    instructor = models.ForeignKey(
        "training.Instructor", verbose_name=_("师资"), null=True, on_delete=models.PROTECT, related_name="mass_lessons"
    )
    contract = models.ForeignKey(
        "training.ServiceContract",
        verbose_name=_("购买服务合同"),
        null=True,
        on_delete=models.PROTECT,
        related_name="mass_lessons",
    )
    evidence = models.ForeignKey(
        "core.StoredFile", verbose_name=_("佐证材料"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    corrects = models.OneToOneField(
        "self", verbose_name=_("更正自"), null=True, on_delete=models.PROTECT, related_name="corrected_by"
    )
    correction_note = models.CharField(_("更正说明"), max_length=300, blank=True)
    maker_ids = ArrayField(models.BigIntegerField(), verbose_name=_("经手人编号"), default=list)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("登记人"), on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("登记时间"))
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("核对人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    confirmed_at = models.DateTimeField(_("核对时间"), null=True)

    objects = MassLessonQuerySet.as_manager()

    class Meta:
        verbose_name = _("普及培训")
        verbose_name_plural = _("普及培训")
        constraints = [
            models.CheckConstraint(condition=Q(status__in=MassLessonStatus.values), name="masslesson_status_known"),
            models.CheckConstraint(condition=Q(topic__in=Topic.values), name="masslesson_topic_known"),
            models.CheckConstraint(condition=Q(setting__in=Setting.values), name="masslesson_setting_known"),
            models.CheckConstraint(condition=Q(key_group__in=KeyGroup.values), name="masslesson_key_group_known"),
            models.CheckConstraint(
                condition=Q(audience_count__gt=0, audience_count__lte=LARGEST_AUDIENCE), name="masslesson_audience_sane"
            ),
            models.CheckConstraint(condition=Q(minutes__gt=0), name="masslesson_lasts"),
            models.CheckConstraint(
                condition=~Q(status__in=PUBLIC_MASS_LESSON)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False, evidence__isnull=False),
                name="masslesson_confirmed_with_evidence",
            ),
            models.CheckConstraint(
                condition=Q(corrects__isnull=True, correction_note="")
                | Q(corrects__isnull=False) & ~Q(correction_note=""),
                name="masslesson_correction_says_why",
            ),
            models.CheckConstraint(
                condition=Q(held_for__isnull=True) | ~Q(organisation=""), name="masslesson_held_for_whom_it_names"
            ),
            models.CheckConstraint(condition=~Q(corrects=F("pk")), name="masslesson_corrects_another"),
        ]
        indexes = [
            models.Index(fields=["branch", "-id"], name="masslesson_by_branch"),
            models.Index(
                fields=["-held_on", "-id"], name="masslesson_in_order", condition=Q(status__in=PUBLIC_MASS_LESSON)
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_editable(self) -> bool:
        """Whether it may be changed now."""
        return self.status in EDITABLE_MASS_LESSON


class MassLessonEvent(models.Model):
    """One step of a mass lesson: who moved it from where to where, when and why. Append-only by trigger."""

    lesson = models.ForeignKey(MassLesson, verbose_name=_("普及培训"), on_delete=models.PROTECT, related_name="events")
    from_status = models.CharField(_("原状态"), max_length=12, blank=True)
    to_status = models.CharField(_("新状态"), max_length=12, choices=MassLessonStatus)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("操作人"), on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("时间"))
    reason = models.CharField(_("理由"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("普及培训经过")
        verbose_name_plural = _("普及培训经过")

    def __str__(self) -> str:
        return f"{self.lesson_id} {self.from_status} → {self.to_status}"
