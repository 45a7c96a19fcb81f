"""What a person says of a line that is no gift, and taking a decision back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.errors import DomainError
from organizations.choices import Right
from organizations.permissions import require
from reconciliation.choices import BULK_REASONS, COUNTING, KINDS_OF_DIRECTION, LineKind, LineOutcome, StatementStatus
from reconciliation.errors import WrongState
from reconciliation.models import LineGift, Statement, StatementLine
from reconciliation.services.matching import lock_line
from reconciliation.services.moving import decide, lock_statement, need_reason, require_open_month

if TYPE_CHECKING:
    from accounts.models import User


def decide_line(*, line_id: int, kind: str, reason: str, actor: User) -> StatementLine:
    """Say what a line is that is no gift, with a reason. Locks the statement, then the line. Raises WrongState."""
    with transaction.atomic():
        statement, line = lock_line(line_id)
        require(actor, Right.RECONCILE, statement.branch)
        require_counting(statement)
        if kind not in KINDS_OF_DIRECTION[line.direction]:
            raise DomainError(
                "kind_does_not_fit", _("这笔流水不能归为这一类，请另选。"), {"kind": _("请从列表中选择。")}
            )
        decide([line], LineOutcome.OTHER, actor=actor, kind=kind, reason=need_reason(reason))
    return line


def decide_alike(*, statement_id: int, actor: User, kind: str = "") -> int:
    """Decide open lines whose words say what they are (of one kind, or all of them); returns how many.

    Interest, fees, own transfers, settlements, and what the platform does not count. The rule is the recorded reason.
    """
    with transaction.atomic():
        statement = lock_statement(statement_id)
        require(actor, Right.RECONCILE, statement.branch)
        require_counting(statement)
        kinds = [one for one in BULK_REASONS if not kind or one == kind]
        lines = statement.lines.select_for_update().filter(outcome=LineOutcome.OPEN, proposed_kind__in=kinds)
        found = [line for line in lines.order_by("seq") if line.proposed_kind in KINDS_OF_DIRECTION[line.direction]]
        for one in kinds:
            alike = [line for line in found if line.proposed_kind == one]
            if alike:
                decide(alike, LineOutcome.OTHER, actor=actor, kind=one, reason=str(BULK_REASONS[one]))
        record_audit(
            "reconciliation.statement.decided_alike",
            actor=actor,
            obj=statement,
            branch_code=statement.branch.code,
            changed_fields=["outcome"],
        )
    return len(found)


def decide_chosen(*, statement_id: int, seqs: list[int], kind: str, reason: str, actor: User) -> int:
    """Say of several chosen lines what they are, with one reason, all or none; returns how many."""
    with transaction.atomic():
        statement = lock_statement(statement_id)
        require(actor, Right.RECONCILE, statement.branch)
        require_counting(statement)
        lines = list(statement.lines.select_for_update().filter(seq__in=seqs).order_by("seq"))
        if not lines:
            raise DomainError("nothing_chosen", _("请先勾选要处理的行。"))
        wrong = [line.seq for line in lines if kind not in KINDS_OF_DIRECTION[line.direction]]
        if wrong:
            raise DomainError(
                "kind_does_not_fit",
                _("第 %(seqs)s 笔不能归为“%(kind)s”，请另选，或去掉这几笔。")
                % {
                    "seqs": "、".join(map(str, wrong[:20])),
                    "kind": LineKind(kind).label if kind in LineKind.values else _("没有选择"),
                },
            )
        decide(lines, LineOutcome.OTHER, actor=actor, kind=kind, reason=need_reason(reason))
    return len(lines)


def undo_line(*, line_id: int, reason: str, actor: User) -> StatementLine:
    """Take the decision of a line back, with a reason; the decision stays in its history.

    Raises WrongState for a line in a batch (the batch is cancelled instead) and in a month whose sheet stands.
    """
    with transaction.atomic():
        statement, line = lock_line(line_id)
        require(actor, Right.RECONCILE, statement.branch)
        require_counting(statement)
        require_open_month(statement.branch, [line.occurred_on])
        if line.outcome == LineOutcome.IN_BATCH:
            raise WrongState("line_in_batch", _("这笔流水在捐赠批次里，请在批次里排除这一行，或作废整个批次。"))
        line.gift_id, line.entry_id, line.batch_id = None, None, None
        decide([line], LineOutcome.OPEN, actor=actor, reason=need_reason(reason))
        LineGift.objects.filter(line=line, is_active=True).update(is_active=False)
    return line


def require_counting(statement: Statement) -> None:
    """Raise WrongState unless lines of a statement may be decided now."""
    if statement.status == StatementStatus.SETTLED:
        raise WrongState("statement_is_settled", _("这份流水已办结，需要改动请先重新打开并写明理由。"))
    if statement.status not in COUNTING:
        raise WrongState("statement_not_taken_up", _("这份流水还没有核对好余额，或已作废，不能对账。"))
