"""How the lists of gifts are read on 1,000,000 gifts: each filter's statements as EXPLAIN ANALYZE tells them.

A filter that walks the whole table, by a sequential scan or along an index whose rows it throws away, shows here
before a visitor feels it.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from django.db import connection

from bench.context import figure
from donations.selectors.public import PublicGiftFilter, public_gifts
from donations.selectors.public.filter import fund_by_code
from organizations.selectors import branch_by_code

MOST_ROWS = 50_000


class Plans:
    """While it is the connection's wrapper, explains every SELECT that reads gifts before it runs."""

    def __init__(self) -> None:
        self.sequential, self.rows = 0, 0

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        """Add up what the statement's plan reads, then let it run."""
        if sql.startswith("SELECT") and "donations_donation" in sql:
            with connection.connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", params)
                found = cursor.fetchone()[0]
            plan = (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]
            for node in _nodes(plan):
                if node.get("Relation Name") == "donations_donation":
                    self.sequential += "Seq Scan" in node["Node Type"]
                    removed = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
                    self.rows += (node["Actual Rows"] + removed) * node["Actual Loops"]
        return execute(sql, params, many, context)


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from _nodes(child)


def measure(rows: int) -> list[dict[str, Any]]:
    """Two figures over all filters of the page: sequential scans, and the most rows that one of them looks at."""
    city, county = branch_by_code("3301"), branch_by_code("330106")
    year = {"first": datetime.date(2026, 1, 1), "last": datetime.date(2026, 12, 31)}
    filters = {
        "none": PublicGiftFilter(),
        "city": PublicGiftFilter(branch=city),
        "city and year": PublicGiftFilter(branch=city, **year),
        "county": PublicGiftFilter(branch=county),
        "year": PublicGiftFilter(**year),
        "old month": PublicGiftFilter(first=datetime.date(2023, 1, 1), last=datetime.date(2023, 1, 31)),
        "fund": PublicGiftFilter(fund=fund_by_code("3301-F2")),
        "name": PublicGiftFilter(q="有限"),
        "name of nobody": PublicGiftFilter(q="鰡鱲"),
        "from 1,000": PublicGiftFilter(minimum=Decimal(1000)),
        "from 1,000,000": PublicGiftFilter(minimum=Decimal(1_000_000)),
        "up to 0.01": PublicGiftFilter(maximum=Decimal("0.01")),
        "just 1,234.56": PublicGiftFilter(minimum=Decimal("1234.56"), maximum=Decimal("1234.56")),
        "city from 100,000": PublicGiftFilter(branch=city, minimum=Decimal(100_000)),
    }
    looked: dict[str, Plans] = {}
    for name, asked in filters.items():
        looked[name] = Plans()
        with connection.execute_wrapper(looked[name]):
            public_gifts(asked)
        print(f"  {name}: {looked[name].rows} rows, {looked[name].sequential} sequential", flush=True)
    sequential = sum(seen.sequential for seen in looked.values())
    worst = max(looked, key=lambda name: looked[name].rows)
    most = looked[worst].rows
    return [
        figure("donations_list_sequential_scans", sequential, f"scans in {len(filters)} filters", rows=rows, goal="0",
               met=sequential == 0),
        figure("donations_list_most_rows", most, f"rows read for a page ({worst})", rows=rows,
               goal=f"<= {MOST_ROWS}", met=most <= MOST_ROWS),
    ]  # fmt: skip
