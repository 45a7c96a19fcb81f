"""What of the books a line may answer for: candidates that a person chooses from, and one item by its number."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from core.errors import NotFound
from ledger.choices import EntryKind, UnitKind
from organizations.models import Branch
from reconciliation.models import StatementLine

# Days around a line in which candidates are looked for, and how many are shown.
CANDIDATE_DAYS = 31
SHOWN = 20
_FIELDS = """
    SELECT e.id, e.number, e.kind, e.occurred_on, d.id, d.number, d.display_name, n.signed,
           l.id IS NOT NULL OR EXISTS (SELECT 1 FROM reconciliation_statementline b WHERE b.batch_id = d.batch_id)
      FROM ledger_entry e
      LEFT JOIN donations_donation d ON d.entry_id = e.id
      LEFT JOIN reconciliation_statementline l ON l.entry_id = e.id
     CROSS JOIN LATERAL (
        SELECT (coalesce(sum(m.quantity) FILTER (WHERE t.kind = 'holding' AND t.branch_id = %(branch)s), 0)
              - coalesce(sum(m.quantity) FILTER (WHERE s.kind = 'holding' AND s.branch_id = %(branch)s), 0))
               ::numeric(14, 2) AS signed
          FROM ledger_movement m
          JOIN ledger_account s ON s.id = m.source_id
          JOIN ledger_account t ON t.id = m.destination_id
          JOIN ledger_unit u ON u.id = m.unit_id AND u.kind = %(money)s
         WHERE m.entry_id = e.id) n
     WHERE e.branch_id = %(branch)s AND e.kind NOT IN (%(opening)s, %(change)s)
"""


@dataclass(frozen=True)
class BookItem:
    """A gift or another entry of a branch; `signed` is what it did to the money in hand, in yuan. Names are masked."""

    entry_id: int
    entry_number: str
    kind: str
    occurred_on: datetime.date
    gift_id: int | None
    gift_number: str
    shown: str
    signed: Decimal
    taken_by: bool

    @property
    def number(self) -> str:
        """The gift's number, else the entry's."""
        return self.gift_number or self.entry_number

    @property
    def label(self) -> str:
        """What it is."""
        return str(EntryKind(self.kind).label)


def candidates(line: StatementLine, branch: Branch) -> list[BookItem]:
    """Gifts and entries of the same sum that no line answers for, the nearest day first, at most 20. One query."""
    query = f"""{_FIELDS} AND l.id IS NULL AND n.signed = %(signed)s
        AND NOT EXISTS (SELECT 1 FROM reconciliation_statementline b WHERE b.batch_id = d.batch_id)
        AND (d.id IS NULL OR d.amount = %(signed)s)
        AND e.occurred_on BETWEEN %(first)s AND %(last)s
        ORDER BY abs(e.occurred_on - %(day)s::date), e.id LIMIT {SHOWN}"""  # noqa: S608 -- constants
    if line.signed == 0:
        return []
    reach = datetime.timedelta(days=CANDIDATE_DAYS)
    return _items(
        query,
        branch,
        signed=line.signed,
        first=line.occurred_on - reach,
        last=line.occurred_on + reach,
        day=line.occurred_on,
    )


def book_item(branch: Branch, number: str) -> BookItem:
    """One gift or entry of a branch by the number of either; raises NotFound. One query."""
    found = _items(f"{_FIELDS} AND (e.number = %(number)s OR d.number = %(number)s)", branch, number=number.strip())
    if not found:
        raise NotFound(
            "book_item_not_found", _("本会没有编号为 %(number)s 的捐赠或记账单，请核对。") % {"number": number}
        )
    return found[0]


def _items(query: str, branch: Branch, **values: Any) -> list[BookItem]:
    values |= {
        "branch": branch.pk,
        "money": UnitKind.MONEY.value,
        "opening": EntryKind.OPENING.value,
        "change": EntryKind.CHANGE_OF_USE.value,
    }
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return [
            BookItem(
                entry_id=entry_id,
                entry_number=entry_number,
                kind=kind,
                occurred_on=day,
                gift_id=gift_id,
                gift_number=gift_number or "",
                shown=name or "",
                signed=signed,
                taken_by=taken,
            )
            for entry_id, entry_number, kind, day, gift_id, gift_number, name, signed, taken in cursor
        ]
