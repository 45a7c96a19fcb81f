"""The audit trail as auditors read it: only rows of their branches, newest first."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from core.clock import SHANGHAI
from core.models import AuditEvent

PAGE_SIZE = 50
# An export stops here and says so: a longer one is asked for in parts.
EXPORT_ROWS = 100_000
CHECKS_SHOWN = 30
CHECK_VERBS = ("ledger.books.verified", "ledger.books.found_wrong")


@dataclass(frozen=True)
class TrailFilter:
    """Which events: of a login, a verb (or its beginning), an object's number, a branch, days (both included)."""

    login: str = ""
    verb: str = ""
    number: str = ""
    branch_code: str = ""
    first: datetime.date | None = None
    last: datetime.date | None = None

    @property
    def is_set(self) -> bool:
        """Whether anything narrows the trail."""
        return self != TrailFilter()

    def condition(self) -> Q:
        """The same as a condition on events."""
        exact = {
            "actor_login": self.login.strip().lower(),
            "object_key": self.number.strip(),
            "branch_code": self.branch_code,
            "verb__startswith": self.verb.strip(),
        }
        condition = Q(**{name: value for name, value in exact.items() if value})
        if self.first is not None:
            condition &= Q(at__gte=_midnight(self.first))
        if self.last is not None:
            condition &= Q(at__lt=_midnight(self.last + datetime.timedelta(days=1)))
        return condition


def _midnight(day: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(), tzinfo=SHANGHAI)


@dataclass(frozen=True)
class TrailPage:
    """A page of events; `next` is the id to go on from, None on the last page."""

    events: list[AuditEvent]
    next: int | None


def trail_events(codes: list[str], asked: TrailFilter) -> QuerySet[AuditEvent]:
    """The events of branches with these codes, newest first; the caller takes a slice."""
    return AuditEvent.objects.filter(asked.condition(), branch_code__in=codes).order_by("-pk")


def trail_page(codes: list[str], asked: TrailFilter, *, before: int | None = None, limit: int = PAGE_SIZE) -> TrailPage:
    """A page of the trail by keyset; one query."""
    rows = trail_events(codes, asked)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows[: limit + 1])
    return TrailPage(found[:limit], found[limit - 1].pk if len(found) > limit else None)


TRAIL_HEADER = ("id", "at", "actor", "verb", "object", "number", "branch", "changed_fields", "reason")


def trail_rows(codes: list[str], asked: TrailFilter) -> Iterator[tuple[Any, ...]]:
    """The trail for a file, newest first, at most EXPORT_ROWS; memory flat."""
    for event in trail_events(codes, asked)[:EXPORT_ROWS].iterator(chunk_size=2000):
        yield (
            event.pk,
            event.at,
            event.actor_login,
            event.verb,
            event.object_label,
            event.object_key,
            event.branch_code,
            " ".join(event.changed_fields),
            event.reason,
        )


def check_results() -> list[AuditEvent]:
    """The last results of the nightly verification of the books, newest first; one query."""
    return list(AuditEvent.objects.filter(verb__in=CHECK_VERBS).order_by("-pk")[:CHECKS_SHOWN])
