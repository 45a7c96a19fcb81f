"""Taking an identification back that was wrong: asked for by one person with a 更正说明, approved by another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import now
from core.errors import Conflict, DomainError
from core.sealed import matching, open_for_work
from donations.choices import ClaimState, NameChoice, PoolState
from donations.display import anonymous_name
from donations.errors import WrongState
from donations.models import Correction, Donation, GiftClaim, GiverContact, GiverIdentity
from donations.services.claims.moving import lock_claim, lock_pooled, move_claim, move_pooled, require_claim_step
from donations.services.claims.telling import tell_answered
from donations.services.names import show_giver
from organizations.choices import Right
from organizations.permissions import require

if TYPE_CHECKING:
    from accounts.models import User

SHORTEST_NOTE = 4


def ask_to_undo(*, claim_id: int, note: str, actor: User) -> GiverIdentity:
    """Ask for a confirmed claim to be taken back; `note` is the 更正说明: the claimant reads it, and the public
    where a name had been shown.

    Locks the claim. Raises WrongState, Conflict where it is asked for already, DomainError without a fit note.
    """
    with transaction.atomic():
        claim = lock_claim(claim_id)
        require(actor, Right.CORRECT_GIFTS, claim.branch)
        require_claim_step(claim, ClaimState.UNDONE)
        identity = _identity_of(claim)
        if identity.undo_asked_by_id is not None:
            raise Conflict("undo_asked", _("已经有人提出更正，正等另一人批准。"))
        _check_note(identity, note)
        identity.undo_asked_by, identity.undo_asked_at = actor, now()
        identity.undo_note = note.strip()[:300]
        identity.save(update_fields=["undo_asked_by", "undo_asked_at", "undo_note"])
        _record("undo_asked", claim, actor, identity.undo_note)
    return identity


def keep_identity(*, claim_id: int, actor: User) -> GiverIdentity:
    """Leave an identification as it is: the request is refused by another person, or taken back by its own."""
    with transaction.atomic():
        claim = lock_claim(claim_id)
        require(actor, Right.CORRECT_GIFTS, claim.branch)
        require_claim_step(claim, ClaimState.UNDONE)
        identity = _asked(claim)
        identity.undo_asked_by, identity.undo_asked_at, identity.undo_note = None, None, ""
        identity.save(update_fields=["undo_asked_by", "undo_asked_at", "undo_note"])
        _record("undo_refused", claim, actor, "")
    return identity


def undo_identification(*, claim_id: int, actor: User) -> GiverIdentity:
    """Approve as another person: the gift waits for its giver again, unnamed, and is nobody's at /my/.

    No posted row and no sum changes. Locks the claim, the pool's row, the gift. Raises WrongState, DomainError for
    one's own request.
    """
    with transaction.atomic():
        claim = lock_claim(claim_id)
        require(actor, Right.CORRECT_GIFTS, claim.branch)
        require_claim_step(claim, ClaimState.UNDONE)
        identity = _asked(claim)
        if actor.pk == identity.undo_asked_by_id:
            raise DomainError("own_work", _("须由提出更正的人以外的另一人批准。"))
        pooled = lock_pooled(claim.pooled_id)
        gift = pooled.donation
        identity.undone_by, identity.undone_at = actor, now()
        identity.undo_is_public = gift.display_name != anonymous_name()
        identity.save(update_fields=["undone_by", "undone_at", "undo_is_public"])
        _unbind_phone(claim, gift)
        to_state = PoolState.GONE if _is_taken_back(gift) else PoolState.OPEN
        move_pooled(pooled, to_state, actor=actor, reason=identity.undo_note)
        move_claim(claim, ClaimState.UNDONE, actor=actor, reason=identity.undo_note)
        # What the wrong giver chose does not bind the right one.
        show_giver(donation=gift, choice=NameChoice.MASKED, reason=_("认领确认已更正"), actor=actor)
        tell_answered(claim)
    return identity


def _identity_of(claim: GiftClaim) -> GiverIdentity:
    found: GiverIdentity = (
        GiverIdentity.objects.unscoped("of one known claim").select_for_update(of=("self",)).get(claim=claim)
    )
    return found


def _asked(claim: GiftClaim) -> GiverIdentity:
    identity = _identity_of(claim)
    if identity.undo_asked_by_id is None:
        raise WrongState("undo_not_asked", _("没有人提出更正，或已经处理过了，请刷新页面查看。"))
    return identity


def _check_note(identity: GiverIdentity, note: str) -> None:
    name = open_for_work(identity, "name", work=f"donations.claims:undo:{identity.pk}") or ""
    sentence = ""
    if len(note.strip()) < SHORTEST_NOTE:
        sentence = _("请写明更正说明（会公开，不要写个人姓名）。")
    elif len(name) > 1 and name in note:
        sentence = _("更正说明会公开，不能写捐赠人姓名，请改写。")
    if sentence:
        raise DomainError("undo_note", sentence, {"note": sentence})


def _unbind_phone(claim: GiftClaim, gift: Donation) -> None:
    phone = open_for_work(claim, "phone", work=f"donations.claims:unbind:{claim.pk}")
    if phone:
        own = GiverContact.objects.unscoped("of one known gift").filter(donation=gift)
        own.filter(matching(GiverContact, "phone", phone)).delete()


def _is_taken_back(gift: Donation) -> bool:
    current = Correction.objects.unscoped("of one known gift").filter(donation=gift, is_current=True)
    return bool(current.filter(taken_total=F("donation__amount")).exists())


def _record(what: str, claim: GiftClaim, actor: User, reason: str) -> None:
    record_audit(f"donations.claim.{what}", actor=actor, obj=claim, branch_code=claim.branch.code, reason=reason)
