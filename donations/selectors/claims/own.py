"""What a claimant sees of claims of their own: its state, never anything of a gift that is not theirs."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from core.clock import SHANGHAI
from core.errors import NotFound
from core.random_codes import grouped_code, normalise_code
from core.sealed import matching
from donations.choices import OPEN_CLAIM, ClaimState, DeclineReason, PhotoProblem
from donations.models import GiftClaim

SHOWN = 50
_LOOK = "a claimant's own claims, by their telephone and a code"


@dataclass(frozen=True)
class OwnClaim:
    """A claim as its claimant sees it; `gift_number` only of a confirmed one, which is the claimant's own gift."""

    id: int
    code: str
    state: str
    state_label: str
    amount: Decimal
    paid_on: datetime.date
    asked_on: datetime.date
    due_on: datetime.date
    is_open: bool
    wants_photo: bool
    photo_problem: str
    decline_reason: str
    gift_number: str
    undo_note: str

    @property
    def spoken_code(self) -> str:
        """The code in groups of four, to be written down."""
        return grouped_code(self.code)


def own_claims(phone: str) -> list[OwnClaim]:
    """The claims of a telephone's owner, the newest first, at most 50; one query."""
    return [_own(row) for row in _of(phone).order_by("-pk")[:SHOWN]]


def own_claim(phone: str, code: str) -> OwnClaim:
    """One claim of a telephone's owner; one query. Raises NotFound, also for somebody else's."""
    row = _of(phone).filter(code=normalise_code(code)).first()
    if row is None:
        raise NotFound("claim_not_found", _("在您手机号提出的认领中没有这一件，请核对编号。"))
    return _own(row)


def _of(phone: str) -> Any:
    rows = GiftClaim.objects.unscoped(_LOOK).filter(matching(GiftClaim, "phone", phone))
    return rows.select_related("pooled__donation", "identity")


def _own(row: GiftClaim) -> OwnClaim:
    # That somebody looks at a proposal is the desk's business: for the claimant it is all one.
    shown = ClaimState.SUBMITTED if row.state == ClaimState.PROPOSED else ClaimState(row.state)
    is_confirmed = row.state == ClaimState.CONFIRMED and row.pooled is not None
    return OwnClaim(
        id=row.pk,
        code=row.code,
        state=shown.value,
        state_label=str(shown.label),
        amount=row.amount,
        paid_on=row.paid_on,
        asked_on=row.asked_at.astimezone(SHANGHAI).date(),
        due_on=row.due_on,
        is_open=row.state in OPEN_CLAIM,
        wants_photo=row.state == ClaimState.INCOMPLETE,
        photo_problem=str(PhotoProblem(row.photo_problem).label) if row.photo_problem else "",
        decline_reason=str(DeclineReason(row.decline_reason).label) if row.decline_reason else "",
        gift_number=row.pooled.donation.number if is_confirmed and row.pooled else "",
        undo_note=row.identity.undo_note if row.state == ClaimState.UNDONE else "",
    )
