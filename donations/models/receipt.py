"""Fiscal receipts of gifts, and the papers of our own that were printed for them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from donations.choices import PaperKind, ReceiptState
from organizations.models import BranchLineage, BranchRowsQuerySet

_ISSUED_FIELDS = Q(code="") | Q(number="") | Q(check_code="") | Q(issued_on=None)


class Receipt(BranchLineage):
    """What is known of a gift's fiscal receipt (公益事业捐赠票据), which the finance bureau's system issues.

    Issued with its code, number and check code; or waived by the giver; or recorded as anonymous (红十字会法 Art. 20).
    A gift has at most one that stands; a cancelled one stays and its number is never used again. All but the step to
    cancelled is append-only, and `amount` (yuan) is the gift's (trigger, sql/receipt.sql).
    Source: 公益事业捐赠票据使用管理办法, Art. 6.
    """

    donation = models.ForeignKey(
        "donations.Donation", verbose_name=_("捐赠"), on_delete=models.PROTECT, related_name="receipts"
    )
    state = models.CharField(_("状态"), max_length=12, choices=ReceiptState)
    was_state = models.CharField(_("作废前状态"), max_length=12, blank=True)
    code = models.CharField(_("票据代码"), max_length=20, blank=True, db_collation="C")
    number = models.CharField(_("票据号码"), max_length=20, blank=True, db_collation="C")
    check_code = models.CharField(_("校验码"), max_length=20, blank=True)
    issued_on = models.DateField(_("开票日期"), null=True)
    amount = models.DecimalField(_("金额"), max_digits=14, decimal_places=2)
    note = models.CharField(_("依据"), max_length=300, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("登记人"), on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField(_("登记时间"))
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("作废人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    cancelled_at = models.DateTimeField(_("作废时间"), null=True)
    cancel_reason = models.CharField(_("作废理由"), max_length=300, blank=True)

    objects = BranchRowsQuerySet.as_manager()

    class Meta:
        verbose_name = _("捐赠票据")
        verbose_name_plural = _("捐赠票据")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ReceiptState.values), name="receipt_state_known"),
            models.CheckConstraint(
                condition=~Q(state=ReceiptState.ISSUED) | ~_ISSUED_FIELDS, name="receipt_issued_has_its_numbers"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[ReceiptState.WAIVED, ReceiptState.ANONYMOUS])
                | Q(code="", number="", check_code="", issued_on=None) & ~Q(note=""),
                name="receipt_not_issued_says_why",
            ),
            models.CheckConstraint(
                condition=~Q(state=ReceiptState.CANCELLED)
                | Q(cancelled_by__isnull=False, cancelled_at__isnull=False) & ~Q(cancel_reason="") & ~Q(was_state=""),
                name="receipt_cancelled_says_who_and_why",
            ),
            models.UniqueConstraint(fields=["code", "number"], condition=~Q(number=""), name="receipt_number_once"),
            models.UniqueConstraint(
                fields=["donation"], condition=~Q(state=ReceiptState.CANCELLED), name="receipt_one_per_gift"
            ),
        ]
        indexes = [models.Index(fields=["branch", "-id"], name="receipt_by_branch")]

    def __str__(self) -> str:
        return f"{self.donation_id} {self.state}"


class PaperPrint(BranchLineage):
    """One print of a paper of ours for a giver; from the second on the paper says so. Append-only by trigger."""

    donation = models.ForeignKey(
        "donations.Donation", verbose_name=_("捐赠"), on_delete=models.PROTECT, related_name="papers"
    )
    kind = models.CharField(_("种类"), max_length=16, choices=PaperKind)
    copy_number = models.PositiveSmallIntegerField(_("第几次打印"))
    printed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("打印人"), on_delete=models.PROTECT, related_name="+"
    )
    printed_at = models.DateTimeField(_("打印时间"))

    objects = BranchRowsQuerySet.as_manager()

    class Meta:
        verbose_name = _("回执打印记录")
        verbose_name_plural = _("回执打印记录")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=PaperKind.values), name="paperprint_kind_known"),
            models.CheckConstraint(condition=Q(copy_number__gte=1), name="paperprint_counts_from_one"),
            models.UniqueConstraint(fields=["donation", "kind", "copy_number"], name="paperprint_copy_once"),
        ]

    def __str__(self) -> str:
        return f"{self.donation_id} {self.kind} {self.copy_number}"
