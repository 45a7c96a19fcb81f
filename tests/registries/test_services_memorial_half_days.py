"""Half days of a place: opened again while they are to come, and in no other way than their table says."""

from __future__ import annotations

import datetime
import itertools
import uuid
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from core.clock import frozen_at, now, today
from core.errors import NotFound
from core.models import AuditEvent
from registries.checks import all_checks
from registries.choices.memorial import HALF_DAY_TRANSITIONS, BookingStatus, OccasionStatus
from registries.errors import WrongState
from registries.models import MemorialOccasion, MemorialPlace
from registries.selectors.memorial import closed_half_days
from registries.services.memorial.bookings import Visit, book_visit
from registries.services.memorial.half_days import close_half_day, reopen_half_day
from registries.services.memorial.moving import move
from registries.services.memorial.places import call_off_occasion
from tests.registries.ground import Ground
from tests.registries.memorial_ground import opened_place, party, planned
from tests.training.telephones import with_messages


@pytest.fixture(autouse=True)
def messages(settings: Any, tmp_path: Path) -> Path:
    return with_messages(settings, tmp_path)


def reloaded(occasion: MemorialOccasion) -> MemorialOccasion:
    return MemorialOccasion.objects.unscoped("test").get(pk=occasion.pk)


def test_half_a_day_that_was_closed_is_opened_again_and_booked_with_the_seats_of_today(ground: Ground) -> None:
    place, clerk = opened_place(ground), ground.person("clerk")
    day = today() + datetime.timedelta(days=3)
    closed = close_half_day(place_id=place.pk, on=day, part="morning", actor=clerk)
    MemorialPlace.objects.unscoped("test").filter(pk=place.pk).update(visit_seats=7)
    opened = reopen_half_day(occasion_id=closed.pk, actor=clerk)
    assert (opened.pk, opened.status, opened.seats, closed_half_days(place)) == (closed.pk, "planned", 7, [])
    assert list(closed.steps.order_by("pk").values_list("verb", flat=True)) == ["half_day_closed", "half_day_reopened"]
    assert AuditEvent.objects.filter(verb="registries.memorial_occasion.half_day_reopened", actor_id=clerk.pk).exists()
    assert book_visit(visit=Visit(place, day, "morning"), party=party()).occasion_id == closed.pk
    with pytest.raises(WrongState):
        reopen_half_day(occasion_id=closed.pk, actor=clerk)
    assert not any(all_checks().values())


def test_bookings_that_were_cancelled_with_half_a_day_stay_so_when_it_is_opened_again(ground: Ground) -> None:
    place, clerk = opened_place(ground), ground.person("clerk")
    visit = Visit(place, today() + datetime.timedelta(days=3), "morning")
    first = book_visit(visit=visit, party=party())
    call_off_occasion(occasion_id=first.occasion_id, actor=clerk)
    reopen_half_day(occasion_id=first.occasion_id, actor=clerk)
    first.refresh_from_db()
    assert (first.status, reloaded(first.occasion).taken_count) == (BookingStatus.CANCELLED, 0)
    assert book_visit(visit=visit, party=replace(party(), key=uuid.uuid4())).status == BookingStatus.BOOKED
    # Closed again it may be as well, once nobody comes.
    call_off_occasion(occasion_id=first.occasion_id, actor=clerk)
    assert not any(all_checks().values())


def test_only_half_a_day_to_come_is_opened_again_by_who_keeps_the_place_while_it_takes_visits(ground: Ground) -> None:
    place, clerk = opened_place(ground), ground.person("clerk")
    day = today() + datetime.timedelta(days=3)
    closed = close_half_day(place_id=place.pk, on=day, part="morning", actor=clerk)
    with pytest.raises(NotFound):
        reopen_half_day(occasion_id=closed.pk, actor=ground.person("stranger"))
    with frozen_at(now() + datetime.timedelta(days=3)), pytest.raises(WrongState, match="只有今后的半天"):
        reopen_half_day(occasion_id=closed.pk, actor=clerk)
    places = MemorialPlace.objects.unscoped("test").filter(pk=place.pk)
    for change in ({"visit_seats": 0}, {"visit_seats": 5, "closed_on": today()}):
        places.update(**change)
        with pytest.raises(WrongState, match="只有今后的半天"):
            reopen_half_day(occasion_id=closed.pk, actor=clerk)
    places.update(closed_on=None)
    gathering = planned(ground, place)
    call_off_occasion(occasion_id=gathering.pk, actor=clerk)
    with pytest.raises(MemorialOccasion.DoesNotExist):
        reopen_half_day(occasion_id=gathering.pk, actor=clerk)
    assert (reloaded(closed).status, reloaded(gathering).status) == ("cancelled", "cancelled")


@pytest.mark.parametrize(("state", "to"), list(itertools.product(OccasionStatus.values, OccasionStatus.values)))
def test_half_a_day_goes_only_where_its_table_says(ground: Ground, state: str, to: str) -> None:
    place, clerk = opened_place(ground), ground.person("clerk")
    day = today() + datetime.timedelta(days=3)
    half = close_half_day(place_id=place.pk, on=day, part="morning", actor=clerk)
    if state == OccasionStatus.PLANNED:
        half = reopen_half_day(occasion_id=half.pk, actor=clerk)
    if to in HALF_DAY_TRANSITIONS[state]:
        move(half, to, verb="x", actor=clerk)
    else:
        with pytest.raises(WrongState):
            move(half, to, verb="x", actor=clerk)
    assert reloaded(half).status == (to if to in HALF_DAY_TRANSITIONS[state] else state)


def test_an_occasion_whose_state_no_step_wrote_is_found(ground: Ground) -> None:
    occasion = planned(ground)
    with transaction.atomic():
        MemorialOccasion.objects.unscoped("test").filter(pk=occasion.pk).update(status="cancelled")
        assert all_checks()["memorial_occasion_state_is_its_last_step"] == [(occasion.pk, "cancelled", "planned")]
        transaction.set_rollback(True)
