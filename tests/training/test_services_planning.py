"""Drafts of sessions: what is refused, and said once only."""

from __future__ import annotations

import datetime
import uuid

import pytest

from core.clock import SHANGHAI, now
from organizations.models import Branch
from tests.factories.people import branch_at
from tests.training.ground import Ground, lesson_times, make_instructor, make_plan, opened
from training.errors import TrainingError, WrongState
from training.models import Session
from training.services.sessions import LessonPlan, change_session, create_session


def in_days(days: int) -> datetime.date:
    return (now() + datetime.timedelta(days=days)).astimezone(SHANGHAI).date()


def test_one_form_sent_twice_makes_one_session(ground: Ground) -> None:
    plan = make_plan(ground, day=in_days(7), key=uuid.uuid4())
    first, second = (create_session(plan=plan, actor=ground.person("officer")) for _time in range(2))
    assert first.pk == second.pk
    assert Session.objects.unscoped("test").count() == 1


def test_a_draft_can_be_changed_in_all_it_says_and_an_open_session_cannot(ground: Ground) -> None:
    officer = ground.person("officer")
    session = create_session(plan=make_plan(ground, day=in_days(7)), actor=officer)
    later = make_plan(ground, day=in_days(8), title="示例改名", seats=12)
    change_session(session_id=session.pk, plan=later, actor=officer)
    session.refresh_from_db()
    assert (session.title, session.seats, session.starts_on) == ("示例改名", 12, in_days(8))
    assert session.lessons.count() == 1
    other = opened(ground, day=in_days(20))
    with pytest.raises(WrongState):
        change_session(session_id=other.pk, plan=later, actor=officer)


def test_a_clash_names_the_duty_and_the_other_session_and_nobody(ground: Ground) -> None:
    other = opened(ground)
    with pytest.raises(TrainingError) as refused:
        create_session(plan=make_plan(ground, day=in_days(7), hour=11), actor=ground.person("officer"))
    sentence = refused.value.fields["lessons"]
    assert other.number in sentence
    assert "主讲" in sentence
    assert "助教" in sentence
    assert "示例师资" not in sentence
    assert Session.objects.unscoped("test").count() == 1


def test_a_lesson_may_begin_when_another_ends(ground: Ground) -> None:
    opened(ground)
    create_session(plan=make_plan(ground, day=in_days(7), hour=12), actor=ground.person("officer"))


def test_a_session_needs_an_instructor_for_each_group_in_each_lesson(ground: Ground) -> None:
    lead = ground.instructors["lead"]
    lessons = (LessonPlan(*lesson_times(in_days(7)), (lead,)),)
    plan = make_plan(ground, day=in_days(7), seats=11, lessons=lessons)
    with pytest.raises(TrainingError) as refused:
        create_session(plan=plan, actor=ground.person("officer"))
    assert "2 名师资" in refused.value.fields["lessons"]


def test_more_than_eight_lessons_are_refused(ground: Ground) -> None:
    people = tuple(ground.instructors.values())
    lessons = tuple(LessonPlan(*lesson_times(in_days(7 + n)), people) for n in range(9))
    with pytest.raises(TrainingError) as refused:
        create_session(plan=make_plan(ground, day=in_days(7), lessons=lessons), actor=ground.person("officer"))
    assert "8 次" in refused.value.fields["lessons"]


@pytest.mark.parametrize(
    ("instructor_at", "session_at", "may_teach"),
    [
        ("330182", "330182", True),
        ("3301", "330182", True),
        ("33", "330182", True),
        ("330182", "3301", True),
        ("3301", "33", True),
        ("330182", "33", False),
        ("330106", "330182", False),
        ("3303", "330182", False),
        ("3303", "3301", False),
    ],
)
def test_instructors_are_lent_up_and_down_the_line_and_not_sideways(
    ground: Ground, instructor_at: str, session_at: str, may_teach: bool
) -> None:
    branch: Branch = branch_at(session_at)
    assert make_instructor(branch_at(instructor_at)).teaches_for(branch) is may_teach


def test_an_instructor_from_beside_is_refused(ground: Ground) -> None:
    stranger = make_instructor(branch_at("3303"))
    lessons = (LessonPlan(*lesson_times(in_days(7)), (stranger,)),)
    plan = make_plan(ground, day=in_days(7), seats=5, lessons=lessons)
    with pytest.raises(TrainingError) as refused:
        create_session(plan=plan, actor=ground.person("officer"))
    assert "下级会" in refused.value.fields["lessons"]


def test_what_is_missing_is_said_all_at_once(ground: Ground) -> None:
    plan = make_plan(ground, day=in_days(7), title=" ", place="", seats=60, audience="closed", lessons=())
    with pytest.raises(TrainingError) as refused:
        create_session(plan=plan, actor=ground.person("officer"))
    assert set(refused.value.fields) == {"title", "place", "seats", "organisation", "lessons"}


def test_signing_up_ends_before_the_first_lesson_in_whatever_order_lessons_are_written(ground: Ground) -> None:
    people = tuple(ground.instructors.values())
    late, early = lesson_times(in_days(9)), lesson_times(in_days(7))
    lessons = (LessonPlan(*late, people), LessonPlan(*early, people))
    plan = make_plan(ground, day=in_days(7), lessons=lessons, sign_up_until=early[0] + datetime.timedelta(hours=1))
    with pytest.raises(TrainingError) as refused:
        create_session(plan=plan, actor=ground.person("officer"))
    assert "sign_up_until" in refused.value.fields
