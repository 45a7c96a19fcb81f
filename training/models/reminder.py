"""Reminders that a certificate ends soon: each of the steps is taken once."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class ExpiryReminder(models.Model):
    """That a holder was told `days` (or fewer) before the end of a certificate. Append-only by trigger."""

    certificate = models.ForeignKey(
        "training.Certificate",
        verbose_name=_("证书"),
        on_delete=models.PROTECT,
        related_name="reminders",
        db_index=False,
    )
    days = models.PositiveSmallIntegerField(_("到期前天数"))
    at = models.DateTimeField(_("提醒时间"))

    class Meta:
        verbose_name = _("到期提醒")
        verbose_name_plural = _("到期提醒")
        constraints = [models.UniqueConstraint(fields=["certificate", "days"], name="expiryreminder_once")]

    def __str__(self) -> str:
        return f"{self.certificate_id} {self.days}"
