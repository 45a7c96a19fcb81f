"""Deposit accounts, statements, their lines, and the monthly sheets."""

from reconciliation.models.account import DepositAccount
from reconciliation.models.line import LineEvent, LineGift, StatementLine
from reconciliation.models.sheet import MonthSheet, SheetEvent
from reconciliation.models.statement import Statement, StatementEvent, StatementMapping

__all__ = [
    "DepositAccount",
    "LineEvent",
    "LineGift",
    "MonthSheet",
    "SheetEvent",
    "Statement",
    "StatementEvent",
    "StatementLine",
    "StatementMapping",
]
