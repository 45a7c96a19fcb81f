"""Reconciliation's part of the table of retention."""

from __future__ import annotations

import datetime

from django.db.models import Max
from django.utils.translation import gettext_lazy

from core.clock import SHANGHAI
from core.retention.rules import delete_in_batches
from core.retention.terms import Asked, HoldKind, Outcome, Term
from reconciliation.choices import StatementStatus
from reconciliation.models import Statement, StatementLine

DROPPED_DAYS = 90
_LABEL = "reconciliation.statement"


def purge_dropped_lines(asked: Asked) -> Outcome:
    """Delete the lines of statements that were dropped more than 90 days ago; the statement stays with its number."""
    day = asked.today - datetime.timedelta(days=DROPPED_DAYS)
    before = datetime.datetime.combine(day, datetime.time(), SHANGHAI)
    over = Statement.objects.unscoped("retention").filter(status=StatementStatus.DROPPED)
    over = over.alias(last=Max("events__at")).filter(last__lt=before)
    held = asked.holds.of(_LABEL)
    # A line of which anything was decided has a history that stands for ever; it is kept with it.
    lines = StatementLine.objects.filter(events__isnull=True)
    kept = lines.filter(statement__in=over.filter(number__in=held).values("pk")).count()
    free = lines.filter(statement__in=over.exclude(number__in=held).values("pk"))
    return delete_in_batches(free, asked, held=kept)


def _is_statement(number: str) -> bool:
    return bool(Statement.objects.unscoped("retention").filter(number=number).exists())


TERMS: tuple[Term, ...] = (
    Term(
        "reconciliation.dropped_lines",
        "P3",
        gettext_lazy("已作废流水的明细（加密）"),
        gettext_lazy("核对是否误作废"),
        gettext_lazy("作废后 90 天"),
        "个人信息保护法 第四十七条",
        purge_dropped_lines,
        HoldKind(_LABEL, gettext_lazy("账户流水"), _is_statement),
    ),
    Term(
        "reconciliation.lines",
        "P3",
        gettext_lazy("银行和平台流水的明细（对方户名、账号、附言加密）"),
        gettext_lazy("对账、审计、认领"),
        gettext_lazy("会计凭证 30 年；原始文件 10 年（银行对账单）"),
        "会计档案管理办法 第十四条和附表",
    ),
)
