"""Pairing lines with posted gifts and with entries of the books: as sets by rule, or one by a person."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from core.clock import now
from core.copying import copy_rows
from core.money import format_yuan
from core.progress import NoProgress, Progress
from core.sealed import open_many_for_work
from donations.intake import row_fingerprint
from organizations.choices import Right
from organizations.permissions import require
from reconciliation.choices import COUNTING, Direction, LineKind, LineOutcome
from reconciliation.errors import NotMet, WrongState
from reconciliation.models import Statement, StatementLine
from reconciliation.selectors.candidates import BookItem, book_item
from reconciliation.services import pairing_sql as sql
from reconciliation.services.moving import decide, lock_pairing, lock_statement

if TYPE_CHECKING:
    from accounts.models import User

CHUNK = 2000


def match_statement(*, statement_id: int, actor: User) -> int:
    """Pair the open lines of a statement that was taken up; returns how many were. Locks the statement, the pairing."""
    with transaction.atomic():
        statement = lock_statement(statement_id)
        require(actor, Right.RECONCILE, statement.branch)
        _require_counting(statement)
        return match_lines(statement, actor=actor)


def match_lines(statement: Statement, *, actor: User | None = None, job: Progress | None = None) -> int:
    """Pair open lines of a locked statement with gifts and entries of its branch, in the caller's transaction.

    By reference and sum, then giver, sum and day, then sum and day where there is no name to compare; unique pairs
    only. Waits for other pairings of the branch, so that no gift is taken twice (the database holds the same).
    """
    lines = statement.lines.filter(outcome=LineOutcome.OPEN).exclude(direction=Direction.NONE)
    first, last = statement.period_from, statement.period_to
    if first is None or last is None or not lines.exists():
        return 0
    lock_pairing(statement.branch_id)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64MB'")
        cursor.execute(sql.TABLES)
    copy_rows("match_line", sql.LINE_COLUMNS, _told(statement, job or NoProgress()))
    with connection.cursor() as cursor:
        cursor.execute(sql.BOOK, {"branch": statement.branch_id, "first": first, "last": last})
        for one in sql.PASSES:
            cursor.execute(one)
            cursor.execute(sql.TAKE_OUT)
        cursor.execute(sql.SETTLE)
        found = cursor.rowcount
        cursor.execute(
            sql.EVENTS,
            {
                "actor": getattr(actor, "pk", None),
                "at": now(),
                "by_reference": _("流水号和金额相同"),
                "by_name": _("付款人、金额相同，日期相近"),
                "by_amount": _("金额相同、日期相近，且唯一"),
            },
        )
    return found


def _told(statement: Statement, job: Progress) -> Iterator[tuple[Any, ...]]:
    """What lines say, for comparing; opened here and nowhere kept. COPY reads it, so it is gathered beforehand."""
    rows: list[tuple[Any, ...]] = []
    lines = statement.lines.filter(outcome=LineOutcome.OPEN).exclude(direction=Direction.NONE).order_by("seq")
    fields = ("id", "row_key", "direction", "amount", "occurred_on", "details")
    source = lines.only(*fields).iterator(chunk_size=CHUNK)
    while chunk := list(islice(source, CHUNK)):
        texts = open_many_for_work(chunk, "details", work=f"reconciliation.matching:{statement.number}")
        for line, text in zip(chunk, texts, strict=True):
            told = json.loads(text or "{}")
            payer = told.get("payer", "")
            key = bytes.fromhex(row_fingerprint(payer, line.amount)) if payer else None
            rows.append((line.pk, line.signed, line.occurred_on, told["reference"], told["merchant"], key))
        job.progress(len(rows), statement.line_count, stage=_("与账目核对"))
    return iter(rows)


def match_line(*, line_id: int, entry_number: str, actor: User) -> StatementLine:
    """Pair one line with the gift or entry that a person chose; sums must be equal. Raises NotMet, WrongState.

    Locks the statement, the branch's pairing, the line. Of two who choose the same gift, one wins.
    """
    with transaction.atomic():
        statement, line = lock_line(line_id)
        require(actor, Right.RECONCILE, statement.branch)
        _require_counting(statement)
        lock_pairing(statement.branch_id)
        item = book_item(statement.branch, entry_number)
        if item.taken_by:
            raise WrongState("book_item_taken", _("%(number)s 已对应另一笔流水。") % {"number": item.number})
        if item.signed != line.signed:
            raise NotMet(
                "sums_differ",
                _("这笔流水是 %(line)s，%(number)s 是 %(item)s，金额不同，不能对应。")
                % {"line": format_yuan(line.signed), "number": item.number, "item": format_yuan(item.signed)},
            )
        _pair(line, item, actor)
    return line


def _pair(line: StatementLine, item: BookItem, actor: User) -> None:
    line.entry_id, line.gift_id = item.entry_id, item.gift_id
    outcome = LineOutcome.GIFT if item.gift_id else LineOutcome.ENTRY
    kind = (
        LineKind.GIFT if item.gift_id else LineKind.PAYMENT if line.direction == Direction.OUT else LineKind.TRANSFER_IN
    )
    try:
        with transaction.atomic():
            decide([line], outcome, actor=actor, kind=kind, reason=_("人工对应"), targets=[item.number])
    except IntegrityError as error:
        raise WrongState("book_item_taken", _("%(number)s 已对应另一笔流水。") % {"number": item.number}) from error


def lock_line(line_id: int) -> tuple[Statement, StatementLine]:
    """Lock a line's statement and then the line; the caller is in a transaction."""
    statement = lock_statement(StatementLine.objects.only("statement_id").get(pk=line_id).statement_id)
    line = StatementLine.objects.select_for_update().get(pk=line_id)
    return statement, line


def _require_counting(statement: Statement) -> None:
    if statement.status not in COUNTING:
        raise WrongState("statement_not_taken_up", _("这份流水还没有核对好余额，或已作废，不能对账。"))
