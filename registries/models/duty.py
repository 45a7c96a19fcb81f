"""Who of the staff is on duty when, with the telephone under which they are reached."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from organizations.models import BranchLineage, BranchRowsQuerySet
from registries.choices.duty import DutyPart


class DutyShift(BranchLineage):
    """Somebody's duty on a day or in the night that begins on it. Taken off once, changed never (trigger).

    `phone` is the person's telephone for work: nobody's who is registered stands here. It is emptied at `destroyed_at`.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("值守人"), on_delete=models.PROTECT, related_name="+", db_index=False
    )
    on = models.DateField(_("日期"))
    part = models.CharField(_("时段"), max_length=8, choices=DutyPart)
    phone = models.CharField(_("值守电话"), max_length=30, blank=True)
    placed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("排班人"), on_delete=models.PROTECT, related_name="+", db_index=False
    )
    placed_at = models.DateTimeField(_("排班时间"))
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("撤下人"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    removed_at = models.DateTimeField(_("撤下时间"), null=True)
    destroyed_at = models.DateTimeField(_("销毁时间"), null=True)

    objects = BranchRowsQuerySet.as_manager()

    class Meta:
        verbose_name = _("值守安排")
        verbose_name_plural = _("值守安排")
        constraints = [
            models.CheckConstraint(condition=Q(part__in=DutyPart.values), name="dutyshift_part_known"),
            models.CheckConstraint(
                condition=(~Q(phone="") & Q(destroyed_at__isnull=True)) | Q(phone="", destroyed_at__isnull=False),
                name="dutyshift_reachable_or_destroyed",
            ),
            models.CheckConstraint(
                condition=Q(removed_at__isnull=True, removed_by__isnull=True)
                | Q(removed_at__isnull=False, removed_by__isnull=False),
                name="dutyshift_removed_by_somebody",
            ),
            models.UniqueConstraint(
                fields=["branch", "on", "part", "person"], condition=Q(removed_at__isnull=True), name="dutyshift_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.part} {self.person_id}"
