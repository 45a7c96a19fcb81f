"""Reading a file of opening balances: every line right, or none taken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from core.clock import today
from core.errors import DomainError
from core.tables import read_table
from ledger.choices import UnitKind
from ledger.errors import LedgerError
from ledger.models import CNY, Fund, Unit
from organizations.choices import SiteKind
from organizations.models import Branch, Site

MOST_ROWS = 5000
# At most so many problems are told at once.
MOST_PROBLEMS = 20

# What the columns may be called, first the name that the template uses.
COLUMNS: dict[str, tuple[str, ...]] = {
    "fund": ("资金池编码", "资金池"),
    "unit": ("计量对象", "物资编码"),
    "quantity": ("数量", "金额", "期初余额"),
    "dated_on": ("截至日期", "日期"),
    "site": ("仓库",),
    "document": ("依据", "备注"),
}
REQUIRED = ("fund", "quantity", "dated_on")
TEMPLATE_HEADER = ("资金池编码", "计量对象", "数量", "截至日期", "仓库", "依据")


@dataclass(frozen=True)
class OpeningRow:
    """One line of the file, checked."""

    row_number: int
    fund: Fund
    unit: Unit
    site: Site | None
    quantity: Decimal
    dated_on: date
    document: str


class OpeningFileError(LedgerError):
    """The file cannot be taken; `problems` are sentences that name row and column."""

    def __init__(self, code: str, message: Any, problems: tuple[str, ...] = ()) -> None:
        super().__init__(code, message)
        self.problems = problems


class _CellError(Exception):
    """A cell is wrong; the sentence says what to do."""


def read_opening(data: bytes, *, name: str, branch: Branch) -> list[OpeningRow]:
    """Read and check a CSV (UTF-8, GB18030) or XLSX file of opening balances of one branch.

    Raises OpeningFileError with every wrong row (up to 20), or where the file is empty, too large or of another kind.
    """
    rows = _cells(data)
    columns, start = _header(rows)
    reader = _Reader(branch, columns, name)
    found = [
        line
        for number, cells in enumerate(rows[start:], start=start + 1)
        if any(cells) and (line := reader.read(number, cells)) is not None
    ]
    if reader.problems:
        shown = tuple(reader.problems[:MOST_PROBLEMS])
        raise OpeningFileError(
            "opening_rows_wrong",
            _("文件有 %(count)s 处问题，没有收下：%(first)s")
            % {"count": len(reader.problems), "first": "".join(shown)},
            shown,
        )
    if not found:
        raise OpeningFileError("opening_empty", _("文件里没有期初余额行，请按模板填写后再上传。"))
    return found


def _cells(data: bytes) -> list[list[str]]:
    try:
        return read_table(data, most_rows=MOST_ROWS)
    except DomainError as error:
        raise OpeningFileError(error.code, error.message) from error


def _header(rows: list[list[str]]) -> tuple[dict[str, int], int]:
    for index, row in enumerate(rows[:10]):
        columns = {
            field: row.index(word)
            for field, words in COLUMNS.items()
            for word in [next((word for word in words if word in row), None)]
            if word is not None
        }
        if all(field in columns for field in REQUIRED):
            return columns, index + 1
    raise OpeningFileError(
        "header_missing",
        _("前 10 行里没有找到表头，须有“资金池编码”“数量”“截至日期”三列，请下载模板填写。"),
    )


class _Reader:
    """Checks lines one by one and keeps what is wrong."""

    def __init__(self, branch: Branch, columns: dict[str, int], name: str) -> None:
        self.columns, self.name = columns, name
        self.funds = {fund.code: fund for fund in Fund.objects.filter(branch=branch)}
        self.units = {unit.code: unit for unit in Unit.objects.all()}
        self.sites = {site.name: site for site in Site.objects.filter(branch=branch, kind=SiteKind.WAREHOUSE)}
        self.problems: list[str] = []
        self.seen: dict[tuple[int, int, int | None], int] = {}

    def read(self, number: int, cells: list[str]) -> OpeningRow | None:
        """Return the line, or note what is wrong with each of its cells and return None."""
        values: dict[str, Any] = {}
        for field in ("fund", "unit", "quantity", "dated_on", "document"):
            written = self._cell(cells, field)
            try:
                values[field] = getattr(self, f"_{field}")(written)
            except _CellError as error:
                self._note(number, field, error)
        if len(values) < 5:
            return None
        try:
            self._check_places(values["quantity"], values["unit"])
            values["site"] = self._site(self._cell(cells, "site"), values["unit"])
            self._check_once(number, values)
        except _CellError as error:
            self._note(number, "quantity", error)
            return None
        return OpeningRow(row_number=number, **values)

    def _cell(self, cells: list[str], field: str) -> str:
        column = self.columns.get(field)
        return cells[column] if column is not None and column < len(cells) else ""

    def _note(self, number: int, field: str, error: _CellError) -> None:
        self.problems.append(
            _("第 %(row)s 行“%(column)s”：%(sentence)s")
            % {"row": number, "column": COLUMNS[field][0], "sentence": error}
        )

    def _fund(self, written: str) -> Fund:
        fund = self.funds.get(written)
        if fund is None:
            raise _CellError(_("本会没有编码为“%(code)s”的资金池，请先设立或核对编码。") % {"code": written[:40]})
        if not fund.is_open:
            raise _CellError(_("资金池“%(code)s”已经关闭，请改填开放的资金池。") % {"code": written})
        return fund

    def _unit(self, written: str) -> Unit:
        unit = self.units.get(CNY if written in ("", "人民币", "元") else written)
        if unit is None:
            raise _CellError(_("没有编码为“%(code)s”的计量对象，资金请留空或填 CNY。") % {"code": written[:40]})
        return unit

    def _quantity(self, written: str) -> Decimal:
        plain = written.replace(",", "")
        try:
            quantity = Decimal(plain) if plain.isascii() and len(plain) <= 20 else Decimal("NaN")
        except InvalidOperation:
            quantity = Decimal("NaN")
        if not quantity.is_finite():
            raise _CellError(_("“%(text)s”不是数字，请填阿拉伯数字，例如 1234.50。") % {"text": written[:40]})
        if quantity <= 0:
            raise _CellError(_("期初余额须大于零；余额为零的不必填。"))
        if quantity >= Decimal(10) ** 12:
            raise _CellError(_("数量超过 12 位整数，请核对是否多写了数字。"))
        return quantity

    def _dated_on(self, written: str) -> date:
        try:
            day = date.fromisoformat(written.replace("/", "-").replace(".", "-"))
        except ValueError:
            raise _CellError(_("“%(text)s”不是日期，请按 2025-12-31 的样子填写。") % {"text": written[:40]}) from None
        if not day.year >= 1949 or day > today():
            raise _CellError(_("日期不能早于 1949 年，也不能晚于今天。"))
        return day

    def _document(self, written: str) -> str:
        if len(written) > 120:
            raise _CellError(_("依据最多 120 个字，请写短一些。"))
        return written or self.name[:120]

    def _check_places(self, quantity: Decimal, unit: Unit) -> None:
        if quantity != round(quantity, unit.decimal_places):
            raise _CellError(
                _("“%(unit)s”最多 %(places)s 位小数。") % {"unit": unit.name, "places": unit.decimal_places}
            )

    def _site(self, written: str, unit: Unit) -> Site | None:
        if unit.kind == UnitKind.MONEY:
            return None
        site = self.sites.get(written)
        if site is None:
            raise _CellError(_("物资须填本会的仓库名称，没有找到“%(name)s”。") % {"name": written[:40]})
        return site

    def _check_once(self, number: int, values: dict[str, Any]) -> None:
        key = (values["fund"].pk, values["unit"].pk, getattr(values["site"], "pk", None))
        if key in self.seen:
            raise _CellError(_("与第 %(row)s 行是同一个资金池和计量对象，请合并成一行。") % {"row": self.seen[key]})
        self.seen[key] = number
