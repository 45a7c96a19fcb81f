"""The one mover of batches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import now
from donations.choices import BATCH_TRANSITIONS, BatchStatus
from donations.errors import WrongState
from donations.models import Batch, BatchEvent

if TYPE_CHECKING:
    from accounts.models import User


def lock_batch(batch_id: int) -> Batch:
    """Read a batch under its row lock; the caller is in a transaction and has checked who asks."""
    return (
        Batch.objects.unscoped("lock of one known batch")
        .select_for_update(of=("self",))
        .select_related("branch")
        .get(pk=batch_id)
    )


def move_batch(batch: Batch, to_status: str, *, actor: User | None, reason: str = "", **changes: Any) -> None:
    """Move a locked batch to another state, with other columns, an event and an audit row. Raises WrongState."""
    if to_status not in BATCH_TRANSITIONS[batch.status]:
        raise WrongState(
            "batch_wrong_state",
            _("批次 %(number)s 现在是“%(now)s”，不能变为“%(then)s”，请刷新页面查看最新情况。")
            % {"number": batch.number, "now": BatchStatus(batch.status).label, "then": BatchStatus(to_status).label},
        )
    from_status, batch.status = batch.status, to_status
    for name, value in changes.items():
        setattr(batch, name, value)
    batch.save(update_fields=["status", *changes])
    BatchEvent.objects.create(
        batch=batch, from_status=from_status, to_status=to_status, actor=actor, at=now(), reason=reason
    )
    record_audit(
        f"donations.batch.{to_status}",
        actor=actor,
        obj=batch,
        branch_code=batch.branch.code,
        changed_fields=["status", *changes],
    )
    if to_status in (BatchStatus.POSTED, BatchStatus.CANCELLED):
        for path in settings.BATCH_LISTENERS:
            import_string(path)(batch)


def note_maker(batch: Batch, actor: User) -> None:
    """Add a person to those whose hands the batch passed through; none of them may approve it."""
    if actor.pk not in batch.maker_ids:
        batch.maker_ids = [*batch.maker_ids, actor.pk]
        batch.save(update_fields=["maker_ids"])


def require_editable(batch: Batch) -> None:
    """Raise WrongState unless the rows of a batch may be changed now."""
    if not batch.is_editable:
        raise WrongState(
            "batch_not_editable",
            _("批次 %(number)s 已提交或已入账，不能再改。需要修改请先撤回或请审核人退回。") % {"number": batch.number},
        )
