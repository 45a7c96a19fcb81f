"""Made-up statements in the layouts of the real ones; names that cannot be real."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal

ICBC_HEADER = (
    "交易日期,摘要,交易详情,交易场所,交易国家或地区简称,钞/汇,交易金额(收入),交易金额(支出),交易币种,"
    "记账金额(收入),记账金额(支出),记账币种,余额,对方户名,对方账户"
)
ALIPAY_HEADER = (
    "交易时间            ,交易分类                ,交易对方                ,对方账号                ,"
    "商品说明                ,收/支                 ,金额                  ,收/付款方式              ,"
    "交易状态                ,交易订单号     ,商家订单号           ,备注                  ,"
)
WECHAT_HEADER = "交易时间,交易类型,交易对方,商品,收/支,金额(元),支付方式,当前状态,交易单号,商户单号,备注"


@dataclass(frozen=True)
class Made:
    """A line: amount in yuan with its sign; `on` as 2026-01-05."""

    on: str
    amount: str
    payer: str = ""
    summary: str = "他行汇入"
    remark: str = ""
    account: str = "6222000000001234"
    currency: str = "人民币"


def icbc(
    lines: list[Made],
    *,
    opening: str = "0",
    newest_first: bool = True,
    total: bool = True,
    masked: bool = False,
    card: str = "6222****9876",
) -> bytes:
    """An ICBC statement: tabs and padding in the cells, running balances, a total row. `lines` oldest first."""
    balance = Decimal(opening)
    rows: list[str] = []
    income = expense = Decimal(0)
    for line in lines:
        amount = Decimal(line.amount)
        balance += amount
        income += max(amount, Decimal(0))
        expense += max(-amount, Decimal(0))
        shown = "xx,yyyy.zz" if masked else f"{balance:,.2f}"
        cells = (
            f"{line.on}     \t", f'"{line.summary}                \t"', f'"{line.remark}              \t"',
            '"                    \t"', '"CHN                 \t"', "钞        \t", '"-                   \t"',
            '"-                   \t"', "-              \t",
            f'"{f"{amount:,.2f}" if amount > 0 else ""}           \t"',
            f'"{f"{-amount:,.2f}" if amount < 0 else ""}           \t"', f"{line.currency}         \t",
            f'"{shown}          \t"', f'"{line.payer}                         \t"', f'"{line.account}       \t"', "",
        )  # fmt: skip
        rows.append(",".join(cells))
    if newest_first:
        rows.reverse()
    text = f'明细查询文件下载\n\n卡号: {card},"卡别名: 示例卡别名"\n\n'
    text += '子账户序号: 00000,子账户类别: 活期,"子账户别名: "\n\n'
    text += ICBC_HEADER + "\n" + "\n".join(rows) + "\n \n"
    if total:
        text += f'人民币合计,,,,,,,,,"{income:,.2f}          \t","{expense:,.2f}          \t",\n'
    return text.encode()


def alipay(rows: list[tuple[str, ...]], *, declared: int | None = None, sums: str = "") -> bytes:
    """An Alipay bill in GBK: rows of (time, category, payer, account, goods, 收/支, amount, method, status, order)."""
    count = len(rows) if declared is None else declared
    head = (
        "------------------------------------------------------------------------------------\n导出信息：\n姓名：示例\n"
        "支付宝账户：example@example.invalid\n"
        "起始时间：[2026-01-01 00:00:00]    终止时间：[2026-01-31 23:59:59]\n"
        f"导出交易类型：[全部]\n导出时间：[2026-02-01 09:12:52]\n共{count}笔记录\n{sums}\n特别提示：\n1.示例\n\n"
        "------------------------支付宝（中国）网络技术有限公司  电子客户回单------------------------\n"
    )
    body = "".join(",".join(f"{cell}    " for cell in row) + "\t,    \t,                    ,\n" for row in rows)
    return (head + ALIPAY_HEADER + "\n" + body).encode("gb18030")


def wechat(rows: list[tuple[str, ...]], *, declared: int | None = None) -> bytes:
    """A WeChat bill: rows of (time, type, payer, goods, 收/支, ¥amount, method, status, number, remark)."""
    count = len(rows) if declared is None else declared
    head = (
        "微信支付账单明细,,,,,,,,,,\n微信昵称：[示例],,,,,,,,,,\n"
        "起始时间：[2026-01-01 00:00:00] 终止时间：[2026-01-31 23:59:59],,,,,,,,,,\n导出类型：[全部],,,,,,,,,,\n"
        f",,,,,,,,,,\n共{count}笔记录,,,,,,,,,,\n----------------------微信支付账单明细列表--------------------,,,,,,,,,,\n"
    )
    body = "".join(",".join([*row[:9], "/", row[9]]) + "\n" for row in rows)
    return (head + WECHAT_HEADER + "\n" + body).encode("utf-8-sig")


def days(count: int, first: str = "2026-01-05") -> list[str]:
    """As many days from the first on."""
    start = datetime.date.fromisoformat(first)
    return [(start + datetime.timedelta(days=n)).isoformat() for n in range(count)]
