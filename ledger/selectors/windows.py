"""Receipts and use of money in a stretch of an order of entries: opening + in - out = closing, fund by fund.

The order is another app's (the public log): it hands in SQL that gives `entry_id, place`, each entry once. Opening and
closing are sums of all that came before a place and do not ask what kind it was; the lines are sums of what lies
between, by kind. So that they agree is a proof, not a definition.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from core.money import ZERO_YUAN, yuan
from ledger.models import CNY, Fund
from ledger.selectors.ends import JOINS, inside, inside_funds
from ledger.selectors.flow_items import End, effect_of, flow_item, held_change
from organizations.models import Branch

# Each movement of money of the placed entries, with the question for both of its ends: does it lie inside?
_MOVED = f"""
    SELECT w.place, e.id AS entry_id, m.id AS movement_id, m.destination_id, m.quantity, e.branch_id,
           s.fund_id AS source_fund, d.fund_id AS destination_fund,
           s.party AS source_party, d.party AS destination_party,
           s.branch_id AS source_branch, d.branch_id AS destination_branch,
           s.kind = 'transit' AS from_transit, d.kind = 'transit' AS to_transit,
           coalesce({{source}}, false) AS source_inside, coalesce({{destination}}, false) AS destination_inside,
           e.reverses_id IS NOT NULL AS is_reversal, coalesce(oe.kind, e.kind) AS kind,
           (CASE WHEN e.reverses_id IS NULL THEN m.hole_from ELSE r.hole_from END) IS NOT NULL AS taken_out
      FROM ({{placed}}) w
      JOIN ledger_entry e ON e.id = w.entry_id
      JOIN ledger_movement m ON m.entry_id = e.id
      JOIN ledger_unit u ON u.id = m.unit_id AND u.code = %(money)s
{JOINS}
      LEFT JOIN ledger_entry oe ON oe.id = e.reverses_id
"""  # noqa: S608 -- our own SQL
# Both ends of each movement, those inside.
_ENDS = """
    FROM ({moved}) x
    CROSS JOIN LATERAL (VALUES
      (x.destination_inside, true, x.destination_fund, x.destination_branch, x.to_transit, x.quantity,
       x.source_party, x.source_branch, x.source_inside),
      (x.source_inside, false, x.source_fund, x.source_branch, x.from_transit, -x.quantity,
       x.destination_party, x.destination_branch, x.destination_inside)
    ) AS z (is_inside, is_inflow, fund_id, own_branch, is_transit, change, party, other_branch, other_inside)
"""
# Sums by accounts and lineage come first, so that a million gifts are a few rows before anything else is asked. What
# sent a movement is looked up for the few that answer something (OFFSET 0 keeps it a look-up).
_STOCKS = """
    SELECT z.fund_id, coalesce(sum(change) FILTER (WHERE is_before), 0), sum(change),
           coalesce(sum(change) FILTER (WHERE is_transit AND is_before), 0),
           coalesce(sum(change) FILTER (WHERE is_transit), 0)
      FROM (
        SELECT e.branch_id, e.province_id, e.city_id, e.county_id, m.source_id, m.destination_id,
               o.branch_id AS o_branch, o.province_id AS o_province, o.city_id AS o_city, o.county_id AS o_county,
               w.place < %(first)s AS is_before, sum(m.quantity) AS quantity
          FROM ({placed}) w
          JOIN ledger_entry e ON e.id = w.entry_id
          JOIN ledger_movement m ON m.entry_id = e.id
           AND m.unit_id = (SELECT id FROM ledger_unit WHERE code = %(money)s)
          LEFT JOIN LATERAL (
            SELECT sent.branch_id, sent.province_id, sent.city_id, sent.county_id
              FROM ledger_movement t JOIN ledger_entry sent ON sent.id = t.entry_id
             WHERE t.id = coalesce(m.answers_id, (SELECT answers_id FROM ledger_movement WHERE id = m.reverses_id))
            OFFSET 0
          ) o ON true
         GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
      ) e
      CROSS JOIN LATERAL (SELECT e.o_branch AS branch_id, e.o_province AS province_id, e.o_city AS city_id,
                                 e.o_county AS county_id) te
      JOIN ledger_account s ON s.id = e.source_id
      JOIN ledger_account d ON d.id = e.destination_id
      LEFT JOIN organizations_branch sb ON sb.id = s.branch_id AND s.branch_id <> e.branch_id
      LEFT JOIN organizations_branch db ON db.id = d.branch_id AND d.branch_id <> e.branch_id
      CROSS JOIN LATERAL (VALUES
        (coalesce({destination}, false), d.fund_id, d.kind = 'transit', e.quantity),
        (coalesce({source}, false), s.fund_id, s.kind = 'transit', -e.quantity)
      ) AS z (is_inside, fund_id, is_transit, change)
     WHERE z.is_inside GROUP BY 1
"""
_RELATION = """
    CASE WHEN {other}.id IS NULL OR {own}.id IS NULL THEN '' WHEN {other}.id = {own}.id THEN 'own'
         WHEN length({other}.path) < length({own}.path) THEN 'above' ELSE 'below' END
"""
_FLOWS = f"""
    SELECT z.fund_id, z.is_inflow, x.kind, x.is_reversal, z.party, x.taken_out,
           {_RELATION.format(own="b", other="ob")}, z.other_inside, sum(x.quantity), count(*)
    {_ENDS}
      JOIN organizations_branch b ON b.id = z.own_branch
      LEFT JOIN organizations_branch ob ON ob.id = z.other_branch
     WHERE z.is_inside AND x.place >= %(first)s AND x.source_fund IS DISTINCT FROM x.destination_fund
     GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
"""  # noqa: S608 -- our own SQL
_ROWS = f"""
    SELECT x.entry_id, e.number, e.occurred_on, e.posted_at, e.reverses_id, x.quantity, x.kind, x.is_reversal,
           x.taken_out, x.source_party, x.destination_party, x.source_inside, x.destination_inside,
           x.to_transit, sf.name, df.name, sb.name, db.name,
           CASE WHEN x.source_inside THEN {_RELATION.format(own="sb", other="db")}
                ELSE {_RELATION.format(own="db", other="sb")} END,
           x.destination_id
      FROM ({{moved}}) x
      JOIN ledger_entry e ON e.id = x.entry_id
      LEFT JOIN ledger_fund sf ON sf.id = x.source_fund
      LEFT JOIN ledger_fund df ON df.id = x.destination_fund
      LEFT JOIN organizations_branch sb ON sb.id = x.source_branch
      LEFT JOIN organizations_branch db ON db.id = x.destination_branch
     WHERE x.source_inside OR x.destination_inside
     ORDER BY x.place, x.movement_id
"""  # noqa: S608 -- our own SQL
_UNDER_WAY = """
    SELECT a.id,
           coalesce((SELECT sum(m.quantity) FROM ledger_movement m JOIN ({placed}) w ON w.entry_id = m.entry_id
                      WHERE m.destination_id = a.id AND m.in_from IS NOT NULL), 0)
         - coalesce((SELECT sum(m.quantity) FROM ledger_movement m JOIN ({placed}) w ON w.entry_id = m.entry_id
                      WHERE m.source_id = a.id AND m.out_from IS NOT NULL), 0)
         - coalesce((SELECT sum(m.quantity) FROM ledger_movement m JOIN ({placed}) w ON w.entry_id = m.entry_id
                      WHERE m.source_id = a.id AND m.hole_from IS NOT NULL), 0)
      FROM unnest(%(accounts)s::bigint[]) AS a (id)
"""


@dataclass
class Lines:
    """Amounts (yuan) and numbers of movements by line of receipts and use; what was taken back is negative."""

    amounts: dict[str, Decimal] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def add(self, item: str, amount: Decimal, count: int) -> None:
        """Take more into a line."""
        self.amounts[item] = self.amounts.get(item, ZERO_YUAN) + amount
        self.counts[item] = self.counts.get(item, 0) + count

    def total(self, *items: str) -> Decimal:
        """The sum of some lines, in yuan."""
        return sum((self.amounts.get(item, ZERO_YUAN) for item in items), ZERO_YUAN)

    @property
    def received(self) -> Decimal:
        """All lines that add."""
        return sum((one for item, one in self.amounts.items() if effect_of(item) > 0), ZERO_YUAN)

    @property
    def spent(self) -> Decimal:
        """All lines that take away: used and passed on."""
        return sum((one for item, one in self.amounts.items() if effect_of(item) < 0), ZERO_YUAN)


@dataclass
class Stock:
    """What was held (yuan) at both edges of a window, under way included, and the lines between."""

    opening: Decimal = ZERO_YUAN
    closing: Decimal = ZERO_YUAN
    transit_before: Decimal = ZERO_YUAN
    in_transit: Decimal = ZERO_YUAN
    lines: Lines = field(default_factory=Lines)

    @property
    def gap(self) -> Decimal:
        """opening + in - out - closing: zero, or the figures are wrong."""
        return self.opening + held_change(self.lines.amounts) - self.closing

    def add_stock(self, other: Stock) -> None:
        """Add another's edges."""
        self.opening += other.opening
        self.closing += other.closing
        self.transit_before += other.transit_before
        self.in_transit += other.in_transit


@dataclass
class FundStock(Stock):
    """The figures of one fund; what it exchanged with other funds counts."""

    fund: Fund | None = None


@dataclass
class BranchStock(Stock):
    """The figures of one branch: between its own funds nothing counts.

    `from_system` and `to_system` are the parts of its lines that came from and went to other branches inside the scope.
    """

    branch: Branch | None = None
    from_system: Decimal = ZERO_YUAN
    to_system: Decimal = ZERO_YUAN


@dataclass
class WindowFigures:
    """The figures of a branch, alone or with all below.

    `total` is consolidated: what moved between two funds inside counts in neither line (`eliminated_in`,
    `eliminated_out`: as much was taken off on both sides), and what is under way inside counts once, in closing.
    """

    total: Stock
    funds: list[FundStock]
    branches: list[BranchStock]
    eliminated_in: Decimal = ZERO_YUAN
    eliminated_out: Decimal = ZERO_YUAN


class MovedMoney(NamedTuple):
    """One movement of money that touches the scope.

    `item` is its line seen from inside, or `internal` where both ends are inside. `amount` in yuan, negative for what
    takes something back; `effect` is what it adds to what the scope holds. `party` is the outside, where one end is
    that. `transit_id` is the transit account that it went into.
    """

    entry_id: int
    entry_number: str
    occurred_on: datetime.date
    posted_at: datetime.datetime
    reverses_id: int | None
    kind: str
    is_reversal: bool
    item: str
    amount: Decimal
    effect: Decimal
    party: str
    source_fund: str | None
    destination_fund: str | None
    source_branch: str | None
    destination_branch: str | None
    transit_id: int | None


INTERNAL = "internal"


def window_figures(
    branch: Branch,
    *,
    with_below: bool,
    placed: str,
    values: Mapping[str, Any],
    first: int,
    inside_of: Collection[int] | None = None,
) -> WindowFigures:
    """The figures of the entries with places from `first` to the end of `placed`, in yuan.

    Of a branch, or with `inside_of` of these funds alone. Four queries (five for a town), two of them over all
    movements that are placed: for reports, not for pages.
    """
    source, destination, given = _scope(branch, with_below=with_below, inside_of=inside_of)
    given = {**given, **values, "money": CNY, "first": first}
    moved = _MOVED.format(source=source, destination=destination, placed=placed)
    stocks = _fetch(_STOCKS.format(placed=placed, source=source, destination=destination), given)
    flows = _fetch(_FLOWS.replace("{moved}", moved), given)
    funds = Fund.objects.select_related("branch").in_bulk({row[0] for row in (*stocks, *flows)})
    figures = WindowFigures(total=Stock(), funds=[], branches=[])
    by_fund = {fund_id: FundStock(fund=fund) for fund_id, fund in funds.items()}
    by_branch = {fund.branch_id: BranchStock(branch=fund.branch) for fund in funds.values()}
    for fund_id, opening, closing, transit_before, in_transit in stocks:
        edges = Stock(yuan(opening), yuan(closing), yuan(transit_before), yuan(in_transit))
        for one in (figures.total, by_fund[fund_id], by_branch[funds[fund_id].branch_id]):
            one.add_stock(edges)
    for fund_id, *facts, is_internal, quantity, count in flows:
        end = End(*facts)
        item, sign = flow_item(end)
        amount = sign * yuan(quantity)
        by_fund[fund_id].lines.add(item, amount, count)
        if end.relation != "own":
            _to_branch(by_branch[funds[fund_id].branch_id], end, item, amount, count, is_internal=is_internal)
        if not is_internal:
            figures.total.lines.add(item, amount, count)
        elif effect_of(item) > 0:
            figures.eliminated_in += amount
        else:
            figures.eliminated_out += amount
    figures.funds = sorted(by_fund.values(), key=lambda one: one.fund.code if one.fund else "")
    figures.branches = sorted(by_branch.values(), key=lambda one: one.branch.code if one.branch else "")
    return figures


def _to_branch(one: BranchStock, end: End, item: str, amount: Decimal, count: int, *, is_internal: bool) -> None:
    one.lines.add(item, amount, count)
    if is_internal and effect_of(item) > 0:
        one.from_system += amount
    elif is_internal:
        one.to_system += amount


def _scope(branch: Branch, *, with_below: bool, inside_of: Collection[int] | None) -> tuple[str, str, dict[str, Any]]:
    return inside(branch, with_below=with_below) if inside_of is None else inside_funds(inside_of)


def moved_money(
    entry_ids: Collection[int], branch: Branch, *, with_below: bool, inside_of: Collection[int] | None = None
) -> list[MovedMoney]:
    """The movements of money of these entries that touch a branch, or funds, in the order of the ids; one query."""
    if not entry_ids:
        return []
    placed = "SELECT id AS entry_id, place FROM unnest(%(ids)s::bigint[]) WITH ORDINALITY AS given (id, place)"
    source, destination, given = _scope(branch, with_below=with_below, inside_of=inside_of)
    moved = _MOVED.format(source=source, destination=destination, placed=placed)
    values = {**given, "ids": list(entry_ids), "money": CNY}
    return [_row(*row) for row in _fetch(_ROWS.replace("{moved}", moved), values)]


def under_way(accounts: Collection[int], *, placed: str, values: Mapping[str, Any]) -> dict[int, Decimal]:
    """What these transit accounts held (yuan) once the entries of `placed` were posted; one query."""
    if not accounts:
        return {}
    found = _fetch(_UNDER_WAY.replace("{placed}", placed), {**values, "accounts": list(accounts)})
    return {account: yuan(quantity) for account, quantity in found}


def _row(
    entry_id: int, number: str, occurred_on: datetime.date, posted_at: datetime.datetime, reverses_id: int | None,
    quantity: Decimal, kind: str, is_reversal: bool, taken_out: bool, source_party: str, destination_party: str,
    source_inside: bool, destination_inside: bool, to_transit: bool, source_fund: str | None,
    destination_fund: str | None, source_branch: str | None, destination_branch: str | None, relation: str,
    destination_id: int,
) -> MovedMoney:  # fmt: skip
    amount = yuan(quantity)
    item, signed = INTERNAL, -amount if is_reversal else amount
    if source_inside != destination_inside:
        party = destination_party if source_inside else source_party
        item, sign = flow_item(End(destination_inside, kind, is_reversal, party, taken_out, relation))
        signed = sign * amount
    return MovedMoney(
        entry_id=entry_id,
        entry_number=number,
        occurred_on=occurred_on,
        posted_at=posted_at,
        reverses_id=reverses_id,
        kind=kind,
        is_reversal=is_reversal,
        item=str(item),
        amount=signed,
        effect=amount * (int(destination_inside) - int(source_inside)),
        party=destination_party or source_party,
        source_fund=source_fund,
        destination_fund=destination_fund,
        source_branch=source_branch,
        destination_branch=destination_branch,
        transit_id=destination_id if to_transit and not is_reversal else None,
    )


def _fetch(statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()
