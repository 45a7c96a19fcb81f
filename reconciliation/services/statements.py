"""The way of a statement: brought in, read, taken up, settled, reopened, dropped."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, BinaryIO

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core.choices import JobStatus
from core.clock import SHANGHAI, now, today
from core.files import path_for_work, store_file
from core.jobs import start_job
from core.models import Job, StoredFile
from core.numbers import take_number
from donations.intake.reading import Head
from organizations.choices import Right
from organizations.permissions import require
from reconciliation.choices import COUNTING, STATEMENT_LETTER, UNDECIDED, BalanceSource, LineOutcome, StatementStatus
from reconciliation.errors import NotMet, SameStatement, WrongState
from reconciliation.intake import StatementColumns, statement_head
from reconciliation.models import DepositAccount, Statement, StatementEvent, StatementMapping
from reconciliation.services.moving import (
    lock_account,
    lock_statement,
    move_statement,
    need_reason,
    note_statement,
    require_open_month,
)
from reconciliation.services.taking_up import take_up, what_does_not_meet

if TYPE_CHECKING:
    from accounts.models import User

# Raw statements are kept as long as bank statements are as accounting files (会计档案管理办法, 附表: 10 年).
RAW_STATEMENT_YEARS = 10


def open_statement(*, source: BinaryIO, filename: str, account: DepositAccount, actor: User) -> Statement:
    """Keep a statement sealed and start reading it as a job; nothing of it counts before it is read whole.

    The same bytes a second time raise SameStatement, which names the first. Raises NotAllowed without RECONCILE.
    """
    require(actor, Right.RECONCILE, account.branch)
    stored = store_file(
        source,
        name=filename,
        content_type="application/octet-stream",
        data_class=StoredFile.DataClass.SENSITIVE,
        actor=actor,
        max_bytes=settings.UPLOAD_LIST_MAX_BYTES,
        purge_on=today() + datetime.timedelta(days=365 * RAW_STATEMENT_YEARS),
    )
    try:
        with transaction.atomic():
            refuse_same_file(stored.sha256)
            moment = now()
            statement = Statement.objects.create(
                **Statement.lineage_of(account.branch),
                number=take_number(account.branch.code, moment.astimezone(SHANGHAI).year, STATEMENT_LETTER),
                account=account,
                status=StatementStatus.READING,
                file=stored,
                file_sha256=stored.sha256,
                created_by=actor,
                created_at=moment,
            )
            note_statement(statement, "", actor=actor)
            start_reading(statement, actor=actor)
    except IntegrityError:
        # Two people brought the same file at the same moment; the database let one through.
        refuse_same_file(stored.sha256)
        raise
    return statement


def refuse_same_file(sha256: str) -> None:
    """Raise SameStatement where a statement that was not dropped holds the same bytes."""
    first = (
        Statement.objects.unscoped("only the number is told")
        .filter(file_sha256=sha256)
        .exclude(status=StatementStatus.DROPPED)
        .first()
    )
    if first is not None:
        raise SameStatement(
            "same_statement",
            _(
                "这份流水已经导入过，见 %(number)s（%(day)s，"
                "%(status)s）。同一份文件不能导入两次；如需重来，请先作废原来的。"
            )
            % {
                "number": first.number,
                "day": first.created_at.astimezone(SHANGHAI).date().isoformat(),
                "status": StatementStatus(first.status).label,
            },
        )


def start_reading(statement: Statement, *, actor: User) -> Job:
    """Queue the reading of a statement that is in READING; each try is a job of its own."""
    tries = StatementEvent.objects.filter(statement=statement, to_status=StatementStatus.READING).count()
    return start_job(
        kind="reconciliation.tasks.read_statement",
        label=_("读取流水 %(number)s") % {"number": statement.number},
        params={"statement": statement.pk},
        idempotency_key=f"statement:{statement.number}:{tries}",
        actor=actor,
        branch_code=statement.branch.code,
        link=f"/desk/reconciliation/statements/{statement.number}/",
    )


def resume_statement(*, statement_id: int, actor: User) -> Job:
    """Queue the reading anew where its job was cancelled or failed. Raises WrongState where nothing stands still."""
    with transaction.atomic():
        statement = lock_statement(statement_id)
        require(actor, Right.RECONCILE, statement.branch)
        jobs = Job.objects.filter(idempotency_key__startswith=f"statement:{statement.number}:").order_by("-created_at")
        last = jobs.first()
        at_work = last is not None and last.status in (JobStatus.QUEUED, JobStatus.RUNNING)
        if statement.status != StatementStatus.READING or at_work:
            raise WrongState("statement_not_stuck", _("这份流水没有中断的任务。"))
        return start_job(
            kind="reconciliation.tasks.read_statement",
            label=_("继续读取 %(number)s") % {"number": statement.number},
            params={"statement": statement.pk},
            idempotency_key=f"statement:{statement.number}:again-{jobs.count()}",
            actor=actor,
            branch_code=statement.branch.code,
            link=f"/desk/reconciliation/statements/{statement.number}/",
        )


def head_of(statement: Statement) -> Head:
    """The first rows of a statement's file as text, for saying which column is what; UnreadableFile."""
    work = f"reconciliation.mapping:{statement.number}"
    with path_for_work(statement.file, work=work) as path:
        return statement_head(path, filename=statement.file.name, max_bytes=settings.UPLOAD_LIST_MAX_BYTES)


def change_columns(*, statement_id: int, columns: StatementColumns, actor: User) -> Statement:
    """Keep the columns that a person named, for this file and the branch's next one like it, and read the file again.

    Locks the statement; the lines of a draft are replaced. Raises UnreadableFile, WrongState.
    """
    columns.check()
    with transaction.atomic():
        statement = lock_statement(statement_id)
        require(actor, Right.RECONCILE, statement.branch)
        fingerprint = head_of(statement).fingerprints.get(columns.header_row, "")
        stored = {**columns.as_dict(), "confirmed": True}
        move_statement(
            statement,
            StatementStatus.READING,
            actor=actor,
            reason=_("指定列对应后重读"),
            mapping=stored,
            fingerprint=fingerprint,
            error="",
        )
        if fingerprint and columns.header_row:
            StatementMapping.objects.update_or_create(
                branch_id=statement.branch_id,
                fingerprint=fingerprint,
                defaults={"mapping": columns.as_dict(), "confirmed_by": actor, "confirmed_at": now()},
            )
        start_reading(statement, actor=actor)
    return statement


def type_balances(*, statement_id: int, opening: Decimal, closing: Decimal, actor: User) -> Statement:
    """Take the balances that a person read off the bank's page, where the file has none, and take the statement up.

    Yuan. Locks the account, then the statement. Raises NotMet with every sum that does not meet; then nothing changed.
    """
    with transaction.atomic():
        account_id = Statement.objects.unscoped("lock order").only("account_id").get(pk=statement_id).account_id
        account = lock_account(account_id)
        statement = lock_statement(statement_id)
        require(actor, Right.RECONCILE, statement.branch)
        if statement.status != StatementStatus.DRAFT:
            raise WrongState("statement_not_draft", _("这份流水不在“待核对余额”，请刷新页面查看。"))
        if statement.balance_source != BalanceSource.FILE:
            statement.opening_balance, statement.closing_balance = opening, closing
            statement.balance_source = BalanceSource.TYPED
        unmet = [*statement.problems, *what_does_not_meet(statement, account)]
        if unmet:
            raise NotMet("balances_do_not_meet", "".join(unmet), {"closing": unmet[-1]})
        take_up(statement, actor=actor)
    return statement


def settle_statement(*, statement_id: int, actor: User) -> Statement:
    """Close a statement whose every line is decided. Raises NotMet with how many are not."""
    with transaction.atomic():
        statement = lock_statement(statement_id)
        require(actor, Right.RECONCILE, statement.branch)
        left = statement.lines.filter(outcome__in=UNDECIDED).count()
        if left:
            raise NotMet("lines_left", _("还有 %(n)d 笔没有处理完，不能办结。") % {"n": left})
        move_statement(statement, StatementStatus.SETTLED, actor=actor)
    return statement


def reopen_statement(*, statement_id: int, reason: str, actor: User) -> Statement:
    """Open a settled statement again, with a reason. Raises WrongState where a month's sheet stands already."""
    with transaction.atomic():
        statement = lock_statement(statement_id)
        require(actor, Right.RECONCILE, statement.branch)
        require_open_month(statement.branch, _days(statement))
        move_statement(statement, StatementStatus.OPEN, actor=actor, reason=need_reason(reason))
    return statement


def drop_statement(*, statement_id: int, reason: str, actor: User) -> Statement:
    """Give a statement up, so that its file or a better one may be brought in; its lines count no more.

    Locks the account, then the statement. Raises WrongState where a line was decided or a later file rests on it.
    """
    with transaction.atomic():
        account_id = Statement.objects.unscoped("lock order").only("account_id").get(pk=statement_id).account_id
        lock_account(account_id)
        statement = lock_statement(statement_id)
        require(actor, Right.RECONCILE, statement.branch)
        if statement.lines.exclude(outcome=LineOutcome.OPEN).exists():
            raise WrongState("statement_has_decisions", _("这份流水里有已处理的行，请先逐笔撤销处理，再作废。"))
        _refuse_what_rests_on(statement)
        move_statement(statement, StatementStatus.DROPPED, actor=actor, reason=need_reason(reason))
        statement.lines.update(details_digest=None, details_digest_next=None)
    return statement


def _refuse_what_rests_on(statement: Statement) -> None:
    if statement.status not in COUNTING or statement.period_to is None:
        return
    require_open_month(statement.branch, _days(statement))
    others = Statement.objects.unscoped("of one account").filter(account_id=statement.account_id, status__in=COUNTING)
    for other in others.exclude(pk=statement.pk).only("number", "known", "period_to"):
        if any(row[1] == statement.number for row in other.known) or (
            other.period_to is not None and other.period_to > statement.period_to
        ):
            raise WrongState(
                "statement_is_needed",
                _("之后的流水 %(number)s 的余额接在这一份上，请先作废那一份。") % {"number": other.number},
            )


def _days(statement: Statement) -> list[datetime.date]:
    if statement.period_from is None or statement.period_to is None:
        return []
    whole = (statement.period_to - statement.period_from).days + 1
    return [statement.period_from + datetime.timedelta(days=step) for step in range(whole)]
