"""Places on the axes of accounts, given under the locks of their balances."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection
from django.utils.translation import gettext as _

from ledger.errors import AlreadySpent, NotEnough
from ledger.models import Draw, Movement

ZERO = Decimal("0")

# Posters of one account queue at an advisory lock first: where fifty wait for a row itself, each change of hands
# wakes two of them, here one (measured: 215 and 305 entries/s). The row's lock is what holds. The counter is taken
# once all locks are there: it reads their number. Rows are read as they are then, whatever the statement waited for.
_LOCK_AND_NUMBER = """
    WITH queue AS MATERIALIZED (
        SELECT count(pg_advisory_xact_lock('ledger_accountbalance'::regclass::oid::integer, place)) AS passed
          FROM (SELECT DISTINCT (account_id %% 2147483647)::integer AS place FROM ledger_accountbalance
                 WHERE account_id = ANY(%(accounts)s) ORDER BY place) places
    ), locked AS MATERIALIZED (
        SELECT account_id, inflow_tail, outflow_tail, removed_total FROM ledger_accountbalance
         WHERE account_id = ANY(%(accounts)s) AND (SELECT passed FROM queue) >= 0 ORDER BY account_id FOR UPDATE
    ), taken AS (
        INSERT INTO core_numbercounter (series, last)
        SELECT %(series)s, 1 FROM (SELECT count(*) FROM locked) AS when_locked
            ON CONFLICT (series) DO UPDATE SET last = core_numbercounter.last + 1 RETURNING last
    )
    SELECT taken.last, (SELECT nextval('ledger_entry_id_seq')), locked.* FROM taken LEFT JOIN locked ON true
"""


@dataclass(frozen=True)
class Line:
    """One movement to insert; its places are `out_from` and `in_from` once `place` has given them."""

    source_id: int
    destination_id: int
    unit_id: int
    quantity: Decimal
    answers_id: int | None = None
    reverses_id: int | None = None
    hole_from: Decimal | None = None
    back_from: Decimal | None = None
    value: Decimal | None = None


@dataclass
class Ends:
    """The ends of an account's axes while lines are placed."""

    inflow_tail: Decimal
    outflow_tail: Decimal
    removed: Decimal

    @property
    def balance(self) -> Decimal:
        """What the account holds."""
        return self.inflow_tail - self.outflow_tail - self.removed


def lock_balances(account_ids: Iterable[int]) -> dict[int, Ends]:
    """Lock the balances of these accounts in ascending id and return their ends; world accounts have none.

    Everybody who posts takes the locks in this order (services/bulk.py too), so nobody waits in a circle.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT account_id, inflow_tail, outflow_tail, removed_total FROM ledger_accountbalance"
            " WHERE account_id = ANY(%s) ORDER BY account_id FOR UPDATE",
            [list(set(account_ids))],
        )
        return {account_id: Ends(*tails) for account_id, *tails in cursor.fetchall()}


def lock_and_number(account_ids: Iterable[int], *, series: str) -> tuple[dict[int, Ends], int, int]:
    """Lock these balances as `lock_balances` does, then take one serial of a series and the id of an entry (1 query).

    One statement instead of three, because everybody who posts into the same fund waits while this one has the lock.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_AND_NUMBER, {"accounts": list(set(account_ids)), "series": series})
        rows = cursor.fetchall()
    ends = {account_id: Ends(*tails) for _serial, _id, account_id, *tails in rows if account_id is not None}
    return ends, int(rows[0][0]), int(rows[0][1])


def place(lines: Iterable[Line], ends: dict[int, Ends]) -> list[Movement]:
    """Give each line its places at the tails, in order; raises NotEnough where an account would become negative."""
    placed: list[Movement] = []
    for line in lines:
        movement = Movement(line=len(placed) + 1, **vars(line))
        source, destination = ends.get(line.source_id), ends.get(line.destination_id)
        if source is not None:
            _leave(movement, source)
        if destination is not None:
            movement.in_from = destination.inflow_tail
            destination.inflow_tail += line.quantity
        placed.append(movement)
    return placed


def unspent_pieces(inflow: Movement) -> list[tuple[Decimal, Decimal]]:
    """The parts `(from, to)` of an inflow's place that have neither left nor been taken out, in order.

    Reads under the lock of the account that holds it. What was taken out before does not count; of the rest, what lies
    behind the last draw is unspent, because first in is first out.
    """
    if inflow.in_from is None:
        raise ValueError("only an inflow of an account has a place to be unspent")
    end = inflow.in_from + inflow.quantity
    point = max(inflow.in_from, _drawn_to(inflow.destination_id))
    pieces: list[tuple[Decimal, Decimal]] = []
    holes = Movement.objects.filter(source_id=inflow.destination_id, hole_from__gte=inflow.in_from, hole_from__lt=end)
    taken = [
        (hole.hole_from, hole.hole_from + hole.quantity)
        for hole in holes.order_by("hole_from")
        if hole.hole_from is not None
    ]
    for hole_from, hole_to in [*taken, (end, end)]:
        if point < hole_from:
            pieces.append((point, hole_from))
        point = max(point, hole_to)
    return pieces


def take_out(inflow: Movement, quantity: Decimal, destination_id: int) -> list[Line]:
    """The lines that take a quantity of an inflow's own unspent part out again, the latest part first.

    Raises AlreadySpent, saying how much is still there.
    """
    pieces = unspent_pieces(inflow)
    there = sum((end - start for start, end in pieces), ZERO)
    if there < quantity:
        raise AlreadySpent(
            "spent_already",
            _(
                "要抽出 %(asked)s，但这笔款物只剩 %(there)s 未使用，其余已经支出。"
                "请把数量改为不超过 %(there)s；已支出的部分须另立一张经审核的记账单，由指定资金池垫付。"
            )
            % {"asked": written(quantity), "there": written(there)},
        )
    lines: list[Line] = []
    wanted = quantity
    for start, end in reversed(pieces):
        size = min(end - start, wanted)
        if size > 0:
            lines.append(
                Line(
                    source_id=inflow.destination_id,
                    destination_id=destination_id,
                    unit_id=inflow.unit_id,
                    quantity=size,
                    reverses_id=inflow.pk,
                    hole_from=end - size,
                )
            )
            wanted -= size
    return lines


def written(quantity: Decimal) -> str:
    """A quantity as a sentence shows it: at least two places for what may be yuan, no empty third one."""
    return f"{quantity:,.3f}".removesuffix("0")


def _leave(movement: Movement, source: Ends) -> None:
    if source.balance < movement.quantity:
        raise NotEnough(
            "not_enough",
            _("第 %(line)s 行：账户余额 %(balance)s，要转出 %(asked)s，还差 %(missing)s，请减少数量或改用别的资金池。")
            % {
                "line": movement.line,
                "balance": written(source.balance),
                "asked": written(movement.quantity),
                "missing": written(movement.quantity - source.balance),
            },
        )
    if movement.hole_from is not None:
        source.removed += movement.quantity
    else:
        movement.out_from = source.outflow_tail
        source.outflow_tail += movement.quantity


def _drawn_to(account_id: int) -> Decimal:
    last = Draw.objects.filter(account_id=account_id).order_by("-in_from").first()
    return ZERO if last is None else last.in_from + last.quantity
