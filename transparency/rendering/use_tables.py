"""The columns of the rows of use, and receipts and use as a table of one line for each figure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from core.exporting import stream_csv
from core.money import yuan
from ledger.choices import FlowItem
from transparency.rendering.figures import Row, row_amount
from transparency.rendering.tables import Column, printed_cells
from transparency.rendering.use_figures import INTERNAL, use_section_label


def use_columns(scope: str) -> list[Column]:
    """Return the columns of the rows of use: the association only where the report covers several."""
    columns = [
        Column("position", _("序号"), 14, figures=True, whole=True),
        Column("number", _("编号"), 41, whole=True),
        Column("on", _("日期"), 21, whole=True),
        Column("label", _("种类"), 25),
        Column("party", _("收款方或对方"), 52),
        Column("use", _("用途与地区"), 34),
        Column("helped", _("受助人数"), 18, figures=True),
        Column("amount", _("金额（元）"), 31, figures=True, whole=True),
        Column("fund", _("资金"), 28),
        Column("remark", _("状态与说明"), 36),
    ]
    if scope == "below":
        columns[4:4] = [Column("branch_name", _("单位"), 36)]
    return columns


def use_cells(row: Row, position: int, columns: list[Column]) -> dict[str, str]:
    """Return the text of each cell of the row at this position (from 1)."""
    use = _("、").join(part for part in (row["purpose"], row["area"]) if part)
    remark = _("；").join(part for part in (row["state"], row["note"]) if part)
    return printed_cells({**row, "use": use, "remark": remark}, position, columns)


def _header() -> list[str]:
    return [
        _("序号"), _("分类"), _("种类"), _("编号"), _("记账单号"), _("发生日期"), _("入账日期"), _("单位"), _("资金"),
        _("收款方或对方"), _("用途"), _("使用地区"), _("受助人数"), _("金额（元）"), _("对结余的影响（元）"), _("状态"),
        _("更正说明"),
    ]  # fmt: skip


def _lines(rows: Iterable[Row]) -> Iterator[list[Any]]:
    for position, row in enumerate(rows, start=1):
        yield [
            position, use_section_label(row["section"]), row["label"], row["number"], row["entry"], row["on"],
            row["posted_on"], row["branch_name"], row["fund"], row["party"], row["purpose"], row["area"],
            row["helped"], row_amount(row, position), yuan(row["effect"]), row["state"], row["note"],
        ]  # fmt: skip


def write_use_csv(path: Path, rows: Iterable[Row]) -> Path:
    """Write all rows of use as UTF-8 with a byte-order mark; constant memory."""
    with path.open("wb") as file:
        for chunk in stream_csv(_header(), _lines(rows)):
            file.write(chunk)
    return path


def item_label(item: str) -> str:
    """Return how a line of receipts and use is called."""
    return _("系统内往来") if item == INTERNAL else str(FlowItem(item).label)


def _balance_lines(use: dict[str, Any]) -> Iterator[list[Any]]:
    words = _words()
    yield from _lines_of(_("合计"), "", _("合计"), use, words)
    yield [_("抵销"), "", _("内部往来"), "eliminated_in", _("内部往来收入"), yuan(use["eliminated"]["in"])]
    yield [_("抵销"), "", _("内部往来"), "eliminated_out", _("内部往来支出"), yuan(use["eliminated"]["out"])]
    for fund in use["funds"]:
        yield from _lines_of(_("资金"), fund["code"], fund["name"], fund, words)
    more = {"gifts": _("接受捐赠"), "used": _("使用"), "from_system": _("收到系统内拨付"), "to_system": _("拨出系统内")}
    for branch in use["branches"]:
        yield from _lines_of(_("机构"), branch["code"], branch["name"], branch, {**words, **more})


def _words() -> dict[str, str]:
    return {
        "opening": _("期初结余"),
        "in": _("收入"),
        "out": _("支出"),
        "closing": _("期末结余"),
        "in_transit": _("其中：在途"),
    }


# A balance and a line of income may have the same code (opening), so lines say that they are items.
def _lines_of(table: str, code: str, name: str, one: dict[str, Any], words: dict[str, str]) -> Iterator[list[Any]]:
    for key, word in words.items():
        yield [table, code, name, key, word, yuan(one[key])]
    for line in one.get("items", []):
        yield [table, code, name, f"item_{line['item']}", item_label(line["item"]), yuan(line["amount"])]


def write_balance_csv(path: Path, use: dict[str, Any]) -> Path:
    """Write receipts and use in total, by fund and by association: one line a figure, in yuan."""
    head = [_("表"), _("编码"), _("名称"), _("项目代码"), _("项目"), _("金额（元）")]
    with path.open("wb") as file:
        for chunk in stream_csv(head, _balance_lines(use)):
            file.write(chunk)
    return path
