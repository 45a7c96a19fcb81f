"""The public record of a mass lesson: counts, days and places; no person is in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.outbox import write_record
from core.recorded import RowToday, exact_text
from training.choices import PUBLIC_MASS_LESSON
from training.models import MassLesson

KIND, SCHEMA = "mass_lesson", "mass_lesson/1"


def record_mass_lesson(lesson: MassLesson) -> None:
    """Write the record of a confirmed lesson, in its transaction."""
    write_record(
        kind=KIND,
        subject=lesson.number,
        object_id=lesson.pk,
        branch_code=lesson.branch.code,
        body=_body(lesson),
        private=_private(lesson),
    )


def mass_lessons_today(records: Mapping[int, Mapping[str, Any]], work: str) -> dict[int, RowToday]:
    """What the rows of mass lessons say today (`core.recorded`); one query."""
    rows = MassLesson.objects.unscoped("compared with the public log").select_related("branch", "corrects")
    return {
        one.pk: RowToday(
            body=_body(one),
            private=_private(one),
            differs=[] if one.status in PUBLIC_MASS_LESSON else ["status"],
        )
        for one in rows.filter(pk__in=records)
    }


def _body(lesson: MassLesson) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "number": lesson.number,
        "branch": lesson.branch.code,
        "area": lesson.area_id,
        "held_on": lesson.held_on.isoformat(),
        "topic": str(lesson.topic),
        "setting": str(lesson.setting),
        "key_group": str(lesson.key_group),
        "audience": lesson.audience_count,
        "minutes": lesson.minutes,
        "corrects": lesson.corrects.number if lesson.corrects else None,
    }


def _private(lesson: MassLesson) -> dict[str, Any]:
    return {
        "city": lesson.city_id,
        "contract": lesson.contract_id,
        "confirmed_at": exact_text(lesson.confirmed_at),
        "confirmed_by": lesson.confirmed_by_id,
        "correction_note": lesson.correction_note,
        "county": lesson.county_id,
        "created_at": exact_text(lesson.created_at),
        "created_by": lesson.created_by_id,
        "evidence": str(lesson.evidence_id),
        "instructor": lesson.instructor_id,
        "key": str(lesson.key),
        "maker_ids": list(lesson.maker_ids),
        "organisation": lesson.organisation,
        "place": lesson.place,
        "province": lesson.province_id,
    }
