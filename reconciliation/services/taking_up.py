"""Taking a statement up: its balances against its lines, and against what the account held before."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Max, Min
from django.utils.translation import gettext as _

from core.money import ZERO_YUAN, format_yuan
from reconciliation.choices import COUNTING, StatementStatus
from reconciliation.models import DepositAccount, Statement
from reconciliation.selectors.balances import signed_total
from reconciliation.services.moving import move_statement, require_open_month

if TYPE_CHECKING:
    from accounts.models import User


def what_does_not_meet(statement: Statement, account: DepositAccount) -> list[str]:
    """Say what of a locked statement's balances (yuan) does not meet its own lines or the account's earlier ones."""
    opening, closing = statement.opening_balance, statement.closing_balance
    if opening is None or closing is None or statement.period_to is None:
        return [_("文件没有余额（或余额被遮住），请从网上银行或平台页面抄录期初、期末余额。")]
    due = opening + statement.in_total - statement.out_total
    if due != closing:
        return [
            _(
                "期初 %(opening)s 加收入 %(income)s 减支出 %(expense)s 应为 %(due)s，"
                "期末写的是 %(closing)s，相差 %(gap)s。请核对余额，或重新下载完整的流水。"
            )
            % {
                "opening": format_yuan(opening),
                "income": format_yuan(statement.in_total),
                "expense": format_yuan(statement.out_total),
                "due": format_yuan(due),
                "closing": format_yuan(closing),
                "gap": format_yuan(abs(due - closing)),
            }
        ]
    return _against_the_account(statement, account, closing)


def _against_the_account(statement: Statement, account: DepositAccount, closing: Decimal) -> list[str]:
    if statement.period_from is not None and statement.lines.filter(occurred_on__lt=account.opened_on).exists():
        return [
            _("有的行早于账户的起始日期 %(day)s，请改用起始日期之后的流水，或另行登记更早的起始余额。")
            % {"day": account.opened_on.isoformat()}
        ]
    held = account.opening_balance + signed_total(account, until=statement.period_to, with_statement=statement)
    if held == closing:
        return []
    before = _last_before(statement)
    told = (
        _("上一份流水 %(number)s 止于 %(day)s，期末 %(closing)s")
        % {
            "number": before.number,
            "day": before.period_to,
            "closing": format_yuan(before.closing_balance or ZERO_YUAN),
        }
        if before
        else _("账户起始余额 %(opening)s（%(day)s）")
        % {"opening": format_yuan(account.opening_balance), "day": account.opened_on.isoformat()}
    )
    return [
        _(
            "余额接不上：%(told)s，按已有流水推算到 %(until)s 应为 %(held)s，"
            "本文件期末是 %(closing)s，相差 %(gap)s。中间可能缺一段流水，请先补传缺的那一段。"
        )
        % {
            "told": told,
            "until": statement.period_to,
            "held": format_yuan(held),
            "closing": format_yuan(closing),
            "gap": format_yuan(abs(held - closing)),
        }
    ]


def _last_before(statement: Statement) -> Statement | None:
    others = Statement.objects.unscoped("of one account").filter(account_id=statement.account_id, status__in=COUNTING)
    found: Statement | None = others.filter(period_to__lte=statement.period_to).order_by("-period_to", "-id").first()
    return found


def take_up(statement: Statement, *, actor: User | None) -> None:
    """Let the lines of a locked statement count from now on. Raises WrongState for a month whose sheet stands."""
    days = statement.lines.aggregate(first=Min("occurred_on"), last=Max("occurred_on"))
    if days["first"] is not None:
        months = list(statement.lines.dates("occurred_on", "month"))
        require_open_month(statement.branch, months)
    move_statement(statement, StatementStatus.OPEN, actor=actor)
