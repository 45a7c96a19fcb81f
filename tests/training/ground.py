"""A small ground for the tests of training: a county with its officers, instructors and a class."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from accounts.models import User
from core.clock import SHANGHAI, frozen_at, now
from core.identifiers import id_check_digit
from organizations.models import Branch, Division
from tests.factories.people import FOUNDED, branch_at, make_person, make_province
from tests.standing import Standing
from training.choices import CourseKind, InstructorGrade, Presence
from training.models import CourseVersion, Enrolment, Instructor, Session
from training.services.attending import call_roll
from training.services.enrolling import Person, sign_up
from training.services.examining import Marks, record_results, sign_results
from training.services.sessions import LessonPlan, SessionPlan, create_session, open_session

CODE = "330182"
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦"


@dataclass
class Ground:
    """What the tests stand on: the branch, and people by login."""

    branch: Branch
    people: dict[str, User]
    instructors: dict[str, Instructor]

    def person(self, login: str) -> User:
        """Somebody of the ground."""
        return self.people[login]


def make_ground() -> Ground:
    """A province with 330182's officer, second officer, two instructors with accounts, and a stranger of 3303."""
    make_province()
    branch = branch_at(CODE)
    people = {
        "officer": make_person("officer", "training_officer", branch),
        "issuer": make_person("issuer", "training_officer", branch),
        "lead": make_person("lead", "instructor", branch),
        "second": make_person("second", "instructor", branch),
        "stranger": make_person("stranger", "training_officer", branch_at("3303")),
        "auditor": make_person("auditor", "auditor", branch_at("33"), with_below=True),
    }
    instructors = {login: make_instructor(branch, people[login]) for login in ("lead", "second")}
    return Ground(branch, people, instructors)


STANDING = Standing("training", make_ground)


def make_instructor(branch: Branch, person: User | None = None, name: str = "示例师资") -> Instructor:
    """Somebody who may teach everything."""
    return Instructor.objects.create(
        **Instructor.lineage_of(branch),
        person=person,
        name=name,
        grade=InstructorGrade.FIRST,
        kinds=list(CourseKind.values),
        qualified_from=FOUNDED,
        created_by=person or make_person(f"maker{uuid.uuid4().hex[:8]}"),
        created_at=now(),
    )


def version_of(code: str = "cpr-aed") -> CourseVersion:
    """The first version of a course of the catalogue."""
    return CourseVersion.objects.select_related("course").get(course__code=code, number=1)


def lesson_times(day: datetime.date, hour: int = 9, hours: int = 3) -> tuple[datetime.datetime, datetime.datetime]:
    """From when to when a lesson goes on a day in Shanghai."""
    start = datetime.datetime.combine(day, datetime.time(hour), SHANGHAI)
    return start, start + datetime.timedelta(hours=hours)


def make_plan(ground: Ground, *, day: datetime.date, seats: int = 10, hour: int = 9, **over: object) -> SessionPlan:
    """A session of one lesson on a day."""
    start, end = lesson_times(day, hour)
    terms: dict[str, object] = {
        "branch": ground.branch,
        "version": version_of(),
        "title": "心肺复苏班",
        "area": Division.objects.get(code=CODE),
        "place": "示例路 1 号三楼教室",
        "seats": seats,
        "lessons": (LessonPlan(start, end, tuple(ground.instructors.values())),),
    }
    return SessionPlan(**{**terms, **over})  # type: ignore[arg-type]


def opened(ground: Ground, **over: object) -> Session:
    """A session that takes people; `day` is in a week unless given."""
    over.setdefault("day", (now() + datetime.timedelta(days=7)).astimezone(SHANGHAI).date())
    session = create_session(plan=make_plan(ground, **over), actor=ground.person("officer"))  # type: ignore[arg-type]
    return open_session(session_id=session.pk, actor=ground.person("officer"))


def id_number(serial: int, born: str = "19800101") -> str:
    """A made-up identity number with its check digit."""
    first = f"330182{born}{serial:03d}"
    return first + id_check_digit(first)


def somebody(serial: int, *, with_document: bool = True) -> Person:
    """The n-th made-up person."""
    name = f"{SURNAMES[serial % len(SURNAMES)]}示例{'甲乙丙丁戊己庚辛壬癸'[serial // len(SURNAMES) % 10]}"
    document = id_number(serial) if with_document else ""
    return Person(name, f"138{serial:08d}", "id_card" if document else "", document)


def joined(session: Session, count: int, *, first: int = 0) -> list[Enrolment]:
    """So many people sign up."""
    return [
        sign_up(session_id=session.pk, person=somebody(first + n), key=uuid.uuid4()).enrolment for n in range(count)
    ]


def all_passed(session: Session) -> Marks:
    """The best marks that a course gives."""
    theory = Decimal(100) if session.version.theory_pass is not None else None
    return Marks(theory=theory, passed=frozenset(session.version.skills))


def held(ground: Ground, session: Session, marks: Mapping[int, Marks], *, absent: frozenset[int] = frozenset()) -> None:
    """The session is held: everybody is called up, marks are written and signed; the clock stands after its end."""
    lead = ground.person("lead")
    end = session.lessons.latest("ends_at").ends_at
    with frozen_at(end + datetime.timedelta(minutes=1)):
        seated = Enrolment.objects.unscoped("test").filter(session=session, status="seated")
        roll = {one.pk: Presence.ABSENT if one.pk in absent else Presence.PRESENT for one in seated}
        for lesson in session.lessons.all():
            call_roll(session_id=session.pk, lesson_id=lesson.pk, marks=roll, actor=lead)
        record_results(session_id=session.pk, marks=marks, actor=lead)
        sign_results(session_id=session.pk, actor=lead)
