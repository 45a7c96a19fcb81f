"""Who may do what with statements; and fetching them for a person (docs/scope.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core.errors import NotFound
from organizations.choices import Right
from reconciliation.models import DepositAccount, MonthSheet, Statement, StatementLine

if TYPE_CHECKING:
    from accounts.models import User
    from organizations.models import Branch


def statement_for(person: User, number: str) -> Statement:
    """A statement that the person may see, by its number; raises NotFound, also for one outside their branches."""
    statement: Statement | None = (
        Statement.objects.visible_to(person, Right.VIEW_STATEMENTS)
        .select_related("branch", "account", "created_by", "file")
        .filter(number=number.replace("\x00", "").strip())
        .first()
    )
    if statement is None:
        raise NotFound("statement_not_found", _("没有找到这份流水，或它不在您的范围内，请核对编号。"))
    return statement


def line_for(statement: Statement, seq: int) -> StatementLine:
    """A line of a statement that the person was already let into; raises NotFound."""
    lines = statement.lines.select_related("statement__branch", "gift", "entry", "batch", "account")
    line: StatementLine | None = lines.filter(seq=seq).first()
    if line is None:
        raise NotFound("line_not_found", _("这份流水里没有第 %(seq)d 笔。") % {"seq": seq})
    return line


def account_for(person: User, account_id: int, right: str = Right.RECONCILE) -> DepositAccount:
    """An account of a branch in which the person holds the right; raises NotFound."""
    accounts = DepositAccount.objects.visible_to(person, right).select_related("branch")
    account: DepositAccount | None = accounts.filter(pk=account_id).first()
    if account is None:
        raise NotFound("account_not_found", _("没有找到这个存款账户，或它不在您的范围内。"))
    return account


def sheet_of(branch: Branch, month: str) -> MonthSheet | None:
    """The sheet of a branch that the person was already let into, or None before anybody handed one in."""
    rows = MonthSheet.objects.unscoped("of a branch already in scope").filter(branch=branch, month=month)
    sheet: MonthSheet | None = rows.select_related("branch", "made_by", "confirmed_by").first()
    return sheet
