"""What of spending waits for a person, in numbers for the desk's first page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, F, Q

from core.clock import today
from organizations.choices import Right
from spending.choices import IN_TRANSIT, PaymentStatus, ReversalStatus, TransferStatus
from spending.models import Payment, Reversal, Transfer
from spending.selectors.payments import waiting_payments

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class SpendingCounts:
    """How much waits: payments to approve and to pay, reversals to decide, transfers to send, to receive, overdue."""

    to_approve: int
    to_pay: int
    to_reverse: int
    to_send: int
    to_receive: int
    overdue: int


def spending_counts(person: User, rights: frozenset[str]) -> SpendingCounts:
    """Count what waits for a person who holds these rights; at most six queries, none for rights that are not held."""
    decides = not rights.isdisjoint({Right.APPROVE_SPENDING, Right.LEAD_SPENDING})
    approves, views = Right.APPROVE_SPENDING in rights, Right.VIEW_SPENDING in rights
    return SpendingCounts(
        to_approve=_to_approve(person) if decides else 0,
        to_pay=_to_pay(person) if Right.PAY_SPENDING in rights else 0,
        to_reverse=_to_reverse(person) if approves else 0,
        to_send=_to_send(person) if approves else 0,
        to_receive=_to_receive(person) if Right.RECEIVE_TRANSFERS in rights else 0,
        overdue=_overdue(person) if views else 0,
    )


def _to_approve(person: User) -> int:
    waiting = waiting_payments(person).exclude(maker_ids__contains=[person.pk])
    given = Count("approvals", filter=Q(approvals__person=person.pk, approvals__round=F("round")))
    return int(waiting.annotate(given=given).filter(given=0).count())


def _to_pay(person: User) -> int:
    ready = Payment.objects.visible_to(person, Right.PAY_SPENDING).filter(status=PaymentStatus.APPROVED)
    return int(ready.exclude(approved_by=person.pk).exclude(payer_apart=True, maker_ids__contains=[person.pk]).count())


def _to_reverse(person: User) -> int:
    asked = Reversal.objects.visible_to(person, Right.APPROVE_SPENDING).filter(status=ReversalStatus.REQUESTED)
    return asked.exclude(requested_by=person.pk).count()


def _to_send(person: User) -> int:
    waiting = Transfer.objects.visible_to(person, Right.APPROVE_SPENDING).filter(status=TransferStatus.SUBMITTED)
    return waiting.exclude(maker_ids__contains=[person.pk]).count()


def _to_receive(person: User) -> int:
    here = Transfer.objects.visible_to(person, Right.RECEIVE_TRANSFERS).filter(status__in=IN_TRANSIT)
    return here.exclude(status=TransferStatus.COUNTED, counted_by=person.pk).count()


def _overdue(person: User) -> int:
    return Transfer.objects.visible_to(person, Right.VIEW_SPENDING).overdue(today()).count()
