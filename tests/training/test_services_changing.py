"""Sessions that people have signed up for: cancelled, other seats, a lesson at another time."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest

from core.clock import SHANGHAI, frozen_at, now
from core.errors import NotAllowed, NotFound
from core.models import Message
from tests.training.ground import Ground, all_passed, held, joined, lesson_times, make_instructor, make_plan, opened
from training.choices import EnrolmentStatus, SessionStatus
from training.errors import TrainingError, WrongState
from training.models import Assignment, Enrolment, Session, SessionEvent
from training.services.changing import cancel_session, change_seats, move_lesson
from training.services.enrolling import cancel_enrolment
from training.services.sessions import LessonPlan, close_session, create_session, open_session


@pytest.fixture(autouse=True)
def messages_are_kept(settings: Any, tmp_path: Path) -> None:
    """Messages can go somewhere, so that they are written."""
    settings.NOTIFIER_BACKEND = "core.notifying.backends.FileNotifier"
    settings.NOTIFIER_FILES_DIR = tmp_path


def in_days(days: int) -> datetime.date:
    return (now() + datetime.timedelta(days=days)).astimezone(SHANGHAI).date()


def told(purpose: str) -> int:
    return Message.objects.filter(purpose=f"training.{purpose}").count()


def states(session: Session) -> list[str]:
    rows = Enrolment.objects.unscoped("test").filter(session=session).order_by("place")
    return list(rows.values_list("status", flat=True))


def test_a_cancelled_session_cancels_every_place_tells_each_and_frees_its_instructors(ground: Ground) -> None:
    session = opened(ground, seats=2)
    places = joined(session, 4)
    cancel_enrolment(enrolment_id=places[0].pk)
    assert told("cancelled") == 1
    cancel_session(session_id=session.pk, reason="报名人数不足", actor=ground.person("officer"))
    session.refresh_from_db()
    assert (session.status, session.seated_count, session.waiting_count) == (SessionStatus.CANCELLED, 0, 0)
    assert states(session) == [EnrolmentStatus.CANCELLED] * 4
    # Who had given up before is told once, then; the three others now.
    assert told("cancelled") == 4
    assert session.events.latest("pk").reason == "报名人数不足"
    assert not Assignment.objects.filter(lesson__session=session, is_active=True).exists()
    # The instructors may be planned again for the same hours.
    opened(ground)


def test_a_session_is_cancelled_for_a_reason_only(ground: Ground) -> None:
    session = opened(ground)
    with pytest.raises(TrainingError) as refused:
        cancel_session(session_id=session.pk, reason=" ", actor=ground.person("officer"))
    assert "reason" in refused.value.fields
    session.refresh_from_db()
    assert session.status == SessionStatus.OPEN


def test_a_signed_and_a_cancelled_session_cannot_be_cancelled(ground: Ground) -> None:
    session = opened(ground, seats=2)
    (place,) = joined(session, 1)
    held(ground, session, {place.pk: all_passed(session)})
    with pytest.raises(WrongState):
        cancel_session(session_id=session.pk, reason="示例理由", actor=ground.person("officer"))
    assert states(session) == [EnrolmentStatus.SEATED]
    other = opened(ground, day=in_days(9))
    cancel_session(session_id=other.pk, reason="示例理由", actor=ground.person("officer"))
    with pytest.raises(WrongState):
        cancel_session(session_id=other.pk, reason="示例理由", actor=ground.person("officer"))
    assert SessionEvent.objects.filter(session=other, to_status=SessionStatus.CANCELLED).count() == 1


def test_a_signed_session_does_not_go_back_by_ending_its_sign_up(ground: Ground) -> None:
    session = opened(ground, seats=2)
    (place,) = joined(session, 1)
    held(ground, session, {place.pk: all_passed(session)})
    with pytest.raises(WrongState):
        close_session(session_id=session.pk, actor=ground.person("officer"))
    session.refresh_from_db()
    assert session.status == SessionStatus.SIGNED


@pytest.mark.parametrize("login", ["lead", "auditor", "stranger"])
def test_changes_are_for_those_who_plan_in_the_branch(ground: Ground, login: str) -> None:
    session = opened(ground)
    lesson = session.lessons.get()
    start, end = lesson_times(in_days(20))
    actor = ground.person(login)
    expected = NotFound if login == "stranger" else NotAllowed
    for change in (
        lambda: cancel_session(session_id=session.pk, reason="示例理由", actor=actor),
        lambda: change_seats(session_id=session.pk, seats=12, actor=actor),
        lambda: move_lesson(session_id=session.pk, lesson_id=lesson.pk, starts_at=start, ends_at=end, actor=actor),
    ):
        with pytest.raises(expected):
            change()


def test_more_seats_move_up_who_waited_longest_and_tell_them(ground: Ground) -> None:
    session = opened(ground, seats=2)
    joined(session, 5)
    before = told("seated")
    moved = change_seats(session_id=session.pk, seats=4, actor=ground.person("officer"))
    assert [one.place for one in moved] == [3, 4]
    assert states(session) == ["seated", "seated", "seated", "seated", "waiting"]
    assert told("seated") - before == 2
    session.refresh_from_db()
    assert (session.seats, session.seated_count, session.waiting_count) == (4, 4, 1)
    assert session.events.latest("pk").reason == "名额 2 改为 4"


def test_the_same_number_of_seats_said_twice_is_one_change(ground: Ground) -> None:
    session = opened(ground, seats=2)
    for _time in range(2):
        change_seats(session_id=session.pk, seats=5, actor=ground.person("officer"))
    assert session.events.filter(reason__startswith="名额").count() == 1


def test_seats_never_go_below_what_is_taken(ground: Ground) -> None:
    session = opened(ground, seats=5)
    joined(session, 3)
    with pytest.raises(TrainingError) as refused:
        change_seats(session_id=session.pk, seats=2, actor=ground.person("officer"))
    assert "3 人" in refused.value.fields["seats"]
    change_seats(session_id=session.pk, seats=3, actor=ground.person("officer"))
    with pytest.raises(TrainingError):
        change_seats(session_id=session.pk, seats=0, actor=ground.person("officer"))


def test_seats_stay_within_the_course_and_its_instructors(ground: Ground) -> None:
    session = opened(ground, seats=5)
    with pytest.raises(TrainingError) as too_many:
        change_seats(session_id=session.pk, seats=51, actor=ground.person("officer"))
    assert "50" in too_many.value.fields["seats"]
    # Two instructors lead twenty at the most.
    with pytest.raises(TrainingError) as too_few_teach:
        change_seats(session_id=session.pk, seats=21, actor=ground.person("officer"))
    assert "3 名师资" in too_few_teach.value.fields["seats"]
    change_seats(session_id=session.pk, seats=20, actor=ground.person("officer"))


@pytest.mark.parametrize("state", ["draft", "closed"])
def test_seats_change_while_a_session_is_open(ground: Ground, state: str) -> None:
    officer = ground.person("officer")
    session = create_session(plan=make_plan(ground, day=in_days(7)), actor=officer)
    if state == "closed":
        open_session(session_id=session.pk, actor=officer)
        close_session(session_id=session.pk, actor=officer)
    with pytest.raises(WrongState):
        change_seats(session_id=session.pk, seats=12, actor=officer)


def test_a_lesson_goes_at_another_time_and_who_has_a_place_is_told(ground: Ground) -> None:
    session = opened(ground, seats=2)
    joined(session, 3)
    lesson = session.lessons.get()
    start, end = lesson_times(in_days(9), 14)
    officer = ground.person("officer")
    for _time in range(2):
        move_lesson(session_id=session.pk, lesson_id=lesson.pk, starts_at=start, ends_at=end, actor=officer)
    session.refresh_from_db()
    assert (session.starts_on, session.ends_on) == (in_days(9), in_days(9))
    assert set(Assignment.objects.filter(lesson=lesson).values_list("starts_at", flat=True)) == {start}
    assert told("moved") == 2
    assert session.events.filter(reason__contains="改到").count() == 1


def test_the_sign_up_ends_with_the_first_lesson_wherever_that_goes(ground: Ground) -> None:
    session = opened(ground)
    lesson = session.lessons.get()
    start, end = lesson_times(in_days(5))
    move_lesson(
        session_id=session.pk, lesson_id=lesson.pk, starts_at=start, ends_at=end, actor=ground.person("officer")
    )
    session.refresh_from_db()
    assert session.sign_up_until == start


def test_a_lesson_does_not_go_where_an_instructor_teaches_already(ground: Ground) -> None:
    session, other = opened(ground), opened(ground, day=in_days(9))
    lesson, taken = session.lessons.get(), other.lessons.get()
    with pytest.raises(TrainingError) as refused:
        move_lesson(
            session_id=session.pk,
            lesson_id=lesson.pk,
            starts_at=taken.starts_at + datetime.timedelta(hours=1),
            ends_at=taken.ends_at + datetime.timedelta(hours=1),
            actor=ground.person("officer"),
        )
    sentence = refused.value.fields["starts"]
    assert other.number in sentence
    assert "示例师资" not in sentence
    lesson.refresh_from_db()
    assert lesson.starts_at.astimezone(SHANGHAI).date() == in_days(7)


def test_a_lesson_may_move_within_its_own_hours(ground: Ground) -> None:
    session = opened(ground)
    lesson = session.lessons.get()
    later = datetime.timedelta(hours=1)
    move_lesson(
        session_id=session.pk,
        lesson_id=lesson.pk,
        starts_at=lesson.starts_at + later,
        ends_at=lesson.ends_at + later,
        actor=ground.person("officer"),
    )


def test_a_lesson_does_not_go_upon_another_of_its_session_nor_into_the_past(ground: Ground) -> None:
    first, second = lesson_times(in_days(7)), lesson_times(in_days(8))
    people = tuple(ground.instructors.values())
    session = opened(ground, lessons=(LessonPlan(*first, people), LessonPlan(*second, people)))
    lesson = session.lessons.earliest("starts_at")
    for starts_at, ends_at in (second, lesson_times(in_days(-1)), (first[0], first[0])):
        with pytest.raises(TrainingError) as refused:
            move_lesson(
                session_id=session.pk,
                lesson_id=lesson.pk,
                starts_at=starts_at,
                ends_at=ends_at,
                actor=ground.person("officer"),
            )
        assert "starts" in refused.value.fields


def test_a_lesson_that_has_begun_does_not_move(ground: Ground) -> None:
    session = opened(ground)
    lesson = session.lessons.get()
    start, end = lesson_times(in_days(20))
    with frozen_at(lesson.starts_at), pytest.raises(TrainingError):
        move_lesson(
            session_id=session.pk, lesson_id=lesson.pk, starts_at=start, ends_at=end, actor=ground.person("officer")
        )


def test_a_lesson_of_another_session_is_not_moved_by_this_one(ground: Ground) -> None:
    session, other = opened(ground), opened(ground, day=in_days(9))
    start, end = lesson_times(in_days(20))
    with pytest.raises(WrongState):
        move_lesson(
            session_id=session.pk,
            lesson_id=other.lessons.get().pk,
            starts_at=start,
            ends_at=end,
            actor=ground.person("officer"),
        )


def test_a_lesson_does_not_go_to_a_day_on_which_an_instructor_is_no_longer_qualified(ground: Ground) -> None:
    third = make_instructor(ground.branch, name="示例第三")
    third.qualified_to = in_days(10)
    third.save()
    session = opened(ground, seats=5, lessons=(LessonPlan(*lesson_times(in_days(7)), (third,)),))
    start, end = lesson_times(in_days(10))
    with pytest.raises(TrainingError) as refused:
        move_lesson(
            session_id=session.pk,
            lesson_id=session.lessons.get().pk,
            starts_at=start,
            ends_at=end,
            actor=ground.person("officer"),
        )
    assert "资格" in refused.value.fields["starts"]
