"""The one mover of payments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import now
from spending.choices import PAYMENT_TRANSITIONS, PaymentStatus
from spending.errors import WrongState
from spending.models import Payment, PaymentEvent

if TYPE_CHECKING:
    from accounts.models import User


def lock_payment(payment_id: int) -> Payment:
    """Read a payment under its row lock; the caller is in a transaction and has checked who asks."""
    return (
        Payment.objects.unscoped("lock of one known payment")
        .select_for_update(of=("self",))
        .select_related("branch", "fund__branch", "area", "submitted_by", "approved_by")
        .get(pk=payment_id)
    )


def require_payment_step(payment: Payment, to_status: str) -> None:
    """Raise WrongState unless a locked payment may move to this state; for before the ledger is asked."""
    if to_status not in PAYMENT_TRANSITIONS[payment.status]:
        raise WrongState(
            "payment_wrong_state",
            _("支出单 %(number)s 现在是“%(now)s”，这一步已由他人办理或不能办理，没有重复记账，请刷新页面查看。")
            % {"number": payment.number, "now": PaymentStatus(payment.status).label},
        )


def require_editable(payment: Payment) -> None:
    """Raise WrongState unless a locked payment may be changed now."""
    if not payment.is_editable:
        raise WrongState("payment_not_editable", _("这张支出单已提交或已付款，不能再改，请先撤回或请审批人退回。"))


def move_payment(payment: Payment, to_status: str, *, actor: User, reason: str = "", **changes: Any) -> None:
    """Move a locked payment to another state, with other columns, an event and an audit row. Raises WrongState."""
    require_payment_step(payment, to_status)
    from_status, payment.status = payment.status, to_status
    for name, value in changes.items():
        setattr(payment, name, value)
    payment.save(update_fields=["status", *changes])
    note_payment(payment, from_status, actor=actor, reason=reason)
    record_audit(
        f"spending.payment.{to_status}",
        actor=actor,
        obj=payment,
        branch_code=payment.branch.code,
        changed_fields=["status", *changes],
    )


def note_payment(payment: Payment, from_status: str, *, actor: User, reason: str = "") -> None:
    """Write the event row of a step that a payment took."""
    PaymentEvent.objects.create(
        payment=payment,
        from_status=from_status,
        to_status=payment.status,
        actor=actor,
        at=now(),
        reason=reason.strip()[:500],
    )


def with_maker(maker_ids: list[int], actor: User) -> list[int]:
    """The makers with one more."""
    return maker_ids if actor.pk in maker_ids else [*maker_ids, actor.pk]
