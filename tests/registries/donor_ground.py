"""Stem-cell donors for the tests: joined, and brought to any state by the services alone."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from accounts.models import User
from core.clock import today
from core.identifiers import id_check_digit
from organizations.models import Branch
from registries.choices import STEM_CONSENTS
from registries.choices.donors import HEALTH_QUESTIONS, DonorStatus
from registries.models import Donor, Sample, SampleBatch
from registries.services.donors import enrolment, giving, leaving, sampling
from registries.services.donors.enrolment import Enrolment
from registries.services.donors.kin import Kin
from registries.services.told_deaths import record_death
from tests.registries.ground import Ground, days_ago, somebody

S = DonorStatus
NO_TO_ALL = {one.code: False for one in HEALTH_QUESTIONS}
KIN = (Kin("示例亲人", "parent", "13900000011"), Kin("示例朋友", "friend", "13900000012"))
JOINED_DAYS = 200


def born(years: int, *, days: int = 0, on: datetime.date | None = None) -> datetime.date:
    """The birthday of somebody who is so many years old on a day (today), and so many days more."""
    day = (on or today()) - datetime.timedelta(days=days)
    return day.replace(year=day.year - years)


def number_born(day: datetime.date, at: int = 0) -> str:
    """A made-up identity number of somebody born on a day."""
    first = f"330106{day:%Y%m%d}{at % 1000:03d}"
    return first + id_check_digit(first)


def agreement(branch: Branch, at: int = 0, **over: Any) -> Enrolment:
    """An agreement as it was signed, long enough ago for every step."""
    person = somebody(at, document=number_born(born(30, days=40), at))
    signed = Enrolment(
        branch=branch,
        person=person,
        answers=NO_TO_ALL,
        kin=KIN,
        signed_on=days_ago(JOINED_DAYS),
        consents=frozenset(STEM_CONSENTS),
        key=uuid.uuid4(),
    )
    return replace(signed, **over)


def joined(ground: Ground, at: int = 0, **over: Any) -> Donor:
    """Somebody who joined in the ground's branch."""
    return enrolment.enrol_donor(enrolment=agreement(ground.branch, at, **over), actor=ground.person("clerk"))


def bag_of(donor: Donor) -> Sample:
    """The newest bag of a donor."""
    return donor.samples.order_by("-pk")[0]


def packed(donor: Donor, *donors: Donor, actor: User) -> SampleBatch:
    """The bags of donors in a box."""
    bags = [bag_of(one).pk for one in (donor, *donors)]
    return sampling.make_batch(branch=donor.branch, box="箱1", sample_ids=bags, key=uuid.uuid4(), actor=actor)


def shipped(donor: Donor, *donors: Donor, on: datetime.date, actor: User) -> SampleBatch:
    """The bags of donors in a box on its way."""
    batch = packed(donor, *donors, actor=actor)
    return sampling.send_batch(batch_id=batch.pk, courier="示例快递", waybill=f"SF{batch.pk}", on=on, actor=actor)


def _drug_days(donor: Donor, first: int, actor: User) -> None:
    for at in range(4):
        giving.note_drug_day(donor_id=donor.pk, on=days_ago(first - at), is_tolerated=True, actor=actor)


def _sample(donor: Donor, actor: User) -> None:
    sampling.take_sample(donor_id=donor.pk, bag=f"BAG{donor.pk:06d}", on=days_ago(150), actor=actor)


def _date(donor: Donor, actor: User) -> None:
    giving.note_medical(donor_id=donor.pk, verdict="fit", on=days_ago(100), actor=actor)
    day = today() + datetime.timedelta(days=30)
    giving.set_date(donor_id=donor.pk, planned_on=day, hospital="示例医院", on=days_ago(99), actor=actor)


# The way of a donor who gives, each step by its service, on a day after the one before.
WAY: tuple[tuple[str, Callable[[Donor, User], Any]], ...] = (
    (S.SAMPLED, _sample),
    (S.SENT, lambda one, actor: shipped(one, on=days_ago(145), actor=actor)),
    (S.TYPED, lambda one, actor: sampling.note_typed(donor_id=one.pk, on=days_ago(130), actor=actor)),
    (S.MATCHED, lambda one, actor: giving.note_match(donor_id=one.pk, on=days_ago(125), actor=actor)),
    (S.REMOBILISING, lambda one, actor: giving.ask_again(donor_id=one.pk, on=days_ago(124), actor=actor)),
    (S.HIGH_RES, lambda one, a: giving.take_answer(donor_id=one.pk, answer="agree", on=days_ago(120), actor=a)),
    (S.MEDICAL, lambda one, a: giving.note_high_res(donor_id=one.pk, is_match=True, on=days_ago(110), actor=a)),
    (S.SCHEDULED, _date),
    (S.MOBILISING, lambda one, actor: _drug_days(one, 50, actor)),
    (S.COLLECTED, lambda one, actor: giving.collect(donor_id=one.pk, on=days_ago(46), actor=actor)),
    (S.FOLLOW_UP, lambda one, actor: giving.begin_follow_up(donor_id=one.pk, on=days_ago(44), actor=actor)),
)


def _die(donor: Donor, actor: User) -> None:
    record_death(about=donor, means="phone", note="家属来电", key=uuid.uuid4(), actor=actor)
    leaving.retire_deceased_donor(donor_id=donor.pk, on=today(), actor=actor)


_LEFT: dict[str, Callable[[Donor, User], Any]] = {
    S.WISH: lambda one, actor: leaving.withdraw_donor(donor_id=one.pk, channel="counter", actor=actor),
    S.HEALTH: lambda one, a: leaving.retire_donor(donor_id=one.pk, status=S.HEALTH, on=today(), actor=a),
    S.DECEASED: lambda one, actor: _die(one, actor),
    S.LOST: lambda one, actor: leaving.lose_donor(donor_id=one.pk, on=days_ago(90), actor=actor),
}


def brought(ground: Ground, status: str, at: int = 0, **over: Any) -> Donor:
    """A donor in a state, by the steps that lead there; one that left by age needs the clock moved by the caller."""
    actor = ground.person("coordinator")
    donor = joined(ground, at, **over)
    if status in _LEFT:
        _LEFT[status](donor, actor)
    else:
        for reached, step in WAY:
            if donor.status == status:
                break
            step(donor, actor)
            donor.refresh_from_db()
            assert donor.status == reached
    donor.refresh_from_db()
    assert donor.status == status
    return donor
