"""Money in hand of a branch, and what each entry did to it: for comparing with what banks say."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection

from ledger.choices import AccountKind, EntryKind, UnitKind
from organizations.models import Branch

# ruff: noqa: S608 -- what is put into the text are constants

_HOLDING = AccountKind.HOLDING.value
# What each movement of money did to what the branch has in hand; value under way is no longer (or not yet) in hand.
_SIGNED = f"""
    SELECT m.entry_id,
           coalesce(sum(m.quantity) FILTER (WHERE d.kind = '{_HOLDING}' AND d.branch_id = %(branch)s), 0)
         - coalesce(sum(m.quantity) FILTER (WHERE s.kind = '{_HOLDING}' AND s.branch_id = %(branch)s), 0) AS signed
      FROM ledger_movement m
      JOIN ledger_entry e ON e.id = m.entry_id AND e.branch_id = %(branch)s AND e.posted_at < %(before)s
      JOIN ledger_account s ON s.id = m.source_id
      JOIN ledger_account d ON d.id = m.destination_id
      JOIN ledger_unit u ON u.id = m.unit_id AND u.kind = '{UnitKind.MONEY.value}'
     GROUP BY m.entry_id
"""


@dataclass(frozen=True)
class MoneyHeld:
    """Money in hand in yuan: all of it, and the part of it that entries of opening balances brought."""

    total: Decimal
    opening: Decimal


def money_held(branch: Branch, *, before: datetime.datetime) -> MoneyHeld:
    """Return what a branch had in hand by all entries posted before a moment. One query over the branch's entries."""
    query = f"""
        SELECT coalesce(sum(x.signed), 0),
               coalesce(sum(x.signed) FILTER (WHERE e.kind = '{EntryKind.OPENING.value}'), 0)
          FROM ({_SIGNED}) x JOIN ledger_entry e ON e.id = x.entry_id
    """
    with connection.cursor() as cursor:
        cursor.execute(query, {"branch": branch.pk, "before": before})
        total, opening = cursor.fetchone()
    return MoneyHeld(Decimal(total).quantize(Decimal("0.01")), Decimal(opening).quantize(Decimal("0.01")))


def signed_entries_sql() -> str:
    """The relation (entry_id, signed) of a branch's entries, to be joined; asks for `branch` and `before`."""
    return _SIGNED


def signed_entry_values(branch: Branch, before: datetime.datetime) -> dict[str, Any]:
    """The parameters of `signed_entries_sql`."""
    return {"branch": branch.pk, "before": before}
