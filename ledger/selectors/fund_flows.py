"""What crossed the border of a fund's money: received, used, passed on; and to which branches it was passed on."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection

from core.money import ZERO_YUAN, yuan
from ledger.choices import WorldParty
from ledger.models import CNY

# A fund's money lies in its holding and, under way, in its transit accounts: what moves between these crosses nothing.
_FLOWS = """
    SELECT d.fund_id = ANY(%(funds)s) IS TRUE AS is_inflow,
           CASE WHEN d.fund_id = ANY(%(funds)s) IS TRUE THEN s.party
                -- What is refunded for another fund's gift (垫付) is a use of this one's money, not less received.
                WHEN d.party = 'givers' AND m.hole_from IS NULL THEN 'bodies'
                ELSE d.party END AS party,
           sum(m.quantity), max(e.posted_at)
      FROM ledger_account a
      JOIN ledger_movement m ON m.{end} = a.id
      JOIN ledger_entry e ON e.id = m.entry_id
      JOIN ledger_account s ON s.id = m.source_id
      JOIN ledger_account d ON d.id = m.destination_id
      JOIN ledger_unit u ON u.id = a.unit_id
     WHERE a.fund_id = ANY(%(funds)s) AND u.code = %(money)s
       AND (s.fund_id = ANY(%(funds)s) IS TRUE) <> (d.fund_id = ANY(%(funds)s) IS TRUE)
     GROUP BY 1, 2
"""
_PASSED_ON = """
    SELECT b.code, sum(m.quantity)
      FROM ledger_account a
      JOIN ledger_movement m ON m.source_id = a.id
      JOIN ledger_account d ON d.id = m.destination_id
      JOIN ledger_unit u ON u.id = a.unit_id
      JOIN organizations_branch b ON b.id = d.branch_id
     WHERE a.fund_id = ANY(%(funds)s) AND u.code = %(money)s
       AND d.fund_id <> ALL(%(funds)s) AND d.branch_id <> a.branch_id
     GROUP BY 1
"""
_BY_DAY = """
    SELECT e.occurred_on, e.kind, sum(m.quantity), count(*)
      FROM ledger_account a
      JOIN ledger_movement m ON m.source_id = a.id
      JOIN ledger_entry e ON e.id = m.entry_id
      JOIN ledger_unit u ON u.id = a.unit_id
      JOIN ledger_account d ON d.id = m.destination_id
     WHERE a.fund_id = ANY(%(funds)s) AND a.kind = 'holding' AND u.code = %(money)s AND m.out_from IS NOT NULL
     GROUP BY 1, 2 ORDER BY 1 DESC, 2 LIMIT %(limit)s
"""
_USERS = (WorldParty.BENEFICIARIES, WorldParty.SUPPLIERS, WorldParty.BODIES)


@dataclass(frozen=True)
class FundFlows:
    """What some funds of one purpose did together so far, in yuan; what moved between them does not count.

    `received`: gifts, reversals and refunds taken off. `brought_in`: opening balances and what came from other funds.
    `used`: paid to beneficiaries, suppliers and other bodies, what came back taken off. `passed_on`: to other funds.
    `balance` = received + brought_in - used - fees - losses - passed_on: in hand and under way.
    """

    received: Decimal
    brought_in: Decimal
    used: Decimal
    fees: Decimal
    losses: Decimal
    passed_on: Decimal
    updated_at: datetime.datetime | None

    @property
    def balance(self) -> Decimal:
        """What is left, in hand and under way."""
        return self.received + self.brought_in - self.used - self.fees - self.losses - self.passed_on

    @property
    def cost_rate(self) -> Decimal:
        """Management fees as a share (0-1) of what was received; zero where nothing was."""
        return round(self.fees / self.received, 4) if self.received else Decimal(0)


@dataclass(frozen=True)
class DayOfUse:
    """What left some funds on a day by entries of one kind, in yuan; later returns are days of their own."""

    on: datetime.date
    kind: str
    amount: Decimal
    count: int


def fund_flows(fund_ids: Collection[int]) -> FundFlows:
    """What crossed the border of these funds; two queries over the movements of their accounts."""
    sums: dict[tuple[bool, str], Decimal] = {}
    latest: list[datetime.datetime] = []
    for end in ("destination_id", "source_id"):
        for is_inflow, party, total, moment in _fetch(_FLOWS.format(end=end), fund_ids):
            if is_inflow == (end == "destination_id"):
                sums[(is_inflow, party)] = yuan(total)
                latest.append(moment)

    def net(*parties: str, inward: bool) -> Decimal:
        return sum(
            (sums.get((inward, one), ZERO_YUAN) - sums.get((not inward, one), ZERO_YUAN) for one in parties), ZERO_YUAN
        )

    return FundFlows(
        received=net(WorldParty.GIVERS, inward=True),
        brought_in=net(WorldParty.OPENING, inward=True) + sums.get((True, ""), ZERO_YUAN),
        used=net(*_USERS, inward=False),
        fees=net(WorldParty.FEES, inward=False),
        losses=net(WorldParty.LOSSES, inward=False),
        passed_on=sums.get((False, ""), ZERO_YUAN),
        updated_at=max(latest, default=None),
    )


def passed_on_by_branch(fund_ids: Collection[int]) -> dict[str, Decimal]:
    """What other branches accepted out of these funds, by the branch's code, in yuan; one query."""
    return {code: yuan(total) for code, total in _fetch(_PASSED_ON, fund_ids)}


def days_of_use(fund_ids: Collection[int], limit: int = 60) -> list[DayOfUse]:
    """What left these funds day by day, newest first; one query."""
    return [DayOfUse(on, kind, yuan(total), count) for on, kind, total, count in _fetch(_BY_DAY, fund_ids, limit=limit)]


def _fetch(statement: str, fund_ids: Collection[int], **values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"funds": list(fund_ids), "money": CNY, **values})
        return cursor.fetchall()
