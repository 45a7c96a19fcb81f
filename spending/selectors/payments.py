"""Lists of payments for the desk, what waits for a person, and what an approver should see first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.clock import SHANGHAI
from core.money import ZERO_YUAN
from ledger.models import Fund
from ledger.selectors.balances import fund_balances
from organizations.choices import Right
from organizations.permissions import may
from spending.choices import (
    EDITABLE_PAYMENT,
    PUBLIC_PAYMENT,
    DocumentKind,
    PayeeKind,
    PaymentKind,
    PaymentStatus,
    ReversalStatus,
    Seat,
)
from spending.models import Approval, Payment, PaymentDocument, PaymentEvent, Reversal

if TYPE_CHECKING:
    from accounts.models import User

PAGE_SIZE = 50
QUEUE_SIZE = 100
# The lists of the desk, by the name in the address.
PAYMENT_TABS: dict[str, Any] = {
    "all": gettext_lazy("全部"),
    "drafts": gettext_lazy("草稿和退回"),
    "approve": gettext_lazy("待审批"),
    "pay": gettext_lazy("待付款"),
    "paid": gettext_lazy("已付款"),
    "reversed": gettext_lazy("已冲销"),
}
_STATUSES: dict[str, frozenset[str]] = {
    "drafts": EDITABLE_PAYMENT,
    "approve": frozenset({PaymentStatus.SUBMITTED}),
    "pay": frozenset({PaymentStatus.APPROVED}),
    "paid": frozenset({PaymentStatus.PAID}),
    "reversed": frozenset({PaymentStatus.REVERSED}),
}
# From this share of what a fund holds on the approver is told so.
LARGE_SHARE = Decimal("0.5")
# Within so many days the same sum to the same payee is pointed out.
REPEAT_DAYS = 30


@dataclass(frozen=True)
class PaymentCounts:
    """How many payments lie in each list of a person, and the sum (yuan) that waits to be paid."""

    by_tab: dict[str, int]
    to_pay: Decimal


def payment_counts(person: User) -> PaymentCounts:
    """Count a person's lists; one query (within a request that remembered the grants)."""
    found = Payment.objects.visible_to(person, Right.VIEW_SPENDING).aggregate(
        all=Count("pk"),
        to_pay=Sum("amount", filter=Q(status=PaymentStatus.APPROVED)),
        **{name: Count("pk", filter=Q(status__in=statuses)) for name, statuses in _STATUSES.items()},
    )
    return PaymentCounts({name: found[name] for name in PAYMENT_TABS}, found["to_pay"] or ZERO_YUAN)


def payments_for(person: User, tab: str, *, before: int | None = None, limit: int = PAGE_SIZE) -> list[Payment]:
    """A page of one list of a person, newest first; one query.

    One more than `limit` is returned where there is a next page.
    """
    rows = _rows(person, tab).select_related("branch", "fund", "area")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.order_by("-pk")[: limit + 1])


def stream_payments(person: User, tab: str) -> Iterator[Payment]:
    """A whole list of a person, newest first, for a file; memory stays flat."""
    yield from _rows(person, tab).select_related("branch", "fund", "area").order_by("-pk").iterator(chunk_size=500)


def _rows(person: User, tab: str) -> QuerySet[Payment]:
    seen = Payment.objects.visible_to(person, Right.VIEW_SPENDING)
    statuses = _STATUSES.get(tab)
    return seen.filter(status__in=statuses) if statuses else seen


@dataclass(frozen=True)
class PaymentCard:
    """A payment as its approver first sees it: the fund before and after (yuan), what stands out, what is missing."""

    payment: Payment
    before: Decimal
    promised: Decimal
    flags: tuple[str, ...]
    given: tuple[Approval, ...]
    seat: str
    is_own: bool

    @property
    def after(self) -> Decimal:
        """What the fund will hold beside what is promised, when this is paid."""
        return self.before - self.promised - self.payment.amount

    @property
    def is_short(self) -> bool:
        """Whether the fund holds too little."""
        return self.after < 0


def waiting_payments(person: User) -> QuerySet[Payment]:
    """Payments that wait for an approval in branches where the person may give one."""
    waiting = Payment.objects.visible_to(person, Right.APPROVE_SPENDING)
    waiting |= Payment.objects.visible_to(person, Right.LEAD_SPENDING).filter(needs_leader=True)
    found: QuerySet[Payment] = waiting.filter(status=PaymentStatus.SUBMITTED)
    return found


def approval_cards(person: User) -> list[PaymentCard]:
    """What waits for this person's approval, oldest first, at most 100; 6 queries."""
    rows = waiting_payments(person).exclude(maker_ids__contains=[person.pk]).order_by("submitted_at")
    cards = cards_of(list(rows.select_related("branch", "fund", "area", "submitted_by")[:QUEUE_SIZE]), person)
    return [card for card in cards if card.seat]


def cards_of(payments: Sequence[Payment], person: User) -> list[PaymentCard]:
    """The cards of some payments; 5 queries."""
    funds = {payment.fund_id: payment.fund for payment in payments}
    held = {balance.fund.pk: balance.money for balance in fund_balances(list(funds.values()))}
    promises = _promises(list(funds))
    given = _given(payments)
    papers = _papers(payments)
    earlier = _repeats(payments)
    cards = []
    for payment in payments:
        before, taken = held.get(payment.fund_id, ZERO_YUAN), promises.get(payment.fund_id, ZERO_YUAN)
        if payment.status == PaymentStatus.APPROVED:
            # It is among what is promised itself.
            taken -= payment.amount
        approvals = tuple(given.get(payment.pk, ()))
        cards.append(
            PaymentCard(
                payment=payment,
                before=before,
                promised=taken,
                flags=tuple(_flags(payment, before - taken, papers.get(payment.pk, set()), payment.pk in earlier)),
                given=approvals,
                seat=free_seat(payment, approvals, person) or "",
                is_own=person.pk in payment.maker_ids,
            )
        )
    return cards


def _flags(payment: Payment, free: Decimal, papers: set[str], is_repeat: bool) -> Iterator[str]:
    if payment.amount > free:
        yield _("资金池可用余额不足")
    elif payment.amount > free * LARGE_SHARE:
        yield _("超过可用余额的一半")
    if payment.kind == PaymentKind.PURCHASE and not papers & {DocumentKind.INVOICE, DocumentKind.CONTRACT}:
        yield _("没有发票或合同")
    if payment.payee_kind == PayeeKind.LIST and DocumentKind.RECEIPTS not in papers:
        yield _("还没有签收名册")
    if is_repeat:
        yield _("同一收款单位三十天内有同额支出")
    if payment.needs_leader:
        yield _("须负责人审批")
    if payment.decision:
        yield _("集体决策：%(decision)s") % {"decision": payment.decision}


def missing_seats(payment: Payment, given: Sequence[Approval]) -> list[str]:
    """The seats that still have to approve a payment in this round."""
    approvers = sum(1 for one in given if one.seat == Seat.APPROVER)
    leaders = sum(1 for one in given if one.seat == Seat.LEADER)
    missing = [Seat.APPROVER.value] * max(payment.approvers_needed - approvers, 0)
    return missing + ([Seat.LEADER.value] if payment.needs_leader and not leaders else [])


def free_seat(payment: Payment, given: Sequence[Approval], person: User) -> str | None:
    """The missing seat that a person may take now, the leader's first; None where there is none, or one is taken."""
    if person.pk in payment.maker_ids or any(one.person_id == person.pk for one in given):
        return None
    missing = missing_seats(payment, given)
    for seat, right in ((Seat.LEADER, Right.LEAD_SPENDING), (Seat.APPROVER, Right.APPROVE_SPENDING)):
        if seat in missing and may(person, right, payment.branch):
            return seat
    return None


def _promises(fund_ids: list[int]) -> dict[int, Decimal]:
    rows = Payment.objects.unscoped("sums of funds already in scope").filter(
        fund_id__in=fund_ids, status=PaymentStatus.APPROVED
    )
    return dict(rows.values_list("fund_id").annotate(total=Sum("amount")).order_by())


def _given(payments: Sequence[Payment]) -> dict[int, list[Approval]]:
    found: dict[int, list[Approval]] = {}
    rounds = {payment.pk: payment.round for payment in payments}
    for one in Approval.objects.filter(payment__in=list(rounds)).select_related("person").order_by("pk"):
        if one.round == rounds[one.payment_id]:
            found.setdefault(one.payment_id, []).append(one)
    return found


def _papers(payments: Sequence[Payment]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    rows = PaymentDocument.objects.filter(payment__in=[one.pk for one in payments], removed_at=None)
    for payment_id, kind in rows.values_list("payment_id", "kind"):
        found.setdefault(payment_id, set()).add(kind)
    return found


def _repeats(payments: Sequence[Payment]) -> set[int]:
    """Those whose payee got the same amount from the same branch within thirty days before; one query."""
    named = [one for one in payments if one.payee_name]
    rows = Payment.objects.unscoped("payees of payments already in scope").filter(
        status__in=PUBLIC_PAYMENT,
        payee_name__in=[one.payee_name for one in named],
        branch_id__in=[one.branch_id for one in named],
    )
    last = {(row.branch_id, row.payee_name, row.amount): row.paid_on for row in rows.order_by("paid_on")}
    found = set()
    for one in named:
        paid_on = last.get((one.branch_id, one.payee_name, one.amount))
        if paid_on is not None and (one.created_at.astimezone(SHANGHAI).date() - paid_on).days <= REPEAT_DAYS:
            found.add(one.pk)
    return found


def payment_history(payment: Payment) -> list[PaymentEvent]:
    """The steps of a payment that the reader was let into, oldest first; one query."""
    return list(payment.events.select_related("actor").order_by("pk"))


def payment_documents(payment: Payment) -> list[PaymentDocument]:
    """The papers of a payment; one query."""
    return list(payment.documents.filter(removed_at=None).select_related("file", "public_file").order_by("pk"))


def payment_reversals(payment: Payment) -> list[Reversal]:
    """The requests to reverse a payment, newest first; one query."""
    rows = Reversal.objects.unscoped("of a payment already in scope").filter(payment=payment)
    return list(rows.select_related("requested_by", "decided_by", "entry").order_by("-pk"))


def reversals_waiting(person: User) -> list[Reversal]:
    """Requests to reverse that wait for this person's decision, oldest first, at most 100; one query."""
    rows = Reversal.objects.visible_to(person, Right.APPROVE_SPENDING).filter(status=ReversalStatus.REQUESTED)
    return list(
        rows.exclude(requested_by=person).select_related("payment__branch", "requested_by").order_by("pk")[:QUEUE_SIZE]
    )


def spending_waiting(person: User) -> int:
    """How much waits for this person's decision: approvals and reversals."""
    return len(approval_cards(person)) + len(reversals_waiting(person))


def fund_in_hand(fund: Fund) -> Decimal:
    """What a fund has in hand, in yuan."""
    return fund_balances([fund])[0].money
