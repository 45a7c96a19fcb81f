"""Places, gatherings, bookings: within the seats, one for a telephone, cancelled by who booked."""

from __future__ import annotations

import datetime
import itertools
import threading
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from core.clock import frozen_at, now, today
from core.errors import DomainError, NotAllowed, NotFound
from core.models import AuditEvent, ReadLog
from registries.checks import all_checks
from registries.choices.memorial import BOOKING_TRANSITIONS, OCCASION_TRANSITIONS, BookingStatus, OccasionStatus
from registries.errors import RegistryError, WrongState
from registries.models import MemorialBooking, MemorialOccasion, MemorialPlace
from registries.selectors.memorial import closed_half_days, next_qingming, public_gatherings, public_places
from registries.services.memorial import bookings
from registries.services.memorial.bookings import (
    Visit,
    book_gathering,
    book_visit,
    cancel_booking,
    own_bookings,
)
from registries.services.memorial.half_days import close_half_day
from registries.services.memorial.moving import move
from registries.services.memorial.places import (
    Gathering,
    GatheringChange,
    call_off_occasion,
    change_gathering,
    change_memorial_place,
    close_memorial_place,
    plan_gathering,
    reopen_memorial_place,
)
from registries.services.memorial.reading import masked_booking_names, reveal_booking
from tests.ledger.test_concurrency import WAIT_SECONDS, at_once
from tests.registries.ground import Ground
from tests.registries.memorial_ground import booked, opened_place, party, place_facts, planned
from tests.training.telephones import messages_sent, with_messages


@pytest.fixture(autouse=True)
def messages(settings: Any, tmp_path: Path) -> Path:
    return with_messages(settings, tmp_path)


def reloaded(occasion: MemorialOccasion) -> MemorialOccasion:
    return MemorialOccasion.objects.unscoped("test").get(pk=occasion.pk)


def test_places_are_taken_and_given_back(ground: Ground) -> None:
    occasion = planned(ground, seats=5)
    booking = booked(occasion, party_size=3)
    assert "-H" in booking.number
    assert reloaded(occasion).free_seats == 2
    with pytest.raises(RegistryError, match="还可预约 2 人"):
        booked(occasion, 1, party_size=3)
    cancel_booking(booking_id=booking.pk, phone=party().phone)
    assert reloaded(occasion).taken_count == 0


def test_the_same_form_sent_twice_is_one_booking_and_a_telephone_has_one(ground: Ground) -> None:
    occasion, who = planned(ground), party()
    first = book_gathering(occasion_id=occasion.pk, party=who)
    assert book_gathering(occasion_id=occasion.pk, party=who).pk == first.pk
    with pytest.raises(WrongState, match="已经预约过"):
        booked(occasion)
    assert reloaded(occasion).taken_count == 1
    cancel_booking(booking_id=first.pk, phone=who.phone)
    assert booked(occasion).pk != first.pk


def test_nobody_cancels_what_another_booked(ground: Ground) -> None:
    booking = booked(planned(ground))
    for phone in (party(1).phone, ""):
        with pytest.raises(NotFound):
            cancel_booking(booking_id=booking.pk, phone=phone)
    with pytest.raises(NotFound):
        cancel_booking(booking_id=booking.pk, actor=ground.person("stranger"))
    with pytest.raises(NotAllowed):
        cancel_booking(booking_id=booking.pk, actor=ground.person("supervisor"))
    assert [one.pk for one in own_bookings(party().phone)] == [booking.pk]
    assert own_bookings(party(1).phone) == []


def test_half_a_day_of_visits_is_booked_on_days_that_the_place_takes(ground: Ground) -> None:
    tomorrow = today() + datetime.timedelta(days=1)
    place = opened_place(ground, visit_seats=3, visit_weekdays=[tomorrow.isoweekday()])
    first = book_visit(visit=Visit(place, tomorrow, "morning"), party=party(party_size=2))
    second = book_visit(visit=Visit(place, tomorrow, "morning"), party=party(1))
    assert first.occasion_id == second.occasion_id
    other = book_visit(visit=Visit(place, tomorrow, "afternoon"), party=party(2))
    assert other.occasion_id != first.occasion_id
    with pytest.raises(RegistryError, match="还可预约 0 人"):
        book_visit(visit=Visit(place, tomorrow, "morning"), party=party(3))
    for on, part, field in (
        (tomorrow + datetime.timedelta(days=1), "morning", "on"),
        (today(), "morning", "on"),
        (today() + datetime.timedelta(days=400), "morning", "on"),
        (tomorrow, "night", "part"),
    ):
        with pytest.raises(RegistryError) as refused:
            book_visit(visit=Visit(place, on, part), party=party(4))
        assert field in refused.value.fields
    free = opened_place(ground, name="示例纪念林", visit_seats=0, visit_weekdays=[tomorrow.isoweekday()])
    with pytest.raises(WrongState, match="不接受网上预约"):
        book_visit(visit=Visit(free, tomorrow, "morning"), party=party(5))


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"name": "甲"}, "name"),
        ({"name": "甲" * 31}, "name"),
        ({"name": "\u202e\u200b"}, "name"),
        ({"party_size": 0}, "party_size"),
        ({"party_size": 21}, "party_size"),
        ({"visitor": "x"}, "visitor"),
        ({"phone": "12"}, "phone"),
    ],
)
def test_what_is_wrong_with_a_booking_is_said_at_its_field(ground: Ground, over: dict[str, Any], field: str) -> None:
    with pytest.raises(DomainError) as refused:
        booked(planned(ground), **over)
    assert field in refused.value.fields


def test_what_is_over_or_called_off_takes_no_booking(ground: Ground) -> None:
    occasion = planned(ground, days=1)
    with frozen_at(now() + datetime.timedelta(days=3)), pytest.raises(WrongState):
        booked(occasion)
    call_off_occasion(occasion_id=occasion.pk, actor=ground.person("clerk"))
    with pytest.raises(WrongState):
        booked(occasion)


def test_who_booked_is_told_when_it_is_called_off_and_the_booking_ends(ground: Ground) -> None:
    occasion = planned(ground)
    booking, given_up = booked(occasion), booked(occasion, 1)
    cancel_booking(booking_id=given_up.pk, phone=party(1).phone)
    call_off_occasion(occasion_id=occasion.pk, actor=ground.person("clerk"))
    (sent,) = messages_sent("memorial.called_off")
    assert (sent["phone"], sent["values"]["number"]) == (party().phone, booking.number)
    booking.refresh_from_db(from_queryset=MemorialBooking.objects.unscoped("test"))
    assert (booking.status, reloaded(occasion).taken_count) == (BookingStatus.CANCELLED, 0)


def _occasion_in(ground: Ground, status: str) -> MemorialOccasion:
    occasion = planned(ground)
    if status == OccasionStatus.CANCELLED:
        return call_off_occasion(occasion_id=occasion.pk, actor=ground.person("clerk"))
    return occasion


@pytest.mark.parametrize(("state", "to"), list(itertools.product(OccasionStatus.values, OccasionStatus.values)))
def test_an_occasion_goes_only_where_the_table_says(ground: Ground, state: str, to: str) -> None:
    occasion = MemorialOccasion.objects.unscoped("test").select_related("branch").get(pk=_occasion_in(ground, state).pk)
    if to in OCCASION_TRANSITIONS[state]:
        move(occasion, to, verb="called_off", actor=ground.person("clerk"))
    else:
        with pytest.raises(WrongState):
            move(occasion, to, verb="called_off", actor=ground.person("clerk"))
    assert reloaded(occasion).status == (to if to in OCCASION_TRANSITIONS[state] else state)


@pytest.mark.parametrize(("state", "to"), list(itertools.product(BookingStatus.values, BookingStatus.values)))
def test_a_booking_goes_only_where_the_table_says(ground: Ground, state: str, to: str) -> None:
    booking = booked(planned(ground))
    if state == BookingStatus.CANCELLED:
        booking = cancel_booking(booking_id=booking.pk, phone=party().phone)
    if to in BOOKING_TRANSITIONS[state]:
        assert cancel_booking(booking_id=booking.pk, phone=party().phone).status == to
    else:
        with pytest.raises(WrongState):
            move(booking, to, verb="x")


def test_what_was_booked_stands_and_a_cancelled_booking_does_not_come_back(ground: Ground) -> None:
    booking = cancel_booking(booking_id=booked(planned(ground)).pk, phone=party().phone)
    rows = MemorialBooking.objects.unscoped("test").filter(pk=booking.pk)
    for change in ({"status": "booked", "ended_at": None}, {"party_size": 9}, {"phone": None}, {"number": "x"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**change)
    for table in (MemorialBooking, MemorialOccasion, MemorialPlace):
        with pytest.raises(DatabaseError), transaction.atomic():
            table.objects.unscoped("test").all()._raw_delete("default")


def test_names_are_masked_in_lists_and_shown_for_a_purpose_to_those_who_read_identities(ground: Ground) -> None:
    booking = booked(planned(ground))
    assert masked_booking_names([booking], reader=ground.person("head")) == {booking.pk: "示**"}
    contact = reveal_booking(booking=booking, purpose="活动改期通知", actor=ground.person("clerk"))
    assert (contact.name, contact.phone) == (party().name, party().phone)
    assert ReadLog.objects.filter(purpose="活动改期通知", object_key=booking.number).count() == 2
    with pytest.raises(NotAllowed):
        reveal_booking(booking=booking, purpose="活动改期通知", actor=ground.person("head"))


def test_a_visitors_step_leaves_no_address_in_the_audit_trail(ground: Ground) -> None:
    occasion = planned(ground)
    before = AuditEvent.objects.count()
    booking = booked(occasion)
    cancel_booking(booking_id=booking.pk, phone=party().phone)
    assert AuditEvent.objects.count() == before


def test_a_place_with_people_to_come_is_not_closed_and_a_closed_one_is_seen_by_nobody(ground: Ground) -> None:
    place = opened_place(ground)
    occasion = planned(ground, place)
    clerk = ground.person("clerk")
    with pytest.raises(WrongState, match="今后的活动"):
        close_memorial_place(place_id=place.pk, actor=clerk)
    call_off_occasion(occasion_id=occasion.pk, actor=clerk)
    close_memorial_place(place_id=place.pk, actor=clerk)
    assert (public_places(), public_gatherings()) == ([], [])
    with pytest.raises(WrongState):
        change_memorial_place(place_id=place.pk, facts=place_facts(), actor=clerk)
    with pytest.raises(WrongState):
        planned(ground, place)


def test_a_name_is_once_in_a_branch_and_a_form_sent_twice_is_one_gathering(ground: Ground) -> None:
    place = opened_place(ground)
    with pytest.raises(RegistryError, match="同名"):
        opened_place(ground)
    occasion = planned(ground, place)
    key = uuid.uuid4()
    facts: dict[str, Any] = {
        "place": place,
        "title": "示例",
        "on": today(),
        "starts_at": datetime.time(9),
        "seats": 1,
        "key": key,
    }
    first = plan_gathering(gathering=Gathering(**facts), actor=ground.person("clerk"))
    assert plan_gathering(gathering=Gathering(**facts), actor=ground.person("clerk")).pk == first.pk
    assert first.pk != occasion.pk
    with pytest.raises(RegistryError) as refused:
        planned(ground, place, days=-1)
    assert "on" in refused.value.fields


def test_qingming_is_found_by_the_sun() -> None:
    known = {2024: 4, 2025: 4, 2026: 5, 2027: 5, 2028: 4, 2030: 5}
    for year, day in known.items():
        assert next_qingming(datetime.date(year, 1, 1)) == datetime.date(year, 4, day)
    assert next_qingming(datetime.date(2026, 4, 6)) == datetime.date(2027, 4, 5)


# Many at the same moment: shown without the occasion's lock, then with it.


def asks(occasion: MemorialOccasion, at: int) -> Callable[[], MemorialBooking]:
    return lambda: booked(occasion, at)


def keys_in_use(ground: Ground) -> None:
    """The first writer of a new portal writes down which key is in use, and others wait for that row as well."""
    booked(planned(ground, opened_place(ground, name="示例纪念林")), 90)


def test_without_the_lock_two_at_the_last_seat_are_parted_by_the_database_alone_in_words_for_nobody(
    committed_ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys_in_use(committed_ground)
    occasion = planned(committed_ground, seats=1)
    read = threading.Barrier(4, timeout=WAIT_SECONDS)

    def unlocked(occasion_id: int) -> MemorialOccasion:
        rows = MemorialOccasion.objects.unscoped("test").select_related("branch", "place")
        found: MemorialOccasion = rows.get(pk=occasion_id)
        read.wait()
        return found

    monkeypatch.setattr(bookings, "lock_occasion", unlocked)
    results = at_once(*[asks(occasion, at) for at in range(4)])
    # All read a free seat; the CHECK lets one through, the others fail outright.
    refused = [one for one in results if isinstance(one, IntegrityError)]
    assert len(refused) == 3
    assert all("occasion_not_over_capacity" in str(one) for one in refused)
    assert reloaded(occasion).taken_count == 1


def test_of_twelve_at_the_last_seats_as_many_have_them_as_there_are_and_the_others_are_told(
    committed_ground: Ground,
) -> None:
    occasion = planned(committed_ground, seats=5)
    results = at_once(*[asks(occasion, at) for at in range(12)])
    assert sum(isinstance(one, MemorialBooking) for one in results) == 5
    assert sum(isinstance(one, RegistryError) and "名额不够" in str(one) for one in results) == 7
    assert reloaded(occasion).taken_count == 5
    assert {name: rows for name, rows in all_checks().items() if rows} == {}


def test_the_first_bookers_of_half_a_day_make_one_row_and_stay_within_its_seats(committed_ground: Ground) -> None:
    place = opened_place(committed_ground, visit_seats=3)
    visit = Visit(place, today() + datetime.timedelta(days=1), "morning")
    results = at_once(*[lambda at=at: book_visit(visit=visit, party=party(at)) for at in range(8)])
    assert sum(isinstance(one, MemorialBooking) for one in results) == 3
    assert MemorialOccasion.objects.unscoped("test").get().taken_count == 3


def test_one_form_sent_by_two_at_once_is_one_booking_and_a_telephone_books_once(committed_ground: Ground) -> None:
    occasion, who = planned(committed_ground), party()
    results = at_once(*[lambda: book_gathering(occasion_id=occasion.pk, party=who)] * 6)
    assert len({one.pk for one in results}) == 1
    others = at_once(*[lambda: booked(occasion, 7)] * 6)
    assert sum(isinstance(one, MemorialBooking) for one in others) == 1
    assert reloaded(occasion).taken_count == 2


def test_a_place_that_was_closed_is_opened_anew_and_its_name_is_free_until_then(ground: Ground) -> None:
    place, clerk = opened_place(ground), ground.person("clerk")
    with pytest.raises(WrongState):
        reopen_memorial_place(place_id=place.pk, actor=clerk)
    close_memorial_place(place_id=place.pk, actor=clerk)
    reopen_memorial_place(place_id=place.pk, actor=clerk)
    assert [one.pk for one in public_places()] == [place.pk]
    assert AuditEvent.objects.filter(verb="registries.memorial_place.reopened").exists()
    close_memorial_place(place_id=place.pk, actor=clerk)
    other = opened_place(ground)
    assert [one.pk for one in public_places()] == [other.pk]
    with pytest.raises(RegistryError, match="同名"):
        reopen_memorial_place(place_id=place.pk, actor=clerk)
    with pytest.raises(IntegrityError), transaction.atomic():
        MemorialPlace.objects.unscoped("test").filter(pk=place.pk).update(closed_on=None)


def test_nobody_of_another_branch_reopens_changes_or_closes_anything(ground: Ground) -> None:
    occasion, stranger = planned(ground), ground.person("stranger")
    day = today() + datetime.timedelta(days=3)
    change = GatheringChange(day, datetime.time(9), "")
    for refused in (
        lambda: reopen_memorial_place(place_id=occasion.place_id, actor=stranger),
        lambda: change_gathering(occasion_id=occasion.pk, change=change, actor=stranger),
        lambda: close_half_day(place_id=occasion.place_id, on=day, part="morning", actor=stranger),
    ):
        with pytest.raises(NotFound):
            refused()


def test_of_another_time_of_a_gathering_each_who_booked_is_told_once_and_of_other_words_nobody(ground: Ground) -> None:
    occasion, clerk = planned(ground), ground.person("clerk")
    booking, given_up = booked(occasion), booked(occasion, 1)
    cancel_booking(booking_id=given_up.pk, phone=party(1).phone)
    assert occasion.starts_at is not None
    words = GatheringChange(occasion.on, occasion.starts_at, "请在南门集合。")
    assert change_gathering(occasion_id=occasion.pk, change=words, actor=clerk).text == "请在南门集合。"
    assert messages_sent("memorial.moved") == []
    day = today() + datetime.timedelta(days=9)
    for _n in range(2):
        moved = GatheringChange(day, datetime.time(14), "请在南门集合。")
        change_gathering(occasion_id=occasion.pk, change=moved, actor=clerk)
    (sent,) = messages_sent("memorial.moved")
    assert (sent["phone"], sent["values"]) == (party().phone, {"number": booking.number, "day": day.isoformat()})
    assert (reloaded(occasion).on, reloaded(occasion).taken_count) == (day, 1)
    assert list(occasion.steps.order_by("pk").values_list("verb", flat=True)) == ["planned", "changed", "moved"]


def test_what_is_over_called_off_or_a_visit_is_not_changed_and_a_text_names_nobody(ground: Ground) -> None:
    occasion, clerk = planned(ground), ground.person("clerk")
    day = today() + datetime.timedelta(days=3)
    for change in (
        GatheringChange(day, datetime.time(9), "请打 13800000000"),
        GatheringChange(today() - datetime.timedelta(days=1), datetime.time(9)),
        GatheringChange(today() + datetime.timedelta(days=400), datetime.time(9)),
    ):
        with pytest.raises(RegistryError):
            change_gathering(occasion_id=occasion.pk, change=change, actor=clerk)
    right = GatheringChange(day, datetime.time(9))
    visit = book_visit(visit=Visit(occasion.place, day, "morning"), party=party())
    with frozen_at(now() + datetime.timedelta(days=30)), pytest.raises(WrongState):
        change_gathering(occasion_id=occasion.pk, change=right, actor=clerk)
    call_off_occasion(occasion_id=occasion.pk, actor=clerk)
    for pk in (occasion.pk, visit.occasion_id):
        with pytest.raises(WrongState):
            change_gathering(occasion_id=pk, change=right, actor=clerk)


def test_half_a_day_that_nobody_has_booked_is_closed_and_takes_no_booking(ground: Ground) -> None:
    place, clerk = opened_place(ground), ground.person("clerk")
    day = today() + datetime.timedelta(days=3)
    close_half_day(place_id=place.pk, on=day, part="morning", actor=clerk)
    assert [(one.on, one.part) for one in closed_half_days(place)] == [(day, "morning")]
    with pytest.raises(WrongState, match="这半天不接受预约"):
        book_visit(visit=Visit(place, day, "morning"), party=party())
    assert book_visit(visit=Visit(place, day, "afternoon"), party=party()).status == BookingStatus.BOOKED
    with pytest.raises(RegistryError, match="已有人预约"):
        close_half_day(place_id=place.pk, on=day, part="afternoon", actor=clerk)
    with pytest.raises(WrongState):
        close_half_day(place_id=place.pk, on=day, part="morning", actor=clerk)
    for on, part, field in ((today(), "morning", "on"), (day, "evening", "part")):
        with pytest.raises(RegistryError) as refused:
            close_half_day(place_id=place.pk, on=on, part=part, actor=clerk)
        assert field in refused.value.fields
    assert not any(all_checks().values())
