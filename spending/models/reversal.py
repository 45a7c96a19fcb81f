"""Requests to reverse a payment."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from organizations.models import BranchLineage, BranchRowsQuerySet
from spending.choices import ReversalStatus


class Reversal(BranchLineage):
    """A request to reverse a payment, made by one person and decided by another (CHECK).

    `public_note` is the 更正说明 that shows wherever the payment shows (民政部令第81号, Art. 16).
    """

    payment = models.ForeignKey(
        "spending.Payment", verbose_name=_("支出单"), on_delete=models.PROTECT, related_name="reversals"
    )
    status = models.CharField(_("状态"), max_length=12, choices=ReversalStatus)
    reason = models.CharField(_("内部理由"), max_length=500)
    public_note = models.CharField(_("更正说明"), max_length=300)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("提出人"), on_delete=models.PROTECT, related_name="+"
    )
    requested_at = models.DateTimeField(_("提出时间"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("批准人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(_("批准时间"), null=True)
    decision_note = models.CharField(_("批准意见"), max_length=500, blank=True)
    entry = models.OneToOneField(
        "ledger.Entry", verbose_name=_("冲销记账单"), null=True, on_delete=models.PROTECT, related_name="reversal_of"
    )

    objects = BranchRowsQuerySet.as_manager()

    class Meta:
        verbose_name = _("支出冲销")
        verbose_name_plural = _("支出冲销")
        constraints = [
            models.CheckConstraint(condition=Q(status__in=ReversalStatus.values), name="reversal_status_known"),
            models.CheckConstraint(
                condition=~Q(status__in=["approved", "declined"])
                | (Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(decided_by=F("requested_by"))),
                name="reversal_decided_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(status=ReversalStatus.APPROVED) | Q(entry__isnull=False),
                name="reversal_approved_has_entry",
            ),
            models.UniqueConstraint(
                fields=["payment"],
                condition=Q(status__in=["requested", "approved"]),
                name="reversal_one_open_per_payment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payment_id} {self.status}"
