"""New versions of courses: they follow each other without gap or overlap."""

from __future__ import annotations

import datetime
from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction

from core.clock import SHANGHAI, now, today
from core.errors import NotAllowed, NotFound
from tests.factories.people import branch_at, make_person
from tests.training.ground import Ground, make_plan, opened, version_of
from training.checks import all_checks
from training.errors import TrainingError, WrongState
from training.models import CourseVersion
from training.services.catalogue import VersionTerms, add_version
from training.services.changing import cancel_session
from training.services.sessions import create_session


def in_days(days: int) -> datetime.date:
    return (now() + datetime.timedelta(days=days)).astimezone(SHANGHAI).date()


def terms(day: datetime.date, **over: object) -> VersionTerms:
    plain = VersionTerms(day, 4, 3, 40, 8, 14, skills=("aed", "cpr"), validity_months=24)
    return replace(plain, **over)  # type: ignore[arg-type]


def keeper() -> object:
    return make_person("keeper", "training_officer", branch_at("33"))


def test_a_new_version_closes_the_former_on_the_day_it_begins_and_is_added_once(ground: Ground) -> None:
    former, actor = version_of(), keeper()
    first, second = (
        add_version(course_id=former.course_id, number=2, terms=terms(in_days(30)), actor=actor) for _time in range(2)
    )
    assert first.pk == second.pk
    former.refresh_from_db()
    assert (former.valid_to, first.valid_from, first.number) == (in_days(30), in_days(30), 2)
    assert first.skills == ["cpr", "aed"]
    valid = CourseVersion.objects.valid_on(in_days(30)).filter(course=former.course)
    assert [one.number for one in valid] == [2]


def test_a_version_that_overlaps_begins_in_the_past_or_was_added_by_another_is_refused(ground: Ground) -> None:
    former, actor = version_of(), keeper()
    with pytest.raises(TrainingError) as past:
        add_version(course_id=former.course_id, number=2, terms=terms(in_days(-1)), actor=actor)
    assert "valid_from" in past.value.fields
    add_version(course_id=former.course_id, number=2, terms=terms(in_days(30)), actor=actor)
    with pytest.raises(WrongState):
        add_version(course_id=former.course_id, number=2, terms=terms(in_days(40)), actor=actor)
    for day in (in_days(20), in_days(30)):
        with pytest.raises(TrainingError) as overlap:
            add_version(course_id=former.course_id, number=3, terms=terms(day), actor=actor)
        assert "重叠" in overlap.value.fields["valid_from"]
    add_version(course_id=former.course_id, number=3, terms=terms(in_days(31)), actor=actor)


def test_the_database_has_one_version_of_a_course_on_a_day(ground: Ground) -> None:
    former = version_of()
    with pytest.raises(IntegrityError, match="courseversion_one_a_day"), transaction.atomic():
        CourseVersion.objects.create(
            course=former.course,
            number=9,
            valid_from=today(),
            hours=4,
            practice_hours=3,
            seats_most=40,
            trainees_per_instructor=8,
            age_from=14,
            skills=["cpr"],
        )


def test_sessions_that_are_planned_keep_the_version_of_their_first_day(ground: Ground) -> None:
    former, actor = version_of(), keeper()
    session = opened(ground, day=in_days(40))
    with pytest.raises(TrainingError) as refused:
        add_version(course_id=former.course_id, number=2, terms=terms(in_days(40)), actor=actor)
    assert "1 个班" in refused.value.fields["valid_from"]
    cancel_session(session_id=session.pk, reason="示例理由", actor=ground.person("officer"))
    add_version(course_id=former.course_id, number=2, terms=terms(in_days(40)), actor=actor)
    with pytest.raises(TrainingError) as too_late:
        create_session(plan=make_plan(ground, day=in_days(40), version=former), actor=ground.person("officer"))
    assert "version" in too_late.value.fields


def test_a_session_of_a_version_that_is_not_in_force_is_found_by_the_checks(loose_ground: Ground) -> None:
    opened(loose_ground, day=in_days(40))
    CourseVersion.objects.filter(pk=version_of().pk).update(valid_to=in_days(40))
    assert len(all_checks()["session_has_the_version_of_its_first_day"]) == 1


@pytest.mark.parametrize(
    "over",
    [
        {"hours": 0},
        {"practice_hours": 5},
        {"seats_most": 0},
        {"trainees_per_instructor": 0},
        {"theory_pass": 101},
        {"validity_months": 0},
        {"age_to": 13},
        {"skills": (), "theory_pass": None},
        {"skills": ("swimming",)},
    ],
)
def test_a_version_that_makes_no_sense_is_refused_at_its_field(ground: Ground, over: dict[str, object]) -> None:
    with pytest.raises(TrainingError) as refused:
        add_version(course_id=version_of().course_id, number=2, terms=terms(in_days(30), **over), actor=keeper())
    assert refused.value.fields.keys() & over.keys()


def test_only_who_plans_training_in_the_province_keeps_the_catalogue(ground: Ground) -> None:
    for login, expected in (("officer", NotFound), ("auditor", NotAllowed)):
        with pytest.raises(expected):
            add_version(
                course_id=version_of().course_id, number=2, terms=terms(in_days(30)), actor=ground.person(login)
            )
