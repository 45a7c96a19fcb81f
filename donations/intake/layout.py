"""Where a list stands in its sheet: title, unit, header, columns; and what it says about itself before the rows."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from donations.intake import vocabulary as words
from donations.intake.cells import Cell, clean_text, squeeze
from donations.intake.preamble import Preamble, read_preamble
from donations.intake.refusals import UnreadableFile

HEAD_ROWS: Final = 80
MAX_HEADER_LENGTH: Final = 40

FORMATS: Final[dict[str, Promise]] = {
    "auto": gettext_lazy("自动识别"),
    "table": gettext_lazy("一般表格"),
    "template": gettext_lazy("本站导入模板"),
    "hubei-list": gettext_lazy("公示清单（序号、日期、捐赠人、金额、备注）"),
    "bank-list-two-column": gettext_lazy("两栏清单（捐赠人、金额）"),
    "icbc-v2": gettext_lazy("工商银行明细"),
    "bank-statement": gettext_lazy("银行流水（收入、支出分列）"),
    "alipay": gettext_lazy("支付宝账单"),
    "wechat": gettext_lazy("微信支付账单"),
    "statement": gettext_lazy("收支流水（有收/支一栏）"),
}
STATEMENTS: Final = frozenset({"icbc-v2", "bank-statement", "alipay", "wechat", "statement"})
CHANNELS: Final[dict[str, Promise]] = {
    "icbc-v2": gettext_lazy("工商银行"), "alipay": gettext_lazy("支付宝"), "wechat": gettext_lazy("微信支付"),
}  # fmt: skip
FIELD_LABELS: Final[dict[str, Promise]] = {
    "sequence": gettext_lazy("序号"),
    "received_on": gettext_lazy("日期"),
    "donor": gettext_lazy("捐赠人"),
    "amount": gettext_lazy("金额"),
    "income": gettext_lazy("收入"),
    "expense": gettext_lazy("支出"),
    "purpose": gettext_lazy("用途"),
    "remark": gettext_lazy("备注"),
    "detail": gettext_lazy("交易详情"),
    "summary": gettext_lazy("摘要"),
    "channel": gettext_lazy("渠道"),
    "reference": gettext_lazy("流水号"),
    "receipt_number": gettext_lazy("票据号"),
    "direction": gettext_lazy("收/支"),
    "currency": gettext_lazy("币种"),
    "status": gettext_lazy("状态"),
    "list": gettext_lazy("清单"),
}
MAPPABLE_FIELDS: Final = frozenset(words.HEADER_PATTERNS)

_PATTERNS: Final = {
    name: tuple(re.compile(pattern) for pattern in patterns) for name, patterns in words.HEADER_PATTERNS.items()
}
_UNIT_IN_HEADER: Final = re.compile(
    r"\(?(?:单位:?)?(?:人民币)?(?:百万元|万元|千元|亿元|美元|港元|港币|欧元|日元|英镑|元|圆|RMB|CNY|USD|HKD)\)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """Which column holds which field, said by a person: field → column from 0.

    `header_row` is the row from 1 after which the rows begin, 0 for "no header"; None lets the header be found.
    `unit_multiplier` is what one in the amount column is in yuan; None lets it be found.
    """

    columns: Mapping[str, int]
    header_row: int | None = None
    unit_multiplier: Decimal | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the mapping for a JSON column."""
        unit = None if self.unit_multiplier is None else str(self.unit_multiplier)
        return {"columns": dict(self.columns), "header_row": self.header_row, "unit_multiplier": unit}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "ColumnMapping":
        """Return a mapping as it was stored. Raises UnreadableFile where it names unknown fields or columns."""
        unit = stored.get("unit_multiplier")
        mapping = cls(dict(stored["columns"]), stored.get("header_row"), None if unit is None else Decimal(str(unit)))
        mapping.check()
        return mapping

    def check(self) -> None:
        """Raise UnreadableFile unless giver and amount have a column, each its own."""
        columns = self.columns
        known = set(columns) <= MAPPABLE_FIELDS and all(0 <= column < 16_384 for column in columns.values())
        if not known or len(set(columns.values())) != len(columns):
            raise UnreadableFile("mapping_invalid", _("列的对应关系有误：同一列只能对应一个栏目。请重新指定各列。"))
        if "donor" not in columns or not ({"amount", "income"} & set(columns)):
            raise UnreadableFile("mapping_incomplete", _("请至少指定“捐赠人”和“金额”各在哪一列。"))


@dataclass(frozen=True, slots=True)
class Layout:
    """A list found in a sheet. `header_row` is the number of its last header row, 0 without one."""

    key: str
    fingerprint: str
    header_row: int
    header: tuple[str, ...]
    columns: Mapping[str, int]
    unit_multiplier: Decimal
    preamble: Preamble = field(default_factory=Preamble)

    @property
    def is_statement(self) -> bool:
        """Whether this is an account's statement, with money going out as well."""
        return self.key in STATEMENTS


def fingerprint_of(header: Sequence[Cell]) -> str:
    """Return a short stable digest of a header's words, by which a mapping is remembered for the next file."""
    cells = [squeeze(clean_text(cell)) for cell in header]
    while cells and not cells[-1]:
        cells.pop()
    return hashlib.sha256("\x1f".join(cells).encode()).hexdigest()[:32]


def _header_word(cell: Cell) -> str:
    text = unicodedata.normalize("NFKC", clean_text(cell))
    without_unit = re.sub(r"\s", "", text)
    if len(without_unit) > 2:
        shorter = _UNIT_IN_HEADER.sub("", without_unit)
        without_unit = shorter or without_unit
    return squeeze(without_unit)


def match_columns(row: Sequence[Cell]) -> dict[str, int]:
    """Return field → column for a row read as a header; empty where it cannot be one (figures, long texts)."""
    claims: dict[str, tuple[int, int]] = {}
    for column, cell in enumerate(row):
        if not isinstance(cell, str | None):
            return {}
        word = _header_word(cell)
        if not word:
            continue
        if len(word) > MAX_HEADER_LENGTH:
            return {}
        found = _field_of(word)
        if found is not None:
            name, rank = found
            if name not in claims or rank < claims[name][0]:
                claims[name] = (rank, column)
    return {name: column for name, (_rank, column) in claims.items()}


def _field_of(word: str) -> tuple[str, int] | None:
    for name, patterns in _PATTERNS.items():
        for rank, pattern in enumerate(patterns):
            if pattern.fullmatch(word):
                return name, rank
    return None


def _is_money_header(columns: Mapping[str, int]) -> bool:
    return "donor" in columns and ("amount" in columns or "income" in columns)


def _is_goods_header(row: Sequence[Cell]) -> bool:
    cells = [_header_word(cell) for cell in row if isinstance(cell, str)]
    strong = sum(1 for word in cells if word and words.GOODS_STRONG.fullmatch(word))
    weak = sum(1 for word in cells if word and words.GOODS_WEAK.fullmatch(word))
    return strong + weak >= 2 or (strong == 1 and sum(1 for word in cells if word) >= 2)


def goods_refusal() -> UnreadableFile:
    """The refusal of a list of goods."""
    return UnreadableFile(
        "goods_list",
        _(
            "这是物资清单（有品名、规格、数量等栏），不是捐款清单，这里只能导入捐款。请从捐款清单导入；物资请按物资登记的办法录入。"
        ),
    )


@dataclass(frozen=True, slots=True)
class _Header:
    last_row: int
    index: int
    cells: Sequence[Cell]
    columns: dict[str, int]


def _find_header(head: Sequence[tuple[int, Sequence[Cell]]]) -> _Header | None:
    """Return the first row whose words name giver and amount; two rows of a split header are read together."""
    for index, (number, row) in enumerate(head):
        columns = match_columns(row)
        if _is_money_header(columns):
            return _with_lower_row(head, index, _Header(number, index, row, columns))
        if len(columns) >= 2 and index + 1 < len(head) and not _is_goods_header(row):
            joined = _joined(row, head[index + 1][1])
            columns = match_columns(joined)
            if _is_money_header(columns) and match_columns(head[index + 1][1]):
                return _Header(head[index + 1][0], index, joined, columns)
        if _is_goods_header(row) and len([cell for cell in row if clean_text(cell)]) >= 3:
            raise goods_refusal()
    return None


def _with_lower_row(head: Sequence[tuple[int, Sequence[Cell]]], index: int, found: _Header) -> _Header:
    """A merged header cell (交易金额) may be split below into 收入 and 支出."""
    if index + 1 >= len(head):
        return found
    number, lower = head[index + 1]
    below = match_columns(lower)
    if "donor" in below or not ({"income", "expense"} & set(below)):
        return found
    joined = _joined(found.cells, lower)
    columns = match_columns(joined)
    return _Header(number, index, joined, columns) if _is_money_header(columns) else found


def _joined(upper: Sequence[Cell], lower: Sequence[Cell]) -> list[Cell]:
    joined: list[Cell] = []
    above = ""
    for column in range(max(len(upper), len(lower))):
        own = clean_text(upper[column]) if column < len(upper) else ""
        below = lower[column] if column < len(lower) else ""
        above = own or above
        below_text = clean_text(below) if isinstance(below, str | None) else str(below)
        joined.append(
            below if not isinstance(below, str | None) else (own or (above if below_text else "")) + below_text
        )
    return joined


def find_layout(
    head: Sequence[tuple[int, Sequence[Cell]]], *, mapping: ColumnMapping | None = None, format_hint: str = "auto"
) -> Layout | None:
    """Find the list in the first rows of a sheet; None where no header is found.

    Raises UnreadableFile for goods, foreign currency, and a format other than the one that was asked for.
    """
    if mapping is not None:
        mapping.check()
        return _mapped_layout(head, mapping)
    found = _find_header(head)
    if found is None:
        return None
    above = head[: found.index]
    told = _texts(above)
    key = _key(found, " ".join(told))
    if key not in STATEMENTS and _is_goods_header(found.cells):
        raise goods_refusal()
    _check_hint(key, format_hint)
    columns = dict(found.columns)
    if key in STATEMENTS and "income" in columns:
        columns.pop("amount", None)
    unit_multiplier = _unit(found.cells[columns.get("income", columns.get("amount", 0))], told)
    return Layout(
        key=key,
        fingerprint=fingerprint_of(found.cells),
        header_row=found.last_row,
        header=_header_texts(found.cells),
        columns=columns,
        unit_multiplier=unit_multiplier,
        preamble=read_preamble(told, unit_multiplier, is_statement=key in STATEMENTS),
    )


def _header_texts(cells: Sequence[Cell]) -> tuple[str, ...]:
    texts = [clean_text(cell) for cell in cells]
    while texts and not texts[-1]:
        texts.pop()
    return tuple(texts)


def _mapped_layout(head: Sequence[tuple[int, Sequence[Cell]]], mapping: ColumnMapping) -> Layout:
    header_row = 0
    cells: Sequence[Cell] = ()
    if mapping.header_row is None:
        found = _find_header(head)
        if found is None:
            raise header_not_found()
        header_row, cells = found.last_row, found.cells
    elif mapping.header_row > 0:
        header_row = mapping.header_row
        cells = next((row for number, row in head if number == header_row), [])
    told = _texts([(number, row) for number, row in head if number < header_row])
    columns = dict(mapping.columns)
    key = _key(_Header(header_row, 0, cells, columns), " ".join(told)) if cells else "table"
    if mapping.unit_multiplier is not None:
        unit = mapping.unit_multiplier
    else:
        money = columns.get("income", columns.get("amount", 0))
        unit = _unit(cells[money] if money < len(cells) else "", told)
    return Layout(
        key=key,
        fingerprint=fingerprint_of(cells),
        header_row=header_row,
        header=_header_texts(cells),
        columns=columns,
        unit_multiplier=unit,
        preamble=read_preamble(told, unit, is_statement=key in STATEMENTS),
    )


def header_not_found() -> UnreadableFile:
    """The refusal of a table without a header that names giver and amount."""
    return UnreadableFile(
        "header_not_found",
        _(
            "没有找到表头：需要有一行写明“捐赠人”（或姓名、单位、付款人）和“金额”。请补上表头，或手工指定各列，也可以下载导入模板填写。"
        ),
    )


def _check_hint(key: str, hint: str) -> None:
    if hint not in FORMATS:
        raise UnreadableFile(
            "format_unknown", _("没有这种格式。可用的格式有：%(formats)s。") % {"formats": "、".join(FORMATS)}
        )
    fits = hint in ("auto", key) or (hint == "table" and key not in STATEMENTS)
    if not fits:
        raise UnreadableFile(
            "format_mismatch",
            _("文件不是“%(wanted)s”，看起来是“%(found)s”。请改选格式，或选“自动识别”。")
            % {"wanted": FORMATS[hint], "found": FORMATS[key]},
        )


def _key(found: _Header, told: str) -> str:
    columns = set(found.columns)
    texts = {squeeze(clean_text(cell)) for cell in found.cells}
    if "income" in columns:
        return "icbc-v2" if {"记账金额收入", "对方户名"} <= texts else "bank-statement"
    if "direction" in columns:
        if "支付宝" in told or {"交易订单号", "商家订单号"} <= texts:
            return "alipay"
        return "wechat" if "微信" in told or {"交易单号", "商户单号"} <= texts else "statement"
    width = sum(1 for text in texts if text)
    if columns == {"donor", "amount"} and width == 2:
        return "bank-list-two-column"
    if columns == {"sequence", "received_on", "donor", "amount", "remark"} and width == 5:
        return "hubei-list"
    template = {"received_on", "donor", "amount", "purpose", "channel", "reference", "receipt_number", "remark"}
    return "template" if columns == template and width == len(template) else "table"


def _texts(rows: Sequence[tuple[int, Sequence[Cell]]]) -> list[str]:
    return [text for _number, row in rows for cell in row if (text := clean_text(cell))]


def _unit(header_cell: Cell, told: Sequence[str]) -> Decimal:
    own = unicodedata.normalize("NFKC", clean_text(header_cell))
    lines = [unicodedata.normalize("NFKC", text).replace(" ", "") for text in told]
    stated = [match[1] for line in lines if (match := words.UNIT_LINE.search(line))]
    if words.FOREIGN_UNITS.search(own) or any(words.FOREIGN_UNITS.search(unit) for unit in stated):
        raise UnreadableFile(
            "foreign_currency", _("清单的金额是外币。请按到账日折算成人民币（元）后再导入，并在备注里写明原币金额。")
        )
    match = words.UNIT.search(own)
    if match:
        return Decimal(words.UNIT_FACTORS[match[1]])
    return Decimal(words.UNIT_FACTORS[stated[-1]]) if stated else Decimal(1)
