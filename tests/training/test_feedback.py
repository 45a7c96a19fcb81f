"""Feedback: by who had a seat, in its time, once; few answers are shown to nobody."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from core.clock import frozen_at
from tests.training.ground import Ground, all_passed, held, joined, opened
from training.errors import TrainingError, WrongState
from training.models import Enrolment, Feedback, Session
from training.selectors.quality import quality_of, session_feedback
from training.services.examining import Marks
from training.services.feedback import OPEN_FOR, give_feedback

GOOD = {"teaching": 5, "practice": 4, "venue": 3}


def after(session: Session, **ago: Any) -> datetime.datetime:
    """So long after the last lesson."""
    return session.lessons.latest("ends_at").ends_at + datetime.timedelta(**ago)


def test_who_had_a_seat_says_something_once(ground: Ground) -> None:
    session = opened(ground, seats=1)
    seated, waiting = joined(session, 2)
    with pytest.raises(WrongState):
        give_feedback(enrolment_id=seated.pk, **GOOD)
    with frozen_at(after(session, minutes=1)):
        first = give_feedback(enrolment_id=seated.pk, **GOOD, comment="讲得清楚")
        assert give_feedback(enrolment_id=seated.pk, teaching=1, practice=1, venue=1).pk == first.pk
        with pytest.raises(WrongState):
            give_feedback(enrolment_id=waiting.pk, **GOOD)
    row = Feedback.objects.get()
    assert (row.teaching, row.practice, row.venue) == (5, 4, 3)
    assert "讲得清楚".encode() not in bytes(row.comment)


def test_after_a_month_nothing_is_taken(ground: Ground) -> None:
    session = opened(ground)
    (seated,) = joined(session, 1)
    end = after(session)
    with frozen_at(end + OPEN_FOR), pytest.raises(WrongState):
        give_feedback(enrolment_id=seated.pk, **GOOD)
    with frozen_at(end + OPEN_FOR - datetime.timedelta(seconds=1)):
        give_feedback(enrolment_id=seated.pk, **GOOD)


@pytest.mark.parametrize("over", [{"teaching": 0}, {"venue": 6}, {"comment": "长" * 501}])
def test_marks_are_one_to_five_and_comments_short(ground: Ground, over: dict[str, Any]) -> None:
    (seated,) = joined(opened(ground), 1)
    with pytest.raises(TrainingError) as caught:
        give_feedback(**{"enrolment_id": seated.pk, **GOOD, **over})
    assert list(caught.value.fields) == list(over)


def test_the_database_holds_marks_to_five(ground: Ground) -> None:
    session = opened(ground)
    (seated,) = joined(session, 1)
    with frozen_at(after(session)):
        give_feedback(enrolment_id=seated.pk, **GOOD)
    with pytest.raises(IntegrityError), transaction.atomic():
        Feedback.objects.update(teaching=6)


def test_fewer_than_five_answers_are_shown_to_nobody(ground: Ground) -> None:
    session = opened(ground, seats=5)
    seats = joined(session, 5)
    with frozen_at(after(session)):
        for one in seats[:4]:
            give_feedback(enrolment_id=one.pk, **GOOD)
        assert session_feedback(session) is None
        give_feedback(enrolment_id=seats[4].pk, teaching=4, practice=4, venue=4)
    said = session_feedback(session)
    assert said == {"answers": 5, "teaching": Decimal("4.8"), "practice": Decimal("4.0"), "venue": Decimal("3.2")}


def test_an_instructor_whose_classes_fail_is_advised(ground: Ground) -> None:
    session = opened(ground, seats=20)
    seats = joined(session, 20)
    failed = Marks(failed=frozenset(session.version.skills))
    held(ground, session, {one.pk: failed if n < 8 else all_passed(session) for n, one in enumerate(seats)})
    year = session.ends_on.year
    (row,) = quality_of(ground.person("officer"), year)
    assert (row.instructor.pk, row.session_count, row.examined, row.passed_rate) == (
        ground.instructors["lead"].pk, 1, 20, Decimal("60.0"),
    )  # fmt: skip
    assert row.needs_advice
    assert quality_of(ground.person("stranger"), year) == []


def test_participants_say_it_from_their_place_and_the_class_sees_the_mean(ground: Ground, client: Client) -> None:
    session = opened(ground, seats=5)
    seats = joined(session, 5)
    address = f"/training/place/{seats[0].code}/feedback/"
    assert "现在不能评价" in client.get(address).content.decode()
    with frozen_at(after(session)):
        client.get(f"/training/place/{seats[0].code}/")
        led = client.get(f"/training/feedback/{session.number}/")
        assert led["Location"] == address
        stranger = Client().get(f"/training/feedback/{session.number}/")
        assert stranger["Location"] == "/training/place/"
        assert client.post(address, {**GOOD, "comment": ""}, follow=True).status_code == 200
        for one in seats[1:]:
            give_feedback(enrolment_id=one.pk, **GOOD)
    client.force_login(ground.person("officer"))
    page = client.get(f"/desk/training/sessions/{session.number}/feedback/").content.decode()
    assert "5.0" in page
    assert client.get("/desk/training/quality/", {"year": "abc"}).status_code == 200
    assert Enrolment.objects.unscoped("test").filter(feedback__isnull=False).count() == 5
