"""The monthly sheet: what banks and platforms hold, what the books hold, and what lies between, line by line."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from core.clock import today
from core.money import ZERO_YUAN
from core.periods import Period
from ledger.choices import EntryKind
from ledger.selectors.money_book import money_held, signed_entries_sql, signed_entry_values
from organizations.models import Branch
from reconciliation.choices import COUNTING, Direction, LineKind, LineOutcome
from reconciliation.models import DepositAccount, Statement, StatementLine
from reconciliation.selectors.balances import signed_total

# As many differences as a page lists one by one; their count and sum are always whole.
LISTED = 200
_FEN = Decimal("0.01")

# Entries that changed the money in hand and that no line of the period's end or before answers for. An entry and its
# full reversal that touched no bank are nothing to the bank.
_BOOK_ONLY = """
    WITH book AS ({signed})
    SELECT e.id, e.number, e.kind, e.occurred_on, e.posted_at, d.number, d.display_name, b.signed
      FROM book b
      JOIN ledger_entry e ON e.id = b.entry_id
      LEFT JOIN donations_donation d ON d.entry_id = e.id
     WHERE b.signed <> 0 AND e.kind <> %(opening)s
       AND NOT EXISTS (SELECT 1 FROM reconciliation_statementline l
                         JOIN reconciliation_statement t ON t.id = l.statement_id AND t.status IN ('in_work', 'settled')
                        WHERE l.entry_id = e.id AND l.occurred_on <= %(last)s)
       AND NOT EXISTS (SELECT 1 FROM reconciliation_statementline l
                         JOIN reconciliation_statement t ON t.id = l.statement_id AND t.status IN ('in_work', 'settled')
                        WHERE l.batch_id = d.batch_id AND l.occurred_on <= %(last)s)
       AND NOT EXISTS (SELECT 1 FROM book r JOIN ledger_entry re ON re.id = r.entry_id
                         LEFT JOIN donations_donation rd ON rd.entry_id = re.id
                         LEFT JOIN reconciliation_statementline rl ON rl.entry_id = re.id OR rl.batch_id = rd.batch_id
                        WHERE (re.id = e.reverses_id OR re.reverses_id = e.id) AND r.signed = -b.signed
                          AND rl.id IS NULL)
"""


def month_sheet(branch: Branch, period: Period) -> dict[str, Any]:
    """Return the sheet of a branch and month as it stands now; amounts are strings of yuan, days ISO.

    bank less what the bank alone received, plus what it alone paid, and the same of the books the other way, is the
    books; `remainder` is what is then left over, `gaps` say which days have no statement. About ten queries.
    """
    last = period.last_day
    accounts = [_account_row(account, period) for account in _accounts(branch, period)]
    bank = sum((Decimal(row["closing"]) for row in accounts), ZERO_YUAN)
    held = money_held(branch, before=period.end)
    bank_only = _bank_only(branch, last, period.end)
    book_only = _book_only(branch, period)
    account_opening = sum((Decimal(row["start"]) for row in accounts), ZERO_YUAN)
    opening_gap = held.opening - account_opening
    due = bank - Decimal(bank_only["signed"]) + Decimal(book_only["signed"]) + opening_gap
    return {
        "month": period.code,
        "label": period.label,
        "branch": branch.code,
        "branch_name": branch.name,
        "accounts": accounts,
        "bank": str(bank),
        "book": str(held.total),
        "opening_gap": str(opening_gap),
        "bank_only": bank_only,
        "book_only": book_only,
        "due": str(due),
        "remainder": str(held.total - due),
        "gaps": [gap for row in accounts for gap in row["gaps"]],
        "is_over": today() > last,
    }


def _accounts(branch: Branch, period: Period) -> QuerySet[DepositAccount]:
    rows = DepositAccount.objects.unscoped("of a branch already in scope").filter(branch=branch)
    found: QuerySet[DepositAccount] = rows.filter(opened_on__lte=period.last_day).order_by("kind", "pk")
    return found


def _account_row(account: DepositAccount, period: Period) -> dict[str, Any]:
    first, last = period.first_day, period.last_day
    before = account.opening_balance + signed_total(account, until=first - datetime.timedelta(days=1))
    lines = StatementLine.objects.filter(
        account=account, statement__status__in=COUNTING, occurred_on__gte=first, occurred_on__lte=last
    )
    sums = lines.aggregate(
        income=Sum("amount", filter=Q(direction=Direction.IN)), expense=Sum("amount", filter=Q(direction=Direction.OUT))
    )
    income, expense = sums["income"] or ZERO_YUAN, sums["expense"] or ZERO_YUAN
    parts = lines.exclude(direction=Direction.NONE).values("direction", "outcome", "kind")
    return {
        "name": str(account),
        "institution": account.institution,
        "start": str(account.opening_balance),
        "opening": str(before),
        "income": str(income),
        "expense": str(expense),
        "closing": str(before + income - expense),
        "parts": [
            {
                "direction": one["direction"],
                "label": part_label(one["outcome"], one["kind"]),
                "count": one["n"],
                "amount": str(one["amount"]),
            }
            for one in parts.annotate(n=Count("pk"), amount=Sum("amount")).order_by("direction", "outcome", "kind")
        ],
        "gaps": _gaps(account, period),
    }


def part_label(outcome: str, kind: str) -> str:
    """What a group of lines is called on the sheet."""
    if outcome == LineOutcome.OTHER:
        return str(LineKind(kind).label)
    return str(LineOutcome(outcome).label)


def _gaps(account: DepositAccount, period: Period) -> list[str]:
    """Say which days of the month, up to today, no statement of the account covers."""
    first = max(period.first_day, account.opened_on)
    last = min(period.last_day, today() - datetime.timedelta(days=1))
    covered = Statement.objects.unscoped("of a branch already in scope").filter(
        account=account, status__in=COUNTING, period_to__gte=first, period_from__lte=last
    )
    found: list[str] = []
    day = first
    for begins, ends in covered.order_by("period_from", "period_to").values_list("period_from", "period_to"):
        if begins is None or ends is None:
            continue
        if begins > day:
            found.append(_gap(account, day, begins - datetime.timedelta(days=1)))
        day = max(day, ends + datetime.timedelta(days=1))
    if day <= last:
        found.append(_gap(account, day, last))
    return found


def _gap(account: DepositAccount, first: datetime.date, last: datetime.date) -> str:
    return _("%(account)s：%(first)s 至 %(last)s 没有流水") % {
        "account": account,
        "first": first.isoformat(),
        "last": last.isoformat(),
    }


def _bank_only(branch: Branch, last: datetime.date, end: datetime.datetime) -> dict[str, Any]:
    """Lines up to the month's end for which the books had nothing by then: open ones singly, others by kind."""
    lines = StatementLine.objects.filter(
        account__branch=branch, statement__status__in=COUNTING, occurred_on__lte=last
    ).exclude(direction=Direction.NONE)
    lines = lines.filter(Q(entry=None, batch=None) | Q(entry__posted_at__gte=end) | Q(batch__posted_at__gte=end))
    waiting = lines.exclude(outcome=LineOutcome.OTHER)
    explained = lines.filter(outcome=LineOutcome.OTHER)
    listed = waiting.select_related("statement", "account").order_by("occurred_on", "account_id", "seq")[:LISTED]
    return {
        "signed": str(_signed(lines)),
        "waiting": _sums(waiting),
        "lines": [
            {
                "on": line.occurred_on.isoformat(),
                "statement": line.statement.number,
                "seq": line.seq,
                "account": str(line.account),
                "shown": line.payer_shown,
                "label": part_label(line.outcome, line.kind),
                "amount": str(line.signed),
            }
            for line in listed
        ],
        "explained": [
            {"label": str(LineKind(one["kind"]).label), "direction": one["direction"], "count": one["n"],
             "amount": str(one["amount"])}
            for one in explained.values("kind", "direction")
            .annotate(n=Count("pk"), amount=Sum("amount"))
            .order_by("kind", "direction")
        ],
    }  # fmt: skip


def _signed(lines: QuerySet[StatementLine]) -> Decimal:
    sums = _sums(lines)
    return Decimal(sums["income"]) - Decimal(sums["expense"])


def _sums(lines: QuerySet[StatementLine]) -> dict[str, Any]:
    sums = lines.aggregate(
        n=Count("pk"),
        income=Sum("amount", filter=Q(direction=Direction.IN)),
        expense=Sum("amount", filter=Q(direction=Direction.OUT)),
    )
    return {
        "count": sums["n"],
        "income": str(sums["income"] or ZERO_YUAN),
        "expense": str(sums["expense"] or ZERO_YUAN),
    }


def _book_only(branch: Branch, period: Period) -> dict[str, Any]:
    """Entries up to the month's end that no line answers for: sums by kind, and the latest of them singly."""
    values = {
        **signed_entry_values(branch, period.end),
        "opening": EntryKind.OPENING.value,
        "last": period.last_day,
    }
    query = _BOOK_ONLY.format(signed=signed_entries_sql())
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT kind, sign(signed), count(*), sum(signed) FROM ({query}) x(id, number, kind, occurred_on,
                posted_at, gift, shown, signed) GROUP BY 1, 2 ORDER BY 1, 2""",  # noqa: S608 -- constants
            values,
        )
        kinds = cursor.fetchall()
        cursor.execute(f"{query} ORDER BY e.occurred_on DESC, e.id DESC LIMIT {LISTED}", values)
        listed = cursor.fetchall()
    total = sum((Decimal(row[3]) for row in kinds), ZERO_YUAN)
    return {
        "signed": str(total.quantize(_FEN)),
        "count": sum(row[2] for row in kinds),
        "income": str(sum((Decimal(row[3]) for row in kinds if row[3] > 0), ZERO_YUAN).quantize(_FEN)),
        "expense": str(-sum((Decimal(row[3]) for row in kinds if row[3] < 0), ZERO_YUAN).quantize(_FEN)),
        "kinds": [
            {
                "label": str(EntryKind(kind).label),
                "direction": Direction.IN.value if sign > 0 else Direction.OUT.value,
                "count": count,
                "amount": str(abs(Decimal(amount)).quantize(_FEN)),
            }
            for kind, sign, count, amount in kinds
        ],
        "lines": [
            {
                "on": day.isoformat(),
                "number": gift or number,
                "label": str(EntryKind(kind).label),
                "shown": shown or "",
                "amount": str(Decimal(signed).quantize(_FEN)),
            }
            for _id, number, kind, day, _posted, gift, shown, signed in listed
        ],
    }
