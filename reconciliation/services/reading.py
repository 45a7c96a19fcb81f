"""Reading a statement into lines, matching them, all in one transaction."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import islice
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from core.clock import today
from core.copying import copy_rows
from core.files import path_for_work
from core.masking import mask_name
from core.progress import Progress
from core.sealed import seal_into_many
from donations.intake import UnreadableFile
from donations.intake.proposals import donor_kind
from reconciliation.choices import BalanceSource, Direction, LineOutcome, StatementStatus
from reconciliation.errors import WrongState
from reconciliation.intake import ParsedLine, ParsedStatement, StatementColumns, read_statement_file
from reconciliation.intake.reading import Asked
from reconciliation.models import Statement, StatementLine, StatementMapping
from reconciliation.services.matching import match_lines
from reconciliation.services.moving import lock_account, lock_statement, move_statement
from reconciliation.services.taking_up import take_up, what_does_not_meet

COLUMNS = (
    "row_key", "statement_id", "account_id", "seq", "row_number", "occurred_on", "direction", "amount", "fee_amount",
    "balance_after", "proposed_kind", "kind", "outcome", "reason", "details", "details_digest", "details_digest_next",
    "payer_shown", "payer_tail",
)  # fmt: skip
CHUNK = 2000


def read_statement(*, statement_id: int, job: Progress) -> Statement:
    """Read a statement's file into lines, check its balances, match its lines with the books: one transaction.

    Idempotent: a statement that is no longer READING is left as it is. A file that cannot be read whole moves it to
    UNREADABLE with the rows; balances that do not meet leave it in DRAFT with what is wrong. Locks the account, then
    the statement, then the branch's pairing.
    """
    with transaction.atomic():
        account_id = Statement.objects.unscoped("lock order").only("account_id").get(pk=statement_id).account_id
        account = lock_account(account_id)
        statement = lock_statement(statement_id)
        if statement.status != StatementStatus.READING:
            return statement
        # Lines of an earlier reading of a draft; nothing was decided of them.
        StatementLine.objects.filter(statement=statement).delete()
        try:
            parsed = _parse(statement, job)
        except UnreadableFile as refusal:
            move_statement(
                statement, StatementStatus.UNREADABLE, actor=None, reason=refusal.message, error=refusal.message[:1000]
            )
            return statement
        _store(statement, parsed, job)
        unmet = [*statement.problems, *what_does_not_meet(statement, account)]
        if unmet or not _taken_up(statement):
            if statement.status == StatementStatus.READING:
                move_statement(statement, StatementStatus.DRAFT, actor=None, reason="".join(unmet))
            return statement
        job.progress(statement.line_count, statement.line_count, stage=_("与账目核对"))
        match_lines(statement, job=job)
    return statement


def _taken_up(statement: Statement) -> bool:
    try:
        with transaction.atomic():
            take_up(statement, actor=None)
    except WrongState as refusal:
        statement.status = StatementStatus.READING
        move_statement(statement, StatementStatus.DRAFT, actor=None, reason=refusal.message)
        return False
    return True


def _parse(statement: Statement, job: Progress) -> ParsedStatement:
    columns = StatementColumns.from_dict(statement.mapping) if statement.mapping.get("confirmed") else None
    remembered = {
        row.fingerprint: StatementColumns.from_dict(row.mapping)
        for row in StatementMapping.objects.filter(branch_id=statement.branch_id)
    }
    asked = Asked(today(), statement.account.tail, statement.branch.name)
    with path_for_work(statement.file, work=f"reconciliation.reading:{statement.number}") as path:
        return read_statement_file(
            path,
            filename=statement.file.name,
            asked=asked,
            max_bytes=settings.UPLOAD_LIST_MAX_BYTES,
            remembered=remembered,
            columns=columns,
            job=job,
        )


def _store(statement: Statement, parsed: ParsedStatement, job: Progress) -> None:
    known: list[list[Any]] = []
    total = len(parsed.lines)
    numbered = enumerate(parsed.lines, start=1)
    done = 0
    while chunk := list(islice(numbered, CHUNK)):
        objs = _sealed(chunk)
        seen = _known_digests(statement, objs)
        fresh = [
            (obj, line, seq) for obj, (seq, line) in zip(objs, chunk, strict=True) if obj.details_digest not in seen
        ]
        known += [
            [line.row_number, *seen[obj.details_digest]]
            for obj, (_seq, line) in zip(objs, chunk, strict=True)
            if obj.details_digest in seen
        ]
        copy_rows("reconciliation_statementline", COLUMNS, _rows(statement, fresh))
        done += len(chunk)
        job.progress(done, total, stage=_("加密写入"))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE reconciliation_statementline")
    statement.layout_key, statement.fingerprint = parsed.layout_key, parsed.fingerprint
    statement.mapping = {**parsed.mapping, **({"confirmed": True} if statement.mapping.get("confirmed") else {})}
    statement.period_from, statement.period_to = parsed.period or (None, None)
    if parsed.opening is not None:
        statement.opening_balance, statement.closing_balance = parsed.opening, parsed.closing
        statement.balance_source = BalanceSource.FILE
    statement.declared = {**parsed.declared, "masked": parsed.is_masked, "notices": parsed.notices}
    statement.line_count = total
    statement.in_total, statement.out_total = (_moved(parsed.lines, one) for one in (Direction.IN, Direction.OUT))
    statement.known, statement.problems, statement.error = known, parsed.errors, ""
    statement.save()


def _moved(lines: Sequence[ParsedLine], direction: str) -> Decimal:
    return sum((line.amount for line in lines if line.direction == direction), Decimal("0.00"))


def _sealed(chunk: Sequence[tuple[int, ParsedLine]]) -> list[StatementLine]:
    objs = [StatementLine(row_key=uuid.uuid4()) for _one in chunk]
    seal_into_many(objs, "details", [details_of(line) for _seq, line in chunk])
    return objs


def details_of(line: ParsedLine) -> str:
    """What is sealed of a line: all that the file says of it, canonical JSON."""
    values = {
        "payer": line.payer,
        "account": line.payer_account,
        "summary": line.summary,
        "remark": line.remark,
        "reference": line.reference,
        "merchant": line.merchant,
        "on": line.occurred_on.isoformat(),
        "at": line.occurred_at,
        "label": line.label,
        "direction": line.direction,
        "amount": str(line.amount),
        "balance": "" if line.balance is None else str(line.balance),
        "n": line.ordinal,
    }
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _known_digests(statement: Statement, objs: Sequence[StatementLine]) -> dict[Any, tuple[str, int]]:
    digests = [obj.details_digest for obj in objs]
    rows = StatementLine.objects.filter(account_id=statement.account_id, details_digest__in=digests)
    return {
        digest: (number, seq) for digest, number, seq in rows.values_list("details_digest", "statement__number", "seq")
    }


def _rows(statement: Statement, fresh: Sequence[tuple[StatementLine, ParsedLine, int]]) -> Iterator[tuple[Any, ...]]:
    for obj, line, seq in fresh:
        tail = line.payer_account[-4:]
        yield (
            obj.row_key, statement.pk, statement.account_id, seq, line.row_number, line.occurred_on, line.direction,
            line.amount, line.fee, line.balance, line.kind, "", LineOutcome.OPEN.value, "", bytes(obj.details or b""),
            obj.details_digest, obj.details_digest_next, shown(line.payer), tail if tail.isdigit() else "",
        )  # fmt: skip


def shown(payer: str) -> str:
    """A payer as staff see it without asking: an organisation in full, a person masked, nobody as nothing."""
    if not payer:
        return ""
    return payer[:200] if donor_kind(payer) == "organisation" else mask_name(payer)
