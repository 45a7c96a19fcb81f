"""Approving payments: as many people as the amount asks for, none of them a maker."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import now
from core.errors import Conflict
from core.money import ZERO_YUAN
from ledger.errors import NotEnough
from ledger.models import Fund
from ledger.services import money_holding
from ledger.services.positions import lock_balances
from organizations.choices import Right
from organizations.permissions import may, require
from spending.choices import PaymentStatus, Seat
from spending.errors import OwnWork, WrongState
from spending.models import Approval, Payment
from spending.selectors.bands import promised
from spending.selectors.payments import free_seat, missing_seats
from spending.services.moving_payments import lock_payment, move_payment, require_payment_step
from spending.services.payments import written_reason

if TYPE_CHECKING:
    from accounts.models import User


def approve_payment(*, payment_id: int, actor: User) -> Payment:
    """Give one approval; the last one that the amount asks for makes the payment ready to be paid.

    Locks the payment, at the last approval then the fund's balance. Raises OwnWork for a maker, NotEnough with the sums
    where the fund holds less than what is promised already and this, WrongState where no approval is missing.
    """
    with transaction.atomic():
        payment = lock_payment(payment_id)
        _require_seat(actor, payment)
        require_payment_step(payment, PaymentStatus.APPROVED)
        if actor.pk in payment.maker_ids:
            raise OwnWork
        given = list(Approval.objects.filter(payment=payment, round=payment.round).order_by("pk"))
        seat = free_seat(payment, given, actor)
        if seat is None:
            raise WrongState("approval_not_missing", _("您已审批过这一笔，或您这一级的审批已经齐了，请刷新页面查看。"))
        given.append(Approval.objects.create(payment=payment, round=payment.round, seat=seat, person=actor, at=now()))
        record_audit("spending.payment.approval_given", actor=actor, obj=payment, branch_code=payment.branch.code)
        if not missing_seats(payment, given):
            require_free(payment.fund, payment.amount)
            first = next(one for one in given if one.seat == Seat.APPROVER)
            move_payment(
                payment, PaymentStatus.APPROVED, actor=actor, approved_by_id=first.person_id, approved_at=now()
            )
    return payment


def approve_payments(*, payment_ids: Sequence[int], total: Decimal, actor: User) -> list[Payment]:
    """Approve several payments at once, all or none; `total` (yuan) is what the person saw. Locks them in ascending id.

    Raises Conflict where the sum is another by now, and what `approve_payment` raises.
    """
    with transaction.atomic():
        done = [approve_payment(payment_id=payment_id, actor=actor) for payment_id in sorted(set(payment_ids))]
        if sum((payment.amount for payment in done), ZERO_YUAN) != total:
            raise Conflict("batch_changed", _("所选支出单的合计已经变化，一笔都没有批准，请重新核对。"))
    return done


def return_payment(*, payment_id: int, actor: User, reason: str) -> Payment:
    """Send a payment back to its makers, with the reason; approvals given so far do not count any more.

    Those who approve may while it waits for approval, those who pay while it waits for payment.
    """
    with transaction.atomic():
        payment = lock_payment(payment_id)
        if payment.status == PaymentStatus.APPROVED and may(actor, Right.PAY_SPENDING, payment.branch):
            pass
        else:
            _require_seat(actor, payment)
        changes = {"approved_by": None, "approved_at": None}
        move_payment(payment, PaymentStatus.RETURNED, actor=actor, reason=written_reason(reason), **changes)
    return payment


def require_free(fund: Fund, amount: Decimal) -> None:
    """Lock a fund's balance and raise NotEnough unless it holds an amount beside what is promised already."""
    ends = lock_balances([money_holding(fund).pk])
    balance = sum((end.balance for end in ends.values()), ZERO_YUAN)
    taken = promised(fund)
    if balance - taken < amount:
        raise NotEnough(
            "not_enough_free",
            _(
                "“%(fund)s”余额 %(balance)s 元，已批准待付 %(taken)s 元，可用 %(free)s 元，本笔 %(amount)s 元，"
                "还差 %(missing)s 元，请减少金额或改用别的资金池。"
            )
            % {
                "fund": fund.name,
                "balance": f"{balance:,.2f}",
                "taken": f"{taken:,.2f}",
                "free": f"{balance - taken:,.2f}",
                "amount": f"{amount:,.2f}",
                "missing": f"{amount - (balance - taken):,.2f}",
            },
        )


def _require_seat(actor: User, payment: Payment) -> None:
    if not may(actor, Right.LEAD_SPENDING, payment.branch):
        require(actor, Right.APPROVE_SPENDING, payment.branch)
