"""What the rows of published and withdrawn reports say today, for the log to compare with their public records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.recorded import RowToday
from transparency.choices import RunStatus
from transparency.models import ReportRun
from transparency.services.report_records import SCHEMAS, published_record, published_row, withdrawn_record


def reports_today(records: Mapping[int, Mapping[str, Any]], _work: str) -> dict[int, RowToday]:
    """What the rows of published reports say today (`core.recorded`); one query, one more for each report."""
    found = {}
    runs = ReportRun.objects.unscoped("compared with the public log").select_related("branch", "corrects", "campaign")
    for run in runs.filter(pk__in=records):
        schema = str(records[run.pk].get("schema"))
        found[run.pk] = RowToday(
            published_record(run, schema),
            private=None if schema == SCHEMAS[0] else published_row(run),
            differs=() if run.status == RunStatus.PUBLISHED else ("status",),
            is_known=schema in SCHEMAS,
        )
    return found


def withdrawals_today(records: Mapping[int, Mapping[str, Any]], _work: str) -> dict[int, RowToday]:
    """What the rows of withdrawn reports say today (`core.recorded`); one query."""
    runs = ReportRun.objects.unscoped("compared with the public log").select_related("withdrawal")
    return {
        run.pk: RowToday(withdrawn_record(run), private={"reason": run.withdrawal.reason})
        for run in runs.filter(pk__in=records, withdrawal__isnull=False)
    }
