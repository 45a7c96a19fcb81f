"""Donation lists with made-up names in the layouts in which associations publish them.

Files that end in `.xls` are written by `tests.factories.old_workbooks` (BIFF8), `.xlsx` by openpyxl, others as text.
"""

import csv
import random
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import openpyxl

from tests.factories.old_workbooks import write_xls

Cells = Sequence[str | float | None]

TITLE = "截止至1月26日17：22分 2020年示例捐款信息"
HUBEI_HEADER = ("序号", "捐赠日期", "捐赠(单位/姓名）", "捐赠金额（元）", "备注")
SURNAMES = "甲乙丙丁戊己庚辛壬癸"


@dataclass(frozen=True)
class Gift:
    """A made-up row of a list; `amount` in yuan."""

    donor: str
    amount: str | float
    received_on: str = "2020.01.25"
    remark: str = ""


def made_up_name(number: int) -> str:
    """Return a name that can be nobody's."""
    return f"示例{SURNAMES[number % 10]}{SURNAMES[number // 10 % 10]}"


def make_gifts(count: int = 20, *, seed: int = 1) -> list[Gift]:
    """Return gifts as they come: trailing tabs, organisations, pass-through names, two equal rows, few remarks."""
    dice = random.Random(seed)  # noqa: S311 made-up data has to be the same each time
    gifts = []
    for number in range(count):
        name = made_up_name(dice.randrange(100))
        kind = number % 10
        if kind == 3:
            name = f"{name}\t"
        elif kind == 5:
            name = f"虚构{name}贸易有限公司"
        elif kind == 7:
            name = f"{name}转来虚构{made_up_name(dice.randrange(100))}捐款\t"
        remark = "建设示例市虚构医院" if number == 4 else ""
        day = f"2020.01.{22 + number % 4:02d}"
        gifts.append(Gift(name, dice.choice([10, 50, 100, 200.5, 6666, 0.45, 33.33, 1000]), day, remark))
    if count >= 2:
        gifts[-1] = gifts[0]
    return gifts


def total_of(gifts: Sequence[Gift]) -> Decimal:
    """Return the exact sum in yuan."""
    return sum((Decimal(str(gift.amount)) for gift in gifts), Decimal("0.00")).quantize(Decimal("0.01"))


def binary_total(gifts: Sequence[Gift]) -> float:
    """Return the sum as a spreadsheet adds it up, binary noise included."""
    total = 0.0
    for gift in gifts:
        total += float(gift.amount)
    return total


def hubei_rows(
    gifts: Sequence[Gift],
    *,
    declared_total: float | str | None = None,
    declared_count: int | None = None,
    label_column: int = 1,
    blank_before_total: bool = False,
    title: str = TITLE,
    unit: str = "单位：元",
) -> list[list[str | float | None]]:
    """Return the rows of a list like donate01.xls: title, unit, header, gifts, total row."""
    rows: list[list[str | float | None]] = [["", title, "", "", ""], ["", "", "", "", unit], list(HUBEI_HEADER)]
    rows += [[at, g.received_on, g.donor, g.amount, g.remark] for at, g in enumerate(gifts, start=1)]
    if blank_before_total:
        rows.append([None] * 5)
    if declared_total is not None:
        total: list[str | float | None] = [None, None, None, declared_total, None]
        total[label_column] = "合计" if declared_count is None else f"共计{declared_count}人次"
        rows.append(total)
    return rows


def write_table(path: Path, rows: Sequence[Cells], *, encoding: str = "utf-8", sheet: str = "公示") -> Path:
    """Write rows in the format that the extension of `path` asks for."""
    if path.suffix == ".xls":
        return write_xls(path, rows, sheet=sheet)
    if path.suffix == ".xlsx":
        book = openpyxl.Workbook(write_only=True)
        page = book.create_sheet(sheet)
        for row in rows:
            page.append(["" if cell is None else cell for cell in row])
        book.save(path)
        return path
    with path.open("w", encoding=encoding, newline="") as stream:
        csv.writer(stream).writerows(["" if cell is None else cell for cell in row] for row in rows)
    return path


def write_hubei_like(
    path: Path,
    gifts: Sequence[Gift],
    declared_total: float | str | None = None,
    declared_count: int | None = None,
    *,
    label_column: int = 1,
    blank_before_total: bool = False,
    encoding: str = "utf-8",
) -> Path:
    """Write a list like donate01.xls; without `declared_total` it declares nothing."""
    rows = hubei_rows(
        gifts,
        declared_total=declared_total,
        declared_count=declared_count,
        label_column=label_column,
        blank_before_total=blank_before_total,
    )
    return write_table(path, rows, encoding=encoding)


def write_two_column(path: Path, gifts: Sequence[Gift], declared_total: str = "", declared_count: int = 0) -> Path:
    """Write a list like wuhan-bank-abc.xlsx: giver and amount, count and sum as text in the last row."""
    rows: list[Cells] = [["示例市红十字会接收社会捐赠明细", ""], ["捐赠人", "金额"]]
    rows += [[f"{gift.donor}\u3000\u3000", gift.amount] for gift in gifts]
    if declared_total:
        rows.append([f"共计{declared_count}人次", f"总金额{declared_total}"])
    return write_table(path, rows)


def write_large_xlsx(path: Path, rows: int = 200_000, seed: int = 1) -> Decimal:
    """Write a big list row by row, for benchmarks; return its exact sum in yuan."""
    dice = random.Random(seed)  # noqa: S311 made-up data has to be the same each time
    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet("公示")
    for line in hubei_rows([]):
        page.append(line)
    total_fen = 0
    for number in range(1, rows + 1):
        fen = dice.choice((1000, 5000, 10000, 20000)) + dice.randrange(100)
        total_fen += fen
        name = f"虚构{number}号贸易有限公司" if number % 20 == 0 else f"示例{dice.randrange(rows)}号"
        page.append([number, f"2020.01.{1 + number % 28:02d}", name, fen / 100, ""])
    total = Decimal(total_fen) / 100
    page.append(["", "合计", "", float(total), ""])
    book.save(path)
    return total.quantize(Decimal("0.01"))


ALIPAY_HEADER = (
    "交易时间,交易分类,交易对方,对方账号,商品说明,收/支,金额,收/付款方式,交易状态,交易订单号,商家订单号,备注,"
)  # fmt: skip


def write_alipay(path: Path, lines: Sequence[str], income_count: int, income_total: str) -> Path:
    """Write a statement as 支付宝 exports it: GB18030, preamble, padded cells, tabs behind order numbers."""
    text = [
        "-" * 60, "导出信息：", "姓名：示例", "支付宝账户：example@example.org",
        "起始时间：[2023-02-10 00:00:00]    终止时间：[2023-02-13 23:59:59]", f"共{len(lines)}笔记录",
        f"收入：{income_count}笔 {income_total}元", "支出：1笔 16.54元", "", "特别提示：", "1.示例。", "",
        "------------------------支付宝（中国）网络技术有限公司  电子客户回单------------------------",
        ALIPAY_HEADER, *lines,
    ]  # fmt: skip
    path.write_bytes("\r\n".join(text).encode("gb18030"))
    return path


def write_wechat(path: Path, lines: Sequence[str], income_count: int, income_total: str) -> Path:
    """Write a statement as 微信支付 exports it: UTF-8 with a mark, preamble, ¥ before amounts."""
    text = [
        "微信支付账单明细,,,,,,,,,,", "微信昵称：[示例],,,,,,,,,,", f"共{len(lines)}笔记录,,,,,,,,,,",
        f"收入：{income_count}笔 {income_total}元,,,,,,,,,,", "支出：1笔 28.16元,,,,,,,,,,", ",,,,,,,,,,",
        "----------------------微信支付账单明细列表--------------------,,,,,,,,,,",
        "交易时间,交易类型,交易对方,商品,收/支,金额(元),支付方式,当前状态,交易单号,商户单号,备注", *lines,
    ]  # fmt: skip
    path.write_bytes("\r\n".join(text).encode("utf-8-sig"))
    return path


def write_icbc(path: Path, lines: Sequence[tuple[str, str, str, str]], declared_income: str) -> Path:
    """Write a statement as 工商银行 exports it; a line is (day, summary, income, counterparty), "" for no income."""
    text = [
        "明细查询文件下载", "", '卡号: 1234****9876,"卡别名: 示例"', "",
        "交易日期,摘要,交易详情,交易场所,交易国家或地区简称,钞/汇,交易金额(收入),交易金额(支出),交易币种,"
        "记账金额(收入),记账金额(支出),记账币种,余额,对方户名,对方账户",
    ]  # fmt: skip
    for day, summary, income, name in lines:
        spent = "" if income else "13.40"
        text.append(
            f'{day}     \t,"{summary}   \t","   \t","   \t","   \t",钞   \t,"-   \t","-   \t",-  \t,'
            f'"{income}     \t","{spent}    \t",人民币  \t,"xx,yyyy.zz \t","{name}          \t","1234****9876  \t",'
        )
    text += [" ", f'人民币合计,,,,,,,,,"{declared_income}   \t","13.40  \t",']
    path.write_bytes("\r\n".join(text).encode("utf-8"))
    return path
