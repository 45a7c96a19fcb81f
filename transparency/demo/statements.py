"""A bank account of the demo and one statement in hand, as a real bank lays it out; no name in it can be real."""

from __future__ import annotations

import datetime
import io
from decimal import Decimal

from django.db import transaction

from core.clock import today
from core.progress import NoProgress
from reconciliation.choices import DepositKind
from reconciliation.services.accounts import AccountDraft, open_account
from reconciliation.services.reading import read_statement
from reconciliation.services.statements import open_statement
from transparency.demo.people import Desk

OPENING = Decimal("200000.00")
# (amount with its sign, who, what the bank calls it): gifts of named and unnamed givers, interest, a fee, own money.
LINES: tuple[tuple[str, str, str], ...] = (
    ("500.00", "示例甲乙", "他行汇入"),
    ("1200.50", "虚构示例贸易有限公司", "他行汇入"),
    ("88.00", "", "现金存入"),
    ("66.60", "示例丙丁", "网转"),
    ("3.17", "", "利息"),
    ("-10.00", "", "手续费"),
    ("-5000.00", "杭州市红十字会", "内部转账"),
    ("300.00", "示例戊己", "他行汇入"),
)
HEADER = (
    "交易日期,摘要,交易详情,交易场所,交易国家或地区简称,钞/汇,交易金额(收入),交易金额(支出),交易币种,"
    "记账金额(收入),记账金额(支出),记账币种,余额,对方户名,对方账户"
)


def leave_statement(desk: Desk) -> None:
    """Put down an account and bring its first statement in, read and not yet decided."""
    ends = today() - datetime.timedelta(days=1)
    draft = AccountDraft(
        kind=DepositKind.BANK,
        name="示例基本户",
        institution="示例工商银行",
        number="6222000000009876",
        opened_on=ends - datetime.timedelta(days=len(LINES)),
        opening_balance=OPENING,
    )
    account = open_account(branch=desk.branch, draft=draft, actor=desk.clerk)
    # One transaction, so that a worker that runs meanwhile finds it read.
    with transaction.atomic():
        source = io.BytesIO(_content(ends))
        statement = open_statement(source=source, filename="示例流水.csv", account=account, actor=desk.clerk)
        read_statement(statement_id=statement.pk, job=NoProgress())


def _content(ends: datetime.date) -> bytes:
    balance, rows = OPENING, []
    for at, (amount, payer, summary) in enumerate(LINES):
        moved = Decimal(amount)
        balance += moved
        day = ends - datetime.timedelta(days=len(LINES) - 1 - at)
        sides = f"{moved:.2f}," if moved > 0 else f",{-moved:.2f}"
        rows.append(f"{day},{summary},,,CHN,钞,-,-,-,{sides},人民币,{balance:.2f},{payer},6222****{at:04d},")
    income = sum((Decimal(one[0]) for one in LINES if not one[0].startswith("-")), Decimal(0))
    expense = -sum((Decimal(one[0]) for one in LINES if one[0].startswith("-")), Decimal(0))
    head = '明细查询文件下载\n\n卡号: 6222****9876,"卡别名: 示例"\n\n'
    total = f"人民币合计,,,,,,,,,{income:.2f},{expense:.2f},\n"
    return (head + HEADER + "\n" + "\n".join(reversed(rows)) + "\n" + total).encode()
