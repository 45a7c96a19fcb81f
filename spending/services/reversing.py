"""Reversing a payment: asked for by one person, approved by another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import now, today
from core.errors import Conflict
from ledger.services import reverse_entry
from organizations.choices import Right
from organizations.permissions import may, require
from spending.choices import REVERSAL_TRANSITIONS, PaymentStatus, ReversalStatus
from spending.errors import OwnWork, SpendingError, WrongState
from spending.models import Reversal
from spending.services.moving_payments import lock_payment, move_payment, require_payment_step
from spending.services.payments import written_reason

if TYPE_CHECKING:
    from accounts.models import User


def request_reversal(*, payment_id: int, reason: str, public_note: str, actor: User) -> Reversal:
    """Ask for a payment to be reversed; `public_note` is the 更正说明 that will show with it. Locks the payment."""
    with transaction.atomic():
        payment = lock_payment(payment_id)
        if not may(actor, Right.PAY_SPENDING, payment.branch):
            require(actor, Right.ENTER_SPENDING, payment.branch)
        require_payment_step(payment, PaymentStatus.REVERSED)
        written_reason(reason)
        if len(public_note.strip()) < 4:
            sentence = _("请写明公开的更正说明（不要写个人姓名）。")
            raise SpendingError("note_missing", sentence, {"public_note": sentence})
        open_ones = Reversal.objects.unscoped("the payment's own").filter(payment=payment)
        if open_ones.filter(status=ReversalStatus.REQUESTED).exists():
            raise Conflict("reversal_exists", _("这笔支出已有待批准的冲销，不能重复提出。"))
        reversal = Reversal.objects.create(
            **Reversal.lineage_of(payment.branch),
            payment=payment,
            status=ReversalStatus.REQUESTED,
            reason=reason.strip()[:500],
            public_note=public_note.strip()[:300],
            requested_by=actor,
            requested_at=now(),
        )
        record_audit("spending.reversal.requested", actor=actor, obj=payment, branch_code=payment.branch.code)
    return reversal


def approve_reversal(*, reversal_id: int, actor: User, note: str = "") -> Reversal:
    """Approve a reversal as another person and post it: the money comes back to the fund. Locks both rows."""
    with transaction.atomic():
        reversal = _locked(reversal_id)
        payment = lock_payment(reversal.payment_id)
        require(actor, Right.APPROVE_SPENDING, payment.branch)
        _require_step(reversal, ReversalStatus.APPROVED)
        if actor.pk == reversal.requested_by_id:
            raise OwnWork(_("冲销须由提出人以外的另一人批准。"))
        if payment.entry is None:
            raise WrongState("payment_wrong_state", _("这笔支出还没有入账，不能冲销。"))
        entry = reverse_entry(
            entry=payment.entry,
            made_by=reversal.requested_by,
            approved_by=actor,
            occurred_on=today(),
            document=f"{payment.number}#{reversal.pk}",
            key=f"payment-reversal:{reversal.pk}",
        )
        _move(reversal, ReversalStatus.APPROVED, actor=actor, entry=entry, decision_note=note.strip()[:500])
        move_payment(payment, PaymentStatus.REVERSED, actor=actor)
    return reversal


def decline_reversal(*, reversal_id: int, actor: User, note: str) -> Reversal:
    """Refuse a reversal, with a reason."""
    with transaction.atomic():
        reversal = _locked(reversal_id)
        require(actor, Right.APPROVE_SPENDING, reversal.branch)
        if actor.pk == reversal.requested_by_id:
            raise OwnWork(_("自己提出的冲销请用“撤回”，不能由自己审批。"))
        _move(reversal, ReversalStatus.DECLINED, actor=actor, decision_note=written_reason(note).strip()[:500])
    return reversal


def withdraw_reversal(*, reversal_id: int, actor: User) -> Reversal:
    """Take back one's own request."""
    with transaction.atomic():
        reversal = _locked(reversal_id)
        if not may(actor, Right.PAY_SPENDING, reversal.branch):
            require(actor, Right.ENTER_SPENDING, reversal.branch)
        if actor.pk != reversal.requested_by_id:
            raise OwnWork(_("只有提出人可以撤回。"))
        _move(reversal, ReversalStatus.WITHDRAWN, actor=actor)
    return reversal


def _locked(reversal_id: int) -> Reversal:
    return (
        Reversal.objects.unscoped("lock of one known reversal")
        .select_for_update(of=("self",))
        .select_related("branch", "payment", "requested_by")
        .get(pk=reversal_id)
    )


def _require_step(reversal: Reversal, to_status: str) -> None:
    if to_status not in REVERSAL_TRANSITIONS[reversal.status]:
        raise WrongState("reversal_wrong_state", _("这项冲销已经处理过了，没有重复记账，请刷新页面查看结果。"))


def _move(reversal: Reversal, to_status: str, *, actor: User, **changes: Any) -> None:
    _require_step(reversal, to_status)
    reversal.status, reversal.decided_by, reversal.decided_at = to_status, actor, now()
    for name, value in changes.items():
        setattr(reversal, name, value)
    reversal.save(update_fields=["status", "decided_by", "decided_at", *changes])
    record_audit(
        f"spending.reversal.{to_status}",
        actor=actor,
        obj=reversal.payment,
        branch_code=reversal.branch.code,
        changed_fields=["status"],
    )
