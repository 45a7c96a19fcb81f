"""The statement of a fund as everybody reads it: the ledger's rows with what other apps publish about their entries."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from donations.selectors.public.entries import change_notes, correction_notes, gift_numbers
from ledger.choices import AccountKind, EntryKind, WorldParty
from ledger.selectors.statements import Edge, StatementRow, statement_page, stream_statement
from spending.selectors.public import payment_numbers, reversal_notes

# Entries that payments post.
PAID_KINDS = frozenset({EntryKind.PURCHASE, EntryKind.AID, EntryKind.FEE})
# Entries that take a gift or a payment back, and carry a 更正说明.
_TAKES_BACK = (EntryKind.REVERSAL, EntryKind.REFUND)
STATEMENT_FIELDS = (
    "posted_at",
    "occurred_on",
    "entry",
    "kind",
    "text",
    "gift",
    "payment",
    "inflow",
    "outflow",
    "balance",
    "reversed",
    "note",
)


@dataclass(frozen=True)
class FundRow:
    """A row of a statement in words; amounts in yuan, `inflow` or `outflow` empty."""

    posted_at: datetime.datetime
    occurred_on: datetime.date
    entry: str
    kind: str
    kind_label: str
    text: str
    gift: str
    payment: str
    inflow: Decimal | None
    outflow: Decimal | None
    balance: Decimal
    reversed: Decimal
    note: str

    @property
    def url(self) -> str:
        """Where more is said about it; empty where nothing more is public."""
        if self.payment:
            return f"/spending/{self.payment}/"
        return f"/donations/{self.gift}/" if self.gift else ""


@dataclass(frozen=True)
class FundRows:
    """A page of a statement in words; `next` and `previous` are edges where there is such a page."""

    rows: list[FundRow]
    next: Edge | None
    previous: Edge | None


def fund_rows(account_id: int | None, edge: Edge | None, size: int) -> FundRows:
    """A page of a fund's statement, newest first; at most six queries. Raises DomainError for an edge that is none."""
    if account_id is None:
        return FundRows([], None, None)
    page = statement_page(account_id, edge, size)
    return FundRows(in_words(page.rows), page.next, page.previous)


def stream_fund_rows(account_id: int | None) -> Iterator[FundRow]:
    """A whole statement in words, newest first; at most five queries for every 2,000 rows, memory flat."""
    if account_id is not None:
        for rows in stream_statement(account_id):
            yield from in_words(rows)


def in_words(rows: Sequence[StatementRow]) -> list[FundRow]:
    """Rows of the ledger with the numbers and notes that belong to them; at most five queries."""
    gifts = gift_numbers([row.entry_id for row in rows if row.kind == EntryKind.GIFT])
    payments = payment_numbers([row.entry_id for row in rows if row.kind in PAID_KINDS])
    taken_back = [row.entry_id for row in rows if row.kind in _TAKES_BACK]
    notes = correction_notes(taken_back) | reversal_notes(taken_back)
    notes |= change_notes([row.entry_id for row in rows if row.kind == EntryKind.CHANGE_OF_USE])
    return [
        _in_words(row, gifts.get(row.entry_id, ""), payments.get(row.entry_id, ""), notes.get(row.entry_id, ""))
        for row in rows
    ]


def _in_words(row: StatementRow, gift: str, payment: str, note: str) -> FundRow:
    return FundRow(
        posted_at=row.posted_at,
        occurred_on=row.occurred_on,
        entry=row.entry_number,
        kind=row.kind,
        kind_label=str(EntryKind(row.kind).label),
        text=_text(row, gift, payment),
        gift=gift,
        payment=payment,
        inflow=row.amount if row.is_inflow else None,
        outflow=None if row.is_inflow else row.amount,
        balance=row.balance,
        reversed=row.reversed_amount,
        note=note,
    )


def _text(row: StatementRow, gift: str, payment: str) -> str:
    """What happened, in one short sentence without any person's name."""
    if row.kind == EntryKind.REVERSAL:
        return _("冲销 %(number)s") % {"number": row.reverses_number}
    if gift:
        return _("捐赠 %(number)s") % {"number": gift}
    if payment:
        return _("支出 %(number)s") % {"number": payment}
    if row.party:
        return str(WorldParty(row.party).label)
    words = {"fund": row.other_fund_name, "code": row.other_fund_code, "branch": row.other_branch_name}
    if row.other_kind == AccountKind.TRANSIT:
        if row.is_inflow:
            return _("来自 %(branch)s“%(fund)s”（%(code)s）的拨付") % words
        return _("拨付在途，对方签收后在去向中列明")
    return _("%(branch)s“%(fund)s”（%(code)s）") % words
