"""Sessions of first-aid training in the branch HOME for the table: one that is held, one that is signed."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from accounts.models import User
from core.clock import SHANGHAI, now, today
from core.identifiers import id_check_digit
from organizations.models import Division
from tests.factories.people import FOUNDED, branch_at
from tests.permissions.people import HOME
from training.choices import Audience, CourseKind, InstructorGrade, Presence
from training.models import CourseVersion, Enrolment, Instructor, Session
from training.services.attending import call_roll
from training.services.enrolling import Person
from training.services.examining import Marks, record_results, sign_results
from training.services.roster_files import keep_problems
from training.services.rosters import RosterRow, add_person, enrol_roster
from training.services.sessions import LessonPlan, SessionPlan, create_session, open_session


def held_sessions(people: dict[str, User], name: str) -> dict[str, Any]:
    """Sessions of yesterday: one that nobody called the roll of yet, one that is signed; `name` is their learner's."""
    officer, lead = people["training_officer.own"], people["instructor.own"]
    instructor = Instructor.objects.create(
        **Instructor.lineage_of(branch_at(HOME)),
        person=lead,
        name="示例师资",
        grade=InstructorGrade.FIRST,
        kinds=list(CourseKind.values),
        qualified_from=FOUNDED,
        created_by=officer,
        created_at=now(),
    )
    running, signed = (_session(instructor, officer, hour) for hour in (8, 12))
    first, second = _person(running, officer, name), _person(signed, officer, name, with_document=True)
    lesson = signed.lessons.get()
    call_roll(session_id=signed.pk, lesson_id=lesson.pk, marks={second.pk: Presence.PRESENT}, actor=lead)
    marks = {second.pk: Marks(passed=frozenset(signed.version.skills))}
    record_results(session_id=signed.pk, marks=marks, actor=lead)
    sign_results(session_id=signed.pk, actor=lead)
    bad = RosterRow(number=2, person=Person(name, "1"), cells={"name": name, "phone": "1"})
    outcomes = enrol_roster(session_id=running.pk, rows=[bad], has_document_consent=False, actor=officer)
    kept = keep_problems(session=running, outcomes=outcomes, actor=officer)
    assert kept is not None
    return {
        "held_session": running.number,
        "signed_session": signed.number,
        "held_place": first.pk,
        "roster_problems": kept.pk,
    }


def _session(instructor: Instructor, officer: User, hour: int) -> Session:
    day = today() - datetime.timedelta(days=1)
    start = datetime.datetime.combine(day, datetime.time(hour), SHANGHAI)
    plan = SessionPlan(
        branch=branch_at(HOME),
        version=CourseVersion.objects.select_related("course").get(course__code="cpr-aed", number=1),
        title="示例心肺复苏班",
        area=Division.objects.get(code="330182"),
        place="示例路 1 号",
        seats=10,
        lessons=(LessonPlan(start, start + datetime.timedelta(hours=3), (instructor,)),),
        audience=Audience.CLOSED,
        organisation="虚构示例单位",
        key=uuid.uuid4(),
    )
    session = create_session(plan=plan, actor=officer)
    return open_session(session_id=session.pk, actor=officer)


def _person(session: Session, officer: User, name: str, *, with_document: bool = False) -> Enrolment:
    first = "33018219800101123"
    document = first + id_check_digit(first) if with_document else ""
    person = Person(name, "13800000001", "id_card" if document else "", document)
    return add_person(session_id=session.pk, person=person, has_document_consent=with_document, actor=officer).enrolment
