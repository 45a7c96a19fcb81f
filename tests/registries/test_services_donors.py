"""Joining and leaving: ages at the boundary day, what a yes means, waiting, losing and finding, both registries."""

from __future__ import annotations

import datetime
import json
from dataclasses import replace
from typing import Any

import pytest

from core.clock import frozen_at, now, today
from core.models import AuditEvent
from core.sealed import open_for_work
from registries.choices import ConsentSubject
from registries.choices.donors import GIVING_ENDS_AGE, HEALTH_QUESTIONS, IN_FORCE, OLDEST_AGE, YOUNGEST_AGE, Meaning
from registries.errors import RegistryError, WrongState
from registries.models import Collection, Donor, DonorEvent, DueContact, Registrant
from registries.selectors.donors import STANDING, WORK_LISTS, work_counts, work_list
from registries.services.consents import consents_in_force
from registries.services.donors import enrolment, giving, leaving, sampling, support
from registries.services.donors.kin import Kin
from registries.services.donors.reading import reveal_donor, reveal_health
from registries.services.donors.states import last_birthday
from registries.services.registrants import registrant_of
from registries.services.wishes import withdraw_wish
from tests.ledger.test_concurrency import at_once
from tests.registries.donor_ground import (
    NO_TO_ALL,
    S,
    agreement,
    born,
    brought,
    joined,
    number_born,
    packed,
)
from tests.registries.ground import Ground, days_ago, registered, somebody

DAY = datetime.timedelta(days=1)


def born_on(day: datetime.date, at: int = 0) -> Any:
    """Somebody made up who was born on a day."""
    return somebody(at, document=number_born(day, at))


def whole_years_before(day: datetime.date, years: int) -> datetime.date:
    """The birthday of who turns so many years on a day."""
    return day.replace(year=day.year - years)


@pytest.mark.parametrize(
    ("years", "days", "is_taken"),
    [(YOUNGEST_AGE, 0, True), (YOUNGEST_AGE, -1, False), (OLDEST_AGE + 1, -1, True), (OLDEST_AGE + 1, 0, False)],
)
def test_one_joins_from_the_eighteenth_birthday_to_the_day_before_the_forty_sixth(
    ground: Ground, years: int, days: int, is_taken: bool
) -> None:
    # `days` before (negative: after) the birthday on the day of signing.
    person = born_on(whole_years_before(today(), years) - datetime.timedelta(days=days))
    if is_taken:
        assert joined(ground, person=person, signed_on=today()).status == S.ENROLLED
        return
    with pytest.raises(RegistryError) as refused:
        joined(ground, person=person, signed_on=today())
    assert "document" in refused.value.fields
    assert Registrant.objects.unscoped("test").count() == 0


def test_no_birthday_is_kept_in_clear_only_the_month_in_which_one_ages_out(ground: Ground) -> None:
    day = born(30, days=40)
    donor = joined(ground, person=born_on(day))
    assert donor.ages_out_month == last_birthday(day).replace(day=1)
    assert donor.ages_out_month.day == 1


def test_who_was_born_on_a_leap_day_ages_out_on_the_first_of_march() -> None:
    assert last_birthday(datetime.date(1988, 2, 29)) == datetime.date(1988 + GIVING_ENDS_AGE, 3, 1)


def _nearly_aged(ground: Ground) -> tuple[Donor, datetime.date]:
    """A donor in the library, and the day of their last birthday, years ahead."""
    day = born(45, days=3, on=days_ago(200))
    donor = brought(ground, S.TYPED, person=born_on(day))
    return donor, last_birthday(day)


def test_giving_ends_on_the_very_birthday_and_not_a_day_before(ground: Ground) -> None:
    actor = ground.person("coordinator")
    donor, birthday = _nearly_aged(ground)
    noon = datetime.datetime.combine(birthday, datetime.time(4), datetime.UTC)
    with frozen_at(noon - DAY):
        with pytest.raises(RegistryError, match="还没有满 55 周岁"):
            leaving.retire_donor(donor_id=donor.pk, status=S.AGED, on=today(), actor=actor)
        giving.note_match(donor_id=donor.pk, on=today(), actor=actor)
    with frozen_at(noon):
        with pytest.raises(RegistryError, match="已满 55 周岁"):
            giving.ask_again(donor_id=donor.pk, on=today(), actor=actor)
        leaving.retire_donor(donor_id=donor.pk, status=S.AGED, on=today(), actor=actor)
    donor.refresh_from_db()
    assert donor.status == S.AGED


def test_who_ages_out_is_in_the_list_half_a_year_before(ground: Ground) -> None:
    actor = ground.person("coordinator")
    donor, birthday = _nearly_aged(ground)
    first = datetime.datetime.combine(birthday.replace(day=1), datetime.time(4), datetime.UTC)
    with frozen_at(first - 184 * DAY):
        assert work_list(actor, "ageing") == []
    with frozen_at(first - 183 * DAY):
        assert work_list(actor, "ageing") == [donor]


def test_a_yes_that_forbids_joining_keeps_nothing_and_one_that_defers_says_until_when(ground: Ground) -> None:
    for at, question in enumerate(HEALTH_QUESTIONS):
        over: dict[str, Any] = {"answers": {**NO_TO_ALL, question.code: True}, "signed_on": today()}
        if question.meaning == Meaning.DEFER:
            donor = joined(ground, at, **over)
            assert donor.deferred_until == today() + datetime.timedelta(days=question.days)
            continue
        before = Registrant.objects.unscoped("test").count()
        with pytest.raises(RegistryError) as refused:
            joined(ground, at, **over)
        assert list(refused.value.fields) == [f"answer_{question.code}"]
        assert Registrant.objects.unscoped("test").count() == before
        if question.meaning == Meaning.ASK:
            assert joined(ground, at, doctor_agrees=True, **over).deferred_until is None


def test_a_question_left_open_two_kin_with_one_telephone_and_a_missing_consent_are_told_at_once(ground: Ground) -> None:
    said = {**NO_TO_ALL}
    said.pop("cold")
    kin = (Kin("示例亲人", "parent", "13900000011"), Kin("示例朋友", "friend", "139 0000 0011"))
    with pytest.raises(RegistryError) as refused:
        joined(ground, answers=said, kin=kin, consents=frozenset({ConsentSubject.STEM_KEEP}))
    assert {"answer_cold", "kin2_phone", "consents"} <= set(refused.value.fields)


def test_who_waits_is_in_no_list_until_the_day_and_back_by_itself_on_it(ground: Ground) -> None:
    actor = ground.person("coordinator")
    donor = joined(ground)
    assert work_list(actor, "sample") == [donor]
    until = today() + 30 * DAY
    leaving.defer_donor(donor_id=donor.pk, until=until, reason="away", actor=actor)
    with pytest.raises(RegistryError, match="暂缓至"):
        sampling.take_sample(donor_id=donor.pk, bag="BAG000001", on=today(), actor=actor)
    for ahead, lists in ((0, set()), (29, set()), (30, {"sample", "deferral"})):
        with frozen_at(now() + ahead * DAY):
            assert {name for name in WORK_LISTS if work_list(actor, name)} == lists
    with frozen_at(now() + 30 * DAY):
        sampling.take_sample(donor_id=donor.pk, bag="BAG000001", on=today(), actor=actor)
        donor.refresh_from_db()
        assert (donor.deferred_until, donor.deferral_reason) == (None, None)
        assert {name for name in WORK_LISTS if work_list(actor, name)} == {"send"}


def test_the_reason_for_waiting_is_sealed_and_read_for_a_purpose(ground: Ground) -> None:
    donor, actor = joined(ground), ground.person("coordinator")
    leaving.defer_donor(donor_id=donor.pk, until=today() + DAY, reason="mother", actor=actor)
    donor.refresh_from_db()
    assert open_for_work(donor, "deferral_reason", work="test") == "mother"
    assert reveal_health(donor=donor, purpose="核对", actor=actor).deferral_reason == "怀孕、哺乳"


@pytest.mark.parametrize("status", sorted(IN_FORCE))
def test_one_leaves_from_every_state_at_once_and_is_in_no_list_and_no_plan(ground: Ground, status: str) -> None:
    actor = ground.person("coordinator")
    donor = brought(ground, status)
    leaving.withdraw_donor(donor_id=donor.pk, channel="online")
    donor.refresh_from_db()
    assert (donor.status, donor.ended_at is not None) == (S.WISH, True)
    # The library is to be told of whom it knows: a number, from which nobody is called (test_services_donor_there.py).
    left = [STANDING] if donor.stands_there else []
    with frozen_at(now() + datetime.timedelta(seconds=1)):
        assert [name for name in WORK_LISTS if work_list(actor, name)] == left
    with frozen_at(now() + 4000 * DAY):
        assert [name for name in WORK_LISTS if work_list(actor, name)] == left
        assert work_counts(actor) == {name: int(name in left) for name in WORK_LISTS}
    assert not DueContact.objects.unscoped("test").filter(status="open").exists()
    assert consents_in_force(registrant_of(donor)) == {}
    assert not Collection.objects.filter(collected_on=None, called_off_on=None).exists()
    assert not reveal_donor(donor=donor, purpose="核对", actor=actor).may_contact
    with pytest.raises(WrongState):
        leaving.withdraw_donor(donor_id=donor.pk, channel="online")


def test_each_list_holds_who_belongs_to_it_and_counts_them(ground: Ground) -> None:
    actor = ground.person("coordinator")
    wanted = {
        "sample": joined(ground, 0),
        "send": brought(ground, S.SAMPLED, 1),
        "ask": brought(ground, S.MATCHED, 2),
        "recover": brought(ground, S.LOST, 3),
        "follow_up": brought(ground, S.FOLLOW_UP, 4),
        "schedule": brought(ground, S.MEDICAL, 5),
    }
    giving.note_medical(donor_id=wanted["schedule"].pk, verdict="fit", on=today(), actor=actor)
    joined(ground, 6, signed_on=today())
    for name, donor in wanted.items():
        assert work_list(actor, name) == [donor], name
    assert work_counts(actor) == {name: int(name in wanted) for name in WORK_LISTS}
    assert work_counts(ground.person("stranger")) == dict.fromkeys(WORK_LISTS, 0)


def test_who_is_lost_is_a_task_and_found_again_where_they_had_come(ground: Ground) -> None:
    actor = ground.person("coordinator")
    for at, status in enumerate((S.ENROLLED, S.TYPED, S.FOLLOW_UP)):
        donor = brought(ground, status, at)
        leaving.lose_donor(donor_id=donor.pk, on=today(), actor=actor)
        assert donor in work_list(actor, "recover")
        assert DueContact.objects.unscoped("test").filter(donor=donor, reason="recover", status="open").exists()
        leaving.recover_donor(donor_id=donor.pk, on=today(), actor=actor)
        donor.refresh_from_db()
        assert (donor.status, donor.unreached_on) == (status, None)
        assert donor not in work_list(actor, "recover")


def test_who_is_not_reached_after_a_match_stays_with_it_and_becomes_a_task(ground: Ground) -> None:
    actor = ground.person("coordinator")
    donor = brought(ground, S.REMOBILISING)
    for on in (days_ago(20), days_ago(10)):
        giving.take_answer(donor_id=donor.pk, answer="not_reached", on=on, actor=actor)
    donor.refresh_from_db()
    assert (donor.status, donor.unreached_on) == (S.REMOBILISING, days_ago(20))
    assert work_list(actor, "recover") == work_list(actor, "ask") == [donor]
    giving.take_answer(donor_id=donor.pk, answer="decline", on=today(), actor=actor)
    donor.refresh_from_db()
    assert (donor.status, donor.unreached_on) == (S.TYPED, None)
    assert work_list(actor, "recover") == []


def test_what_the_examination_found_is_kept_nowhere_but_fit_unfit_or_deferred(ground: Ground) -> None:
    actor = ground.person("coordinator")
    first, second, third = (brought(ground, S.MEDICAL, at) for at in range(3))
    giving.note_medical(donor_id=first.pk, verdict="unfit", on=today(), actor=actor)
    with pytest.raises(RegistryError, match="暂缓到哪一天"):
        giving.note_medical(donor_id=second.pk, verdict="deferred", on=today(), actor=actor)
    giving.note_medical(donor_id=second.pk, verdict="deferred", on=today(), until=today() + DAY, actor=actor)
    with pytest.raises(RegistryError, match="暂缓至"):
        giving.note_medical(donor_id=second.pk, verdict="fit", on=today(), actor=actor)
    with pytest.raises(WrongState, match="还没有合格"):
        giving.set_date(donor_id=third.pk, planned_on=today() + DAY, hospital="示例医院", on=today(), actor=actor)
    for donor, status in ((first, S.HEALTH), (second, S.MEDICAL), (third, S.MEDICAL)):
        donor.refresh_from_db()
        assert donor.status == status


def test_what_is_paid_and_honoured_is_written_once_in_yuan(ground: Ground) -> None:
    actor = ground.person("coordinator")
    donor = brought(ground, S.FOLLOW_UP)
    paid: dict[str, Any] = {
        "donor_id": donor.pk, "kind": "travel", "on": today(), "evidence": "JZ-2026-12", "actor": actor,
    }  # fmt: skip
    key = agreement(ground.branch).key
    for _twice in range(2):
        assert str(support.write_expense(amount="128.5", key=key, **paid).amount) in ("128.5", "128.50")
    assert donor.expenses.count() == 1
    for wrong in ("0", "-1", "1.234", "abc", "NaN", "Infinity", "1e9"):
        with pytest.raises(RegistryError) as refused:
            support.write_expense(amount=wrong, key=agreement(ground.branch).key, **paid)
        assert list(refused.value.fields) == ["amount"]
    support.write_honour(donor_id=donor.pk, kind="certificate", on=today(), key=key, actor=actor)
    assert donor.honours.count() == 1
    other = joined(ground, 1)
    with pytest.raises(RegistryError, match="采集完成以后"):
        support.write_honour(donor_id=other.pk, kind="medal", on=today(), key=agreement(ground.branch).key, actor=actor)


def test_what_is_taken_back_with_a_wish_leaves_the_donor_standing_and_the_other_way_round(ground: Ground) -> None:
    person = agreement(ground.branch).person
    wish, donor = registered(ground, person=replace(person)), joined(ground)
    registrant = registrant_of(donor)
    assert registrant_of(wish).pk == registrant.pk
    withdraw_wish(wish_id=wish.pk, channel="online")
    assert {one for one in consents_in_force(registrant) if not one.startswith("stem")} == set()
    assert len(consents_in_force(registrant)) == 5
    leaving.withdraw_donor(donor_id=donor.pk, channel="online")
    assert consents_in_force(registrant) == {}


def test_no_row_of_the_trail_and_no_event_says_who_or_what_of_health(ground: Ground) -> None:
    actor = ground.person("coordinator")
    donor = brought(ground, S.FOLLOW_UP)
    leaving.defer_donor(donor_id=donor.pk, until=today() + DAY, reason="illness", actor=actor)
    reveal_donor(donor=donor, purpose="核对", actor=actor)
    leaving.withdraw_donor(donor_id=donor.pk, channel="counter", actor=actor)
    person = agreement(ground.branch).person
    rows = json.dumps(list(AuditEvent.objects.values()), default=str, ensure_ascii=False)
    rows += json.dumps(list(DonorEvent.objects.values()), default=str, ensure_ascii=False)
    for value in (person.name, person.document, person.phone, "示例亲人", "13900000011", "illness", "tattoo"):
        assert value not in rows
    assert donor.number in rows


def test_of_two_who_take_one_person_down_at_once_one_is_told_so(committed_ground: Ground) -> None:
    results = at_once(*[lambda: joined(committed_ground)] * 2)
    assert sorted(type(one).__name__ for one in results) == ["Donor", "WrongState"]
    assert Donor.objects.unscoped("test").count() == 1


def test_the_serials_of_a_province_have_no_gap_when_two_are_written_at_once(committed_ground: Ground) -> None:
    actor = committed_ground.person("coordinator")
    donors = [brought(committed_ground, S.MOBILISING, at) for at in range(4)]
    giving.note_drug_day(donor_id=donors[0].pk, on=days_ago(46), is_tolerated=True, actor=actor)
    first = at_once(*[lambda one=one: giving.collect(donor_id=one.pk, on=days_ago(45), actor=actor) for one in donors])
    assert [type(one).__name__ for one in first] == ["Collection"] * 4
    serials = sorted(Collection.objects.values_list("serial", flat=True))
    assert serials == [1, 2, 3, 4]
    again = at_once(*[lambda: giving.collect(donor_id=donors[0].pk, on=days_ago(45), actor=actor)] * 2)
    assert {type(one) for one in again} == {WrongState}


def test_a_bag_and_a_box_are_taken_once_when_two_click(committed_ground: Ground) -> None:
    actor = committed_ground.person("coordinator")
    donors = [joined(committed_ground, at) for at in range(2)]
    results = at_once(
        *[
            lambda one=one: sampling.take_sample(donor_id=one.pk, bag="BAGONE1", on=today(), actor=actor)
            for one in donors
        ]
    )
    assert sorted(type(one).__name__ for one in results) == ["RegistryError", "Sample"]
    donor = next(one.donor for one in results if not isinstance(one, Exception))
    batch = packed(donor, actor=actor)
    sent = {"batch_id": batch.pk, "courier": "示例快递", "waybill": "SF1", "on": today(), "actor": actor}
    results = at_once(*[lambda: sampling.send_batch(**sent)] * 2)
    assert sorted(type(one).__name__ for one in results) == ["SampleBatch", "WrongState"]


def test_who_leaves_while_they_are_being_asked_deadlocks_nobody(committed_ground: Ground) -> None:
    actor = committed_ground.person("coordinator")
    donor = brought(committed_ground, S.REMOBILISING)
    results = at_once(
        lambda: leaving.withdraw_donor(donor_id=donor.pk, channel="online"),
        lambda: giving.take_answer(donor_id=donor.pk, answer="not_reached", on=today(), actor=actor),
    )
    assert {type(one).__name__ for one in results} <= {"Donor", "WrongState"}
    donor.refresh_from_db()
    assert donor.status == S.WISH
    assert not DueContact.objects.unscoped("test").filter(status="open").exists()
    assert enrolment.donor_in_force(registrant_of(donor)) is None
