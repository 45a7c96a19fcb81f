"""One line for a whole batch of gifts: the cash of a counter paid in, or what a platform settled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core.money import format_yuan
from organizations.choices import Right
from organizations.permissions import require
from reconciliation.choices import Direction, LineKind, LineOutcome
from reconciliation.errors import NotMet, WrongState
from reconciliation.models import StatementLine
from reconciliation.selectors.whole_batches import WholeBatch, whole_batch
from reconciliation.services.deciding import require_counting
from reconciliation.services.matching import lock_line
from reconciliation.services.moving import decide, lock_pairing

if TYPE_CHECKING:
    from accounts.models import User


def match_batch(*, line_id: int, batch_number: str, actor: User) -> StatementLine:
    """Let a posted batch answer for one incoming line as a whole; its gifts must come to the line's sum.

    Locks the statement, the branch's pairing, the line. Raises NotMet where the sums differ, WrongState where the batch
    or one of its gifts answers for another line, or a gift of it was taken back: such a batch is paired gift by gift.
    """
    with transaction.atomic():
        statement, line = lock_line(line_id)
        require(actor, Right.RECONCILE, statement.branch)
        require_counting(statement)
        lock_pairing(statement.branch_id)
        batch = whole_batch(statement.branch, batch_number)
        _check(line, batch)
        line.batch_id = batch.pk
        try:
            with transaction.atomic():
                decide(
                    [line], LineOutcome.BATCH, actor=actor, kind=LineKind.GIFT, reason=_("人工对应整批"),
                    targets=[batch.number],
                )  # fmt: skip
        except IntegrityError as error:
            raise _taken(batch) from error
    return line


def _check(line: StatementLine, batch: WholeBatch) -> None:
    if line.direction != Direction.IN:
        raise NotMet("line_is_no_income", _("只有收入的流水能对应整批捐赠，请另选处理方式。"))
    if batch.is_taken:
        raise _taken(batch)
    if batch.single:
        raise WrongState(
            "batch_paired_singly",
            _("批次 %(number)s 里有 %(n)d 笔已各自对应别的流水，不能再整批对应；请逐笔对应，或先撤销那几笔。")
            % {"number": batch.number, "n": batch.single},
        )
    if batch.corrected:
        raise WrongState(
            "batch_corrected",
            _("批次 %(number)s 里有 %(n)d 笔已冲销或退还，不能整批对应；请逐笔对应，差额写明理由。")
            % {"number": batch.number, "n": batch.corrected},
        )
    if batch.amount != line.amount:
        raise NotMet(
            "sums_differ",
            _("这笔流水是 %(line)s，批次 %(number)s 共 %(batch)s，相差 %(gap)s，不能对应。")
            % {
                "line": format_yuan(line.amount),
                "number": batch.number,
                "batch": format_yuan(batch.amount),
                "gap": format_yuan(abs(batch.amount - line.amount)),
            },
        )


def _taken(batch: WholeBatch) -> WrongState:
    return WrongState("batch_taken", _("批次 %(number)s 已对应另一笔流水。") % {"number": batch.number})
