"""The rows behind the figures: mass lessons and certificates without any person, as lists and files."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from organizations.models import Branch
from training.choices import CertificateSource
from training.models import Certificate, MassLesson

PAGE_SIZE = 50
LESSON_FIELDS = (
    "number", "held_on", "branch", "branch_name", "area", "topic", "setting", "key_group", "audience", "minutes",
    "status", "corrected_by", "correction_note",
)  # fmt: skip
CERTIFICATE_FIELDS = (
    "number", "branch", "kind", "source", "issued_on", "expires_on", "status", "ended_on",
)  # fmt: skip


@dataclass(frozen=True)
class LessonPage:
    """A page of mass lessons, newest first; `next` is the place to go on from, empty at the end."""

    rows: list[MassLesson]
    next: str


def public_lessons(branch: Branch, *, year: int | None = None, after: str = "") -> LessonPage:
    """Confirmed mass lessons of a branch with all below, newest first, by place (`<day>_<id>`); one query."""
    rows = _lessons(branch, year)
    place = _place(after)
    if place is not None:
        day, pk = place
        rows = rows.filter(held_on__lte=day).exclude(held_on=day, pk__gte=pk)
    found = list(rows[: PAGE_SIZE + 1])
    last = found[PAGE_SIZE - 1] if len(found) > PAGE_SIZE else None
    return LessonPage(found[:PAGE_SIZE], f"{last.held_on.isoformat()}_{last.pk}" if last else "")


def stream_lessons(branch: Branch, *, year: int | None = None) -> Iterator[dict[str, Any]]:
    """The same, whole, row by row."""
    for one in _lessons(branch, year).iterator(chunk_size=1000):
        following = getattr(one, "corrected_by", None) if one.status == "corrected" else None
        yield {
            "number": one.number,
            "held_on": one.held_on.isoformat(),
            "branch": one.branch.code,
            "branch_name": one.branch.name,
            "area": one.area_id,
            "topic": one.topic,
            "setting": one.setting,
            "key_group": one.key_group,
            "audience": one.audience_count,
            "minutes": one.minutes,
            "status": one.status,
            "corrected_by": following.number if following else "",
            "correction_note": following.correction_note if following else "",
        }


def stream_certificates(branch: Branch, year: int) -> Iterator[dict[str, Any]]:
    """Certificates that a branch with all below issued in a year: numbers, kinds and days; no person, no code."""
    first, following = datetime.date(year, 1, 1), datetime.date(year + 1, 1, 1)
    rows = (
        Certificate.objects.for_public_check()
        .of_branch(branch, with_below=True)
        .filter(issued_on__gte=first, issued_on__lt=following)
        .exclude(source=CertificateSource.REISSUE)
        .order_by("pk")
        .values_list("number", "branch__code", "kind", "source", "issued_on", "expires_on", "status", "ended_on")
    )
    for row in rows.iterator(chunk_size=2000):
        yield dict(zip(CERTIFICATE_FIELDS, (_plain(value) for value in row), strict=True))


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime.date) else value


def _lessons(branch: Branch, year: int | None) -> Any:
    rows = (
        MassLesson.objects.for_public_display()
        .of_branch(branch, with_below=True)
        .select_related("branch", "area", "corrected_by", "corrects")
        .order_by("-held_on", "-pk")
    )
    if year is None:
        return rows
    return rows.filter(held_on__gte=datetime.date(year, 1, 1), held_on__lt=datetime.date(year + 1, 1, 1))


def _place(text: str) -> tuple[datetime.date, int] | None:
    day, _line, pk = text.partition("_")
    try:
        return datetime.date.fromisoformat(day), int(pk)
    except ValueError:
        return None
