"""Instructors for the desk: the list with hours, whom a branch may plan with, and one with their lessons."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import DurationField, ExpressionWrapper, F, Q, QuerySet, Sum
from django.db.models.functions import ExtractYear

from core.clock import SHANGHAI, now, today
from organizations.choices import Right
from organizations.models import Branch
from training.choices import CourseKind, SessionStatus
from training.models import Absence, Assignment, Instructor

if TYPE_CHECKING:
    from accounts.models import User

PAGE_SIZE = 50
# A lesson of teaching (学时) in minutes.
TEACHING_MINUTES = 45
NO_HOURS = Decimal(0)


@dataclass(frozen=True)
class InstructorFilter:
    """What a list of instructors is narrowed to; `state` is "valid" (today) or "ended"."""

    branch: Branch | None = None
    grade: str = ""
    kind: str = ""
    state: str = ""

    @property
    def is_set(self) -> bool:
        """Whether anything is narrowed."""
        return any(vars(self).values())


@dataclass(frozen=True)
class InstructorRow:
    """An instructor with the teaching hours (学时) of this year, and whether the qualification counts today."""

    instructor: Instructor
    hours: Decimal
    is_valid: bool

    @property
    def kind_labels(self) -> list[str]:
        """The kinds of courses in words."""
        return [str(CourseKind(kind).label) for kind in self.instructor.kinds]

    @property
    def is_behind(self) -> bool:
        """Whether the duty of the year is not yet done."""
        return self.is_valid and self.hours < self.instructor.yearly_hours


@dataclass(frozen=True)
class InstructorPage:
    """A page of instructors; `next_cursor` is empty on the last."""

    rows: list[InstructorRow]
    next_cursor: str


@dataclass(frozen=True)
class Calendar:
    """What an instructor teaches: coming, soonest first, and a year's past, latest first; the times they cannot."""

    coming: list[Assignment]
    past: list[Assignment]
    absences: list[Absence]


def instructors_page(
    person: User, asked: InstructorFilter, cursor: str = "", *, limit: int = PAGE_SIZE
) -> InstructorPage:
    """A page of the instructors that a person sees, in the order they were written down; two queries."""
    rows = Instructor.objects.visible_to(person, Right.VIEW_TRAINING).select_related("branch")
    if asked.branch is not None:
        rows = rows.of_branch(asked.branch, with_below=True)
    if asked.grade:
        rows = rows.filter(grade=asked.grade)
    if asked.kind:
        rows = rows.filter(kinds__contains=[asked.kind])
    day = today()
    if asked.state:
        rows = rows.filter(_qualified_on(day)) if asked.state == "valid" else rows.filter(qualified_to__lte=day)
    if cursor.isascii() and cursor.isdigit() and len(cursor) < 19:
        rows = rows.filter(pk__gt=int(cursor))
    found = list(rows.order_by("pk")[: limit + 1])
    shown = found[:limit]
    hours = hours_in(day.year, [one.pk for one in shown])
    listed = [InstructorRow(one, hours.get(one.pk, NO_HOURS), one.is_valid_on(day)) for one in shown]
    return InstructorPage(listed, str(shown[-1].pk) if len(found) > limit else "")


def instructors_to_plan(branch: Branch, day: datetime.date) -> QuerySet[Instructor]:
    """Whom a branch may plan with from a day on, as `Instructor.teaches_for` says, whose qualification lasts."""
    above = [pk for pk in (branch.pk, branch.province_id, branch.city_id, branch.county_id) if pk is not None]
    rows = Instructor.objects.unscoped("lent within the branch's line: Instructor.teaches_for")
    lent = Q(branch_id__in=above) | Q(city_id=branch.pk) | Q(county_id=branch.pk)
    lent |= Q(province_id=branch.pk, county_id=None)
    lasts = Q(qualified_to__isnull=True) | Q(qualified_to__gt=day)
    found: QuerySet[Instructor] = rows.filter(lent).filter(lasts).select_related("branch")
    return found.order_by("branch__path", "pk")


def hours_in(year: int, instructor_ids: Iterable[int]) -> Mapping[int, Decimal]:
    """Teaching hours (学时 of 45 minutes, one place) that instructors taught in a year, by id; one query."""
    start = datetime.datetime(year, 1, 1, tzinfo=SHANGHAI)
    end = datetime.datetime(year + 1, 1, 1, tzinfo=SHANGHAI)
    rows = _taught().filter(instructor_id__in=list(instructor_ids), starts_at__gte=start, starts_at__lt=end)
    sums = rows.order_by().values_list("instructor_id").annotate(length=Sum(_LENGTH))
    return {pk: _hours(length) for pk, length in sums}


def hours_by_year(instructor: Instructor) -> list[tuple[int, Decimal]]:
    """Teaching hours of one instructor by year, the latest first; one query."""
    rows = _taught().filter(instructor=instructor).annotate(year=ExtractYear("starts_at", tzinfo=SHANGHAI))
    sums = rows.order_by().values_list("year").annotate(length=Sum(_LENGTH))
    return sorted(((year, _hours(length)) for year, length in sums), reverse=True)


def calendar_of(instructor: Instructor, year: int) -> Calendar:
    """The lessons of an instructor still to come, the past ones of a year, and absences not over; three queries."""
    moment = now()
    lessons = instructor.assignments.filter(is_active=True).select_related("lesson__session__branch")
    start = datetime.datetime(year, 1, 1, tzinfo=SHANGHAI)
    end = datetime.datetime(year + 1, 1, 1, tzinfo=SHANGHAI)
    past = lessons.filter(ends_at__lte=moment, starts_at__gte=start, starts_at__lt=end)
    return Calendar(
        coming=list(lessons.filter(ends_at__gt=moment).order_by("starts_at")),
        past=list(past.order_by("-starts_at")),
        absences=list(instructor.absences.filter(ends_at__gt=moment).order_by("starts_at")),
    )


_LENGTH = ExpressionWrapper(F("ends_at") - F("starts_at"), output_field=DurationField())


def _taught() -> QuerySet[Assignment]:
    """What was taught: lessons that are over, of sessions that were opened and not cancelled."""
    rows = Assignment.objects.filter(is_active=True, ends_at__lte=now())
    return rows.exclude(lesson__session__status__in=[SessionStatus.DRAFT, SessionStatus.CANCELLED])


def _hours(length: datetime.timedelta) -> Decimal:
    minutes = Decimal(length // datetime.timedelta(minutes=1))
    return (minutes / TEACHING_MINUTES).quantize(Decimal("0.1"))


def _qualified_on(day: datetime.date) -> Q:
    return Q(qualified_from__lte=day) & (Q(qualified_to__isnull=True) | Q(qualified_to__gt=day))
