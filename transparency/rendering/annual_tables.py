"""The tables and pictures of an annual report, ready to print: templates hold no arithmetic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.charts import PALETTE, Series, bar_chart, donut_chart, grouped_bar_chart, line_chart
from core.charts.svg import element, join, picture
from core.money import ZERO_YUAN, yuan
from core.printing.glyphs import printable
from ledger.choices import USE_ITEMS, FlowItem
from transparency.rendering.pictures import for_print
from transparency.rendering.prose import set_text
from transparency.rendering.tables import plain_amount

Line = dict[str, Any]
_MOST_PARTS = 6


@dataclass(frozen=True)
class TableRow:
    """A row: its head, its cells, and how it is set ("", sum, part, depth-1)."""

    head: str
    cells: list[str]
    kind: str = ""


@dataclass(frozen=True)
class Table:
    """A table: `columns` without the first, each with whether it holds figures; `title` without its number.

    On a phone its rows become cards; one with `is_grid` stays a table and scrolls where it is wide.
    """

    title: str
    head: str
    columns: list[tuple[str, bool]]
    rows: list[TableRow]
    number: int = 0
    style: str = ""
    is_grid: bool = False
    is_table: bool = True

    @property
    def lines(self) -> list[tuple[TableRow, list[tuple[str, bool, str]]]]:
        """Each row with its cells, and for a cell whether it is a figure and what its column is called."""
        return [
            (row, [(cell, figures, label) for cell, (label, figures) in zip(row.cells, self.columns, strict=True)])
            for row in self.rows
        ]


@dataclass(frozen=True)
class Picture:
    """A chart with its title, without its number."""

    title: str
    svg: SafeString
    number: int = 0
    is_picture: bool = True


@dataclass(frozen=True)
class Words:
    """A paragraph that the portal writes from the figures."""

    said: str
    is_words: bool = True

    @property
    def text(self) -> SafeString:
        """As HTML, fit to be set."""
        return set_text(self.said)


@dataclass
class Numbering:
    """Numbers of tables and pictures, counted through the whole report."""

    tables: int = 0
    pictures: int = 0

    def place(self, one: Any) -> Any:
        """Return a table or picture with its number; anything else as it is."""
        if isinstance(one, Table):
            self.tables += 1
            return replace(one, number=self.tables)
        if isinstance(one, Picture):
            self.pictures += 1
            return replace(one, number=self.pictures)
        return one


@dataclass(frozen=True)
class Group:
    """Figures that belong together under one heading of a chapter."""

    heading: str
    parts: list[Any] = field(default_factory=list)


def share_of(part: Decimal, whole: Decimal) -> str:
    """Return a share of a positive whole with one place: 12.3%."""
    if whole <= 0:
        return ""
    return f"{(part * 100 / whole).quantize(Decimal('0.1'))}%"


def counted_table(title: str, head: str, lines: Sequence[tuple[str, int, Decimal]], *, style: str = "") -> Table:
    """Return a table of names with count, amount in yuan, share of the whole, and their sum."""
    whole = sum((amount for _name, _count, amount in lines), ZERO_YUAN)
    rows = [
        TableRow(printable(name), [f"{count:,}", plain_amount(amount), share_of(amount, whole)])
        for name, count, amount in lines
    ]
    total = sum(count for _name, count, _amount in lines)
    rows.append(TableRow(_("合计"), [f"{total:,}", plain_amount(whole), share_of(whole, whole)], "sum"))
    columns = [(_("笔数"), True), (_("金额（元）"), True), (_("占比"), True)]
    return Table(title, head, columns, rows, style=style)


def kinds_of(use: Line) -> list[tuple[str, int, Decimal]]:
    """Return final use by kind: name, count, amount in yuan; what was taken back is negative."""
    return [
        (str(FlowItem(one["item"]).label), one["count"], yuan(one["amount"]))
        for one in use["items"]
        if one["item"] in USE_ITEMS
    ]


def kinds_picture(use: Line) -> list[Picture]:
    """Return use by kind as parts of a whole; nothing where nothing was used."""
    parts = sorted(
        ((name, amount) for name, _count, amount in kinds_of(use) if amount > 0), key=lambda part: (-part[1], part[0])
    )
    if not parts:
        return []
    if len(parts) > _MOST_PARTS:
        rest = sum((amount for _name, amount in parts[_MOST_PARTS - 1 :]), ZERO_YUAN)
        parts = [*parts[: _MOST_PARTS - 1], (_("其他"), rest)]
    title = _("支出按种类")
    return [Picture(title, for_print(donut_chart(parts, title=title, unit=_("元"))))]


def months_of(snapshot: Line) -> list[tuple[str, int, Decimal]]:
    """Return gifts received in each month of the year: 2025-01, count, amount in yuan."""
    months: dict[str, list[Any]] = {}
    for day in snapshot["by_day"]:
        one = months.setdefault(day["on"][:7], [0, ZERO_YUAN])
        one[0] += day["count"]
        one[1] += yuan(day["amount"])
    return [(month, count, amount) for month, (count, amount) in sorted(months.items())]


def months_picture(snapshot: Line) -> Picture:
    """Return gifts by month, beside the year before where that is known."""
    months = months_of(snapshot)
    labels = [_("%(n)s月") % {"n": int(month[-2:])} for month, _count, _amount in months]
    before = snapshot["last_year"]
    year = snapshot["period"]["label"]
    if before is None:
        title = _("%(year)s 年逐月接受捐赠") % {"year": year}
        points = [(label, amount) for label, (_month, _count, amount) in zip(labels, months, strict=True)]
        return Picture(title, for_print(bar_chart(points, title=title, unit=_("元"), height=270)))
    earlier = {line["month"][-2:]: yuan(line["amount"]) for line in before["by_month"]}
    title = _("逐月接受捐赠，与上年同月比较")
    series = [
        Series(_("%(year)s 年") % {"year": year}, [amount for _month, _count, amount in months]),
        Series(_("%(year)s 年") % {"year": before["label"]}, [earlier.get(month[-2:]) for month, _n, _a in months]),
    ]
    return Picture(title, for_print(line_chart(labels, series, title=title, unit=_("元"), height=280)))


def years_picture(snapshot: Line) -> Picture:
    """Return gifts, use and closing, beside the year before where that is known."""
    use, before, year = snapshot["use"], snapshot["last_year"], snapshot["period"]["label"]
    labels = [_("接受捐赠"), _("收入"), _("使用"), _("期末结余")]
    now = [yuan(snapshot["totals"]["amount"]), yuan(use["in"]), yuan(use["used"]), yuan(use["closing"])]
    series = [Series(_("%(year)s 年") % {"year": year}, now)]
    title = _("%(year)s 年收支") % {"year": year}
    if before is not None:
        title = _("收支与上年比较")
        then = [yuan(before["amount"]), *(yuan(before[name]) for name in ("in", "used", "closing"))]
        series.insert(0, Series(_("%(year)s 年") % {"year": before["label"]}, then))
        # The year of the report keeps its hue, with or without another beside it.
        palette = replace(PALETTE, series=(PALETTE.series[5], PALETTE.series[0]))
        return Picture(
            title, for_print(grouped_bar_chart(labels, series, title=title, unit=_("元"), height=280, palette=palette))
        )
    return Picture(title, for_print(grouped_bar_chart(labels, series, title=title, unit=_("元"), height=280)))


def cover_picture(snapshot: Line) -> SafeString:
    """Return the year as the cover shows it: a bar a month, without figures; they stand inside."""
    return cover_bars([amount for _month, _count, amount in months_of(snapshot)], title=_("逐月接受捐赠"))


def cover_bars(values: Sequence[Decimal], *, title: str) -> SafeString:
    """Return a bar for each value, for a cover; those below zero stand at zero."""
    amounts = [max(value, ZERO_YUAN) for value in values]
    highest = max([*amounts, Decimal(1)])
    wide, tall = 600, 150
    slot = Decimal(wide) / max(len(amounts), 1)
    bars = []
    for at, amount in enumerate(amounts):
        height = max(Decimal(2), (Decimal(tall) * amount / highest).quantize(Decimal("0.01")))
        bars.append(
            element(
                "rect", x=slot * at, y=tall - height, width=slot * Decimal("0.62"), height=height, fill=PALETTE.steps[1]
            )
        )
    return for_print(picture(wide, tall, title=title, desc=_("数字见正文"), content=join(*bars)))
