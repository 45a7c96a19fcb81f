"""What a donor sees of their own registration online, and how they leave; the caller has seen telephone and name."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core.audit import record_audit
from core.errors import NotFound
from core.sealed import matching, open_many_for_work
from registries.choices import Channel, ConsentSubject
from registries.choices.donors import DonorStatus
from registries.models import Donor, Registrant
from registries.services.donors.consenting import give_donor_consent, take_back_donor_consent
from registries.services.donors.health import answer_lines
from registries.services.donors.kin import Kin, change_kin
from registries.services.donors.leaving import withdraw_donor

if TYPE_CHECKING:
    import datetime

_CALLED = ConsentSubject.STEM_CONTACT
# A match is told by a person on the telephone, not by a page: until somebody has answered, they stand where they were.
_TOLD_BY_A_PERSON = frozenset({DonorStatus.MATCHED, DonorStatus.REMOBILISING})


@dataclass(frozen=True)
class OwnDonor:
    """A donor as they see themselves: how far they are, what they answered, when the reflection is over."""

    number: str
    branch_name: str
    branch_phone: str
    enrolled_on: datetime.date
    sample_from: datetime.date
    is_waiting_for_sample: bool
    is_under_way: bool
    state: str
    deferred_until: datetime.date | None
    answers: list[tuple[str, str]]
    consents: list[tuple[str, str, bool]]


# From here on a person waits at the other side: leaving is as quick, and said in other words.
UNDER_WAY: frozenset[str] = frozenset(
    {DonorStatus.HIGH_RES, DonorStatus.MEDICAL, DonorStatus.SCHEDULED, DonorStatus.MOBILISING}
)


def own_donors(registrant_ids: Sequence[int]) -> list[OwnDonor]:
    """What people who proved who they are see of themselves as donors in force; each look is noted; three queries."""
    rows = _own(registrant_ids)
    texts = open_many_for_work(rows, "answers", work=f"registries.mine:{uuid.uuid4()}")
    for donor in rows:
        record_audit("registries.donor.seen_online", actor=None, obj=donor, branch_code=donor.branch.code)
    return [
        OwnDonor(
            number=donor.number,
            branch_name=donor.branch.name,
            branch_phone=donor.branch.phone,
            enrolled_on=donor.enrolled_on,
            sample_from=donor.sample_from,
            is_waiting_for_sample=donor.status == DonorStatus.ENROLLED,
            is_under_way=donor.status in UNDER_WAY,
            state=_state_of(donor),
            deferred_until=donor.deferred_until,
            answers=answer_lines(text) if text else [],
            # The one that can be taken back alone; the row says whether it is in force.
            consents=[(_CALLED, str(ConsentSubject(_CALLED).label), donor.is_called)],
        )
        for donor, text in zip(rows, texts, strict=True)
    ]


def _state_of(donor: Donor) -> str:
    """How far somebody is, in words; who has given before is followed up until then."""
    status = donor.status
    if status in _TOLD_BY_A_PERSON:
        status = DonorStatus.TYPED if donor.follow_up_on is None else DonorStatus.FOLLOW_UP
    return str(DonorStatus(status).label)


def withdraw_own_donor(*, registrant_ids: Sequence[int], number: str) -> Donor:
    """Leave at once, by oneself. Raises NotFound for one that is not theirs or has left already."""
    return withdraw_donor(donor_id=_own_one(registrant_ids, number).pk, channel=Channel.ONLINE)


def change_own_donor_consent(*, registrant_ids: Sequence[int], number: str, subject: str, gives: bool) -> Donor:
    """Give or take back the consent to be rung, by oneself. Raises NotFound for one that is not theirs."""
    step = give_donor_consent if gives else take_back_donor_consent
    return step(donor_id=_own_one(registrant_ids, number).pk, subject=subject, channel=Channel.ONLINE)


def change_own_kin(*, registrant_ids: Sequence[int], number: str, people: Sequence[Kin]) -> Donor:
    """Name two others to ring, by oneself. Raises NotFound for one that is not theirs, RegistryError with fields."""
    return change_kin(donor_id=_own_one(registrant_ids, number).pk, people=people)


def has_left(*, registrant_ids: Sequence[int], number: str) -> bool:
    """Whether a donor that they were has left: for who clicked twice, or comes back to the page; two queries."""
    return any(one.number == number for one in _theirs(registrant_ids) if one.ended_at is not None)


def _own_one(registrant_ids: Sequence[int], number: str) -> Donor:
    for donor in _own(registrant_ids):
        if donor.number == number:
            return donor
    raise NotFound("donor_not_found", _("没有这份有效的登记，它可能已经退出。"))


def _own(registrant_ids: Sequence[int]) -> list[Donor]:
    return [one for one in _theirs(registrant_ids) if one.ended_at is None]


def _theirs(registrant_ids: Sequence[int]) -> list[Donor]:
    people = Registrant.objects.unscoped("their own").filter(pk__in=registrant_ids, destroyed_at=None)
    keys = [str(one) for one in people.values_list("row_key", flat=True)]
    if not keys:
        return []
    rows = Donor.objects.unscoped("their own").filter(matching(Donor, "registrant", *keys))
    return list(rows.select_related("branch").order_by("pk"))
