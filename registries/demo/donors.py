"""Stem-cell donors of the demo: made-up people of two cities on every step, a drive, batches, one who gave."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from core.clock import today
from core.identifiers import id_check_digit
from organizations.models import Branch
from registries.choices import STEM_CONSENTS
from registries.choices.contacts import ContactMeans
from registries.choices.donors import HEALTH_QUESTIONS as QUESTIONS
from registries.choices.donors import (
    Answer,
    DeferralReason,
    ExpenseKind,
    FollowUpResult,
    HonourKind,
    MedicalVerdict,
    Verdict,
)
from registries.models import Donor
from registries.services.donors import giving, leaving, sampling, support
from registries.services.donors.enrolment import Enrolment, enrol_donor, plan_drive
from registries.services.donors.kin import Kin
from registries.services.registrants import Person
from registries.services.told_deaths import record_death

_SURNAMES = "何吕施张孔曹严华金魏陶姜戚谢邹"
_GIVEN = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰"
# Who may be tried at /organ/mine/ in the demo: 何示例甲 by 13800000200.
FIRST_PHONE = 13_800_000_200
JOINED_DAYS = 230


def leave_donors(branch: Branch, elsewhere: Branch, people: dict[str, User]) -> None:
    """Leave donors in a branch, one or two on each step, one who gave and was honoured; and two in another city."""
    clerk = people["hangzhou.registrar"]
    drive = plan_drive(
        branch=branch, name=_("示例大学春季招募"), place=_("示例大学广场"), held_on=_ago(JOINED_DAYS),
        planned_count=50, key=uuid.uuid4(), actor=clerk,
    )  # fmt: skip
    early = [_join(branch, at, clerk, JOINED_DAYS, drive_id=drive.pk) for at in range(11)]
    late = [_join(branch, at, clerk, days) for at, days in ((11, 2), (12, 40), (13, 12))]
    _type(early, clerk)
    _bring(early, clerk)
    leaving.defer_donor(
        donor_id=late[1].pk, until=today() + datetime.timedelta(days=40), reason=DeferralReason.AWAY, actor=clerk
    )
    sampling.take_sample(donor_id=late[2].pk, bag="SL2026900001", on=_ago(3), actor=clerk)
    other = people["wenzhou.coordinator"]
    for at in (3, 4):
        _join(elsewhere, at, other, 30, first=50)


def _type(donors: list[Donor], clerk: User) -> None:
    """Take, send and type the samples of all but the first two; one bag is damaged."""
    sampled = donors[2:]
    bags = [
        sampling.take_sample(donor_id=one.pk, bag=f"SL2026{at:06d}", on=_ago(200), actor=clerk).pk
        for at, one in enumerate(sampled, start=1)
    ]
    batch = sampling.make_batch(
        branch=sampled[0].branch, box=_("示例 1 号箱"), sample_ids=bags, key=uuid.uuid4(), actor=clerk
    )
    sampling.send_batch(batch_id=batch.pk, courier=_("示例冷链"), waybill="SL0001", on=_ago(198), actor=clerk)
    verdicts: dict[int, str] = dict.fromkeys(bags, Verdict.RECEIVED)
    verdicts[bags[-1]] = Verdict.DAMAGED
    sampling.receive_batch(batch_id=batch.pk, receipt_number="LAB-0001", on=_ago(195), verdicts=verdicts, actor=clerk)
    for one in sampled[:-1]:
        sampling.note_typed(donor_id=one.pk, on=_ago(180), actor=clerk)


def _bring(donors: list[Donor], clerk: User) -> None:
    """Bring some from the library on: matched, asked, not reached, examined, collected; one lost, two gone."""
    gave, dated, fit, examined, unreached, matched, lost = (one.pk for one in donors[2:9])
    _die(donors[1], clerk)
    leaving.lose_donor(donor_id=lost, on=_ago(20), actor=clerk)
    for donor in (gave, dated, fit, examined, unreached, matched):
        giving.note_match(donor_id=donor, on=_ago(150), actor=clerk)
    for donor in (gave, dated, fit, examined, unreached):
        giving.ask_again(donor_id=donor, on=_ago(149), actor=clerk)
    giving.take_answer(donor_id=unreached, answer=Answer.NOT_REACHED, on=_ago(140), actor=clerk)
    for donor in (gave, dated, fit, examined):
        giving.take_answer(donor_id=donor, answer=Answer.AGREE, on=_ago(145), actor=clerk)
        giving.note_high_res(donor_id=donor, is_match=True, on=_ago(120), actor=clerk)
    for donor in (gave, dated, fit):
        giving.note_medical(donor_id=donor, verdict=MedicalVerdict.FIT, on=_ago(100), actor=clerk)
    for donor in (gave, dated):
        giving.set_date(
            donor_id=donor, planned_on=today() + datetime.timedelta(days=12), hospital=_("示例医院"), on=_ago(90),
            actor=clerk,
        )  # fmt: skip
    # In the national library still: the list of those of whom it is to be told has somebody.
    leaving.withdraw_donor(donor_id=examined, channel="counter", actor=clerk)
    _give(gave, clerk)


def _die(donor: Donor, clerk: User) -> None:
    said = _("示例：家人来电告知")
    record_death(about=donor, means=ContactMeans.PHONE, note=said, key=uuid.uuid4(), actor=clerk)
    leaving.retire_deceased_donor(donor_id=donor.pk, on=today(), actor=clerk)


def _give(donor: int, clerk: User) -> None:
    for at in range(5):
        giving.note_drug_day(donor_id=donor, on=_ago(60 - at), is_tolerated=at != 2, actor=clerk)
    giving.collect(donor_id=donor, on=_ago(55), actor=clerk)
    giving.begin_follow_up(donor_id=donor, on=_ago(53), actor=clerk)
    giving.note_follow_up(donor_id=donor, result=FollowUpResult.WELL, on=_ago(47), actor=clerk)
    paid: dict[str, Any] = {"donor_id": donor, "on": _ago(50), "actor": clerk}
    support.write_expense(kind=ExpenseKind.TRAVEL, amount="356.50", evidence="JZ-0001", key=uuid.uuid4(), **paid)
    support.write_expense(kind=ExpenseKind.ESCORT, amount="800", evidence="JZ-0002", key=uuid.uuid4(), **paid)
    support.write_honour(donor_id=donor, kind=HonourKind.CERTIFICATE, on=_ago(50), key=uuid.uuid4(), actor=clerk)


def _join(branch: Branch, at: int, clerk: User, days: int, *, first: int = 0, drive_id: int | None = None) -> Donor:
    number = f"{branch.code[:4]}06{today().year - 20 - at}0{at % 9 + 1}1{at % 9}{first + at:03d}"
    person = Person(
        name=_("%(surname)s示例%(given)s") % {"surname": _SURNAMES[at], "given": _GIVEN[at]},
        document_kind="",
        document=number + id_check_digit(number),
        phone=str(FIRST_PHONE + first + at),
        sex="female" if at % 2 else "male",
        has_capacity=True,
    )
    enrolment = Enrolment(
        branch=branch,
        person=person,
        answers={one.code: False for one in QUESTIONS},
        kin=(
            Kin(_("示例亲人"), "parent", str(13_900_000_200 + first + at)),
            Kin(_("示例朋友"), "friend", str(13_900_000_300 + first + at)),
        ),
        signed_on=_ago(days),
        consents=frozenset(STEM_CONSENTS),
        drive_id=drive_id,
    )
    return enrol_donor(enrolment=enrolment, actor=clerk)


def _ago(days: int) -> datetime.date:
    return today() - datetime.timedelta(days=days)
