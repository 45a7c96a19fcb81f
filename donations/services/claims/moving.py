"""The one mover of claims, and the one of gifts in the pool: lock, look up, save, write the event."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import now
from donations.choices import CLAIM_TRANSITIONS, OPEN_CLAIM, POOL_TRANSITIONS, PoolState
from donations.errors import WrongState
from donations.models import ClaimEvent, GiftClaim, PoolEvent, UnidentifiedGift

if TYPE_CHECKING:
    from accounts.models import User


def lock_claim(claim_id: int) -> GiftClaim:
    """Lock one claim, with its branch."""
    claim: GiftClaim = (
        GiftClaim.objects.unscoped("lock of one known claim")
        .select_for_update(of=("self",))
        .select_related("branch", "slip")
        .get(pk=claim_id)
    )
    return claim


def lock_pooled(pooled_id: int | None) -> UnidentifiedGift:
    """Lock one gift of the pool, with the gift and its branch."""
    pooled: UnidentifiedGift = (
        UnidentifiedGift.objects.unscoped("lock of one known gift of the pool")
        .select_for_update(of=("self",))
        .select_related("branch", "donation__branch")
        .get(pk=pooled_id or 0)
    )
    return pooled


def require_claim_step(claim: GiftClaim, to_state: str) -> None:
    """Refuse a step that the table does not know. Raises WrongState."""
    if to_state not in CLAIM_TRANSITIONS[claim.state]:
        raise WrongState("claim_wrong_state", _("这项认领已经处理过了，请刷新页面查看。"))


def move_claim(claim: GiftClaim, to_state: str, *, actor: User | None, reason: str = "", **changes: Any) -> None:
    """Move a locked claim, set what changes with it, and write the event. Raises WrongState."""
    require_claim_step(claim, to_state)
    before, moment = claim.state, now()
    claim.state = to_state
    if to_state not in OPEN_CLAIM:
        changes["ended_at"] = moment
    for name, value in changes.items():
        setattr(claim, name, value)
    claim.save(update_fields=["state", *changes])
    ClaimEvent.objects.create(
        claim=claim, from_state=before, to_state=to_state, actor=actor, at=moment, reason=reason.strip()[:300]
    )
    record_audit(
        f"donations.claim.{to_state}",
        actor=actor,
        obj=claim,
        branch_code=claim.branch.code,
        changed_fields=["state"],
        reason=reason.strip()[:300],
    )


def move_pooled(pooled: UnidentifiedGift, to_state: str, *, actor: User | None, reason: str = "") -> None:
    """Move a locked gift of the pool and write the event. Raises WrongState."""
    if to_state not in POOL_TRANSITIONS[pooled.state]:
        raise WrongState(
            "pool_wrong_state", _("这笔捐赠现在是“%(state)s”，不能办理这一步。") % {"state": _label(pooled)}
        )
    before, moment = pooled.state, now()
    pooled.state, pooled.ended_at = to_state, None if to_state == PoolState.OPEN else moment
    pooled.save(update_fields=["state", "ended_at"])
    PoolEvent.objects.create(
        pooled=pooled, from_state=before, to_state=to_state, actor=actor, at=moment, reason=reason.strip()[:300]
    )
    _audit(pooled, actor=actor, reason=reason)


def note_entered(rows: Sequence[UnidentifiedGift], *, actor: User | None, reason: str) -> None:
    """Write the events of gifts that came into the pool, and a row of the audit trail on each gift."""
    moment, said = now(), reason.strip()[:300]
    PoolEvent.objects.bulk_create(
        PoolEvent(pooled=row, to_state=row.state, actor=actor, at=moment, reason=said) for row in rows
    )
    for row in rows:
        _audit(row, actor=actor, reason=reason)


def _audit(pooled: UnidentifiedGift, *, actor: User | None, reason: str) -> None:
    record_audit(
        f"donations.pool.{pooled.state}",
        actor=actor,
        obj=pooled.donation,
        branch_code=pooled.branch.code,
        reason=reason.strip()[:300],
    )


def _label(pooled: UnidentifiedGift) -> str:
    return str(PoolState(pooled.state).label)
