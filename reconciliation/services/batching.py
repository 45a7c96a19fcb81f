"""From lines that are gifts to a batch of gifts, which goes the usual way of two people."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.sealed import open_many_for_work
from donations.models import Batch
from donations.services.statement_rows import StatementGift, open_statement_batch
from ledger.models import Fund
from organizations.choices import Right
from organizations.permissions import require
from reconciliation.choices import DepositKind, Direction, LineKind, LineOutcome
from reconciliation.models import LineGift, Statement, StatementLine
from reconciliation.services.deciding import require_counting
from reconciliation.services.moving import decide, lock_statement

if TYPE_CHECKING:
    from accounts.models import User

# A batch is decided by a person who looks at it; more lines make another one.
MOST_ROWS = 5000


def make_batch(*, statement_id: int, fund: Fund, actor: User, seqs: list[int] | None = None) -> Batch:
    """Make a batch of the open lines that are gifts, one row each, and bind each row to its line.

    `seqs` names lines; without it all that look like gifts are taken, at most 5,000. One transaction; locks the
    statement, then the lines. A payer whom the bank does not name becomes an anonymous giver. Raises DomainError.
    """
    with transaction.atomic():
        statement = lock_statement(statement_id)
        require(actor, Right.RECONCILE, statement.branch)
        require_counting(statement)
        if fund.branch_id != statement.branch_id:
            raise DomainError("fund_of_another", _("资金池不属于本会，请另选。"), {"fund": _("请另选一个资金池。")})
        lines = _gift_lines(statement, seqs)
        texts = open_many_for_work(lines, "details", work=f"reconciliation.batch:{statement.number}")
        channel = _channel(statement)
        gifts = [_gift(line, json.loads(text or "{}"), channel) for line, text in zip(lines, texts, strict=True)]
        batch = open_statement_batch(fund=fund, gifts=gifts, actor=actor)
        LineGift.objects.bulk_create(
            [LineGift(line=line, batch=batch, row_number=number) for number, line in enumerate(lines, start=1)],
            batch_size=1000,
        )
        decide(
            lines,
            LineOutcome.IN_BATCH,
            actor=actor,
            kind=LineKind.GIFT,
            reason=_("生成捐赠批次"),
            targets=[batch.number] * len(lines),
        )
    return batch


def _gift_lines(statement: Statement, seqs: list[int] | None) -> list[StatementLine]:
    lines = statement.lines.select_for_update().filter(outcome=LineOutcome.OPEN, direction=Direction.IN)
    lines = lines.filter(proposed_kind=LineKind.GIFT) if seqs is None else lines.filter(seq__in=seqs)
    found = list(lines.order_by("seq")[:MOST_ROWS])
    if not found:
        raise DomainError("no_lines_for_batch", _("没有可以生成捐赠批次的收入行。"))
    return found


def _gift(line: StatementLine, told: dict[str, str], channel: str) -> StatementGift:
    return StatementGift(
        donor=told.get("payer", ""),
        received_on=line.occurred_on,
        amount=line.amount,
        remark=told.get("remark", ""),
        channel=channel,
        reference=told.get("reference", ""),
    )


def _channel(statement: Statement) -> str:
    account = statement.account
    labels = {DepositKind.ALIPAY: _("支付宝"), DepositKind.WECHAT: _("微信支付")}
    return str(labels.get(DepositKind(account.kind), account.institution))[:60]
