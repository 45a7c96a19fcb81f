"""The rows that public records of training were made of, for reports that walk back to them: no person, no code."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from organizations.models import Branch
from training.choices import PUBLIC_MASS_LESSON
from training.models import Certificate, MassLesson

# The kinds of public records that are about training.
CERTIFICATE_RECORD, END_RECORD, LESSON_RECORD = "certificate", "certificate_end", "mass_lesson"


@dataclass(frozen=True, slots=True)
class RecordedCertificate:
    """A certificate as its two records may say it; `key_group` is in none of them and never beside a number."""

    number: str
    branch_code: str
    branch_name: str
    branch_kind: str
    kind: str
    source: str
    course: str | None
    issued_on: datetime.date
    expires_on: datetime.date | None
    replaces: str | None
    key_group: str
    status: str
    revoke_reason: str
    ended_on: datetime.date | None
    replaced_by: str | None

    @property
    def said(self) -> dict[str, Any]:
        """What the record of its issue says of it."""
        return {
            "number": self.number,
            "branch": self.branch_code,
            "kind": self.kind,
            "source": self.source,
            "course": self.course,
            "issued_on": self.issued_on.isoformat(),
            "expires_on": self.expires_on.isoformat() if self.expires_on else None,
            "replaces": self.replaces,
        }

    @property
    def end_said(self) -> dict[str, Any]:
        """What the record of its end says of it."""
        return {
            "number": self.number,
            "branch": self.branch_code,
            "status": self.status,
            "reason": self.revoke_reason or None,
            "ended_on": self.ended_on.isoformat() if self.ended_on else None,
            "replaced_by": self.replaced_by,
        }


@dataclass(frozen=True, slots=True)
class RecordedLesson:
    """A confirmed mass lesson as its record says it, with the one whose place it took; `audience` is person-times."""

    number: str
    branch_code: str
    branch_name: str
    branch_kind: str
    area: str
    held_on: datetime.date
    topic: str
    setting: str
    key_group: str
    audience: int
    minutes: int
    is_public: bool
    corrects: RecordedLesson | None = None

    @property
    def said(self) -> dict[str, Any]:
        """What its record says of it."""
        return {
            "number": self.number,
            "branch": self.branch_code,
            "area": self.area,
            "held_on": self.held_on.isoformat(),
            "topic": self.topic,
            "setting": self.setting,
            "key_group": self.key_group,
            "audience": self.audience,
            "minutes": self.minutes,
            "corrects": self.corrects.number if self.corrects else None,
        }


def recorded_certificates(ids: Collection[int], branch: Branch, *, with_below: bool) -> dict[int, RecordedCertificate]:
    """The certificates among these that a branch issued, alone or with all below; one query."""
    if not ids:
        return {}
    rows = (
        Certificate.objects.unscoped("rows of public records, without any person")
        .of_branch(branch, with_below=with_below)
        .filter(pk__in=ids)
        .order_by()
        .values_list(
            "pk", "number", "branch__code", "branch__name", "branch__kind", "kind", "source", "version__course__code",
            "issued_on", "expires_on", "replaces__number", "key_group", "status", "revoke_reason", "ended_on",
            "replaced_by__number",
        )
    )  # fmt: skip
    return {row[0]: RecordedCertificate(*row[1:]) for row in rows}


def recorded_lessons(ids: Collection[int], branch: Branch, *, with_below: bool) -> dict[int, RecordedLesson]:
    """The mass lessons among these of a branch, alone or with all below; one query."""
    if not ids:
        return {}
    rows = (
        MassLesson.objects.unscoped("rows of public records, which hold no person")
        .of_branch(branch, with_below=with_below)
        .filter(pk__in=ids)
        .order_by()
        .select_related("branch", "corrects__branch")
    )
    return {one.pk: _lesson(one) for one in rows}


def records_without_row(kind: str, ids: Collection[int]) -> set[int]:
    """The ids among these whose row is gone, which no service ever does; one query."""
    model: Any = MassLesson if kind == LESSON_RECORD else Certificate
    rows = model.objects.unscoped("whether the rows of public records are there").filter(pk__in=ids)
    return set(ids) - set(rows.order_by().values_list("pk", flat=True))


def _lesson(row: MassLesson, *, with_old: bool = True) -> RecordedLesson:
    # Of the one before nothing is asked but what it said itself.
    old = _lesson(row.corrects, with_old=False) if with_old and row.corrects else None
    return RecordedLesson(
        row.number, row.branch.code, row.branch.name, row.branch.kind, row.area_id, row.held_on, row.topic,
        row.setting, row.key_group, row.audience_count, row.minutes, row.status in PUBLIC_MASS_LESSON, old,
    )  # fmt: skip
