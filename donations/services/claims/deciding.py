"""The desk's side: one person finds the gift of a claim, another confirms; or it is declined, sent on, sent back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import now
from core.errors import Conflict, DomainError
from core.sealed import open_for_work, seal_into
from donations.choices import ClaimState, DeclineReason, DonorKind, PhotoProblem, PoolState
from donations.models import ClaimEvent, GiftClaim, GiverContact, GiverIdentity, UnidentifiedGift
from donations.services.claims.moving import lock_claim, lock_pooled, move_claim, move_pooled, require_claim_step
from donations.services.claims.telling import tell_answered
from donations.services.names import show_giver
from organizations.choices import ASSOCIATION_KINDS, Right
from organizations.permissions import may, require

if TYPE_CHECKING:
    from accounts.models import User
    from organizations.models import Branch

KINDS = (DonorKind.PERSON, DonorKind.ORGANISATION)


def propose_claim(*, claim_id: int, pooled: UnidentifiedGift, giver_kind: str, actor: User) -> GiftClaim:
    """Say which gift of the pool a claim is about; another person confirms it.

    Locks the claim. Raises WrongState, DomainError where the gift is another branch's or waits no longer.
    """
    with transaction.atomic():
        claim = lock_claim(claim_id)
        require(actor, Right.SERVE_GIVERS, claim.branch)
        if giver_kind not in KINDS:
            sentence = _("请选择付款人是个人还是单位；拿不准时选个人。")
            raise DomainError("giver_kind", sentence, {"giver_kind": sentence})
        if pooled.branch_id != claim.branch_id or not _is_free(pooled):
            sentence = _("这笔捐赠不在本会的待认领捐赠中，不能用来确认这项认领。")
            raise DomainError("not_in_pool", sentence, {"gift": sentence})
        move_claim(
            claim,
            ClaimState.PROPOSED,
            actor=actor,
            reason=_("核对为捐赠 %(number)s") % {"number": pooled.donation.number},
            pooled=pooled,
            giver_kind=giver_kind,
            proposed_by=actor,
            proposed_at=now(),
        )
    return claim


def confirm_claim(*, claim_id: int, actor: User) -> GiftClaim:
    """Confirm as another person: the gift has its giver, who sees it at /my/ from now on, named as they chose.

    No posted row and no sum changes. Locks the claim, the pool's row, the gift. Raises WrongState, DomainError for
    one's own proposal, and Conflict where somebody else's claim to the gift was confirmed first: this one then goes
    back to the desk, which is kept although the error is raised.
    """
    with transaction.atomic():
        claim = lock_claim(claim_id)
        require(actor, Right.APPROVE_GIFTS, claim.branch)
        require_claim_step(claim, ClaimState.CONFIRMED)
        if actor.pk == claim.proposed_by_id:
            raise DomainError("own_work", _("须由核对人以外的另一人复核。"))
        pooled = lock_pooled(claim.pooled_id)
        is_free = _is_free(pooled)
        if is_free:
            _identify(claim, pooled, actor)
        else:
            _back_to_desk(claim, actor, _("所核对的捐赠已不在待认领中"))
    # Outside the transaction, so that the claim stays back at the desk.
    if not is_free:
        raise Conflict("gift_taken", _("所核对的捐赠已不在待认领中，这项认领已退回重新核对，没有改动任何登记。"))
    return claim


def _identify(claim: GiftClaim, pooled: UnidentifiedGift, actor: User) -> None:
    gift = pooled.donation
    identity = GiverIdentity(
        **GiverIdentity.lineage_of(gift.branch),
        donation=gift,
        claim=claim,
        kind=claim.giver_kind,
        proposed_by_id=claim.proposed_by_id or 0,
        confirmed_by=actor,
        confirmed_at=now(),
    )
    work = f"donations.claims:identify:{claim.pk}"
    seal_into(identity, name=open_for_work(claim, "payer_name", work=work))
    identity.save()
    _bind_phone(claim, pooled, actor, work)
    move_pooled(pooled, PoolState.IDENTIFIED, actor=actor, reason=_("认领 %(code)s") % {"code": claim.code})
    move_claim(claim, ClaimState.CONFIRMED, actor=actor, decided_by=actor)
    show_giver(donation=gift, choice=claim.name_choice, reason=_("认领人选择的公开方式"), actor=actor)
    tell_answered(claim)


def _is_free(pooled: UnidentifiedGift) -> bool:
    """Whether a gift waits, and nobody left a telephone with it at the desk meanwhile."""
    contacts = GiverContact.objects.unscoped("of one known gift").filter(donation_id=pooled.donation_id)
    return pooled.state == PoolState.OPEN and not contacts.exists()


def _bind_phone(claim: GiftClaim, pooled: UnidentifiedGift, actor: User, work: str) -> None:
    contact = GiverContact(
        **GiverContact.lineage_of(pooled.donation.branch),
        donation=pooled.donation,
        recorded_by=actor,
        recorded_at=now(),
    )
    seal_into(contact, phone=open_for_work(claim, "phone", work=work))
    contact.save()


def send_back_claim(*, claim_id: int, reason: str, actor: User) -> GiftClaim:
    """Send a proposal back to be looked at again, by somebody who confirms or serves givers. Locks the claim."""
    _need_reason(reason)
    with transaction.atomic():
        claim = lock_claim(claim_id)
        _require_desk(actor, claim.branch)
        require_claim_step(claim, ClaimState.CONFIRMED)  # only what was proposed is sent back
        _back_to_desk(claim, actor, reason)
    return claim


def _back_to_desk(claim: GiftClaim, actor: User, reason: str) -> None:
    nothing = {"pooled": None, "giver_kind": "", "proposed_by": None, "proposed_at": None}
    move_claim(claim, ClaimState.SUBMITTED, actor=actor, reason=reason, **nothing)


def decline_claim(*, claim_id: int, reason: str, note: str = "", actor: User) -> GiftClaim:
    """Decline a claim for one of the reasons of the list, which is all that the claimant reads; `note` is the desk's.

    Locks the claim. Raises WrongState, DomainError.
    """
    if reason not in DeclineReason.values:
        sentence = _("请从列表中选择原因。")
        raise DomainError("decline_reason", sentence, {"reason": sentence})
    with transaction.atomic():
        claim = lock_claim(claim_id)
        require(actor, Right.SERVE_GIVERS, claim.branch)
        move_claim(claim, ClaimState.DECLINED, actor=actor, reason=note, decided_by=actor, decline_reason=reason)
        tell_answered(claim)
    return claim


def ask_for_photo(*, claim_id: int, problem: str, actor: User) -> GiftClaim:
    """Ask the claimant for a better photo, for one of the reasons of the list. Locks the claim. Raises WrongState."""
    if problem not in PhotoProblem.values:
        sentence = _("请从列表中选择照片的问题。")
        raise DomainError("photo_problem", sentence, {"problem": sentence})
    with transaction.atomic():
        claim = lock_claim(claim_id)
        require(actor, Right.SERVE_GIVERS, claim.branch)
        reason = str(PhotoProblem(problem).label)
        move_claim(claim, ClaimState.INCOMPLETE, actor=actor, reason=reason, photo_problem=problem)
        tell_answered(claim)
    return claim


def forward_claim(*, claim_id: int, branch: Branch, reason: str, actor: User) -> GiftClaim:
    """Hand a claim over to the association that the money went to; the claimant sees nothing of it.

    Locks the claim. Raises WrongState unless it waits at the desk, DomainError for no open association.
    """
    _need_reason(reason)
    with transaction.atomic():
        claim = lock_claim(claim_id)
        require(actor, Right.SERVE_GIVERS, claim.branch)
        if claim.state != ClaimState.SUBMITTED:
            require_claim_step(claim, ClaimState.SUBMITTED)
            raise Conflict("claim_proposed", _("待补充或待复核的认领不能转交，请先退回。"))
        if branch.kind not in ASSOCIATION_KINDS or not branch.is_open or branch.pk == claim.branch_id:
            sentence = _("请选择另一家省、市、县级红十字会。")
            raise DomainError("forward_branch", sentence, {"branch": sentence})
        before = claim.branch.code
        for name, value in GiftClaim.lineage_of(branch).items():
            setattr(claim, name, value)
        claim.branch = branch
        claim.save(update_fields=["branch", "province", "city", "county"])
        said = _("由 %(before)s 转交 %(after)s：%(reason)s") % {
            "before": before,
            "after": branch.code,
            "reason": reason.strip(),
        }
        ClaimEvent.objects.create(
            claim=claim, from_state=claim.state, to_state=claim.state, actor=actor, at=now(), reason=said[:300]
        )
        record_audit("donations.claim.forwarded", actor=actor, obj=claim, branch_code=branch.code, reason=said[:300])
    return claim


def _require_desk(actor: User, branch: Branch) -> None:
    if not may(actor, Right.APPROVE_GIFTS, branch):
        require(actor, Right.SERVE_GIVERS, branch)


def _need_reason(reason: str) -> None:
    if len(reason.strip()) < 2:
        sentence = _("请写明理由（不要写个人姓名和账号）。")
        raise DomainError("reason_missing", sentence, {"reason": sentence})
