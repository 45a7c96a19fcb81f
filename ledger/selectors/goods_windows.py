"""Goods in a stretch of an order of entries: opening + in - out = closing, unit by unit, as `windows` says of money."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection

from ledger.models import CNY
from ledger.selectors.ends import JOINS, inside
from organizations.models import Branch

_GOODS = f"""
    SELECT u.code, u.name, u.specification, u.batch, u.measure, u.decimal_places,
           coalesce(sum(x.change) FILTER (WHERE x.is_before), 0),
           coalesce(sum(x.change) FILTER (WHERE NOT x.is_before AND x.change > 0), 0),
           -coalesce(sum(x.change) FILTER (WHERE NOT x.is_before AND x.change < 0), 0),
           sum(x.change)
      FROM (
        SELECT m.unit_id, w.place < %(first)s AS is_before,
               CASE WHEN coalesce({{destination}}, false) THEN m.quantity ELSE -m.quantity END AS change
          FROM ({{placed}}) w
          JOIN ledger_entry e ON e.id = w.entry_id
          JOIN ledger_movement m ON m.entry_id = e.id
           AND m.unit_id <> (SELECT id FROM ledger_unit WHERE code = %(money)s)
{JOINS}
         WHERE coalesce({{source}}, false) <> coalesce({{destination}}, false)
      ) x
      JOIN ledger_unit u ON u.id = x.unit_id
     GROUP BY u.id ORDER BY u.name, u.specification, u.batch, u.code
"""  # noqa: S608 -- our own SQL


@dataclass(frozen=True)
class GoodsStock:
    """What was held of one item of goods at both edges of a window, and what came in and went out between.

    Quantities in the item's measure, under way included; what moved between two places inside counts on neither side.
    """

    code: str
    name: str
    specification: str
    batch: str
    measure: str
    decimal_places: int
    opening: Decimal
    received: Decimal
    issued: Decimal
    closing: Decimal


def goods_figures(
    branch: Branch, *, with_below: bool, placed: str, values: Mapping[str, Any], first: int
) -> list[GoodsStock]:
    """Every item of goods that moved before the end of `placed`; one query (two for a town), over all its movements."""
    source, destination, given = inside(branch, with_below=with_below)
    statement = _GOODS.format(placed=placed, source=source, destination=destination)
    with connection.cursor() as cursor:
        cursor.execute(statement, {**given, **values, "money": CNY, "first": first})
        return [GoodsStock(*row) for row in cursor.fetchall()]
