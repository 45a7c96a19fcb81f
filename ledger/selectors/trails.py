"""Where value went: first in, first out, by position on the axes of accounts (docs/ledger.md).

A trail is an overlap search, not a table of pairs. What lies at `[lo, hi)` of an account's inflow axis was taken out
where a hole covers it; the rest leaves at one closed-up interval of the outflow axis, because the holes before a point
only let it move up. Each piece that leaves goes on at its place in the next account, level after level.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from ledger.choices import AccountKind, TrailWay
from ledger.models import Account, Entry, Movement, Unit

# More hops than this are summarised by where they come from and lead to.
SUMMARISED_ABOVE = 200
# No path through funds is so long; a longer one is a defect that must not run for ever.
DEEPEST = 64
NOW = 2**63 - 1
ZERO = Decimal("0")

_TRAIL = """
WITH RECURSIVE hop (depth, way, movement_id, source_id, destination_id, account_id, lo, hi, quantity) AS (
    SELECT 0, 'arrived', m.id, m.source_id, m.destination_id,
           CASE WHEN m.in_from IS NOT NULL THEN m.destination_id END,
           m.in_from::numeric, (m.in_from + m.quantity)::numeric, m.quantity::numeric
      FROM ledger_movement m WHERE m.id = ANY(%(movements)s)
  UNION ALL
    SELECT h.depth + 1, x.way, x.movement_id, x.source_id, x.destination_id, x.account_id, x.lo, x.hi, x.quantity
      FROM hop h
     CROSS JOIN LATERAL (
        SELECT h.lo - coalesce(sum(least(t.quantity, h.lo - t.hole_from)), 0) AS lo
          FROM ledger_movement t
         WHERE t.source_id = h.account_id AND t.hole_from < h.lo AND t.id <= %(as_of)s) f
     CROSS JOIN LATERAL (
        WITH hole AS MATERIALIZED (
            SELECT t.id, t.destination_id, t.in_from, t.hole_from, greatest(h.lo, t.hole_from) AS lo,
                   least(h.hi, t.hole_from + t.quantity) AS hi
              FROM ledger_movement t
             WHERE t.source_id = h.account_id AND t.hole_from < h.hi AND t.hole_from + t.quantity > h.lo
               AND t.hole_from >= coalesce((SELECT max(b.hole_from) FROM ledger_movement b
                                             WHERE b.source_id = h.account_id AND b.hole_from <= h.lo), h.lo)
               AND t.id <= %(as_of)s
        ), piece AS MATERIALIZED (
            SELECT f.lo, f.lo + (h.hi - h.lo) - coalesce((SELECT sum(hole.hi - hole.lo) FROM hole), 0) AS hi
        ), gone AS MATERIALIZED (
            SELECT t.id, t.entry_id, t.line, t.destination_id, t.in_from, t.out_from,
                   greatest(piece.lo, t.out_from) AS lo, least(piece.hi, t.out_from + t.quantity) AS hi
              FROM piece, ledger_movement t
             WHERE t.source_id = h.account_id AND t.out_from < piece.hi AND t.out_from + t.quantity > piece.lo
               AND t.out_from >= coalesce((SELECT max(b.out_from) FROM ledger_movement b
                                            WHERE b.source_id = h.account_id AND b.out_from <= piece.lo), piece.lo)
               AND t.id <= %(as_of)s
        )
        SELECT 'left' AS way, g.id AS movement_id, h.account_id AS source_id, g.destination_id,
               CASE WHEN g.in_from IS NOT NULL THEN g.destination_id END AS account_id,
               (g.in_from + g.lo - g.out_from)::numeric AS lo, (g.in_from + g.hi - g.out_from)::numeric AS hi,
               (g.hi - g.lo)::numeric AS quantity
          FROM gone g
      UNION ALL
        SELECT 'taken_out', t.id, h.account_id, t.destination_id,
               CASE WHEN t.in_from IS NOT NULL THEN t.destination_id END,
               t.in_from + t.lo - t.hole_from, t.in_from + t.hi - t.hole_from, t.hi - t.lo
          FROM hole t
      UNION ALL
        SELECT 'came_back', r.id, r.source_id, r.destination_id, r.destination_id,
               r.in_from + greatest(g.lo, r.back_from) - r.back_from,
               r.in_from + least(g.hi, r.back_from + r.quantity) - r.back_from,
               least(g.hi, r.back_from + r.quantity) - greatest(g.lo, r.back_from)
          FROM gone g
          JOIN ledger_movement r ON r.reverses_id = g.id AND r.back_from < g.hi AND r.back_from + r.quantity > g.lo
               AND r.id <= %(as_of)s
         WHERE g.in_from IS NULL
      UNION ALL
        SELECT 'bought', b.id, b.source_id, b.destination_id, b.destination_id,
               b.in_from + b.lo, b.in_from + b.hi, b.hi - b.lo
          FROM gone g
          JOIN ledger_account d ON d.id = g.destination_id AND d.party = 'suppliers'
         CROSS JOIN LATERAL (
            SELECT coalesce(sum(s.quantity), 0) - g.out_from AS shift FROM ledger_movement s
             WHERE s.entry_id = g.entry_id AND s.line < g.line AND s.out_from IS NOT NULL) c
         CROSS JOIN LATERAL (
            SELECT s.id, s.source_id, s.destination_id, s.in_from,
                   round(s.quantity * (greatest(g.lo + c.shift, s.start) - s.start) / s.value, u.decimal_places) AS lo,
                   round(s.quantity * (least(g.hi + c.shift, s.start + s.value) - s.start) / s.value,
                         u.decimal_places) AS hi
              FROM (SELECT w.*, sum(w.value) OVER (ORDER BY w.line) - w.value AS start
                      FROM ledger_movement w
                     WHERE w.entry_id = g.entry_id AND w.in_from IS NOT NULL AND w.value > 0) s
              JOIN ledger_unit u ON u.id = s.unit_id
             WHERE s.start < g.hi + c.shift AND s.start + s.value > g.lo + c.shift) b
         WHERE b.hi > b.lo
      UNION ALL
        SELECT 'rests', NULL, h.account_id, h.account_id, NULL, NULL, NULL, rest.quantity
          FROM (SELECT piece.hi - piece.lo - coalesce((SELECT sum(gone.hi - gone.lo) FROM gone), 0) AS quantity
                  FROM piece) rest
         WHERE rest.quantity > 0
     ) x
     WHERE h.account_id IS NOT NULL AND h.depth < %(deepest)s
), size AS MATERIALIZED (SELECT count(*) AS hops FROM hop)
SELECT h.depth, h.way, h.source_id, h.destination_id, h.quantity, 1 AS hops, h.movement_id, e.kind, e.number,
       e.occurred_on, e.posted_at
  FROM hop h
  LEFT JOIN ledger_movement m ON m.id = h.movement_id
  LEFT JOIN ledger_entry e ON e.id = m.entry_id
 WHERE (SELECT hops FROM size) <= %(most)s
UNION ALL
SELECT min(h.depth), h.way, h.source_id, h.destination_id, sum(h.quantity), count(*), min(h.movement_id), NULL, NULL,
       NULL, NULL
  FROM hop h
 WHERE (SELECT hops FROM size) > %(most)s
 GROUP BY h.way, h.source_id, h.destination_id
ORDER BY 1, 7 NULLS LAST, 3
"""


class _Row(NamedTuple):
    depth: int
    way: str
    source_id: int
    destination_id: int
    quantity: Decimal
    hops: int
    movement_id: int | None
    kind: str | None
    number: str | None
    occurred_on: datetime.date | None
    posted_at: datetime.datetime | None


@dataclass(frozen=True)
class Hop:
    """One step of a trail: a quantity of the source's unit that went from one account to another.

    `way` is one of `TrailWay`. In a summarised trail a hop stands for `hops` steps between the same accounts, and
    `kind`, `number`, `occurred_on` and `posted_at` are empty.
    """

    depth: int
    way: str
    source: Account
    destination: Account
    quantity: Decimal
    hops: int
    movement_id: int | None
    kind: str
    number: str
    occurred_on: datetime.date | None
    posted_at: datetime.datetime | None


@dataclass(frozen=True)
class Whereabouts:
    """Where a quantity of one unit is; the parts add up to `quantity` exactly.

    `spent` left to the outside and did not come back; `taken_back` was refunded or reversed; `in_hand` lies in
    holdings, `in_transit` is under way between branches.
    """

    unit: Unit
    quantity: Decimal
    spent: Decimal
    taken_back: Decimal
    in_hand: Decimal
    in_transit: Decimal

    @property
    def adds_up(self) -> bool:
        """Whether nothing is missing and nothing counted twice."""
        return self.quantity == self.spent + self.taken_back + self.in_hand + self.in_transit


@dataclass(frozen=True)
class Trail:
    """The hops of a quantity in order, and where it is now: the thing itself, and the goods bought with it apart."""

    hops: tuple[Hop, ...]
    whereabouts: Whereabouts
    goods: tuple[Whereabouts, ...]
    is_summarised: bool


def trail_of(movement: Movement, *, as_of: int = NOW, most: int = SUMMARISED_ABOVE) -> Trail:
    """Follow what one movement brought (2 queries).

    `as_of` is the id of the last movement that counts, so that a trail shown before can be shown again; `most` hops are
    listed, more are summarised by source and destination.
    """
    return _trail([movement.pk], as_of=as_of, most=most)


def trail_of_entry(entry: Entry, *, as_of: int = NOW, most: int = SUMMARISED_ABOVE) -> Trail:
    """Follow what an entry brought into accounts, in its first movement's unit (3 queries; see `trail_of`)."""
    movements = list(entry.movements.order_by("line").values_list("pk", "unit_id", "in_from"))
    arrived = [(pk, unit) for pk, unit, in_from in movements if in_from is not None]
    chosen = arrived or [(pk, unit) for pk, unit, _in_from in movements]
    return _trail([pk for pk, unit in chosen if unit == chosen[0][1]], as_of=as_of, most=most)


def _trail(movement_ids: list[int], *, as_of: int, most: int) -> Trail:
    with connection.cursor() as cursor:
        cursor.execute(_TRAIL, {"movements": movement_ids, "as_of": as_of, "deepest": DEEPEST, "most": most})
        rows = [_Row(*row) for row in cursor.fetchall()]
    ids = {end for row in rows for end in (row.source_id, row.destination_id)}
    accounts = Account.objects.select_related("unit", "fund", "branch", "site").in_bulk(ids)
    start = rows[0]
    units = {accounts[row.source_id].unit_id: accounts[row.source_id].unit for row in rows}
    own = accounts[start.source_id].unit
    by_unit = {unit_id: [row for row in rows if accounts[row.source_id].unit_id == unit_id] for unit_id in units}
    return Trail(
        hops=tuple(_hop(row, accounts) for row in rows if row.way != TrailWay.RESTS),
        whereabouts=_whereabouts(own, by_unit[own.pk], accounts, TrailWay.ARRIVED),
        goods=tuple(
            _whereabouts(unit, by_unit[unit_id], accounts, TrailWay.BOUGHT)
            for unit_id, unit in units.items()
            if unit_id != own.pk
        ),
        is_summarised=any(row.hops > 1 for row in rows),
    )


def _hop(row: _Row, accounts: dict[int, Account]) -> Hop:
    return Hop(
        depth=row.depth,
        way=row.way,
        source=accounts[row.source_id],
        destination=accounts[row.destination_id],
        quantity=row.quantity,
        hops=row.hops,
        movement_id=row.movement_id,
        kind=row.kind or "",
        number=row.number or "",
        occurred_on=row.occurred_on,
        posted_at=row.posted_at,
    )


def _whereabouts(unit: Unit, rows: Iterable[_Row], accounts: dict[int, Account], begins: str) -> Whereabouts:
    sums: dict[tuple[str, str], Decimal] = {}
    for row in rows:
        key = (row.way, accounts[row.destination_id].kind)
        sums[key] = sums.get(key, ZERO) + row.quantity

    def total(way: str, *kinds: str) -> Decimal:
        return sum((sums.get((way, kind), ZERO) for kind in kinds or AccountKind.values), ZERO)

    outside = AccountKind.WORLD.value
    return Whereabouts(
        unit=unit,
        quantity=total(begins),
        spent=total(begins, outside) + total(TrailWay.LEFT, outside) - total(TrailWay.CAME_BACK),
        taken_back=total(TrailWay.TAKEN_OUT, outside),
        in_hand=total(TrailWay.RESTS, AccountKind.HOLDING),
        in_transit=total(TrailWay.RESTS, AccountKind.TRANSIT),
    )
