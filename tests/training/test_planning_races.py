"""Two people plan at the same moment: for one instructor, against an absence, against a new version."""

from __future__ import annotations

import datetime
import uuid

import pytest

from accounts.models import User
from core.clock import SHANGHAI, now
from organizations.models import Division
from tests.factories.people import branch_at, make_person
from tests.ledger.test_concurrency import at_once
from tests.training.ground import Ground, joined, lesson_times, make_plan, opened, somebody, version_of
from training.checks import all_checks
from training.errors import TrainingError
from training.models import Absence, Assignment, Instructor, Session
from training.services import teaching
from training.services.catalogue import VersionTerms, add_version
from training.services.changing import cancel_session, change_seats, move_lesson
from training.services.enrolling import sign_up
from training.services.instructors import add_absence
from training.services.sessions import LessonPlan, SessionPlan, create_session


def in_days(days: int) -> datetime.date:
    return (now() + datetime.timedelta(days=days)).astimezone(SHANGHAI).date()


def in_order() -> bool:
    return not any(all_checks().values())


def names(results: list[object]) -> list[str]:
    return sorted(type(one).__name__ for one in results)


@pytest.fixture
def city_officer(committed_ground: Ground) -> User:
    return make_person("city.officer", "training_officer", branch_at("3301"))


def two_plans(ground: Ground, day: datetime.date) -> tuple[SessionPlan, SessionPlan]:
    """Plans that meet in nothing but their instructors: two branches, two courses, hours that overlap."""
    people = tuple(ground.instructors.values())
    county = make_plan(ground, day=day, lessons=(LessonPlan(*lesson_times(day, 9), people),))
    city = make_plan(
        ground,
        day=day,
        branch=branch_at("3301"),
        version=version_of("first-aider"),
        area=Division.objects.get(code="330106"),
        # In the opposite order, so that whoever locks as written would wait in a circle.
        lessons=(LessonPlan(*lesson_times(day, 11), people[::-1]),),
    )
    return county, city


def test_of_two_plans_for_the_same_instructors_one_stands_and_the_other_reads_why(
    committed_ground: Ground, city_officer: User
) -> None:
    for days in range(7, 12):
        county, city = two_plans(committed_ground, in_days(days))
        results = at_once(
            lambda plan=county: create_session(plan=plan, actor=committed_ground.person("officer")),
            lambda plan=city: create_session(plan=plan, actor=city_officer),
        )
        assert names(results) == ["Session", "TrainingError"]
        (refused,) = [one for one in results if isinstance(one, TrainingError)]
        (made,) = [one for one in results if isinstance(one, Session)]
        assert refused.code == "instructor_not_free"
        assert made.number in refused.fields["lessons"]
    assert Session.objects.unscoped("test").count() == 5
    assert in_order()


def test_without_the_look_ahead_the_database_still_lets_one_plan_through(
    committed_ground: Ground, city_officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.services.sessions.require_free", lambda duties: None)
    county, city = two_plans(committed_ground, in_days(7))
    lead: Instructor = committed_ground.instructors["lead"]
    one_each = [
        SessionPlan(
            **{**vars(plan), "lessons": (LessonPlan(plan.lessons[0].starts_at, plan.lessons[0].ends_at, (lead,)),)}
        )
        for plan in (county, city)
    ]
    results = at_once(
        lambda: create_session(plan=one_each[0], actor=committed_ground.person("officer")),
        lambda: create_session(plan=one_each[1], actor=city_officer),
    )
    assert names(results) == ["Session", "TrainingError"]
    assert Assignment.objects.count() == 1
    # Held by the constraint alone: it cannot say which session it was.
    assert all("K0" not in one.message for one in results if isinstance(one, TrainingError))


def test_of_a_plan_and_an_absence_at_the_same_hours_one_stands(committed_ground: Ground) -> None:
    officer, lead = committed_ground.person("officer"), committed_ground.instructors["lead"]
    for days in range(7, 12):
        plan = make_plan(committed_ground, day=in_days(days))
        start, end = lesson_times(in_days(days), 10)
        results = at_once(
            lambda plan=plan: create_session(plan=plan, actor=officer),
            lambda start=start, end=end: add_absence(
                instructor_id=lead.pk, starts_at=start, ends_at=end, actor=committed_ground.person("lead")
            ),
        )
        assert "TrainingError" in names(results)
        assert len([one for one in results if isinstance(one, (Session, Absence))]) == 1
    assert in_order()


def test_without_the_lock_a_plan_and_an_absence_are_still_kept_apart_by_the_trigger(
    committed_ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(teaching, "lock_instructors", lambda ids: None)
    monkeypatch.setattr("training.services.instructors.lock_instructors", lambda ids: None)
    officer, lead = committed_ground.person("officer"), committed_ground.instructors["lead"]
    for days in range(7, 12):
        plan = make_plan(committed_ground, day=in_days(days))
        start, end = lesson_times(in_days(days), 10)
        results = at_once(
            lambda plan=plan: create_session(plan=plan, actor=officer),
            lambda start=start, end=end: add_absence(
                instructor_id=lead.pk, starts_at=start, ends_at=end, actor=committed_ground.person("lead")
            ),
        )
        assert "TrainingError" in names(results)
        assert len([one for one in results if isinstance(one, (Session, Absence))]) == 1


def test_two_lessons_of_one_instructor_do_not_move_upon_each_other(committed_ground: Ground) -> None:
    officer = committed_ground.person("officer")
    lessons = [opened(committed_ground, day=in_days(days)).lessons.get() for days in (7, 8)]
    start, end = lesson_times(in_days(20))
    results = at_once(
        *[
            lambda one=one: move_lesson(
                session_id=one.session_id, lesson_id=one.pk, starts_at=start, ends_at=end, actor=officer
            )
            for one in lessons
        ]
    )
    assert names(results) == ["Lesson", "TrainingError"]
    assert in_order()


def test_of_a_plan_and_a_new_version_that_would_leave_it_behind_one_stands(committed_ground: Ground) -> None:
    keeper = make_person("keeper", "training_officer", branch_at("33"))
    plan = make_plan(committed_ground, day=in_days(40))
    terms = VersionTerms(in_days(30), 4, 3, 40, 8, 14, skills=("cpr",))
    results = at_once(
        lambda: create_session(plan=plan, actor=committed_ground.person("officer")),
        lambda: add_version(course_id=version_of().course_id, number=2, terms=terms, actor=keeper),
    )
    assert len([one for one in results if isinstance(one, TrainingError)]) == 1
    assert in_order()


def test_seats_and_a_sign_up_at_once_leave_nobody_beside_a_free_seat(committed_ground: Ground) -> None:
    officer = committed_ground.person("officer")
    session = opened(committed_ground, seats=2)
    joined(session, 3)
    results = at_once(
        lambda: change_seats(session_id=session.pk, seats=4, actor=officer),
        lambda: sign_up(session_id=session.pk, person=somebody(9), key=uuid.uuid4()),
    )
    assert not [one for one in results if isinstance(one, Exception)]
    session.refresh_from_db()
    assert (session.seated_count, session.waiting_count) == (4, 0)
    assert in_order()


def test_a_double_click_on_cancel_cancels_once(committed_ground: Ground) -> None:
    officer = committed_ground.person("officer")
    session = opened(committed_ground, seats=2)
    joined(session, 3)
    results = at_once(*[lambda: cancel_session(session_id=session.pk, reason="示例理由", actor=officer)] * 2)
    assert names(results) == ["Session", "WrongState"]
    assert in_order()
