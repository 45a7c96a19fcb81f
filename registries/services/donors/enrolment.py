"""Joining: drives, and who joins at them or at the desk."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import now, today
from core.documents import age_on
from core.errors import DomainError
from core.numbers import take_number
from core.sealed import holds, matching, seal_into
from organizations.choices import Right
from organizations.permissions import require
from registries.choices import Channel
from registries.choices.donors import (
    OLDEST_AGE,
    REFLECTION_DAYS,
    YOUNGEST_AGE,
    DeferralReason,
    DonorStatus,
)
from registries.errors import RegistryError, WrongState
from registries.models import Donor, Drive, Registrant
from registries.services.clear_texts import clear_faults
from registries.services.consents import check_stem_consents, give_consents
from registries.services.donors.health import Judged, judge_answers
from registries.services.donors.kin import Kin, check_kin
from registries.services.donors.states import Step, last_birthday, note_donor
from registries.services.form_keys import hold_key, sent_before
from registries.services.registrants import CheckedPerson, Person, check_person, registrant_of, write_registrant

if TYPE_CHECKING:
    from accounts.models import User
    from organizations.models import Branch

LETTER = "D"
# Papers of a drive are taken down within weeks.
OLDEST_SIGNATURE = datetime.timedelta(days=366)
CHANNELS = (Channel.COUNTER, Channel.HOME)


@dataclass(frozen=True)
class Enrolment:
    """An agreement as it was signed: who, health answers, whom to ring, consents. `key` is the form's own."""

    branch: Branch
    person: Person
    answers: Mapping[str, bool]
    kin: tuple[Kin, ...]
    signed_on: datetime.date
    consents: frozenset[str]
    doctor_agrees: bool = False
    drive_id: int | None = None
    channel: str = Channel.COUNTER
    key: uuid.UUID = field(default_factory=uuid.uuid4)


def plan_drive(
    *, branch: Branch, name: str, place: str, held_on: datetime.date, planned_count: int, key: uuid.UUID, actor: User
) -> Drive:
    """Write a drive down; sent twice with one key, it is the first one. Raises RegistryError with fields."""
    texts = {"name": " ".join(name.split()), "place": " ".join(place.split())}
    faults = {one: _("请填写。") for one, text in texts.items() if not text}
    faults |= clear_faults(**texts)
    if not 0 < planned_count <= 100_000:
        faults["planned_count"] = _("请填写计划人数，至少 1 人。")
    if faults:
        raise RegistryError("drive_incomplete", _("还不完整，请按提示填写。"), faults)
    with transaction.atomic():
        require(actor, Right.KEEP_REGISTRIES, branch)
        values: dict[str, Any] = {**texts, "held_on": held_on, "planned_count": planned_count}
        rows = Drive.objects.unscoped("in a branch that the actor may write in")
        if first := sent_before(rows, key, **values, branch_id=branch.pk, created_by_id=actor.pk):
            return first
        drive = Drive.objects.create(key=key, **values, **Drive.lineage_of(branch), created_by=actor, created_at=now())
        record_audit("registries.drive.planned", actor=actor, obj=drive, branch_code=branch.code)
    return drive


def enrol_donor(*, enrolment: Enrolment, actor: User) -> Donor:
    """Let somebody join; sent twice with one key, it is the first one. Locks the registrant.

    Adults of full capacity of 18 to 45 on the day of signing, by themselves. Raises RegistryError with all faults by
    field, WrongState where this person has joined here already. Legal source: 个人信息保护法 Arts. 14, 28-29.
    """
    with transaction.atomic():
        require(actor, Right.KEEP_REGISTRIES, enrolment.branch)
        hold_key(enrolment.key)
        if first := _sent_before(enrolment):
            return first
        judged, person, kin, given = _checked(enrolment)
        drive = _drive_of(enrolment)
        registrant = write_registrant(branch=enrolment.branch, checked=person, key=enrolment.person.key, actor=actor)
        if donor_in_force(registrant) is not None:
            raise WrongState("donor_there", _("这个人在本会已报名，请用证件号码找到他，不必再报名。"))
        give_consents(registrant, given, channel=enrolment.channel, actor=actor)
        donor = _new(enrolment, registrant, person, actor=actor)
        donor.drive, donor.deferred_until = drive, judged.deferred_until
        reason = DeferralReason.HEALTH_ANSWER if judged.deferred_until else None
        seal_into(donor, answers=judged.text, kin=kin, deferral_reason=reason)
        donor.save(force_insert=True)
        note_donor(donor, "", Step("enrolled", enrolment.signed_on, actor, enrolment.channel, judged.deferred_until))
    return donor


def donor_in_force(registrant: Registrant) -> Donor | None:
    """The donor in force that somebody is in the branch that keeps them; one query, by the look-up key."""
    rows = Donor.objects.unscoped("of one registrant").filter(
        matching(Donor, "registrant", str(registrant.row_key)), branch_id=registrant.branch_id, ended_at=None
    )
    found: Donor | None = rows.select_related("branch").first()
    return found


def _sent_before(enrolment: Enrolment) -> Donor | None:
    """The donor that this very form made. Raises WrongState for another person on a form that was used already."""
    rows = Donor.objects.unscoped("the same form sent twice").select_related("branch")
    first: Donor | None = rows.filter(key=enrolment.key).first()
    if first is None:
        return None
    if not holds(registrant_of(first), "document", enrolment.person.document):
        raise WrongState("form_used", _("这张表单已为另一个人报过名（浏览器退回的旧页面），请重新打开“报名”再录。"))
    return first


def _checked(enrolment: Enrolment) -> tuple[Judged, CheckedPerson, str, frozenset[str]]:
    """All parts of a form, with the faults of all of them at once."""
    faults: dict[str, str] = {}
    found: list[Any] = []
    for check in (_check_signature, _check_who, _check_kin, _check_answers, _check_consents):
        try:
            found.append(check(enrolment))
        except DomainError as error:
            faults.update(error.fields or {"": error.message})
    if faults:
        raise RegistryError("enrolment_incomplete", _("还不完整，请按提示填写。"), faults)
    _day, person, kin, judged, given = found
    return judged, person, kin, given


def _check_signature(enrolment: Enrolment) -> None:
    if not today() - OLDEST_SIGNATURE <= enrolment.signed_on <= today():
        sentence = _("签字日期不能晚于今天，也不能早于一年前。")
        raise RegistryError("signed_on_wrong", sentence, {"signed_on": sentence})
    if enrolment.channel not in CHANNELS:
        sentence = _("须本人签字，不能委托他人或网上代办。")
        raise RegistryError("channel_wrong", sentence, {"channel": sentence})


def _check_who(enrolment: Enrolment) -> CheckedPerson:
    return check_who_joins(enrolment.person, signed_on=enrolment.signed_on)


def check_who_joins(who: Person, *, signed_on: datetime.date) -> CheckedPerson:
    """Look at who joins, on a day, at the desk or on an older paper: 18 to 45. Raises RegistryError with fields."""
    person = check_person(who, signed_on=signed_on)
    age = age_on(datetime.date.fromisoformat(person.details["born_on"]), signed_on)
    if not YOUNGEST_AGE <= age <= OLDEST_AGE:
        where = "document" if person.document.born_on else "born_on"
        sentence = _("签字时须满 %(least)d 周岁、不超过 %(most)d 周岁。") % {"least": YOUNGEST_AGE, "most": OLDEST_AGE}
        raise RegistryError("age_wrong", sentence, {where: sentence})
    return person


def _check_kin(enrolment: Enrolment) -> str:
    return check_kin(enrolment.kin, own_phone=enrolment.person.phone)


def _check_answers(enrolment: Enrolment) -> Judged:
    return judge_answers(enrolment.answers, on=enrolment.signed_on, doctor_agrees=enrolment.doctor_agrees)


def _check_consents(enrolment: Enrolment) -> frozenset[str]:
    return check_stem_consents(enrolment.consents)


def _drive_of(enrolment: Enrolment) -> Drive | None:
    if enrolment.drive_id is None:
        return None
    rows = Drive.objects.unscoped("of the branch that the actor writes in")
    found: Drive | None = rows.filter(pk=enrolment.drive_id, branch=enrolment.branch).first()
    if found is None:
        sentence = _("请选择本会的招募活动，或不选。")
        raise RegistryError("drive_wrong", sentence, {"drive": sentence})
    return found


def _new(enrolment: Enrolment, registrant: Registrant, person: CheckedPerson, *, actor: User) -> Donor:
    day = last_birthday(datetime.date.fromisoformat(person.details["born_on"]))
    donor = Donor(
        **Donor.lineage_of(enrolment.branch),
        key=enrolment.key,
        number=take_number(enrolment.branch.code, today().year, LETTER),
        status=DonorStatus.ENROLLED,
        channel=enrolment.channel,
        enrolled_on=enrolment.signed_on,
        sample_from=enrolment.signed_on + datetime.timedelta(days=REFLECTION_DAYS),
        stepped_on=enrolment.signed_on,
        ages_out_month=day.replace(day=1),
        enrolled_by=actor,
        enrolled_at=now(),
    )
    seal_into(donor, registrant=str(registrant.row_key))
    return donor
