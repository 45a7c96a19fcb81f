"""What the rows of entries say today, for the log to compare with their public records."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from core.numbers import format_number
from core.recorded import RowToday
from ledger.choices import ENTRY_LETTER
from ledger.models import Entry, Movement
from ledger.services.records import FIRST_SCHEMA, RECORD_SCHEMA, body_of_rows, private_part


def entries_today(records: Mapping[int, Mapping[str, Any]], _work: str) -> dict[int, RowToday]:
    """What the rows of entries and their movements say today (`core.recorded`); two queries."""
    movements: defaultdict[int, list[Movement]] = defaultdict(list)
    named = ("unit", "source__fund", "destination__fund", "source__unit", "destination__unit")
    for movement in (
        Movement.objects.filter(entry_id__in=records)
        .select_related(*named, "reverses__entry", "answers__entry")
        .order_by("entry_id", "line")
    ):
        movements[movement.entry_id].append(movement)
    entries = (
        Entry.objects.unscoped("compared with the public log")
        .select_related("branch", "group", "reverses")
        .filter(pk__in=records)
    )
    return {entry.pk: _today(entry, movements[entry.pk], records[entry.pk]) for entry in entries}


def _today(entry: Entry, movements: list[Movement], said: Mapping[str, Any]) -> RowToday:
    schema = FIRST_SCHEMA if said.get("schema") == FIRST_SCHEMA else RECORD_SCHEMA
    own = format_number(entry.branch.code, entry.year, ENTRY_LETTER, entry.serial)
    differs = [] if own == entry.number else ["number, year or serial"]
    # What a row names and is not there is read as nothing named.
    if (entry.reverses_id is None) != (entry.reverses is None):
        differs.append("reverses")
    for movement in movements:
        for name in ("reverses", "answers"):
            if (getattr(movement, f"{name}_id") is None) != (getattr(movement, name) is None):
                differs.append(f"movement {movement.line}: {name}")
        if {movement.source.unit_id, movement.destination.unit_id} != {movement.unit_id}:
            differs.append(f"movement {movement.line}: unit")
    body = body_of_rows(entry, branch_code=entry.branch.code, movements=movements)
    return RowToday(
        body=body | {"schema": schema},
        private=private_part(entry, group=entry.group.idempotency_key, schema=schema),
        differs=differs,
    )
