"""The columns of the detail rows, the same in the annex, the volumes and the CSV."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from core.exporting import stream_csv
from transparency.rendering.figures import Row, row_amount, section_label


@dataclass(frozen=True)
class Column:
    """A column of the printed rows: key, heading, share of the width, set to the right, and kept on one line."""

    key: str
    title: str
    share: float
    figures: bool = False
    whole: bool = False


def giver_kind_label(kind: str) -> str:
    """Return how a kind of giver is called; an unknown kind is shown as it is."""
    labels = {"organisation": _("单位"), "person": _("个人"), "anonymous": _("匿名")}
    return labels.get(kind, kind)


def printed_columns(scope: str) -> list[Column]:
    """Return the columns of the annex: the receiving association only where the report covers several."""
    columns = [
        Column("position", _("序号"), 15, figures=True, whole=True),
        Column("number", _("捐赠编号"), 42, whole=True),
        Column("received_on", _("收到日期"), 21, whole=True),
        Column("posted_on", _("入账日期"), 21, whole=True),
        Column("donor", _("捐赠人"), 58),
        Column("amount", _("金额（元）"), 32, figures=True, whole=True),
        Column("purpose", _("用途"), 32),
        Column("fund", _("资金"), 32),
        Column("note", _("备注"), 33),
    ]
    if scope == "below":
        columns[7:7] = [Column("branch_name", _("接受单位"), 40)]
    return columns


def plain_amount(amount: Any) -> str:
    """Return an amount for a column whose head names the unit: ``1,234.00``, ``-100.00``."""
    return f"{amount:,.2f}"


def printed_cells(row: Row, position: int, columns: Iterable[Column]) -> dict[str, str]:
    """Return the text of each cell of the row at this position (from 1)."""
    made = {"position": str(position), "amount": plain_amount(row_amount(row, position))}
    return {column.key: made.get(column.key) or str(row.get(column.key) or "") for column in columns}


def _csv_header() -> list[str]:
    return [
        _("序号"),
        _("分类"),
        _("捐赠编号"),
        _("收到日期"),
        _("入账日期"),
        _("捐赠人"),
        _("捐赠人类别"),
        _("金额（元）"),
        _("用途"),
        _("资金"),
        _("接受单位"),
        _("备注"),
    ]


def _csv_lines(rows: Iterable[Row]) -> Iterator[list[Any]]:
    for position, row in enumerate(rows, start=1):
        yield [
            position,
            section_label(row["section"]),
            row["number"],
            row["received_on"],
            row["posted_on"],
            row["donor"],
            giver_kind_label(row["donor_kind"]),
            row_amount(row, position),
            row["purpose"],
            row["fund"],
            row["branch_name"],
            row["note"],
        ]


def write_csv(path: Path, rows: Iterable[Row]) -> Path:
    """Write all rows as UTF-8 with a byte-order mark, every cell safe to open in a spreadsheet; constant memory."""
    with path.open("wb") as file:
        for chunk in stream_csv(_csv_header(), _csv_lines(rows)):
            file.write(chunk)
    return path
