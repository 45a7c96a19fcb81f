"""Corrections of posted gifts."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from donations.choices import CorrectionKind, CorrectionStatus
from organizations.models import BranchLineage, BranchRowsQuerySet


class Correction(BranchLineage):
    """A request to take a posted gift back, wholly or in part: reversed (冲销) or refunded (退还); two people (CHECK).

    `amount` in yuan, of the gift's own unspent part; what was spent already is refunded out of the fund `advanced_by`
    (垫付), and the gift stays what it was. `public_note` is the 更正说明 that shows wherever the gift shows
    (慈善组织信息公开办法, 民政部令第81号, Art. 16). The latest approved one of a gift is `is_current` and carries what
    all of them took back (`taken_total`) and said (`shown_note`), so that a list needs one row for each gift.
    """

    donation = models.ForeignKey(
        "donations.Donation", verbose_name=_("捐赠"), on_delete=models.PROTECT, related_name="corrections"
    )
    kind = models.CharField(_("种类"), max_length=10, choices=CorrectionKind, default=CorrectionKind.REVERSAL)
    amount = models.DecimalField(_("金额"), max_digits=14, decimal_places=2)
    advanced_by = models.ForeignKey(
        "ledger.Fund", verbose_name=_("垫付的资金池"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    is_current = models.BooleanField(_("最新"), default=False)
    taken_total = models.DecimalField(_("累计收回"), max_digits=14, decimal_places=2, default=0)
    shown_note = models.TextField(_("全部更正说明"), blank=True)
    status = models.CharField(_("状态"), max_length=12, choices=CorrectionStatus)
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
        "ledger.Entry", verbose_name=_("冲销记账单"), null=True, on_delete=models.PROTECT, related_name="correction"
    )

    objects = BranchRowsQuerySet.as_manager()

    class Meta:
        verbose_name = _("更正")
        verbose_name_plural = _("更正")
        constraints = [
            models.CheckConstraint(condition=Q(status__in=CorrectionStatus.values), name="correction_status_known"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True)
                | ~Q(status__in=["approved", "declined"])
                | ~Q(decided_by=F("requested_by")),
                name="correction_decided_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(status=CorrectionStatus.APPROVED)
                | Q(entry__isnull=False, decided_by__isnull=False, decided_at__isnull=False),
                name="correction_approved_has_entry",
            ),
            models.UniqueConstraint(
                fields=["donation"], condition=Q(status=CorrectionStatus.REQUESTED), name="correction_one_open_per_gift"
            ),
            models.UniqueConstraint(
                fields=["donation"], condition=Q(is_current=True), name="correction_one_current_per_gift"
            ),
            models.CheckConstraint(condition=Q(kind__in=CorrectionKind.values), name="correction_kind_known"),
            models.CheckConstraint(condition=Q(amount__gt=0, taken_total__gte=0), name="correction_amount_positive"),
            models.CheckConstraint(
                condition=Q(is_current=False) | Q(status=CorrectionStatus.APPROVED),
                name="correction_current_is_approved",
            ),
            models.CheckConstraint(
                condition=Q(advanced_by__isnull=True) | Q(kind=CorrectionKind.REFUND),
                name="correction_only_refunds_are_advanced",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.donation_id} {self.status}"
