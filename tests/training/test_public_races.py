"""Many at the same moment: shown without the session's lock, then with it."""

from __future__ import annotations

import datetime
import threading
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError

from core.clock import SHANGHAI, frozen_at
from tests.ledger.test_concurrency import WAIT_SECONDS, at_once
from tests.training.ground import Ground, joined, opened, somebody
from tests.training.telephones import messages_sent, with_messages
from training.checks import all_checks
from training.models import Enrolment, Session
from training.services import enrolling
from training.services.enrolling import Place, cancel_enrolment, sign_up
from training.services.moving import PLACES
from training.services.reminding import remind_participants

CROWD = 40


@pytest.fixture(autouse=True)
def messages(settings: Any, tmp_path: Path) -> Path:
    return with_messages(settings, tmp_path)


def asks(session: Session, n: int) -> Callable[[], Place]:
    return lambda: sign_up(session_id=session.pk, person=somebody(n, with_document=False), key=uuid.uuid4())


def places(session: Session) -> list[tuple[int, str]]:
    rows = Enrolment.objects.unscoped("test").filter(session=session).order_by("place")
    return list(rows.values_list("place", "status"))


def all_is_well() -> bool:
    return {name: rows for name, rows in all_checks().items() if rows} == {}


def keys_in_use(ground: Ground) -> None:
    """The first writer of a new portal writes down which key is in use, and others wait for that row as well."""
    joined(opened(ground, hour=15), 1, first=90)


def without_lock(parties: int) -> Callable[[Session], None]:
    """What `lock_places` would be without its lock: all have read the seats before anybody takes one."""
    read = threading.Barrier(parties, timeout=WAIT_SECONDS)

    def unlocked(session: Session) -> None:
        session.refresh_from_db(fields=PLACES, from_queryset=Session.objects.unscoped("test"))
        read.wait()

    return unlocked


def test_without_the_lock_a_crowd_at_the_last_seat_is_refused_by_the_database_in_words_for_nobody(
    committed_ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys_in_use(committed_ground)
    session = opened(committed_ground, seats=1)
    monkeypatch.setattr(enrolling, "lock_places", without_lock(5))
    results = at_once(*[asks(session, n) for n in range(5)])
    refused = [one for one in results if isinstance(one, IntegrityError)]
    # Everybody read a free seat and place 1: the unique place and the CHECK let one through, the others fail outright.
    assert len(refused) == 4
    assert {str(one).split('"')[1] for one in refused} <= {"enrolment_place_once", "session_not_over_capacity"}
    assert places(session) == [(1, "seated")]


def test_without_the_lock_two_seats_beside_each_other_break_the_check_of_the_last_one(
    committed_ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With places of their own, so that nothing but the CHECK of the seats is left."""
    keys_in_use(committed_ground)
    session = opened(committed_ground, seats=1)
    order = iter(range(100))
    unlocked = without_lock(2)

    def with_own_place(session: Session) -> None:
        unlocked(session)
        session.queue_last = next(order)

    monkeypatch.setattr(enrolling, "lock_places", with_own_place)
    results = at_once(asks(session, 0), asks(session, 1))
    (refused,) = [one for one in results if isinstance(one, IntegrityError)]
    assert "session_not_over_capacity" in str(refused)
    session.refresh_from_db()
    assert session.seated_count == 1


def test_of_forty_at_the_last_seat_one_has_it_and_the_others_wait_in_order_without_gap(
    committed_ground: Ground,
) -> None:
    session = opened(committed_ground, seats=1)
    results = at_once(*[asks(session, n) for n in range(CROWD)])
    assert all(isinstance(one, Place) and one.is_new for one in results)
    assert places(session) == [(1, "seated"), *((n, "waiting") for n in range(2, CROWD + 1))]
    session.refresh_from_db()
    assert (session.seated_count, session.waiting_count, session.queue_last) == (1, CROWD - 1, CROWD)
    assert all_is_well()


def test_a_seat_given_up_while_two_wait_goes_to_the_first_exactly_once(committed_ground: Ground) -> None:
    session = opened(committed_ground, seats=1)
    seated, second, third = joined(session, 3)
    results = at_once(*[lambda: cancel_enrolment(enrolment_id=seated.pk)] * 4)
    assert sorted(type(one).__name__ for one in results) == ["Enrolment", "WrongState", "WrongState", "WrongState"]
    assert places(session) == [(1, "cancelled"), (2, "seated"), (3, "waiting")]
    told = [one["values"]["number"] for one in messages_sent("training.seated")]
    assert told.count(second.code) == 1
    assert third.code not in told
    assert all_is_well()


def test_while_a_seat_is_given_up_those_who_ask_stand_behind_those_who_wait(committed_ground: Ground) -> None:
    session = opened(committed_ground, seats=2)
    first, second, *_waiting = joined(session, 4)
    results = at_once(
        lambda: cancel_enrolment(enrolment_id=first.pk),
        lambda: cancel_enrolment(enrolment_id=second.pk),
        *[asks(session, n) for n in range(10, 16)],
    )
    assert not [one for one in results if isinstance(one, Exception)]
    found = dict(places(session))
    assert [found[n] for n in (1, 2, 3, 4)] == ["cancelled", "cancelled", "seated", "seated"]
    assert {found[n] for n in range(5, 11)} == {"waiting"}
    assert all_is_well()


def test_one_form_sent_by_two_at_once_makes_one_place(committed_ground: Ground) -> None:
    session = opened(committed_ground, seats=5)
    key = uuid.uuid4()
    person = somebody(1)
    results = at_once(*[lambda: sign_up(session_id=session.pk, person=person, key=key)] * 8)
    assert all(isinstance(one, Place) for one in results)
    assert {one.enrolment.pk for one in results} == {Enrolment.objects.unscoped("test").get().pk}
    assert sum(one.is_new for one in results) == 1
    assert len(messages_sent("training.seated")) == 1
    assert all_is_well()


def test_those_who_remind_at_once_remind_each_once(committed_ground: Ground) -> None:
    session = opened(committed_ground, seats=20)
    joined(session, 20)
    day = session.starts_on - datetime.timedelta(days=1)
    noon = datetime.datetime.combine(day, datetime.time(12), SHANGHAI)

    def reminds() -> int:
        with frozen_at(noon):
            return remind_participants()

    results = at_once(*[reminds] * 4)
    results.append(reminds())
    assert sum(results) == 20
    with frozen_at(noon):
        assert len(messages_sent("training.reminder")) == 20
