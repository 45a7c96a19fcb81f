"""Monthly reconciliation sheets (银行存款余额调节表)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from organizations.models import BranchLineage, BranchRowsQuerySet
from reconciliation.choices import SheetStatus


class MonthSheet(BranchLineage):
    """A branch's sheet of one month, drawn up by one person and confirmed by another (CHECK).

    `figures` holds the whole sheet as it was when it was submitted; from CONFIRMED on it stands (trigger). Amounts in
    it are strings of yuan. Source: 会计基础工作规范 (books are
    compared with the bank's statements at fixed times).
    """

    month = models.CharField(_("月份"), max_length=7)
    status = models.CharField(_("状态"), max_length=12, choices=SheetStatus)
    figures = models.JSONField(_("数字"), default=dict)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("编制人"), on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField(_("编制时间"))
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("确认人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    confirmed_at = models.DateTimeField(_("确认时间"), null=True)

    objects = BranchRowsQuerySet.as_manager()

    class Meta:
        verbose_name = _("余额调节表")
        verbose_name_plural = _("余额调节表")
        constraints = [
            models.UniqueConstraint(fields=["branch", "month"], name="monthsheet_once"),
            models.CheckConstraint(condition=Q(status__in=SheetStatus.values), name="monthsheet_status_known"),
            models.CheckConstraint(condition=Q(month__regex=r"^[0-9]{4}-[0-9]{2}$"), name="monthsheet_month_written"),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("made_by")),
                name="monthsheet_confirmed_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(status=SheetStatus.CONFIRMED) | Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
                name="monthsheet_confirmed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.branch_id} {self.month}"


class SheetEvent(models.Model):
    """One step of a sheet: who, when, why. Append-only by trigger."""

    sheet = models.ForeignKey(MonthSheet, verbose_name=_("调节表"), on_delete=models.PROTECT, related_name="events")
    from_status = models.CharField(_("原状态"), max_length=12, blank=True)
    to_status = models.CharField(_("新状态"), max_length=12, choices=SheetStatus)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("操作人"), on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("时间"))
    reason = models.CharField(_("理由"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("调节表经过")
        verbose_name_plural = _("调节表经过")

    def __str__(self) -> str:
        return f"{self.sheet_id} {self.from_status} → {self.to_status}"
