"""The doors to who a donor is and what they answered: each reading by the staff is logged before it is shown."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from core.sealed import matching, reveal
from organizations.choices import Right
from organizations.permissions import require
from registries.choices.donors import DeferralReason, Relation
from registries.models import Donor
from registries.services.donors.health import answer_lines
from registries.services.reading import Identity, look_up_document, reveal_identity

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class DonorIdentity(Identity):
    """Who a donor is, in full, and whom to ring instead: rows of name, relation, phone.

    `paper` and `bag` are the numbers of the agreement and the bag of who joined on paper before the portal.
    """

    kin: list[dict[str, str]] = field(default_factory=list)
    paper: str = ""
    bag: str = ""


@dataclass(frozen=True)
class DonorHealth:
    """What a donor answered, and why they wait where they do."""

    answers: list[tuple[str, str]]
    deferral_reason: str


def reveal_donor(*, donor: Donor, purpose: str, actor: User) -> DonorIdentity:
    """Show who a donor is to somebody who says what for; each value is logged. Not in a transaction.

    Raises DomainError `purpose_missing`, NotAllowed, WrongState for a destroyed one.
    """
    identity = reveal_identity(wish=donor, purpose=purpose, actor=actor)
    kin = json.loads(reveal(donor, "kin", reader=actor, purpose=purpose) or "[]")
    # Logged where there is one to be read.
    paper = json.loads(reveal(donor, "paper", reader=actor, purpose=purpose) or "{}") if donor.paper else {}
    return DonorIdentity(
        **vars(identity), kin=[{**one, "relation": str(Relation(one["relation"]).label)} for one in kin], **paper
    )


def reveal_health(*, donor: Donor, purpose: str, actor: User) -> DonorHealth:
    """Show a donor's answers to somebody who says what for; each value is logged. Not in a transaction.

    Raises DomainError `purpose_missing`, NotAllowed.
    """
    require(actor, Right.READ_WISHES, donor.branch)
    answers = reveal(donor, "answers", reader=actor, purpose=purpose)
    reason = reveal(donor, "deferral_reason", reader=actor, purpose=purpose)
    return DonorHealth(
        answers=answer_lines(answers) if answers else [],
        deferral_reason=str(DeferralReason(reason).label) if reason else "",
    )


def find_donors(*, document_kind: str, document: str, actor: User) -> list[Donor]:
    """The donors who have a document, newest first, among those that the actor may see; the look-up is logged.

    Finds by keyed digest; the number goes nowhere. Raises DomainError with the field `document`. Three queries.
    """
    keys = look_up_document(document_kind=document_kind, document=document, actor=actor)
    if not keys:
        return []
    rows = Donor.objects.visible_to(actor, Right.VIEW_REGISTRIES).filter(matching(Donor, "registrant", *keys))
    return list(rows.select_related("branch").order_by("-pk"))
