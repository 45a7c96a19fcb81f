"""The books a second time, the slow and obvious way: queues of coins, replayed from the rows of the movements.

Nothing of `ledger/` is imported and no position on any axis is read: first in, first out is a queue popped from its
front; what is taken out is an inflow's own last coins; what comes back is a payment's first coins not yet come back.
Where money buys goods, the goods are cut at rounded points of their cost, as the page says.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby
from typing import Any, NamedTuple

from django.db import connection

ZERO = Decimal(0)
_ROWS = """
    SELECT m.id, m.entry_id, m.line, e.kind AS entry_kind, e.posted_at, m.quantity, m.value, m.reverses_id,
           m.hole_from IS NOT NULL AS is_taken_out, m.unit_id, u.decimal_places AS places,
           s.id AS source, s.kind AS source_kind, s.party AS source_party, s.branch_id AS source_branch,
           s.fund_id AS source_fund, d.id AS target, d.kind AS target_kind, d.party AS target_party,
           d.branch_id AS target_branch, d.fund_id AS target_fund
      FROM ledger_movement m
      JOIN ledger_entry e ON e.id = m.entry_id
      JOIN ledger_unit u ON u.id = m.unit_id
      JOIN ledger_account s ON s.id = m.source_id
      JOIN ledger_account d ON d.id = m.destination_id
     ORDER BY m.id
"""


@dataclass
class Coin:
    """A piece of what `origin` (a movement from the outside) brought, as it lies in an account."""

    origin: int
    amount: Decimal
    inflow: int = 0


class Fate(NamedTuple):
    """Where what an origin brought is, in one unit."""

    quantity: Decimal = ZERO
    spent: Decimal = ZERO
    taken_back: Decimal = ZERO
    in_hand: Decimal = ZERO
    in_transit: Decimal = ZERO


@dataclass
class Books:
    """All queues after all movements."""

    rows: list[Any]
    queues: dict[int, list[Coin]] = field(default_factory=lambda: defaultdict(list))
    paid: dict[int, list[Coin]] = field(default_factory=lambda: defaultdict(list))
    came: dict[tuple[int, int], Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    refunded: dict[tuple[int, int], Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    kinds: dict[int, str] = field(default_factory=dict)
    units: dict[int, int] = field(default_factory=dict)
    paid_in: dict[int, int] = field(default_factory=dict)

    def replay(self) -> Books:
        """Take every movement in the order of posting; a purchase's money before its goods."""
        for _entry, rows in groupby(self.rows, key=lambda row: row.entry_id):
            spent: list[Coin] = []
            for row in sorted(rows, key=lambda row: (_is_bought(row), row.line)):
                self.kinds |= {row.source: row.source_kind, row.target: row.target_kind}
                self.units |= {row.source: row.unit_id, row.target: row.unit_id}
                coins = _goods(row, spent) if _is_bought(row) else self._leave(row)
                if row.entry_kind == "purchase" and not _is_bought(row):
                    spent += [Coin(coin.origin, coin.amount) for coin in coins]
                if _is_bought(row):
                    spent = _after(spent, row.value)
                self._arrive(row, coins)
        return self

    def _leave(self, row: Any) -> list[Coin]:
        if row.source_kind != "world":
            return self._pull(row) if row.is_taken_out else _pop(self.queues[row.source], row.quantity)
        if row.reverses_id:
            return _pop(self.paid[row.reverses_id], row.quantity)
        return [Coin(row.id, row.quantity)]

    def _pull(self, row: Any) -> list[Coin]:
        """The last coins of the inflow that is reversed, in their order."""
        queue, wanted, taken = self.queues[row.source], row.quantity, []
        for coin in reversed([coin for coin in queue if coin.inflow == row.reverses_id]):
            size = min(coin.amount, wanted)
            coin.amount -= size
            wanted -= size
            if size:
                taken.insert(0, Coin(coin.origin, size))
        assert not wanted, "more was taken out than the inflow had left"
        self.queues[row.source] = [coin for coin in queue if coin.amount]
        return taken

    def _arrive(self, row: Any, coins: list[Coin]) -> None:
        if row.source_kind == "world" and not row.reverses_id:
            for coin in coins:
                self.came[coin.origin, row.unit_id] += coin.amount
        if row.target_kind != "world":
            self.queues[row.target] += [Coin(coin.origin, coin.amount, row.id) for coin in coins]
        elif row.is_taken_out:
            for coin in coins:
                self.refunded[coin.origin, row.unit_id] += coin.amount
        else:
            self.paid[row.id], self.paid_in[row.id] = coins, row.unit_id

    def fates(self) -> dict[tuple[int, int], Fate]:
        """What became of each origin in each unit."""
        found: dict[tuple[int, int], dict[str, Decimal]] = defaultdict(lambda: dict.fromkeys(Fate._fields, ZERO))
        for key, amount in self.came.items():
            found[key]["quantity"] += amount
        for key, amount in self.refunded.items():
            found[key]["taken_back"] += amount
        for movement, coins in self.paid.items():
            for coin in coins:
                found[coin.origin, self.paid_in[movement]]["spent"] += coin.amount
        for (account, origin), amount in self.resting().items():
            place = "in_transit" if self.kinds[account] == "transit" else "in_hand"
            found[origin, self.units[account]][place] += amount
        return {key: Fate(**parts) for key, parts in found.items()}

    def resting(self) -> dict[tuple[int, int], Decimal]:
        """What each account holds of each origin."""
        found: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
        for account, queue in self.queues.items():
            for coin in queue:
                found[account, coin.origin] += coin.amount
        return dict(found)

    def figures(self, inside: set[int], start: datetime.datetime, end: datetime.datetime) -> dict[int, Any]:
        """Opening, inflow, outflow, closing and what was under way at the end, by unit, of a set of branches."""
        found: dict[int, dict[str, Decimal]] = {}
        for row in self.rows:
            came, went = row.target_branch in inside, row.source_branch in inside
            if row.posted_at >= end or not (came or went):
                continue
            parts = found.setdefault(row.unit_id, dict.fromkeys(("opening", "inflow", "outflow", "in_transit"), ZERO))
            if came != went:
                name = "opening" if row.posted_at < start else ("inflow" if came else "outflow")
                parts[name] += row.quantity if came or name == "outflow" else -row.quantity
            parts["in_transit"] += row.quantity if came and row.target_kind == "transit" else ZERO
            parts["in_transit"] -= row.quantity if went and row.source_kind == "transit" else ZERO
        return found


def read_books() -> Books:
    """Replay all that stands in the movements."""
    with connection.cursor() as cursor:
        cursor.execute(_ROWS)
        columns = [column.name for column in cursor.description]
        row_type = NamedTuple("Row", [(name, Any) for name in columns])  # type: ignore[misc]
        return Books([row_type(*values) for values in cursor.fetchall()]).replay()


def _pop(queue: list[Coin], wanted: Decimal) -> list[Coin]:
    """Take from the front."""
    taken = []
    while wanted:
        size = min(queue[0].amount, wanted)
        taken.append(Coin(queue[0].origin, size))
        queue[0].amount -= size
        wanted -= size
        if not queue[0].amount:
            queue.pop(0)
    return taken


def _is_bought(row: Any) -> bool:
    return bool(row.entry_kind == "purchase" and row.source_kind == "world")


def _goods(row: Any, spent: list[Coin]) -> list[Coin]:
    """The goods of one line by the coins of the money at the front that paid for it."""
    if not spent:
        return [Coin(row.id, row.quantity)]
    step, point, cut, coins = Decimal(1).scaleb(-row.places), ZERO, ZERO, []
    for coin in spent:
        size = min(coin.amount, row.value - point)
        if not size:
            break
        point += size
        upto = (row.quantity * point / row.value).quantize(step, ROUND_HALF_UP)
        if upto > cut:
            coins.append(Coin(coin.origin, upto - cut))
        cut = upto
    return coins


def _after(spent: list[Coin], value: Decimal) -> list[Coin]:
    """The money behind what paid for one line."""
    rest = [Coin(coin.origin, coin.amount) for coin in spent]
    _pop(rest, value)
    return rest
