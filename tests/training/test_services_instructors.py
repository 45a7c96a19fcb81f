"""Instructors: written down, changed, ended; when they cannot teach; what they taught."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from core.clock import SHANGHAI, frozen_at, now
from core.errors import DomainError, NotAllowed, NotFound
from core.models import AuditEvent, ReadLog
from core.sealed import open_for_work
from tests.factories.people import FOUNDED, make_person
from tests.training.ground import Ground, lesson_times, make_plan, opened
from training.choices import CourseKind
from training.errors import TrainingError, WrongState
from training.models import Absence, Assignment, Instructor
from training.selectors.instructors import calendar_of, hours_by_year, hours_in
from training.services.changing import cancel_session, move_lesson
from training.services.instructors import (
    InstructorFacts,
    add_absence,
    change_instructor,
    end_instructor,
    read_phone,
    register_instructor,
    remove_absence,
)
from training.services.sessions import create_session

FACTS = InstructorFacts("示例新师资", "second", (CourseKind.CPR_AED,), FOUNDED, yearly_hours=16, phone="138 0000 0001")


def in_days(days: int) -> datetime.date:
    return (now() + datetime.timedelta(days=days)).astimezone(SHANGHAI).date()


def registered(ground: Ground, **over: object) -> Instructor:
    facts = replace(FACTS, **{"key": uuid.uuid4(), **over})  # type: ignore[arg-type]
    return register_instructor(branch=ground.branch, facts=facts, actor=ground.person("officer"))


def test_an_instructor_is_written_down_once_with_the_telephone_sealed(ground: Ground) -> None:
    facts = replace(FACTS, key=uuid.uuid4(), login="ISSUER ")
    first, second = (
        register_instructor(branch=ground.branch, facts=facts, actor=ground.person("officer")) for _time in range(2)
    )
    assert first.pk == second.pk
    assert first.person == ground.person("issuer")
    stored = Instructor.objects.unscoped("test").get(pk=first.pk)
    assert b"13800000001" not in bytes(stored.phone)
    assert open_for_work(stored, "phone", work="test") == "13800000001"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "示"),
        ("grade", "none"),
        ("kinds", ()),
        ("kinds", ("swimming",)),
        ("qualified_to", FOUNDED),
        ("phone", "12345"),
        ("login", "nobody-has-it"),
        ("login", "lead"),
    ],
)
def test_what_is_wrong_of_an_instructor_is_said_at_its_field(ground: Ground, field: str, value: object) -> None:
    with pytest.raises(TrainingError) as refused:
        registered(ground, **{field: value})
    assert field in refused.value.fields


def test_only_who_plans_in_the_branch_writes_instructors_down(ground: Ground) -> None:
    for login, expected in (("lead", NotAllowed), ("auditor", NotAllowed), ("stranger", NotFound)):
        with pytest.raises(expected):
            register_instructor(branch=ground.branch, facts=FACTS, actor=ground.person(login))
        with pytest.raises(expected):
            change_instructor(instructor_id=ground.instructors["lead"].pk, facts=FACTS, actor=ground.person(login))
        with pytest.raises(expected):
            end_instructor(
                instructor_id=ground.instructors["lead"].pk,
                on=in_days(1),
                reason="示例理由",
                actor=ground.person(login),
            )


def test_a_telephone_left_out_stays_and_an_empty_one_goes(ground: Ground) -> None:
    instructor, officer = registered(ground), ground.person("officer")
    kept = change_instructor(instructor_id=instructor.pk, facts=replace(FACTS, phone=None), actor=officer)
    assert kept.phone is not None
    gone = change_instructor(instructor_id=instructor.pk, facts=replace(FACTS, phone=""), actor=officer)
    assert gone.phone is None
    event = AuditEvent.objects.filter(verb="training.instructor.changed").latest("pk")
    assert event.changed_fields == ["phone"]
    assert "1380000" not in str(vars(event))


def test_a_change_does_not_leave_a_planned_lesson_without_a_qualified_instructor(ground: Ground) -> None:
    session = opened(ground)
    lead, officer = ground.instructors["lead"], ground.person("officer")
    facts = InstructorFacts(lead.name, lead.grade, (CourseKind.FIRST_AIDER,), FOUNDED, login="lead")
    with pytest.raises(TrainingError) as refused:
        change_instructor(instructor_id=lead.pk, facts=facts, actor=officer)
    assert session.number in refused.value.message
    cancel_session(session_id=session.pk, reason="示例理由", actor=officer)
    change_instructor(instructor_id=lead.pk, facts=facts, actor=officer)


def test_a_qualification_ends_on_a_day_after_the_last_lesson(ground: Ground) -> None:
    opened(ground, day=in_days(7))
    lead, officer = ground.instructors["lead"], ground.person("officer")
    for day in (in_days(7), FOUNDED):
        with pytest.raises(TrainingError) as refused:
            end_instructor(instructor_id=lead.pk, on=day, reason="资格期满", actor=officer)
        assert "on" in refused.value.fields
    with pytest.raises(TrainingError) as unexplained:
        end_instructor(instructor_id=lead.pk, on=in_days(8), reason="", actor=officer)
    assert "reason" in unexplained.value.fields
    ended = end_instructor(instructor_id=lead.pk, on=in_days(8), reason="资格期满", actor=officer)
    assert ended.is_qualified(CourseKind.CPR_AED, in_days(7))
    assert not ended.is_qualified(CourseKind.CPR_AED, in_days(8))
    with pytest.raises(WrongState):
        end_instructor(instructor_id=lead.pk, on=in_days(8), reason="资格期满", actor=officer)


def test_nobody_is_planned_for_a_time_in_which_they_cannot_teach(ground: Ground) -> None:
    start, end = lesson_times(in_days(7))
    lead, officer = ground.instructors["lead"], ground.person("officer")
    add_absence(instructor_id=lead.pk, starts_at=start - datetime.timedelta(hours=2), ends_at=start, actor=officer)
    session = create_session(plan=make_plan(ground, day=in_days(7)), actor=officer)
    add_absence(instructor_id=lead.pk, starts_at=end, ends_at=end + datetime.timedelta(hours=2), actor=officer)
    with pytest.raises(TrainingError) as refused:
        create_session(plan=make_plan(ground, day=in_days(7), hour=7), actor=officer)
    assert "不能授课" in refused.value.fields["lessons"]
    with pytest.raises(TrainingError) as not_moved:
        move_lesson(
            session_id=opened(ground, day=in_days(9)).pk,
            lesson_id=Assignment.objects.latest("pk").lesson_id,
            starts_at=end,
            ends_at=end + datetime.timedelta(hours=1),
            actor=officer,
        )
    assert "starts" in not_moved.value.fields
    with pytest.raises(TrainingError) as planned:
        add_absence(instructor_id=lead.pk, starts_at=start, ends_at=end, actor=officer)
    assert session.number in planned.value.fields["starts"]


def test_the_database_refuses_a_lesson_in_an_absence_whoever_writes_it_and_on_either_side(ground: Ground) -> None:
    session = opened(ground)
    lesson, lead = session.lessons.get(), ground.instructors["lead"]
    with pytest.raises(IntegrityError, match="who cannot come is planned"), transaction.atomic():
        Absence.objects.create(
            instructor=lead,
            starts_at=lesson.ends_at - datetime.timedelta(minutes=1),
            ends_at=lesson.ends_at + datetime.timedelta(hours=1),
        )
    day = datetime.timedelta(days=1)
    away = Absence.objects.create(instructor=lead, starts_at=lesson.starts_at + day, ends_at=lesson.ends_at + day)
    lesson.starts_at, lesson.ends_at = away.starts_at, away.ends_at
    with pytest.raises(IntegrityError, match="who cannot come is planned"), transaction.atomic():
        lesson.save()
    with pytest.raises(IntegrityError, match="who cannot come is planned"), transaction.atomic():
        Absence.objects.filter(pk=away.pk).update(starts_at=session.lessons.get().starts_at)


def test_a_cancelled_session_leaves_its_instructors_free_to_be_away(ground: Ground) -> None:
    session, officer = opened(ground), ground.person("officer")
    lesson = session.lessons.get()
    cancel_session(session_id=session.pk, reason="示例理由", actor=officer)
    add_absence(
        instructor_id=ground.instructors["lead"].pk, starts_at=lesson.starts_at, ends_at=lesson.ends_at, actor=officer
    )


def test_instructors_say_themselves_when_they_cannot_teach_and_nobody_elses_times(ground: Ground) -> None:
    start, end = lesson_times(in_days(7))
    lead, second = ground.instructors["lead"], ground.instructors["second"]
    first, again = (
        add_absence(instructor_id=lead.pk, starts_at=start, ends_at=end, actor=ground.person("lead"))
        for _time in range(2)
    )
    assert first.pk == again.pk
    with pytest.raises(NotAllowed):
        add_absence(instructor_id=second.pk, starts_at=start, ends_at=end, actor=ground.person("lead"))
    with pytest.raises(NotAllowed):
        remove_absence(instructor_id=lead.pk, absence_id=first.pk, actor=ground.person("second"))
    # By another's address nothing of one's own goes.
    remove_absence(instructor_id=second.pk, absence_id=first.pk, actor=ground.person("officer"))
    assert Absence.objects.count() == 1
    for _time in range(2):
        remove_absence(instructor_id=lead.pk, absence_id=first.pk, actor=ground.person("lead"))
    assert Absence.objects.count() == 0


def test_absences_of_one_instructor_do_not_overlap_and_have_a_length(ground: Ground) -> None:
    start, end = lesson_times(in_days(7))
    lead, officer = ground.instructors["lead"], ground.person("officer")
    add_absence(instructor_id=lead.pk, starts_at=start, ends_at=end, actor=officer)
    hour = datetime.timedelta(hours=1)
    for starts_at, ends_at in ((start + hour, end + hour), (end, start), (end, end + datetime.timedelta(days=400))):
        with pytest.raises(TrainingError) as refused:
            add_absence(instructor_id=lead.pk, starts_at=starts_at, ends_at=ends_at, actor=officer)
        assert "starts" in refused.value.fields


def test_hours_are_lessons_of_45_minutes_that_are_over_and_were_held(ground: Ground) -> None:
    lead = ground.instructors["lead"]
    session = opened(ground)
    gone = opened(ground, day=in_days(8))
    create_session(plan=make_plan(ground, day=in_days(9)), actor=ground.person("officer"))
    cancel_session(session_id=gone.pk, reason="示例理由", actor=ground.person("officer"))
    end = session.lessons.get().ends_at
    year = end.astimezone(SHANGHAI).year
    assert hours_in(year, [lead.pk]) == {}
    assert len(calendar_of(lead, year).coming) == 2
    with frozen_at(end + datetime.timedelta(days=5)):
        # Of three lessons one was held, one was cancelled, one stayed a draft.
        assert hours_in(year, [lead.pk]) == {lead.pk: Decimal("4.0")}
        assert hours_by_year(lead) == [(year, Decimal("4.0"))]
        assert calendar_of(lead, year).coming == []


def test_a_telephone_is_read_for_a_purpose_and_the_reading_is_logged(committed_ground: Ground) -> None:
    instructor = registered(committed_ground)
    with pytest.raises(NotAllowed):
        read_phone(instructor=instructor, purpose="通知调课", actor=committed_ground.person("lead"))
    with pytest.raises(DomainError):
        read_phone(instructor=instructor, purpose=" ", actor=committed_ground.person("officer"))
    assert ReadLog.objects.filter(field="phone").count() == 0
    read = read_phone(instructor=instructor, purpose="通知调课", actor=committed_ground.person("officer"))
    assert read == "13800000001"
    logged = ReadLog.objects.get(field="phone")
    assert (logged.purpose, logged.reader_login, logged.object_key) == ("通知调课", "officer", str(instructor.pk))


def test_an_account_that_was_stopped_is_no_instructors_account(ground: Ground) -> None:
    person = make_person("left")
    person.is_active = False
    person.save()
    with pytest.raises(TrainingError) as refused:
        registered(ground, login="left")
    assert "login" in refused.value.fields
