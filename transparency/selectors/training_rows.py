"""The public records of training in a stretch of the log, each beside the row that it was made of."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from organizations.models import Branch
from training.selectors.public.recorded_rows import (
    CERTIFICATE_RECORD,
    END_RECORD,
    LESSON_RECORD,
    RecordedCertificate,
    RecordedLesson,
    recorded_certificates,
    recorded_lessons,
    records_without_row,
)
from transparency.models import LogLeaf
from transparency.rendering.context import lies_in
from transparency.selectors.log import CHUNK

KINDS = (CERTIFICATE_RECORD, END_RECORD, LESSON_RECORD)


@dataclass(frozen=True, slots=True)
class TrainingRecord:
    """A record in its place, what it says, and its row: None where that is gone. One of the two is set."""

    index: int
    kind: str
    number: str
    said: dict[str, Any]
    certificate: RecordedCertificate | None = None
    lesson: RecordedLesson | None = None

    @property
    def differs(self) -> list[str]:
        """The fields in which its row does not say any more what it says; `row` where that is gone."""
        if self.kind == LESSON_RECORD:
            today = self.lesson.said if self.lesson else None
        elif self.certificate is not None:
            today = self.certificate.end_said if self.kind == END_RECORD else self.certificate.said
        else:
            today = None
        if today is None:
            return ["row"]
        wrong = [name for name, value in today.items() if self.said.get(name) != value]
        return wrong if self.lesson is None or self.lesson.is_public else [*wrong, "status"]


def training_records(branch: Branch, *, with_below: bool, first: int, after_last: int) -> Iterator[TrainingRecord]:
    """The records of a branch, alone or with all below, with indexes in [first, after_last), in order.

    At most five queries a chunk; memory stays flat. A record whose row is gone is told by its branch's code.
    """
    for start in range(first, after_last, CHUNK):
        rows = LogLeaf.objects.filter(
            index__gte=start, index__lt=min(start + CHUNK, after_last), record__kind__in=KINDS
        ).order_by("index")
        columns = ("index", "record__kind", "record__object_id", "record__subject", "record__record")
        yield from _joined(list(rows.values_list(*columns)), branch, with_below=with_below)


def _joined(placed: list[tuple[Any, ...]], branch: Branch, *, with_below: bool) -> Iterator[TrainingRecord]:
    lesson_ids = {pk for _at, kind, pk, _number, _text in placed if kind == LESSON_RECORD}
    other_ids = {pk for _at, kind, pk, _number, _text in placed if kind != LESSON_RECORD}
    certificates = recorded_certificates(other_ids, branch, with_below=with_below)
    lessons = recorded_lessons(lesson_ids, branch, with_below=with_below)
    gone = {
        LESSON_RECORD: _gone(LESSON_RECORD, lesson_ids - set(lessons)),
        CERTIFICATE_RECORD: _gone(CERTIFICATE_RECORD, other_ids - set(certificates)),
    }
    for index, kind, pk, number, text in placed:
        is_lesson = kind == LESSON_RECORD
        certificate, lesson = (None, lessons.get(pk)) if is_lesson else (certificates.get(pk), None)
        is_there = certificate is not None or lesson is not None
        if not is_there and pk not in gone[LESSON_RECORD if is_lesson else CERTIFICATE_RECORD]:
            continue
        said = _said(text)
        code = str(said.get("branch"))
        if is_there or code == branch.code or (with_below and lies_in(code, branch.code)):
            yield TrainingRecord(index, kind, number, said, certificate, lesson)


def _said(text: str) -> dict[str, Any]:
    """What a record says; nothing where somebody made of it what no record is, so that all of it differs."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _gone(kind: str, ids: set[int]) -> set[int]:
    return records_without_row(kind, ids) if ids else set()
