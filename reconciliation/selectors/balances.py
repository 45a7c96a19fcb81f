"""What an account holds by its lines."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Q, Sum

from core.money import ZERO_YUAN
from reconciliation.choices import COUNTING, Direction
from reconciliation.models import DepositAccount, Statement, StatementLine

if TYPE_CHECKING:
    from django.db.models import QuerySet


def counting_lines(account: DepositAccount) -> QuerySet[StatementLine]:
    """The lines of an account whose statements were taken up."""
    return StatementLine.objects.filter(account=account, statement__status__in=COUNTING)


def signed_total(
    account: DepositAccount, *, until: datetime.date | None = None, with_statement: Statement | None = None
) -> Decimal:
    """What the lines up to a day (included) did to the balance, in yuan; `with_statement` counts though not taken up.

    One query.
    """
    counted = Q(statement__status__in=COUNTING)
    if with_statement is not None:
        counted |= Q(statement=with_statement)
    lines = StatementLine.objects.filter(counted, account=account)
    if until is not None:
        lines = lines.filter(occurred_on__lte=until)
    sums = lines.aggregate(
        income=Sum("amount", filter=Q(direction=Direction.IN)), expense=Sum("amount", filter=Q(direction=Direction.OUT))
    )
    return (sums["income"] or ZERO_YUAN) - (sums["expense"] or ZERO_YUAN)


def balance_now(account: DepositAccount) -> Decimal:
    """The balance after the last line, in yuan. One query."""
    return account.opening_balance + signed_total(account)
