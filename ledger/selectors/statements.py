"""The statement of one fund's money: each movement with the balance after it, newest first, by keyset.

A page starts from the state of the account's axes at its edge (docs/ledger.md): what had come in, gone out and been
taken out by then. Each row carries its own quantity, so every balance on a page follows from the page's edge without
any sum over what lies before it. Page 1,000 costs what page 1 costs.
"""

from __future__ import annotations

import base64
import binascii
import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple, Self

from django.db import connection
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.money import yuan
from ledger.models import CNY

ZERO = Decimal("0")
PAGE_SIZE = 50
LARGEST_PAGE = 500
CHUNK = 2000
# What an edge of a page may say: at most POSITION's digits, and an id.
_EDGE = re.compile(
    r"(?P<way>[np])(?P<in>[0-9.]{1,25})_(?P<out>[0-9.]{1,25})_(?P<removed>[0-9.]{1,25})_(?P<id>[0-9]{1,18})"
)


_STATE = """
    SELECT min(a.id) FILTER (WHERE a.kind = 'holding'),
           coalesce(sum(b.inflow_tail) FILTER (WHERE a.kind = 'holding'), 0),
           coalesce(sum(b.outflow_tail) FILTER (WHERE a.kind = 'holding'), 0),
           coalesce(sum(b.removed_total) FILTER (WHERE a.kind = 'holding'), 0),
           coalesce(sum(b.inflow_tail - b.outflow_tail - b.removed_total) FILTER (WHERE a.kind = 'holding'), 0),
           coalesce(sum(b.inflow_tail - b.outflow_tail - b.removed_total) FILTER (WHERE a.kind = 'transit'), 0)
      FROM ledger_account a
      JOIN ledger_accountbalance b ON b.account_id = a.id
      JOIN ledger_unit u ON u.id = a.unit_id
     WHERE a.fund_id = %(fund)s AND u.code = %(money)s
"""

# The next rows of each axis from its own place on, by its own index, then in the order of ids. Ids of movements of one
# account rise with their places, because both are given under the account's lock. Holes are few: their ids bound them.
_DOWN = """
    (SELECT m.id, 'in' AS axis FROM ledger_movement m, state
      WHERE m.destination_id = %(account)s AND m.in_from < coalesce(%(inflow)s, state.inflow_tail)
      ORDER BY m.in_from DESC LIMIT %(limit)s)
    UNION ALL
    (SELECT m.id, 'out' FROM ledger_movement m, state
      WHERE m.source_id = %(account)s AND m.out_from < coalesce(%(outflow)s, state.outflow_tail)
      ORDER BY m.out_from DESC LIMIT %(limit)s)
    UNION ALL
    (SELECT m.id, 'hole' FROM ledger_movement m
      WHERE m.source_id = %(account)s AND m.hole_from IS NOT NULL
        AND m.id < coalesce(%(before)s, 9223372036854775807)
      ORDER BY m.id DESC LIMIT %(limit)s)
    ORDER BY id DESC LIMIT %(limit)s
"""
_UP = """
    (SELECT m.id, 'in' AS axis FROM ledger_movement m
      WHERE m.destination_id = %(account)s AND m.in_from >= %(inflow)s ORDER BY m.in_from LIMIT %(limit)s)
    UNION ALL
    (SELECT m.id, 'out' FROM ledger_movement m
      WHERE m.source_id = %(account)s AND m.out_from >= %(outflow)s ORDER BY m.out_from LIMIT %(limit)s)
    UNION ALL
    (SELECT m.id, 'hole' FROM ledger_movement m
      WHERE m.source_id = %(account)s AND m.hole_from IS NOT NULL AND m.id >= %(before)s
      ORDER BY m.id LIMIT %(limit)s)
    ORDER BY id LIMIT %(limit)s
"""
_PAGE = """
    WITH state AS (SELECT * FROM ledger_accountbalance WHERE account_id = %(account)s), page AS ({rows})
    SELECT m.id, p.axis, m.quantity, m.entry_id, e.number AS entry_number, e.kind, e.occurred_on, e.posted_at,
           o.party, o.kind AS other_kind, f.code AS fund_code, f.name AS fund_name,
           b.code AS branch_code, b.name AS branch_name, r.number AS reverses_number,
           coalesce((SELECT sum(t.quantity) FROM ledger_movement t WHERE t.reverses_id = m.id), 0) AS reversed_amount,
           state.inflow_tail, state.outflow_tail, state.removed_total
      FROM page p
      CROSS JOIN state
      JOIN ledger_movement m ON m.id = p.id
      JOIN ledger_entry e ON e.id = m.entry_id
      JOIN ledger_account o ON o.id = CASE WHEN p.axis = 'in' THEN m.source_id ELSE m.destination_id END
      LEFT JOIN ledger_fund f ON f.id = o.fund_id
      LEFT JOIN organizations_branch b ON b.id = o.branch_id
      LEFT JOIN ledger_entry r ON r.id = e.reverses_id
     ORDER BY m.id {order}
"""
# Whether the axes were once exactly so: on each, the row below ends there and is older than the id that parts them, the
# row above starts there and is younger; and as much was taken out by then.
_PLACE = """
    SELECT coalesce((SELECT m.in_from + m.quantity = %(inflow)s AND m.id < %(before)s FROM ledger_movement m
                      WHERE m.destination_id = %(account)s AND m.in_from < %(inflow)s
                      ORDER BY m.in_from DESC LIMIT 1), %(inflow)s = 0)
       AND coalesce((SELECT m.out_from + m.quantity = %(outflow)s AND m.id < %(before)s FROM ledger_movement m
                      WHERE m.source_id = %(account)s AND m.out_from < %(outflow)s
                      ORDER BY m.out_from DESC LIMIT 1), %(outflow)s = 0)
       AND NOT EXISTS (SELECT 1 FROM ledger_movement m
                        WHERE m.destination_id = %(account)s AND m.in_from = %(inflow)s AND m.id < %(before)s)
       AND NOT EXISTS (SELECT 1 FROM ledger_movement m
                        WHERE m.source_id = %(account)s AND m.out_from = %(outflow)s AND m.id < %(before)s)
       AND %(removed)s = (SELECT coalesce(sum(m.quantity), 0) FROM ledger_movement m
                           WHERE m.source_id = %(account)s AND m.hole_from IS NOT NULL AND m.id < %(before)s)
"""


@dataclass(frozen=True)
class Edge:
    """A place between two rows of a statement: the state of the axes just there, in yuan, and the next older row's id.

    Written in addresses as base64; it holds nothing that the statement does not show. A made-up edge gives a page of
    made-up balances to whoever made it up: `statement_page` refuses one that is no place of this account.
    """

    inflow: Decimal
    outflow: Decimal
    removed: Decimal
    before_id: int
    backwards: bool = False

    @property
    def balance(self) -> Decimal:
        """What the account held at this place, in yuan."""
        return self.inflow - self.outflow - self.removed

    def __str__(self) -> str:
        way = "p" if self.backwards else "n"
        plain = f"{way}{self.inflow:f}_{self.outflow:f}_{self.removed:f}_{self.before_id}"
        return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read an edge; None for an empty text. Raises DomainError `page_unreadable` for anything else."""
        if not text:
            return None
        try:
            plain = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode("ascii")
            found = _EDGE.fullmatch(plain)
            if found is None:
                raise _unreadable()
            places = (Decimal(found["in"]), Decimal(found["out"]), Decimal(found["removed"]))
            return cls(*places, int(found["id"]), found["way"] == "p")
        except (ValueError, binascii.Error, InvalidOperation):
            raise _unreadable() from None


def _unreadable() -> DomainError:
    sentence = _("翻页参数 page 无法识别，请从第一页重新翻起。")
    return DomainError("page_unreadable", sentence, {"page": sentence})


class StatementRow(NamedTuple):
    """One movement of a fund's money in hand: `amount` in yuan, `balance` what the fund held after it.

    The other side is either an outside party (`party`) or another account (`other_kind`, of `other_fund` and
    `other_branch`). `reversed_amount` is how much of it was taken back later.
    """

    id: int
    entry_id: int
    entry_number: str
    kind: str
    occurred_on: datetime.date
    posted_at: datetime.datetime
    is_inflow: bool
    amount: Decimal
    balance: Decimal
    party: str
    other_kind: str
    other_fund_code: str
    other_fund_name: str
    other_branch_code: str
    other_branch_name: str
    reverses_number: str
    reversed_amount: Decimal


@dataclass(frozen=True)
class FundState:
    """What a fund's money did in all so far, in yuan: came in, went out, was taken out again, is in hand, under way.

    `account_id` is the account that holds it, None while it never held any.
    """

    account_id: int | None
    inflow: Decimal
    outflow: Decimal
    removed: Decimal
    in_hand: Decimal
    in_transit: Decimal


@dataclass(frozen=True)
class StatementPage:
    """A page of a statement, newest first; `next` and `previous` are edges where there is such a page."""

    rows: list[StatementRow]
    next: Edge | None
    previous: Edge | None


def fund_state(fund_id: int) -> FundState:
    """The state of a fund's money now; one query, whatever the number of movements."""
    with connection.cursor() as cursor:
        cursor.execute(_STATE, {"fund": fund_id, "money": CNY})
        account_id, *values = cursor.fetchone()
    return FundState(account_id, *(yuan(value) for value in values))


def statement_page(account_id: int, edge: Edge | None = None, page_size: int = PAGE_SIZE) -> StatementPage:
    """A page of an account's statement, newest first; one query, one more for an edge that the address names.

    Raises DomainError `page_unreadable` for an edge that is no place of this account.
    """
    size = max(1, min(page_size, LARGEST_PAGE))
    if edge is not None and not _is_place(account_id, edge):
        raise _unreadable()
    rows = _rows_up(account_id, edge, size + 1) if edge and edge.backwards else _rows_down(account_id, edge, size + 1)
    has_more, shown = len(rows) > size, rows[:size]
    backwards = edge is not None and edge.backwards
    if backwards:
        shown.reverse()
    if not shown:
        return StatementPage([], None, None)
    top, bottom = shown[0].after, shown[-1].before
    return StatementPage(
        rows=[one.row for one in shown],
        next=_turned(bottom, backwards=False) if has_more or backwards else None,
        previous=_turned(top, backwards=True) if (has_more if backwards else edge is not None) else None,
    )


def stream_statement(account_id: int, chunk: int = CHUNK) -> Iterator[list[StatementRow]]:
    """A whole statement, newest first, in lists of `chunk` rows: each a query of its own, so memory stays flat.

    What is posted meanwhile lies above the first row and is not in the stream; no row is there twice.
    """
    edge: Edge | None = None
    while True:
        found = _rows_down(account_id, edge, chunk)
        if found:
            yield [one.row for one in found]
        if len(found) < chunk:
            return
        edge = found[-1].before


class _Placed(NamedTuple):
    """A row with the states of the axes just before and just after it."""

    row: StatementRow
    before: Edge
    after: Edge


def _turned(edge: Edge, *, backwards: bool) -> Edge:
    return Edge(edge.inflow, edge.outflow, edge.removed, edge.before_id, backwards)


def _rows_down(account_id: int, edge: Edge | None, limit: int) -> list[_Placed]:
    """The next older rows from an edge on, or from the present state."""
    values = {"account": account_id, "limit": limit, **_bounds(edge)}
    found: list[_Placed] = []
    state: Edge | None = edge
    for row in _fetch(_PAGE.format(rows=_DOWN, order="DESC"), values):
        if state is None:
            state = Edge(row["inflow_tail"], row["outflow_tail"], row["removed_total"], 0)
        before = _step(state, row, -1)
        found.append(_placed(row, before=before, after=state))
        state = before
    return found


def _rows_up(account_id: int, edge: Edge, limit: int) -> list[_Placed]:
    """The next newer rows above an edge, oldest of them first."""
    found: list[_Placed] = []
    state = edge
    for row in _fetch(_PAGE.format(rows=_UP, order="ASC"), {"account": account_id, "limit": limit, **_bounds(edge)}):
        after = _step(state, row, 1)
        found.append(_placed(row, before=state, after=after))
        state = after
    return found


def _bounds(edge: Edge | None) -> dict[str, Any]:
    return {
        "inflow": None if edge is None else edge.inflow,
        "outflow": None if edge is None else edge.outflow,
        "before": None if edge is None else edge.before_id,
    }


def _step(state: Edge, row: dict[str, Any], sign: int) -> Edge:
    """The state on the other side of a row. Going down, the row's own id bounds what is older; going up, its next."""
    moved = row["quantity"] * sign
    return Edge(
        inflow=state.inflow + (moved if row["axis"] == "in" else ZERO),
        outflow=state.outflow + (moved if row["axis"] == "out" else ZERO),
        removed=state.removed + (moved if row["axis"] == "hole" else ZERO),
        before_id=row["id"] if sign < 0 else row["id"] + 1,
    )


def _placed(row: dict[str, Any], *, before: Edge, after: Edge) -> _Placed:
    shown = StatementRow(
        id=row["id"],
        entry_id=row["entry_id"],
        entry_number=row["entry_number"],
        kind=row["kind"],
        occurred_on=row["occurred_on"],
        posted_at=row["posted_at"],
        is_inflow=row["axis"] == "in",
        amount=yuan(row["quantity"]),
        balance=yuan(after.balance),
        party=row["party"],
        other_kind=row["other_kind"],
        other_fund_code=row["fund_code"] or "",
        other_fund_name=row["fund_name"] or "",
        other_branch_code=row["branch_code"] or "",
        other_branch_name=row["branch_name"] or "",
        reverses_number=row["reverses_number"] or "",
        reversed_amount=yuan(row["reversed_amount"]),
    )
    # The edge above a row names the row above it as its bound: ids on one account rise with its places.
    return _Placed(shown, before, Edge(after.inflow, after.outflow, after.removed, after.before_id or row["id"] + 1))


def _is_place(account_id: int, edge: Edge) -> bool:
    """Whether the axes of the account were ever exactly at this edge (1 query)."""
    with connection.cursor() as cursor:
        cursor.execute(_PLACE, {"account": account_id, "removed": edge.removed, **_bounds(edge)})
        return bool(cursor.fetchone()[0])


def _fetch(statement: str, values: dict[str, Any]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
