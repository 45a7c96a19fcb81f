"""The yearly visit: planned for who agreed to be contacted, once, a year at a time, and with what memory."""

from __future__ import annotations

import datetime
import tracemalloc
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.clock import frozen_at, now, today
from registries.choices import ConsentSubject
from registries.choices.contacts import ContactReason
from registries.models import DueContact
from registries.services import yearly
from registries.services.consents import take_back_consents
from registries.services.registrants import registrant_of
from registries.services.visits import plan_visits
from registries.services.wishes import change_wish, withdraw_wish
from registries.services.yearly import next_anniversary
from registries.tasks import plan_visits as task
from tests.registries.ground import Ground, days_ago, gift, registered
from tests.registries.test_services_contacts import due, logged

YEAR = datetime.timedelta(days=366)


def planned() -> list[DueContact]:
    return list(DueContact.objects.unscoped("test").filter(status="open", reason=ContactReason.VISIT).order_by("pk"))


@pytest.mark.parametrize(
    ("day", "after", "expected"),
    [
        ("2026-03-05", "2026-03-04", "2026-03-05"),
        ("2026-03-05", "2026-03-05", "2027-03-05"),
        ("2024-02-29", "2026-02-27", "2026-02-28"),
        ("2024-02-29", "2027-03-01", "2028-02-29"),
        ("2020-12-31", "2026-12-31", "2027-12-31"),
    ],
)
def test_the_anniversary_that_comes_next(day: str, after: str, expected: str) -> None:
    on, last, due_on = (datetime.date.fromisoformat(one) for one in (day, after, expected))
    assert next_anniversary(on, last) == due_on


def test_everybody_who_agreed_is_visited_once_on_the_anniversary_of_their_signing(ground: Ground) -> None:
    wish = registered(ground, signed_on=days_ago(30))
    registered(ground, 1, consents=frozenset({"registration", "sensitive"}))
    withdraw_wish(wish_id=registered(ground, 2).pk, channel="online")
    taken_back = registered(ground, 3)
    take_back_consents(registrant_of(taken_back), [ConsentSubject.CONTACT], channel="online", actor=None)
    assert plan_visits() == 1
    (one,) = planned()
    assert (one.wish, one.coordinator) == (wish, None)
    assert one.due_on == next_anniversary(wish.signed_on, today())
    assert plan_visits() == 0
    task()
    assert planned() == [one]


def test_a_visit_held_early_is_not_planned_again_until_the_next_year(ground: Ground) -> None:
    registered(ground)
    plan_visits()
    (one,) = planned()
    logged(ground, one)
    assert plan_visits() == 0
    with frozen_at(now() + YEAR):
        assert plan_visits() == 1
        (following,) = planned()
        # Who knew the person goes on.
        assert following.coordinator is None
        assert following.due_on > one.due_on


def test_a_visit_goes_to_who_knew_the_person_while_they_work_there(ground: Ground) -> None:
    due(ground, registered(ground), "second", reason="upkeep")
    plan_visits()
    assert [one.coordinator for one in planned()] == [ground.person("second")]
    grant = ground.person("coordinator").role_grants.get()
    due(ground, registered(ground, 1), reason="upkeep")
    type(grant).objects.filter(pk=grant.pk).update(valid_to=today())
    plan_visits()
    assert [one.coordinator for one in planned()] == [ground.person("second"), None]


def test_a_changed_wish_keeps_one_visit(ground: Ground) -> None:
    old = registered(ground, signed_on=days_ago(100))
    plan_visits()
    new = change_wish(
        wish_id=old.pk, content=gift(items=("cornea",)), channel="counter", signed_on=days_ago(100), key=uuid.uuid4(),
        actor=ground.person("clerk"),
    )  # fmt: skip
    assert plan_visits() == 0
    assert [one.wish for one in planned()] == [new]


def test_batches_take_as_many_queries_each_and_keep_nothing(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    for at in range(6):
        registered(ground, at)
    monkeypatch.setattr(yearly, "BATCH_ROWS", 2)
    with CaptureQueriesContext(
        connection,
    ) as first:
        assert plan_visits() == 6
    per_batch = len(first.captured_queries) / 3
    assert per_batch <= 12
    tracemalloc.start()
    plan_visits()
    assert tracemalloc.get_traced_memory()[1] < 3_000_000
    tracemalloc.stop()
