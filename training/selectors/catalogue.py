"""The catalogue of courses for reading."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.db.models import Prefetch

from training.models import Course, CourseVersion


@dataclass(frozen=True)
class CourseCard:
    """A course with its versions, the latest first, the one in force on the day asked for, and one yet to come."""

    course: Course
    versions: tuple[CourseVersion, ...]
    current: CourseVersion | None
    coming: CourseVersion | None


def catalogue_on(day: datetime.date) -> list[CourseCard]:
    """All courses in order, seen from a day; two queries."""
    versions = Prefetch("versions", queryset=CourseVersion.objects.order_by("-number"))
    return [_card(course, day) for course in Course.objects.prefetch_related(versions)]


def last_version(course: Course) -> CourseVersion | None:
    """The latest version of a course; one query."""
    return course.versions.order_by("-number").first()


def _card(course: Course, day: datetime.date) -> CourseCard:
    versions = tuple(course.versions.all())
    return CourseCard(
        course,
        versions,
        next((one for one in versions if one.is_valid_on(day)), None),
        next((one for one in versions if one.valid_from > day), None),
    )
