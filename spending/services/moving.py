"""The one mover of transfers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import now
from spending.choices import TRANSFER_TRANSITIONS, TransferStatus
from spending.errors import WrongState
from spending.models import Transfer, TransferEvent

if TYPE_CHECKING:
    from accounts.models import User


def lock_transfer(transfer_id: int) -> Transfer:
    """Read a transfer under its row lock; the caller is in a transaction and has checked who asks."""
    return (
        Transfer.objects.unscoped("lock of one known transfer")
        .select_for_update(of=("self",))
        .select_related("branch", "to_branch", "fund__branch", "to_fund__branch", "submitted_by", "counted_by")
        .get(pk=transfer_id)
    )


def require_transfer_step(transfer: Transfer, *to_statuses: str) -> None:
    """Raise WrongState unless a locked transfer may move to one of these states; for before the ledger is asked."""
    if TRANSFER_TRANSITIONS[transfer.status].isdisjoint(to_statuses):
        raise WrongState(
            "transfer_wrong_state",
            _("拨付单 %(number)s 现在是“%(now)s”，这一步已由他人办理或不能办理，没有重复记账，请刷新页面查看。")
            % {"number": transfer.number, "now": TransferStatus(transfer.status).label},
        )


def move_transfer(transfer: Transfer, to_status: str, *, actor: User, reason: str = "", **changes: Any) -> None:
    """Move a locked transfer to another state, with other columns, an event and an audit row. Raises WrongState."""
    require_transfer_step(transfer, to_status)
    from_status, transfer.status = transfer.status, to_status
    for name, value in changes.items():
        setattr(transfer, name, value)
    transfer.save(update_fields=["status", *changes])
    note_transfer(transfer, from_status, actor=actor, reason=reason)
    record_audit(
        f"spending.transfer.{to_status}",
        actor=actor,
        obj=transfer,
        branch_code=transfer.branch.code,
        changed_fields=["status", *changes],
    )


def note_transfer(transfer: Transfer, from_status: str, *, actor: User, reason: str = "") -> None:
    """Write the event row of a step that a transfer took."""
    TransferEvent.objects.create(
        transfer=transfer,
        from_status=from_status,
        to_status=transfer.status,
        actor=actor,
        at=now(),
        reason=reason.strip()[:500],
    )
