"""Places on the axes of accounts, given under the locks of their balances."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection
from django.utils.translation import gettext as _

from ledger.errors import AlreadySpent
from ledger.models import Draw, Movement

ZERO = Decimal("0")


@dataclass(frozen=True)
class Line:
    """One movement to post; its places are given when it is written."""

    source_id: int
    destination_id: int
    unit_id: int
    quantity: Decimal
    answers_id: int | None = None
    reverses_id: int | None = None
    hole_from: Decimal | None = None
    back_from: Decimal | None = None
    value: Decimal | None = None


@dataclass(frozen=True)
class Ends:
    """The ends of an account's axes, under its lock."""

    inflow_tail: Decimal
    outflow_tail: Decimal
    removed: Decimal

    @property
    def balance(self) -> Decimal:
        """What the account holds."""
        return self.inflow_tail - self.outflow_tail - self.removed


def lock_balances(account_ids: Iterable[int]) -> dict[int, Ends]:
    """Lock the balances of these accounts in ascending id and return their ends; world accounts have none.

    Everybody who posts takes the locks in this order and through the same function (sql/turns.sql), so nobody waits in
    a circle.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM ledger_lock_balances(%s::bigint[])", [list(set(account_ids))])
        return {account_id: Ends(*tails) for account_id, *tails in cursor.fetchall()}


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


def _drawn_to(account_id: int) -> Decimal:
    last = Draw.objects.filter(account_id=account_id).order_by("-in_from").first()
    return ZERO if last is None else last.in_from + last.quantity
