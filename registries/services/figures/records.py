"""The public record of an association's figures of a year: numbers as everybody sees them, no row of anybody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.outbox import write_record
from core.recorded import RowToday, exact_text
from registries.models import RegistryFigures

KIND, SCHEMA = "registry_figures", "registry_figures/1"


def record_figures(row: RegistryFigures) -> None:
    """Write the record of published figures, in their transaction."""
    write_record(
        kind=KIND,
        subject=f"{row.branch.code}-{row.year}",
        object_id=row.pk,
        branch_code=row.branch.code,
        body=_body(row),
    )


def figures_today(records: Mapping[int, Mapping[str, Any]], _work: str) -> dict[int, RowToday]:
    """What the rows of published figures say today (`core.recorded`); one query."""
    rows = RegistryFigures.objects.filter(pk__in=records).select_related("branch")
    return {one.pk: RowToday(body=_body(one)) for one in rows}


def _body(row: RegistryFigures) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "branch": row.branch.code,
        "year": row.year,
        "figures": row.figures,
        "below": row.below,
        "counted_at": exact_text(row.counted_at),
    }
