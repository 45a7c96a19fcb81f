"""Transfers (拨付): money on its way from a fund of one branch to a fund of another."""

from __future__ import annotations

import datetime
import uuid
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from organizations.choices import READING_RIGHTS, ROLE_RIGHTS, Right
from organizations.models import Branch, BranchLineage, BranchRowsQuerySet, held_grants
from organizations.models.lineage import LINEAGE_COLUMNS, rows_of
from spending.choices import EDITABLE_TRANSFER, ENDED_TRANSFER, IN_TRANSIT, SEEN_BY_RECEIVER, TransferStatus

if TYPE_CHECKING:
    from accounts.models import User

# In a fixed order, for the constraints.
_ENDED = sorted(ENDED_TRANSFER)
_COUNTED = [TransferStatus.COUNTED.value, *_ENDED]
_SENT = [TransferStatus.SENT.value, *_COUNTED]
MONEY: dict[str, Any] = {"max_digits": 14, "decimal_places": 2}


def received_by(branch: Branch, *, with_below: bool) -> Q:
    """The condition for transfers that go to a branch, alone or with all below."""
    if not with_below:
        return Q(to_branch_id=branch.pk)
    column = LINEAGE_COLUMNS.get(branch.kind)
    if column:
        return Q(**{f"to_{column}": branch.pk})
    return Q(to_branch_id__in=list(Branch.objects.below(branch).values_list("pk", flat=True)))


class TransferQuerySet(BranchRowsQuerySet):
    """Transfers have two ends: each right looks at the end that it is about, reading at both."""

    def visible_to(self, person: User, right: str) -> Self:
        """The transfers in which `person` holds `right` today, at the sending or the receiving end.

        Reading shows the receiving end what has left; RECEIVE_TRANSFERS asks the receiving end alone, other rights to
        act the sending end alone.
        """
        condition = Q(pk__in=[])
        for grant in held_grants(person):
            if right not in ROLE_RIGHTS[grant.role]:
                continue
            with_below = grant.with_below and right in READING_RIGHTS
            if right != Right.RECEIVE_TRANSFERS:
                condition |= rows_of(grant.branch, with_below=with_below)
            if right == Right.RECEIVE_TRANSFERS or right in READING_RIGHTS:
                condition |= received_by(grant.branch, with_below=with_below) & Q(status__in=SEEN_BY_RECEIVER)
        return self.filter(condition)._mark(f"visible to {person.pk}: {right}")

    def overdue(self, day: datetime.date) -> Self:
        """Under way, and expected before this day."""
        return self.filter(status__in=IN_TRANSIT, expected_on__lt=day)


class Transfer(BranchLineage):
    """Money (yuan) that one branch sends to another above or below it, and what became of it.

    The four columns of the lineage are the sender's, the `to_` columns the receiver's, both as they were when it was
    drafted. `maker_ids` has everybody who made, changed or submitted it; the approver, who sends it, is none of them
    (CHECK in sql/transfers.sql). Of what arrives, `accepted` went into `to_fund`, `lost` is lost with evidence and
    `sent_back` came home; `counted_by` recorded it and another person of the receiving branch confirmed (CHECK).
    """

    number = models.CharField(_("编号"), max_length=40, unique=True)
    key = models.UUIDField(_("幂等键"), unique=True, default=uuid.uuid4, editable=False)
    status = models.CharField(_("状态"), max_length=20, choices=TransferStatus)
    fund = models.ForeignKey("ledger.Fund", verbose_name=_("拨出资金池"), on_delete=models.PROTECT, related_name="+")
    amount = models.DecimalField(_("金额"), **MONEY)
    to_branch = models.ForeignKey(
        Branch, verbose_name=_("接收单位"), on_delete=models.PROTECT, related_name="+", db_index=False
    )
    to_province = models.ForeignKey(
        Branch, verbose_name=_("接收单位省会"), null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    to_city = models.ForeignKey(
        Branch, verbose_name=_("接收单位市会"), null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    to_county = models.ForeignKey(
        Branch, verbose_name=_("接收单位县会"), null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    to_fund = models.ForeignKey(
        "ledger.Fund", verbose_name=_("转入资金池"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    use = models.CharField(_("用途说明"), max_length=300)
    decision = models.CharField(_("审批依据"), max_length=120)
    expected_on = models.DateField(_("预计到账日期"))
    authority = models.CharField(_("代录依据"), max_length=200, blank=True)
    maker_ids = ArrayField(models.BigIntegerField(), verbose_name=_("经手人编号"), default=list)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("制单人"), on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("制单时间"))
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("提交人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    submitted_at = models.DateTimeField(_("提交时间"), null=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("审核人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    sent_on = models.DateField(_("拨出日期"), null=True)
    bank_reference = models.CharField(_("银行流水号"), max_length=80, blank=True)
    counted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("签收人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    received_on = models.DateField(_("到账日期"), null=True)
    accepted = models.DecimalField(_("签收金额"), **MONEY, default=Decimal(0))
    lost = models.DecimalField(_("损失金额"), **MONEY, default=Decimal(0))
    sent_back = models.DecimalField(_("退还金额"), **MONEY, default=Decimal(0))
    receipt_note = models.CharField(_("签收说明"), max_length=300, blank=True)
    evidence = models.ForeignKey(
        "core.StoredFile", verbose_name=_("损失证明"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("签收确认人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    confirmed_at = models.DateTimeField(_("签收确认时间"), null=True)
    out_entry = models.OneToOneField(
        "ledger.Entry", verbose_name=_("拨付记账单"), null=True, on_delete=models.PROTECT, related_name="transfer_out"
    )
    in_entry = models.OneToOneField(
        "ledger.Entry", verbose_name=_("签收记账单"), null=True, on_delete=models.PROTECT, related_name="transfer_in"
    )
    back_entry = models.OneToOneField(
        "ledger.Entry", verbose_name=_("退还记账单"), null=True, on_delete=models.PROTECT, related_name="transfer_back"
    )

    objects = TransferQuerySet.as_manager()

    class Meta:
        verbose_name = _("拨付单")
        verbose_name_plural = _("拨付单")
        constraints = [
            models.CheckConstraint(condition=Q(status__in=TransferStatus.values), name="transfer_status_known"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="transfer_amount_positive"),
            models.CheckConstraint(condition=~Q(branch=F("to_branch")), name="transfer_leaves_the_branch"),
            models.CheckConstraint(
                condition=Q(accepted__gte=0, lost__gte=0, sent_back__gte=0), name="transfer_parts_not_negative"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=_SENT)
                | Q(
                    submitted_by__isnull=False,
                    approved_by__isnull=False,
                    sent_on__isnull=False,
                    out_entry__isnull=False,
                ),
                name="transfer_sent_was_approved",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=_COUNTED)
                | Q(
                    counted_by__isnull=False,
                    received_on__isnull=False,
                    amount=F("accepted") + F("lost") + F("sent_back"),
                ),
                name="transfer_counted_in_full",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=_ENDED)
                | (Q(confirmed_by__isnull=False, confirmed_at__isnull=False) & ~Q(confirmed_by=F("counted_by"))),
                name="transfer_confirmed_by_another",
            ),
            models.CheckConstraint(
                condition=Q(accepted=0) | Q(to_fund__isnull=False), name="transfer_accepted_into_a_fund"
            ),
        ]
        indexes = [
            models.Index(fields=["branch", "-id"], name="transfer_by_branch"),
            models.Index(fields=["province", "-id"], name="transfer_by_province"),
            models.Index(fields=["city", "-id"], name="transfer_by_city"),
            models.Index(fields=["county", "-id"], name="transfer_by_county"),
            models.Index(fields=["to_branch", "-id"], name="transfer_by_receiver"),
            models.Index(
                fields=["expected_on"], name="transfer_under_way", condition=Q(status__in=["sent", "counted"])
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_editable(self) -> bool:
        """Whether it may be changed now."""
        return self.status in EDITABLE_TRANSFER

    @property
    def is_under_way(self) -> bool:
        """Whether the money has left and has not arrived."""
        return self.status in IN_TRANSIT

    @property
    def is_ended(self) -> bool:
        """Whether it is known what became of it."""
        return self.status in ENDED_TRANSFER

    def is_overdue(self, day: datetime.date) -> bool:
        """Whether it is under way and was expected before this day."""
        return self.is_under_way and self.expected_on < day


class TransferEvent(models.Model):
    """One step of a transfer: who moved it from where to where, when and why. Append-only by trigger."""

    transfer = models.ForeignKey(Transfer, verbose_name=_("拨付单"), on_delete=models.PROTECT, related_name="events")
    from_status = models.CharField(_("原状态"), max_length=20, blank=True)
    to_status = models.CharField(_("新状态"), max_length=20, choices=TransferStatus)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("操作人"), on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("时间"))
    reason = models.CharField(_("理由"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("拨付经过")
        verbose_name_plural = _("拨付经过")

    def __str__(self) -> str:
        return f"{self.transfer_id} {self.from_status} → {self.to_status}"
