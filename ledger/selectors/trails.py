"""Where value went: first in, first out, by position on the axes of accounts (docs/ledger.md).

A trail is an overlap search, not a table of pairs. What lies at `[lo, hi)` of an account's inflow axis was taken out
where a hole covers it, left where an outflow drew it, and rests for the rest. Each piece that leaves goes on at its
place in the next account, level after level.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from ledger.choices import AccountKind, EntryKind, TrailStage, TrailWay
from ledger.models import Account, Entry, Fund, Movement, Unit
from ledger.selectors.places import accounts_with_places
from organizations.models import Branch

# More hops than this are summarised by where they come from and lead to.
SUMMARISED_ABOVE = 200
# No path through funds is so long; a longer one is a defect that must not run for ever.
DEEPEST = 64
NOW = 2**63 - 1
ZERO = Decimal("0")

_STAGE_OF_WAY: dict[str, str] = {
    TrailWay.ARRIVED: TrailStage.BOOKED,
    TrailWay.BOUGHT: TrailStage.BOUGHT,
    TrailWay.CAME_BACK: TrailStage.CAME_BACK,
}
_STAGE_OF_DESTINATION: dict[str, str] = {
    AccountKind.TRANSIT: TrailStage.SENT,
    AccountKind.HOLDING: TrailStage.MOVED,
    AccountKind.WORLD: TrailStage.USED,
}

# sql/trails.sql. In a summary all transit accounts of a fund count as one.
_TRAIL = "SELECT * FROM ledger_trail(%(movements)s, %(as_of)s, %(deepest)s, %(most)s)"


class _Row(NamedTuple):
    depth: int
    way: str
    source_id: int
    destination_id: int
    quantity: Decimal
    hops: int
    movement_id: int | None
    entry_id: int | None
    line: int | None
    kind: str | None
    number: str | None
    document: str | None
    occurred_on: datetime.date | None
    posted_at: datetime.datetime | None


@dataclass(frozen=True)
class Hop:
    """One step of a trail: a quantity of the source's unit that went from one account to another.

    `way` is one of `TrailWay`, `stage` what it means to a giver. `entry_id` is what other apps join their details by.
    `document` is free text that is only committed to in public: for staff pages. In a summarised trail a hop stands
    for `hops` steps between the same funds or parties (all transit accounts of a fund count as one), and what belongs
    to one entry alone is empty.
    """

    depth: int
    way: str
    source: Account
    destination: Account
    quantity: Decimal
    hops: int
    movement_id: int | None
    entry_id: int | None
    line: int | None
    kind: str
    number: str
    document: str
    occurred_on: datetime.date | None
    posted_at: datetime.datetime | None

    @property
    def stage(self) -> str:
        """One of `TrailStage`, told by the way and the two ends."""
        if self.way in _STAGE_OF_WAY:
            return _STAGE_OF_WAY[self.way]
        if self.way == TrailWay.TAKEN_OUT:
            is_refund = self.destination.kind == AccountKind.WORLD
            return TrailStage.REFUNDED if is_refund else TrailStage.CAME_BACK
        if self.source.kind == AccountKind.TRANSIT and self.destination.kind == AccountKind.HOLDING:
            is_home = self.source.fund_id == self.destination.fund_id or self.kind == EntryKind.TRANSFER_BACK
            return TrailStage.CAME_BACK if is_home else TrailStage.ACCEPTED
        return _STAGE_OF_DESTINATION[self.destination.kind]

    @property
    def branch(self) -> Branch | None:
        """Whose books it stands in afterwards: the branch that holds it, or the one that let it out."""
        return self.destination.branch or self.source.branch

    @property
    def fund(self) -> Fund | None:
        """The fund that holds it afterwards, or the one that it left."""
        return self.destination.fund or self.source.fund

    @property
    def party(self) -> str:
        """The outside party that it came from or went to, one of `WorldParty`; empty inside."""
        return self.destination.party or self.source.party


@dataclass(frozen=True)
class Resting:
    """What lies in an account now: in a holding, or under way in a transit account (of the sender until accepted)."""

    account: Account
    quantity: Decimal


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
    resting: tuple[Resting, ...] = ()

    @property
    def entry_ids(self) -> frozenset[int]:
        """The entries that the trail passes, for other apps to join their details; empty in a summary."""
        return frozenset(hop.entry_id for hop in self.hops if hop.entry_id is not None)

    def at(self, *stages: str) -> tuple[Hop, ...]:
        """The hops of these stages, in order."""
        return tuple(hop for hop in self.hops if hop.stage in stages)


def trail_of(movement: Movement, *, as_of: int = NOW, most: int = SUMMARISED_ABOVE) -> Trail:
    """Follow what one movement brought (2 queries).

    `as_of` is the id of the last movement that counts, so that a trail shown before can be shown again; `most` hops are
    listed, more are summarised by source and destination.
    """
    return _trail([movement.pk], as_of=as_of, most=most)


def trail_of_entry(entry: Entry, *, as_of: int = NOW, most: int = SUMMARISED_ABOVE) -> Trail:
    """Follow what an entry brought into accounts, in its first movement's unit (3 queries; see `trail_of`)."""
    return trail_of_entry_id(entry.pk, as_of=as_of, most=most)


def trail_of_entry_id(entry_id: int, *, as_of: int = NOW, most: int = SUMMARISED_ABOVE) -> Trail:
    """`trail_of_entry`, for apps that know an entry by its id alone."""
    lines = Movement.objects.filter(entry_id=entry_id).order_by("line")
    movements = list(lines.values_list("pk", "unit_id", "in_from"))
    arrived = [(pk, unit) for pk, unit, in_from in movements if in_from is not None]
    chosen = arrived or [(pk, unit) for pk, unit, _in_from in movements]
    return _trail([pk for pk, unit in chosen if unit == chosen[0][1]], as_of=as_of, most=most)


def _trail(movement_ids: list[int], *, as_of: int, most: int) -> Trail:
    with connection.cursor() as cursor:
        cursor.execute(_TRAIL, {"movements": movement_ids, "as_of": as_of, "deepest": DEEPEST, "most": most})
        rows = [_Row(*row) for row in cursor.fetchall()]
    ids = {end for row in rows for end in (row.source_id, row.destination_id)}
    accounts = accounts_with_places(ids)
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
        resting=_resting(rows, accounts),
    )


def _resting(rows: list[_Row], accounts: dict[int, Account]) -> tuple[Resting, ...]:
    held: dict[int, Decimal] = {}
    for row in rows:
        if row.way == TrailWay.RESTS:
            held[row.destination_id] = held.get(row.destination_id, ZERO) + row.quantity
    return tuple(Resting(accounts[pk], quantity) for pk, quantity in held.items())


def _hop(row: _Row, accounts: dict[int, Account]) -> Hop:
    return Hop(
        depth=row.depth,
        way=row.way,
        source=accounts[row.source_id],
        destination=accounts[row.destination_id],
        quantity=row.quantity,
        hops=row.hops,
        movement_id=row.movement_id,
        entry_id=row.entry_id,
        line=row.line,
        kind=row.kind or "",
        number=row.number or "",
        document=row.document or "",
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
