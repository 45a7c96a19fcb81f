"""Giving a second time, matched while lost, and what is followed up whatever comes of it."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from core.clock import today
from registries.checks import all_checks
from registries.errors import WrongState
from registries.models import Collection, Donor, DueContact
from registries.selectors.donors import Place, work_list
from registries.services.donors import giving, leaving
from registries.services.donors.assigning import assign_donor
from tests.registries.donor_ground import S, brought, joined
from tests.registries.exchange_ground import applied, received, row_of, text_of
from tests.registries.ground import Ground, days_ago


def again(ground: Ground, kind: str = "stem_cells", *, upto: str = "scheduled", at: int = 0) -> Donor:
    """Somebody who has given and is asked again, brought so far."""
    actor, donor = ground.person("coordinator"), brought(ground, S.FOLLOW_UP, at)
    giving.give_again(donor_id=donor.pk, kind=kind, on=days_ago(30), actor=actor)
    if upto != "matched":
        giving.ask_again(donor_id=donor.pk, on=days_ago(30), actor=actor)
    if upto not in ("matched", "asked"):
        giving.take_answer(donor_id=donor.pk, answer="agree", on=days_ago(29), actor=actor)
    if upto == "scheduled":
        giving.note_medical(donor_id=donor.pk, verdict="fit", on=days_ago(29), actor=actor)
        planned = today() + datetime.timedelta(days=9)
        said = {"planned_on": planned, "hospital": "示例医院", "on": days_ago(28)}
        giving.set_date(donor_id=donor.pk, **said, actor=actor)
    donor.refresh_from_db()
    return donor


def planned_for(donor: Donor) -> set[str]:
    """The reasons for which a contact is open."""
    rows = DueContact.objects.unscoped("test").filter(donor=donor, status="open")
    return set(rows.values_list("reason", flat=True))


def test_who_gives_stem_cells_again_has_a_second_row_and_a_second_serial(ground: Ground) -> None:
    donor, actor = again(ground), ground.person("coordinator")
    for at in range(4):
        giving.note_drug_day(donor_id=donor.pk, on=days_ago(20 - at), is_tolerated=True, actor=actor)
    second = giving.collect(donor_id=donor.pk, on=days_ago(16), actor=actor)
    assert (second.round, second.serial, second.kind) == (2, 2, "stem_cells")


def test_lymphocytes_need_no_drug_day_and_take_no_number_of_the_series(ground: Ground) -> None:
    donor, actor = again(ground, "lymphocytes"), ground.person("coordinator")
    with pytest.raises(WrongState, match="不用动员剂"):
        giving.note_drug_day(donor_id=donor.pk, on=days_ago(20), is_tolerated=True, actor=actor)
    second = giving.collect(donor_id=donor.pk, on=days_ago(16), actor=actor)
    assert (second.round, second.serial, second.cases_of, second.drug_days.count()) == (2, None, None, 0)
    other = brought(ground, S.FOLLOW_UP, 1)
    assert other.collections.get().serial == 2
    assert not {name for name, rows in all_checks().items() if rows}


def test_the_database_keeps_stem_cells_in_the_series(ground: Ground) -> None:
    brought(ground, S.MOBILISING)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE registries_collection SET collected_on = current_date")


def test_who_is_asked_a_second_time_is_asked_first_and_examined_once_they_agree(ground: Ground) -> None:
    donor = again(ground, upto="matched")
    assert (donor.status, "remobilise" in planned_for(donor)) == (S.MATCHED, True)
    with pytest.raises(WrongState):
        giving.note_medical(donor_id=donor.pk, verdict="fit", on=today(), actor=ground.person("coordinator"))
    agreed = again(ground, upto="agreed", at=1)
    assert (agreed.status, agreed.collections.count()) == (S.MEDICAL, 2)


@pytest.mark.parametrize("answer", ["decline", "lapsed"])
def test_who_declines_a_second_time_is_followed_up_as_before(ground: Ground, answer: str) -> None:
    donor, actor = again(ground, upto="asked"), ground.person("coordinator")
    due = donor.follow_up_on
    giving.take_answer(donor_id=donor.pk, answer=answer, on=today(), actor=actor)
    donor.refresh_from_db()
    assert (donor.status, donor.follow_up_on) == (S.FOLLOW_UP, due)
    assert Collection.objects.get(donor=donor, round=2).called_off_on == today()
    # And may be asked a third time.
    giving.give_again(donor_id=donor.pk, kind="lymphocytes", on=today(), actor=actor)


def test_who_is_not_reached_a_second_time_stays_asked_and_is_a_task(ground: Ground) -> None:
    donor = again(ground, upto="asked")
    giving.take_answer(donor_id=donor.pk, answer="not_reached", on=today(), actor=ground.person("coordinator"))
    donor.refresh_from_db()
    assert (donor.status, donor.unreached_on, "recover" in planned_for(donor)) == (S.REMOBILISING, today(), True)


def test_another_match_of_who_has_given_and_does_not_compare_leads_back_to_the_follow_ups(ground: Ground) -> None:
    donor, actor = brought(ground, S.FOLLOW_UP), ground.person("coordinator")
    giving.note_match(donor_id=donor.pk, on=days_ago(20), actor=actor)
    giving.ask_again(donor_id=donor.pk, on=days_ago(20), actor=actor)
    giving.take_answer(donor_id=donor.pk, answer="agree", on=days_ago(20), actor=actor)
    giving.note_high_res(donor_id=donor.pk, is_match=False, on=days_ago(20), actor=actor)
    donor.refresh_from_db()
    assert donor.status == S.FOLLOW_UP


def test_follow_ups_go_on_while_a_second_giving_is_under_way(ground: Ground) -> None:
    donor = again(ground)
    row = giving.note_follow_up(donor_id=donor.pk, result="well", on=days_ago(9), actor=ground.person("coordinator"))
    assert (row.collection.round, row.step) == (1, 1)
    donor.refresh_from_db()
    assert donor.status == S.SCHEDULED


def test_who_is_unfit_for_a_second_giving_is_followed_up_and_never_asked_again(ground: Ground) -> None:
    donor, actor = again(ground, upto="agreed"), ground.person("coordinator")
    due = donor.follow_up_on
    giving.note_medical(donor_id=donor.pk, verdict="unfit", on=today(), actor=actor)
    donor.refresh_from_db()
    assert (donor.status, donor.ended_at, donor.follow_up_on) == (S.FOLLOW_UP, None, due)
    assert Collection.objects.get(donor=donor, round=2).called_off_on == today()
    for ask in (giving.note_match, lambda **said: giving.give_again(kind="lymphocytes", **said)):
        with pytest.raises(WrongState, match="不再捐献"):
            ask(donor_id=donor.pk, on=today(), actor=actor)
    row = received(ground, text_of(row_of(donor, "初配相合", reference="Q1"))).rows.get()
    assert (row.outcome, row.fault) == ("bad", "no_more")


def test_who_is_unfit_and_has_never_given_leaves_by_health(ground: Ground) -> None:
    donor = brought(ground, S.MEDICAL)
    giving.note_medical(donor_id=donor.pk, verdict="unfit", on=today(), actor=ground.person("coordinator"))
    donor.refresh_from_db()
    assert (donor.status, donor.gives_no_more) == (S.HEALTH, False)


def test_the_database_lets_nobody_ask_again_who_gives_no_more(ground: Ground) -> None:
    donor = again(ground, upto="agreed")
    giving.note_medical(donor_id=donor.pk, verdict="unfit", on=today(), actor=ground.person("coordinator"))
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE registries_donor SET gives_no_more = false WHERE id = %s", [donor.pk])


def lost(ground: Ground, at: int = 0, *, on: datetime.date | None = None, status: str = S.TYPED) -> Donor:
    """Somebody in the library who is lost."""
    donor = brought(ground, status, at)
    leaving.lose_donor(donor_id=donor.pk, on=on or days_ago(20), actor=ground.person("coordinator"))
    donor.refresh_from_db()
    return donor


@pytest.mark.parametrize("is_by_file", [False, True], ids=["desk", "file"])
def test_a_match_of_who_is_lost_is_written_down_and_they_stand_first_among_those_to_find(
    ground: Ground, *, is_by_file: bool
) -> None:
    lost(ground, 1, on=days_ago(40))
    donor, actor = lost(ground), ground.person("coordinator")
    if is_by_file:
        applied(ground, row_of(donor, "初配相合", reference="Q1"))
    else:
        giving.note_match(donor_id=donor.pk, on=days_ago(9), actor=actor)
    donor.refresh_from_db()
    assert (donor.status, donor.unreached_on, planned_for(donor)) == (S.MATCHED, days_ago(20), {"recover"})
    found = work_list(actor, "recover")
    assert [found[0].pk, len(found)] == [donor.pk, 2]
    leaving.recover_donor(donor_id=donor.pk, on=today(), actor=actor)
    donor.refresh_from_db()
    assert (donor.status, donor.unreached_on, planned_for(donor)) == (S.MATCHED, None, {"remobilise"})


def test_who_is_lost_before_they_were_typed_matches_nobody(ground: Ground) -> None:
    donor, actor = joined(ground), ground.person("coordinator")
    leaving.lose_donor(donor_id=donor.pk, on=days_ago(20), actor=actor)
    with pytest.raises(WrongState):
        giving.note_match(donor_id=donor.pk, on=today(), actor=actor)
    row = received(ground, text_of(row_of(donor, "初配相合", reference="Q1"))).rows.get()
    assert (row.outcome, row.fault) == ("bad", "state_wrong")


def test_a_match_that_lapses_while_somebody_is_lost_leaves_them_to_be_found(ground: Ground) -> None:
    donor, actor = lost(ground), ground.person("coordinator")
    said: dict[str, Any] = {"donor_id": donor.pk, "on": today(), "actor": actor}
    giving.note_match(**said)
    giving.call_off(**said)
    donor.refresh_from_db()
    assert (donor.status, donor.unreached_on) == (S.LOST, days_ago(20))
    giving.note_match(**said)
    giving.ask_again(**said)
    giving.take_answer(**said, answer="lapsed")
    donor.refresh_from_db()
    assert (donor.status, donor.unreached_on) == (S.LOST, days_ago(20))


def test_pages_of_those_to_find_leave_nobody_out(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("registries.selectors.donors.PAGE_SIZE", 2)
    wanted = {lost(ground, at, on=days_ago(40 - at)).pk for at in range(4)}
    matched, actor = lost(ground, 5), ground.person("coordinator")
    giving.note_match(donor_id=matched.pk, on=today(), actor=actor)
    first = work_list(actor, "recover")[:2]
    assert first[0].pk == matched.pk
    found, last = {one.pk for one in first}, first[-1]
    while more := work_list(actor, "recover", after=_place(last))[:2]:
        found, last = found | {one.pk for one in more}, more[-1]
    assert found == {*wanted, matched.pk}


def _place(donor: Donor) -> Any:
    assert donor.unreached_on is not None
    return Place(donor.unreached_on, donor.pk)


def agreed_after_lost(ground: Ground, upto: str) -> Donor:
    """Somebody who gave, was lost, matched and agreed; whom a follow-up did not reach, further on their way."""
    donor, actor = lost(ground, status=S.FOLLOW_UP), ground.person("coordinator")
    said: dict[str, Any] = {"donor_id": donor.pk, "on": days_ago(20), "actor": actor}
    giving.note_match(**said)
    giving.ask_again(**said)
    giving.take_answer(**said, answer="agree")
    if upto != S.HIGH_RES:
        giving.note_high_res(**said, is_match=True)
    if upto not in (S.HIGH_RES, S.MEDICAL):
        giving.note_medical(**said, verdict="fit")
        giving.set_date(**said, planned_on=today() + datetime.timedelta(days=9), hospital="示例医院")
    if upto == S.MOBILISING:
        for at in range(4):
            giving.note_drug_day(**{**said, "on": days_ago(20 - at)}, is_tolerated=True)
    giving.note_follow_up(**{**said, "on": days_ago(16)}, result="not_reached")
    donor.refresh_from_db()
    assert (donor.status, donor.unreached_on) == (upto, days_ago(16))
    return donor


@pytest.mark.parametrize("status", [S.HIGH_RES, S.MEDICAL, S.SCHEDULED, S.MOBILISING])
def test_what_comes_to_nothing_after_somebody_agreed_never_makes_them_lost(ground: Ground, status: str) -> None:
    donor = agreed_after_lost(ground, status)
    giving.call_off(donor_id=donor.pk, on=today(), actor=ground.person("coordinator"))
    donor.refresh_from_db()
    assert (donor.status, donor.unreached_on, "recover" in planned_for(donor)) == (S.FOLLOW_UP, None, False)


def test_a_finer_comparison_that_does_not_match_never_makes_anybody_lost(ground: Ground) -> None:
    donor = agreed_after_lost(ground, S.HIGH_RES)
    giving.note_high_res(donor_id=donor.pk, is_match=False, on=today(), actor=ground.person("coordinator"))
    donor.refresh_from_db()
    # The follow-up that was missed stays to be made.
    assert (donor.status, donor.unreached_on) == (S.FOLLOW_UP, days_ago(16))


def test_who_gave_is_sought_no_more(ground: Ground) -> None:
    donor = agreed_after_lost(ground, S.MOBILISING)
    giving.collect(donor_id=donor.pk, on=today(), actor=ground.person("coordinator"))
    donor.refresh_from_db()
    assert (donor.unreached_on, planned_for(donor)) == (None, {"follow_up"})


def test_a_follow_up_that_reaches_who_was_matched_while_lost_lets_them_be_asked(ground: Ground) -> None:
    donor, mine = lost(ground, status=S.FOLLOW_UP), ground.person("coordinator")
    giving.note_match(donor_id=donor.pk, on=days_ago(20), actor=mine)
    assign_donor(donor_id=donor.pk, person=mine, actor=mine)
    assert "remobilise" not in planned_for(donor)
    giving.note_follow_up(donor_id=donor.pk, result="well", on=days_ago(16), actor=mine)
    planned = DueContact.objects.unscoped("test").get(donor=donor, status="open", reason="remobilise")
    assert (planned.coordinator, "recover" in planned_for(donor)) == (mine, False)
    # Once, however often they are missed and reached.
    giving.note_follow_up(donor_id=donor.pk, result="not_reached", on=today(), actor=mine)
    sought = DueContact.objects.unscoped("test").get(donor=donor, status="open", reason="recover")
    leaving.recover_donor(donor_id=donor.pk, on=today(), actor=mine)
    again_planned = DueContact.objects.unscoped("test").get(donor=donor, status="open", reason="remobilise")
    assert (again_planned.pk, sought.coordinator) == (planned.pk, mine)


def test_who_is_lost_is_sought_by_their_coordinator(ground: Ground) -> None:
    donor, mine = brought(ground, S.MATCHED), ground.person("coordinator")
    assign_donor(donor_id=donor.pk, person=mine, actor=mine)
    leaving.lose_donor(donor_id=donor.pk, on=today(), actor=ground.person("clerk"))
    assert DueContact.objects.unscoped("test").get(donor=donor, status="open").coordinator == mine
