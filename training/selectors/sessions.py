"""Sessions for the desk: the list, and one with its lessons and its history."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Prefetch, Q, QuerySet

from organizations.choices import DivisionLevel, Right
from organizations.models import Branch, Division
from training.choices import TeachingRole
from training.models import Assignment, Course, CourseVersion, Instructor, Lesson, Session, SessionEvent

if TYPE_CHECKING:
    from accounts.models import User

PAGE_SIZE = 50
# Counties are told by the first six digits of what stands in them.
COUNTY_LENGTH = 6


@dataclass(frozen=True)
class SessionFilter:
    """What a list of sessions is narrowed to; days are those on which sessions begin, both counted in."""

    branch: Branch | None = None
    status: str = ""
    course: Course | None = None
    from_on: datetime.date | None = None
    to_on: datetime.date | None = None

    @property
    def is_set(self) -> bool:
        """Whether anything is narrowed."""
        return any(vars(self).values())


@dataclass(frozen=True)
class SessionPage:
    """A page of sessions; `next_cursor` is empty on the last."""

    sessions: list[Session]
    next_cursor: str


@dataclass(frozen=True)
class LessonRow:
    """A lesson with its lead and assistants."""

    lesson: Lesson
    lead: Instructor | None
    assistants: tuple[Instructor, ...]

    @property
    def people(self) -> tuple[Instructor, ...]:
        """All who teach in it, the lead first."""
        return (self.lead, *self.assistants) if self.lead else self.assistants


def sessions_for(person: User, asked: SessionFilter, cursor: str = "", *, limit: int = PAGE_SIZE) -> SessionPage:
    """A page of the sessions that a person sees, the latest first; one query."""
    rows = Session.objects.visible_to(person, Right.VIEW_TRAINING).select_related("branch", "area", "version__course")
    if asked.branch is not None:
        rows = rows.of_branch(asked.branch, with_below=True)
    narrowed = {
        "status": asked.status or None,
        "version__course": asked.course,
        "starts_on__gte": asked.from_on,
        "starts_on__lte": asked.to_on,
    }
    rows = rows.filter(**{name: value for name, value in narrowed.items() if value is not None})
    place = _place(cursor)
    if place is not None:
        day, pk = place
        rows = rows.filter(Q(starts_on__lt=day) | Q(starts_on=day, pk__lt=pk))
    found = list(rows.order_by("-starts_on", "-pk")[: limit + 1])
    shown = found[:limit]
    last = shown[-1] if len(found) > limit else None
    return SessionPage(shown, f"{last.starts_on:%Y%m%d}.{last.pk}" if last else "")


def lessons_of(session: Session) -> list[LessonRow]:
    """The lessons of a session in order, with who teaches; two queries."""
    teaching = Assignment.objects.select_related("instructor").order_by("pk")
    lessons = session.lessons.prefetch_related(Prefetch("assignments", queryset=teaching)).order_by("starts_at")
    return [_row(lesson, list(lesson.assignments.all())) for lesson in lessons]


def session_history(session: Session) -> list[SessionEvent]:
    """The steps of a session, oldest first; one query."""
    return list(session.events.select_related("actor").order_by("pk"))


def courses_on(day: datetime.date) -> list[CourseVersion]:
    """The versions in force on a day with their courses, in the catalogue's order; one query."""
    return list(CourseVersion.objects.valid_on(day).select_related("course").order_by("course_id"))


def counties_of(branch: Branch) -> QuerySet[Division]:
    """The open counties in a branch's area, or the one in which it stands."""
    code = branch.division_id[:COUNTY_LENGTH]
    return Division.objects.filter(level=DivisionLevel.COUNTY, valid_to=None, code__startswith=code).order_by("code")


def _row(lesson: Lesson, teaching: Sequence[Assignment]) -> LessonRow:
    lead = next((one.instructor for one in teaching if one.role == TeachingRole.LEAD), None)
    return LessonRow(lesson, lead, tuple(one.instructor for one in teaching if one.role != TeachingRole.LEAD))


def _place(cursor: str) -> tuple[datetime.date, int] | None:
    """Where a page begins; None for what is no cursor of ours."""
    day, _dot, pk = cursor.partition(".")
    if not (day.isascii() and day.isdigit() and pk.isascii() and pk.isdigit() and len(pk) < 19):
        return None
    try:
        return datetime.datetime.strptime(day, "%Y%m%d").date(), int(pk)  # noqa: DTZ007 -- a day has no zone
    except ValueError:
        return None
