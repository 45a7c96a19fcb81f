"""Which statement a file is, where its columns are, and what it says about itself above its lines."""

import datetime
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from donations.intake import UnreadableFile
from donations.intake import vocabulary as list_words
from donations.intake.cells import Cell, clean_text, squeeze
from reconciliation.intake import vocabulary as words

HEAD_ROWS: Final = 80
LAYOUTS: Final[dict[str, Promise]] = {
    "icbc-v2": gettext_lazy("工商银行明细"),
    "alipay": gettext_lazy("支付宝账单"),
    "wechat": gettext_lazy("微信支付账单"),
    "mapped": gettext_lazy("手工指定过的版式"),
}
FIELD_LABELS: Final[dict[str, Promise]] = {
    "occurred": gettext_lazy("交易日期或时间"),
    "income": gettext_lazy("收入金额"),
    "expense": gettext_lazy("支出金额"),
    "amount": gettext_lazy("金额（收支在另一栏，或用正负号）"),
    "direction": gettext_lazy("收/支"),
    "balance": gettext_lazy("余额"),
    "payer": gettext_lazy("对方户名"),
    "payer_account": gettext_lazy("对方账号"),
    "summary": gettext_lazy("摘要"),
    "remark": gettext_lazy("附言"),
    "reference": gettext_lazy("流水号"),
    "currency": gettext_lazy("币种"),
}
# Field → the squeezed words of its header, for layouts that are known (docs/reconciliation.md has their sources).
KNOWN: Final[dict[str, dict[str, str]]] = {
    "icbc-v2": {
        "occurred": "交易日期", "summary": "摘要", "remark": "交易详情", "place": "交易场所", "income": "记账金额收入",
        "expense": "记账金额支出", "currency": "记账币种", "balance": "余额", "payer": "对方户名",
        "payer_account": "对方账户",
    },
    "alipay": {
        "occurred": "交易时间", "summary": "交易分类", "payer": "交易对方", "payer_account": "对方账号",
        "remark": "商品说明", "direction": "收支", "amount": "金额", "method": "收付款方式", "status": "交易状态",
        "reference": "交易订单号", "merchant": "商家订单号", "note": "备注",
    },
    "wechat": {
        "occurred": "交易时间", "summary": "交易类型", "payer": "交易对方", "remark": "商品", "direction": "收支",
        "amount": "金额元", "method": "支付方式", "status": "当前状态", "reference": "交易单号", "merchant": "商户单号",
        "note": "备注",
    },
}  # fmt: skip
# Layouts whose file ends with a row of totals: a file without it was cut off.
ENDS_WITH_TOTAL: Final = frozenset({"icbc-v2"})


@dataclass(frozen=True, slots=True)
class StatementColumns:
    """Which column holds which field, as a person said it: field → column from 0, below the header's row (from 1).

    `unit` is what one in the columns of money is in yuan; None lets it be found in the header.
    """

    columns: Mapping[str, int]
    header_row: int
    unit: Decimal | None = None

    def as_dict(self) -> dict[str, Any]:
        """For a JSON column."""
        unit = None if self.unit is None else str(self.unit)
        return {"columns": dict(self.columns), "header_row": self.header_row, "unit": unit}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "StatementColumns":
        """As it was stored. Raises UnreadableFile where it is not complete."""
        unit = stored.get("unit")
        found = cls(dict(stored["columns"]), int(stored["header_row"]), None if unit is None else Decimal(str(unit)))
        found.check()
        return found

    def check(self) -> None:
        """Raise UnreadableFile unless day and money each have a column of their own."""
        names = set(self.columns)
        if not names <= set(FIELD_LABELS) or len(set(self.columns.values())) != len(self.columns):
            raise UnreadableFile("mapping_invalid", _("列的对应关系有误：同一列只能对应一个栏目。请重新指定各列。"))
        money = {"income", "expense"} <= names or "amount" in names
        if "occurred" not in names or not money or {"income", "amount"} <= names:
            raise UnreadableFile(
                "mapping_incomplete",
                _("请至少指定“交易日期”，以及“收入金额”和“支出金额”两栏，或者“金额”一栏（收支在另一栏或用正负号）。"),
            )


@dataclass(frozen=True, slots=True)
class Declared:
    """What a file says of itself: counts and sums (yuan) by label, and the number of all its records."""

    record_count: int | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    sums: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Layout:
    """A statement found in a sheet. `width` is how many cells a line must have to be whole."""

    key: str
    header_row: int
    header: tuple[str, ...]
    columns: Mapping[str, int]
    unit: Decimal
    declared: Declared
    period: tuple[datetime.date, datetime.date] | None
    account_tail: str

    @property
    def width(self) -> int:
        """The column of money that stands furthest right, plus one: a row that ends before it was cut off."""
        return max(self.columns[name] for name in ("income", "expense", "amount") if name in self.columns) + 1


def guess_columns(header: Sequence[str]) -> dict[str, int]:
    """Return field → column as far as a header's words tell; for a person to confirm."""
    found: dict[str, int] = {}
    for name, patterns in words.GUESSES.items():
        for column, cell in enumerate(header):
            word = squeeze(cell)
            if word and column not in found.values() and any(re.fullmatch(pattern, word) for pattern in patterns):
                found[name] = column
                break
    if {"income", "expense"} <= set(found):
        found.pop("amount", None)
        found.pop("direction", None)
    return found


def find_layout(head: Sequence[tuple[int, Sequence[Cell]]], columns: StatementColumns | None) -> Layout | None:
    """Find the statement in a sheet's first rows; None where the layout is not known. Raises UnreadableFile."""
    if columns is not None:
        columns.check()
        cells = next((row for number, row in head if number == columns.header_row), ())
        return _layout("mapped", head, columns.header_row, cells, columns.columns, columns.unit)
    for number, row in head:
        texts = [squeeze(clean_text(cell)) for cell in row]
        for key, known in KNOWN.items():
            needed = [
                word for name, word in known.items() if name not in ("note", "place", "merchant", "payer_account")
            ]
            if set(needed) <= set(texts):
                places = {name: texts.index(word) for name, word in known.items() if word in texts}
                return _layout(key, head, number, row, places, None)
    return None


def _layout(
    key: str,
    head: Sequence[tuple[int, Sequence[Cell]]],
    header_row: int,
    cells: Sequence[Cell],
    columns: Mapping[str, int],
    unit: Decimal | None,
) -> Layout:
    told = [clean_text(cell) for number, row in head if number < header_row for cell in row if clean_text(cell)]
    money = columns.get("income", columns.get("amount", 0))
    header_cell = clean_text(cells[money]) if money < len(cells) else ""
    return Layout(
        key=key,
        header_row=header_row,
        header=tuple(clean_text(cell) for cell in cells),
        columns=dict(columns),
        unit=_unit(header_cell, told) if unit is None else unit,
        declared=_declared(told),
        period=_period(told),
        account_tail=_account_tail(told),
    )


def _unit(header_cell: str, told: Sequence[str]) -> Decimal:
    own = unicodedata.normalize("NFKC", header_cell)
    lines = [unicodedata.normalize("NFKC", text).replace(" ", "") for text in told]
    stated = [match[1] for line in lines if (match := list_words.UNIT_LINE.search(line))]
    if list_words.FOREIGN_UNITS.search(own) or any(list_words.FOREIGN_UNITS.search(one) for one in stated):
        raise foreign_currency()
    match = list_words.UNIT.search(own)
    if match:
        return Decimal(list_words.UNIT_FACTORS[match[1]])
    return Decimal(list_words.UNIT_FACTORS[stated[-1]]) if stated else Decimal(1)


def foreign_currency(row_number: int = 0) -> UnreadableFile:
    """The refusal of money that is not yuan."""
    where = _("第 %(row)d 行：") % {"row": row_number} if row_number else ""
    return UnreadableFile(
        "foreign_currency",
        where
        + _(
            "币种不是人民币，外币流水不在这里对账。请在银行下载人民币账户的流水；外币捐款按结汇到账的人民币金额登记，原币金额和汇率写在备注里。"
        ),
    )


def _declared(told: Sequence[str]) -> Declared:
    count: int | None = None
    counts: dict[str, int] = {}
    sums: dict[str, Decimal] = {}
    labels = {"收入": "in", "支出": "out", "不计收支": "neutral", "中性交易": "neutral"}  # smell-ok: 11 words of files
    for text in told:
        if match := words.DECLARED_COUNT.search(text):
            count = int(match[1].replace(",", ""))
        for label, number, amount in words.DECLARED_SUM.findall(text):
            counts[labels[label]] = int(number.replace(",", ""))
            sums[labels[label]] = Decimal(amount.replace(",", ""))
    return Declared(count, counts, sums)


def _period(told: Sequence[str]) -> tuple[datetime.date, datetime.date] | None:
    for text in told:
        if match := words.PERIOD.search(text):
            parts = [int(part) for part in match.groups()]
            try:
                first, last = datetime.date(*parts[:3]), datetime.date(*parts[3:])
            except ValueError:
                return None
            return (first, last) if first <= last else None
    return None


def _account_tail(told: Sequence[str]) -> str:
    for text in told:
        if match := words.ACCOUNT_LINE.search(text):
            tail = match[1].replace(" ", "")[-4:]
            return tail if tail.isdigit() else ""
    return ""
