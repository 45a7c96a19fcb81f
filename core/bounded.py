"""How many rows there are, counted no further than somebody needs to know."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

# Whoever works a list off needs to know whether it is short; a longer one says so.
MANY = 1_000


def count_up_to(rows: QuerySet[Any], most: int = MANY) -> str:
    """The number of rows in digits, or `1000+` where there are more than `most`; one query that stops there."""
    found = rows.order_by()[: most + 1].count()
    return f"{most}+" if found > most else str(found)
