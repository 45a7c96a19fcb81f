"""What must always be true of the ledger, asked in SQL that returns the offending rows (docs/ledger.md).

The questions are asked of movements alone wherever that is possible, so that they also find what was changed past the
triggers. Each is one statement; the database sorts and sums on disk, so memory stays flat.
"""

from typing import Any

from django.db import connection

from ledger.checks.axes import AXES
from ledger.checks.entries import ENTRIES
from ledger.checks.sums import SUMS

# Offending rows are shown up to this number for each check.
MOST_ROWS = 100

QUERIES: dict[str, str] = {**AXES, **ENTRIES, **SUMS}


def run_check(name: str) -> list[dict[str, Any]]:
    """Return the rows that offend against one rule, at most `MOST_ROWS`, empty when all is well."""
    with connection.cursor() as cursor:
        cursor.execute(f"{QUERIES[name]}\nLIMIT {MOST_ROWS}")
        columns = [column.name for column in cursor.description or ()]
        return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


def all_checks() -> dict[str, list[dict[str, Any]]]:
    """Run every check of the ledger; check name → offending rows."""
    return {name: run_check(name) for name in QUERIES}
