"""Posted batches of gifts that one line may answer for as a whole: what was paid in as one sum."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from core.errors import NotFound
from donations.choices import BatchStatus, GiftKind
from organizations.models import Branch
from reconciliation.choices import Direction
from reconciliation.models import StatementLine
from reconciliation.selectors.candidates import CANDIDATE_DAYS, SHOWN

_FIELDS = """
    SELECT b.id, b.number, f.name, g.n, g.amount, g.first, g.last, g.single,
           EXISTS (SELECT 1 FROM reconciliation_statementline l WHERE l.batch_id = b.id), g.corrected
      FROM donations_batch b
      JOIN ledger_fund f ON f.id = b.fund_id
     CROSS JOIN LATERAL (
        SELECT count(*) AS n, sum(d.amount)::numeric(14, 2) AS amount, min(d.received_on) AS first,
               max(d.received_on) AS last, count(l.id) AS single, count(c.id) AS corrected
          FROM donations_donation d
          LEFT JOIN reconciliation_statementline l ON l.entry_id = d.entry_id
          LEFT JOIN donations_correction c ON c.donation_id = d.id AND c.is_current AND c.taken_total > 0
         WHERE d.batch_id = b.id AND d.kind = %(money)s) g
     WHERE b.branch_id = %(branch)s AND b.status = %(posted)s AND g.n > 0
"""


@dataclass(frozen=True)
class WholeBatch:
    """A posted batch with what its gifts come to (yuan) and the days that they were received on.

    `single` of its gifts answer for lines of their own, `corrected` were taken back in part or whole; `is_taken`: the
    batch answers for a line already.
    """

    pk: int
    number: str
    fund: str
    count: int
    amount: Decimal
    first_on: datetime.date
    last_on: datetime.date
    single: int
    is_taken: bool
    corrected: int


def batches_alike(line: StatementLine, branch: Branch) -> list[WholeBatch]:
    """Batches of several gifts that come to the line's sum, received up to 31 days before it, at most 20. One query."""
    if line.direction != Direction.IN:
        return []
    query = f"""{_FIELDS} AND g.n > 1 AND g.amount = %(amount)s AND g.single = 0 AND g.corrected = 0
        AND g.last BETWEEN %(first)s AND %(day)s
        AND b.posted_at >= %(first)s
        AND NOT EXISTS (SELECT 1 FROM reconciliation_statementline l WHERE l.batch_id = b.id)
        ORDER BY %(day)s::date - g.last, b.id LIMIT {SHOWN}"""  # noqa: S608 -- constants
    reach = datetime.timedelta(days=CANDIDATE_DAYS)
    return _batches(query, branch, amount=line.amount, first=line.occurred_on - reach, day=line.occurred_on)


def whole_batch(branch: Branch, number: str) -> WholeBatch:
    """One posted batch of a branch by its number; raises NotFound. One query."""
    found = _batches(f"{_FIELDS} AND b.number = %(number)s", branch, number=number.strip())
    if not found:
        raise NotFound("batch_not_found", _("本会没有编号为 %(number)s 的已入账批次，请核对。") % {"number": number})
    return found[0]


def _batches(query: str, branch: Branch, **values: Any) -> list[WholeBatch]:
    values |= {"branch": branch.pk, "posted": BatchStatus.POSTED.value, "money": GiftKind.MONEY.value}
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return [WholeBatch(*row) for row in cursor]
