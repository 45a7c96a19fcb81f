"""Locks, the one mover of statements, and the one writer of decisions about lines."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import now
from core.errors import DomainError
from reconciliation.choices import (
    OUTCOME_TRANSITIONS,
    STATEMENT_TRANSITIONS,
    LineOutcome,
    SheetStatus,
    StatementStatus,
)
from reconciliation.errors import WrongState
from reconciliation.models import DepositAccount, LineEvent, MonthSheet, Statement, StatementEvent, StatementLine

if TYPE_CHECKING:
    from accounts.models import User
    from organizations.models import Branch

# Advisory lock by branch: whoever pairs lines with gifts and entries of a branch waits here for whoever does the same.
PAIRING = 0x7061_6972


def lock_account(account_id: int) -> DepositAccount:
    """Read an account under its row lock; whoever takes lines up for it waits here, before any statement's lock."""
    rows = DepositAccount.objects.unscoped("lock of one known account").select_for_update(of=("self",))
    return rows.select_related("branch").get(pk=account_id)


def lock_statement(statement_id: int) -> Statement:
    """Read a statement under its row lock; the caller is in a transaction and has checked who asks."""
    rows = Statement.objects.unscoped("lock of one known statement").select_for_update(of=("self",))
    return rows.select_related("branch", "account", "file", "created_by").get(pk=statement_id)


def lock_pairing(branch_id: int) -> None:
    """Let pairings of lines with the books of one branch come one after the other, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [PAIRING, branch_id])


def move_statement(
    statement: Statement, to_status: str, *, actor: User | None, reason: str = "", **changes: Any
) -> None:
    """Move a locked statement to another state, with other columns, an event and an audit row. Raises WrongState."""
    if to_status not in STATEMENT_TRANSITIONS[statement.status]:
        raise WrongState(
            "statement_wrong_state",
            _("流水 %(number)s 现在是“%(now)s”，不能变为“%(then)s”，请刷新页面查看最新情况。")
            % {
                "number": statement.number,
                "now": StatementStatus(statement.status).label,
                "then": StatementStatus(to_status).label,
            },
        )
    from_status, statement.status = statement.status, to_status
    for name, value in changes.items():
        setattr(statement, name, value)
    statement.save()
    note_statement(statement, from_status, actor=actor, reason=reason)


def note_statement(statement: Statement, from_status: str, *, actor: User | None, reason: str = "") -> None:
    """Write the event and the audit row of a step that a statement took."""
    StatementEvent.objects.create(
        statement=statement,
        from_status=from_status,
        to_status=statement.status,
        actor=actor,
        at=now(),
        reason=reason[:1000],
    )
    record_audit(
        f"reconciliation.statement.{statement.status}",
        actor=actor,
        obj=statement,
        branch_code=statement.branch.code,
        changed_fields=["status"],
    )


def decide(
    lines: Sequence[StatementLine],
    outcome: str,
    *,
    actor: User | None,
    kind: str = "",
    reason: str = "",
    targets: Iterable[str] | None = None,
    at: datetime.datetime | None = None,
) -> None:
    """Write one decision for locked lines (what answers is set by the caller), each with its event. WrongState."""
    moment = at or now()
    events: list[LineEvent] = []
    for line, target in zip(lines, targets or [""] * len(lines), strict=True):
        if outcome not in OUTCOME_TRANSITIONS[line.outcome]:
            raise WrongState(
                "line_wrong_state",
                _("第 %(seq)d 笔已是“%(now)s”，可能刚由他人处理，请刷新页面查看。")
                % {"seq": line.seq, "now": LineOutcome(line.outcome).label},
            )
        events.append(
            LineEvent(
                line=line,
                from_outcome=line.outcome,
                to_outcome=outcome,
                kind=kind,
                target=target,
                actor=actor,
                at=moment,
                reason=reason[:200],
            )
        )
        line.outcome, line.kind = outcome, kind
        line.reason = reason[:200] if outcome == LineOutcome.OTHER else ""
    StatementLine.objects.bulk_update(lines, ["outcome", "kind", "reason", "gift", "entry", "batch"], batch_size=500)
    LineEvent.objects.bulk_create(events, batch_size=1000)


def require_open_month(branch: Branch, days: Iterable[datetime.date]) -> None:
    """Raise WrongState where the sheet of one of these days' months was handed in or confirmed already."""
    months = sorted({f"{day:%Y-%m}" for day in days})
    sheet = (
        MonthSheet.objects.unscoped("of a branch already in scope")
        .filter(branch=branch, month__in=months, status__in=[SheetStatus.SUBMITTED, SheetStatus.CONFIRMED])
        .order_by("month")
        .first()
    )
    if sheet is not None:
        raise WrongState(
            "month_is_closed",
            _("%(month)s 的余额调节表已提交或确认，不能再改动当月的流水。请先由确认人退回调节表并写明理由。")
            % {"month": sheet.month},
        )


def need_reason(reason: str) -> str:
    """Return a reason that says something; raises DomainError with its field."""
    if len(reason.strip()) < 2:
        raise DomainError("reason_missing", _("请写明理由（至少 2 个字）。"), {"reason": _("请写明理由。")})
    return reason.strip()
