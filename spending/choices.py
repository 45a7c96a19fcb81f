"""Literal tables of transfers and payments."""

from decimal import Decimal
from typing import NamedTuple

from django.db import models
from django.utils.translation import gettext_lazy as _


class TransferStatus(models.TextChoices):
    """States of a transfer; from SENT on it stands in the books of both branches."""

    DRAFT = "draft", _("草稿")
    SUBMITTED = "submitted", _("待审核")
    RETURNED = "returned", _("已退回修改")
    CANCELLED = "cancelled", _("已作废")
    SENT = "sent", _("在途")
    COUNTED = "counted", _("签收待确认")
    RECEIVED = "received", _("已全额签收")
    RECEIVED_IN_PART = "received_in_part", _("未全额签收")
    SENT_BACK = "sent_back", _("已退还")


# The one table of moves; services/moving.py has the one mover. COUNTED goes back to SENT where the second person of the
# receiving branch does not confirm what the first one recorded.
TRANSFER_TRANSITIONS: dict[str, frozenset[str]] = {
    TransferStatus.DRAFT: frozenset({TransferStatus.SUBMITTED, TransferStatus.CANCELLED}),
    TransferStatus.SUBMITTED: frozenset({TransferStatus.DRAFT, TransferStatus.RETURNED, TransferStatus.SENT}),
    TransferStatus.RETURNED: frozenset({TransferStatus.SUBMITTED, TransferStatus.CANCELLED}),
    TransferStatus.CANCELLED: frozenset(),
    TransferStatus.SENT: frozenset({TransferStatus.COUNTED}),
    TransferStatus.COUNTED: frozenset(
        {
            TransferStatus.SENT,
            TransferStatus.RECEIVED,
            TransferStatus.RECEIVED_IN_PART,
            TransferStatus.SENT_BACK,
        }
    ),
    TransferStatus.RECEIVED: frozenset(),
    TransferStatus.RECEIVED_IN_PART: frozenset(),
    TransferStatus.SENT_BACK: frozenset(),
}
EDITABLE_TRANSFER: frozenset[str] = frozenset({TransferStatus.DRAFT, TransferStatus.RETURNED})
IN_TRANSIT: frozenset[str] = frozenset({TransferStatus.SENT, TransferStatus.COUNTED})
# What has an end: nothing of such a transfer ever changes (trigger).
ENDED_TRANSFER: frozenset[str] = frozenset(
    {TransferStatus.RECEIVED, TransferStatus.RECEIVED_IN_PART, TransferStatus.SENT_BACK}
)
# What the receiving branch sees: it learns of a transfer when the money has left.
SEEN_BY_RECEIVER: frozenset[str] = IN_TRANSIT | ENDED_TRANSFER


class PaymentKind(models.TextChoices):
    """What money was paid for; stands in public records, so it is never renamed."""

    PURCHASE = "purchase", _("采购")
    AID = "aid", _("资助个人")
    UNIT = "unit", _("资助单位")
    FEE = "fee", _("管理费")


class SpendingPurpose(models.TextChoices):
    """The controlled list of purposes of payments; stands in public records. Codes that gifts use too mean the same."""

    RELIEF = "relief", _("救灾救援")
    AID = "aid", _("人道救助")
    FIRST_AID = "first_aid", _("应急救护")
    DONATION_OF_LIFE = "donation_of_life", _("三献工作")
    YOUTH = "youth", _("红十字青少年")
    VOLUNTEERS = "volunteers", _("志愿服务")
    FUNDRAISING = "fundraising", _("募捐成本")
    MANAGEMENT = "management", _("管理费用")
    OTHER = "other", _("其他")


class PayeeKind(models.TextChoices):
    """Who is paid: an organisation is named in public, people never."""

    ORGANISATION = "organisation", _("单位")
    PERSON = "person", _("个人")
    LIST = "list", _("按名单发放")


class PaymentStatus(models.TextChoices):
    """States of a payment; from PAID on it stands in the books and in public."""

    DRAFT = "draft", _("草稿")
    SUBMITTED = "submitted", _("待审批")
    RETURNED = "returned", _("已退回修改")
    CANCELLED = "cancelled", _("已作废")
    APPROVED = "approved", _("待付款")
    PAID = "paid", _("已付款")
    REVERSED = "reversed", _("已冲销")


PAYMENT_TRANSITIONS: dict[str, frozenset[str]] = {
    PaymentStatus.DRAFT: frozenset({PaymentStatus.SUBMITTED, PaymentStatus.CANCELLED}),
    PaymentStatus.SUBMITTED: frozenset({PaymentStatus.DRAFT, PaymentStatus.RETURNED, PaymentStatus.APPROVED}),
    PaymentStatus.RETURNED: frozenset({PaymentStatus.SUBMITTED, PaymentStatus.CANCELLED}),
    PaymentStatus.CANCELLED: frozenset(),
    PaymentStatus.APPROVED: frozenset({PaymentStatus.RETURNED, PaymentStatus.PAID}),
    PaymentStatus.PAID: frozenset({PaymentStatus.REVERSED}),
    PaymentStatus.REVERSED: frozenset(),
}
EDITABLE_PAYMENT: frozenset[str] = frozenset({PaymentStatus.DRAFT, PaymentStatus.RETURNED})
# What the public sees.
PUBLIC_PAYMENT: tuple[str, ...] = (PaymentStatus.PAID, PaymentStatus.REVERSED)


class Seat(models.TextChoices):
    """In what capacity somebody approved."""

    APPROVER = "approver", _("审核")
    LEADER = "leader", _("负责人")


class ReversalStatus(models.TextChoices):
    """States of a request to reverse a payment."""

    REQUESTED = "requested", _("待批准")
    APPROVED = "approved", _("已冲销")
    DECLINED = "declined", _("未批准")
    WITHDRAWN = "withdrawn", _("已撤回")


REVERSAL_TRANSITIONS: dict[str, frozenset[str]] = {
    ReversalStatus.REQUESTED: frozenset({ReversalStatus.APPROVED, ReversalStatus.DECLINED, ReversalStatus.WITHDRAWN}),
    ReversalStatus.APPROVED: frozenset(),
    ReversalStatus.DECLINED: frozenset(),
    ReversalStatus.WITHDRAWN: frozenset(),
}


class DocumentKind(models.TextChoices):
    """Papers that a payment rests on."""

    INVOICE = "invoice", _("发票")
    CONTRACT = "contract", _("合同")
    RECEIPTS = "receipts", _("签收名册")
    MINUTES = "minutes", _("会议纪要")
    OTHER = "other", _("其他凭证")


class Band(NamedTuple):
    """What an amount (yuan) from `from_amount` on asks for.

    `approvers` people with APPROVE_SPENDING; with `needs_leader` one with LEAD_SPENDING besides; `needs_decision`: the
    reference of a collective decision (三重一大); `payer_apart`: who pays neither made nor approved it.
    """

    from_amount: Decimal
    approvers: int
    needs_leader: bool
    needs_decision: bool
    payer_apart: bool


# Where a branch has set no bands of its own (models.ApprovalBand), these hold, by the kind of branch.
DEFAULT_BANDS: dict[str, tuple[Band, ...]] = {
    "province": (
        Band(Decimal(0), 1, needs_leader=False, needs_decision=False, payer_apart=True),
        Band(Decimal(200_000), 1, needs_leader=True, needs_decision=False, payer_apart=True),
        Band(Decimal(1_000_000), 2, needs_leader=True, needs_decision=True, payer_apart=True),
    ),
    "city": (
        Band(Decimal(0), 1, needs_leader=False, needs_decision=False, payer_apart=True),
        Band(Decimal(100_000), 1, needs_leader=True, needs_decision=False, payer_apart=True),
        Band(Decimal(500_000), 1, needs_leader=True, needs_decision=True, payer_apart=True),
    ),
    # A county has few people: its clerk may pay what another person approved.
    "county": (
        Band(Decimal(0), 1, needs_leader=False, needs_decision=False, payer_apart=False),
        Band(Decimal("50000.01"), 1, needs_leader=True, needs_decision=False, payer_apart=False),
        Band(Decimal(300_000), 1, needs_leader=True, needs_decision=True, payer_apart=False),
    ),
}

# The letters before the serial of a number (docs/numbers.md).
TRANSFER_LETTER = "T"
PAYMENT_LETTER = "P"
