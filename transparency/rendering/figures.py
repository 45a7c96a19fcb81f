"""The sums of a report, checked against its own rows before anything is set.

Lines that do not add up to their totals are the fault that the public forgives least, so a report whose figures
disagree anywhere is not rendered at all. Every sentence says which figure is wrong and by how much.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from core.canonical import canonical_bytes
from core.errors import DomainError
from core.money import ZERO_YUAN, AmountError, format_yuan, yuan

Row = dict[str, Any]
Rows = Callable[[], Iterator[Row]]

# What is frozen now; reports of the first schema, which knew no use, are read for ever.
SCHEMA = "report/2"
# An annual report holds all that a periodic one does (rendering.annual_figures).
SCHEMAS = ("report/1", SCHEMA, "annual/1")
SECTIONS = ("current", "late", "corrections")
GIVER_KINDS = ("organisation", "person", "anonymous")


class FiguresDisagree(DomainError):
    """A figure of the report is not the sum of what it is made of."""


@dataclass
class Sum:
    """A count of gifts and an amount in yuan that grow together."""

    count: int = 0
    amount: Decimal = ZERO_YUAN

    def add(self, count: int, amount: Decimal) -> None:
        """Add to both."""
        self.count += count
        self.amount += amount


@dataclass
class Tally:
    """What one pass over the rows gives: sums by section and by day, and the digest of all rows."""

    sections: dict[str, Sum] = field(default_factory=lambda: {name: Sum() for name in SECTIONS})
    days: dict[str, Sum] = field(default_factory=dict)
    count: int = 0
    sha256: str = ""


def section_label(name: str) -> str:
    """Return how a section of the rows is called in print."""
    return {"current": _("本期收到"), "late": _("补报"), "corrections": _("更正")}[name]


def row_bytes(row: Row) -> bytes:
    """Return what is hashed of a row: its RFC 8785 bytes and a line feed."""
    return canonical_bytes(row) + b"\n"


def digest_rows(rows: Iterable[Row]) -> tuple[int, str]:
    """Return count and SHA-256 (hex) of rows, as ``snapshot["rows"]`` holds them."""
    digest, count = hashlib.sha256(), 0
    for row in rows:
        digest.update(row_bytes(row))
        count += 1
    return count, digest.hexdigest()


def row_amount(row: Row, position: int) -> Decimal:
    """Return the amount of the row at this position (from 1), in yuan; DomainError names the row."""
    try:
        return yuan(row["amount"])
    except AmountError as error:
        raise FiguresDisagree(
            "report_row_unreadable",
            _("报告明细第 %(row)s 行的金额无法识别：%(reason)s") % {"row": position, "reason": error.message},
        ) from error


def tally_rows(rows: Iterable[Row]) -> Tally:
    """Add up the rows in one pass of constant memory; DomainError for an unknown section or a wrong order."""
    tally, digest, reached = Tally(), hashlib.sha256(), 0
    for position, row in enumerate(rows, start=1):
        if row["section"] not in SECTIONS[reached:]:
            raise FiguresDisagree(
                "report_rows_out_of_order",
                _("报告明细第 %(row)s 行的分类“%(section)s”不对：明细须按本期、补报、更正的顺序排列。")
                % {"row": position, "section": row["section"]},
            )
        reached = SECTIONS.index(row["section"])
        amount = row_amount(row, position)
        tally.sections[row["section"]].add(1, amount)
        if row["section"] == "current":
            tally.days.setdefault(row["received_on"], Sum()).add(1, amount)
        digest.update(row_bytes(row))
        tally.count = position
    tally.sha256 = digest.hexdigest()
    return tally


def _sum_of(lines: Iterable[dict[str, Any]]) -> Sum:
    total = Sum()
    for line in lines:
        total.add(line["count"], yuan(line["amount"]))
    return total


def _read(figure: dict[str, Any]) -> Sum:
    return Sum(figure["count"], yuan(figure["amount"]))


def _givers(totals: dict[str, Any]) -> Sum | None:
    kinds = [kind for kind in GIVER_KINDS if f"{kind}_count" in totals]
    return _sum_of({"count": totals[f"{k}_count"], "amount": totals[f"{k}_amount"]} for k in kinds) if kinds else None


def _compared(snapshot: dict[str, Any], tally: Tally) -> Iterator[tuple[str, Sum, str, Sum]]:
    """Yield pairs that must be equal: name and value of the figure, name and value of what it is made of."""
    totals, sections = _read(snapshot["totals"]), snapshot["sections"]
    for name in SECTIONS:
        yield section_label(name), _read(sections[name]), _("明细"), tally.sections[name]
    parts = _sum_of(sections[name] for name in SECTIONS)
    yield _("合计"), totals, _("本期收到、补报、更正三项之和"), parts
    if snapshot["scope"] == "below":
        yield _("合计"), totals, _("分机构之和"), _sum_of(snapshot["by_branch"])
    yield _("合计"), totals, _("分资金之和"), _sum_of(snapshot["by_fund"])
    givers = _givers(snapshot["totals"])
    if givers:
        yield _("合计"), totals, _("单位、个人、匿名三项之和"), givers
    yield _("本期收到"), _read(sections["current"]), _("逐日之和"), _sum_of(snapshot["by_day"])
    for day in snapshot["by_day"]:
        yield _("%(day)s 收到") % {"day": day["on"]}, _read(day), _("明细"), tally.days.get(day["on"], Sum())


def _disagreement(name: str, figure: Sum, source: str, parts: Sum) -> str | None:
    if figure == parts:
        return None
    if figure.amount != parts.amount:
        return _("%(name)s金额为 %(figure)s，而%(source)s为 %(parts)s，相差 %(gap)s") % {
            "name": name,
            "figure": format_yuan(figure.amount),
            "source": source,
            "parts": format_yuan(parts.amount),
            "gap": format_yuan(figure.amount - parts.amount),
        }
    return _("%(name)s笔数为 %(figure)s 笔，而%(source)s为 %(parts)s 笔，相差 %(gap)s 笔") % {
        "name": name,
        "figure": figure.count,
        "source": source,
        "parts": parts.count,
        "gap": figure.count - parts.count,
    }


def check_figures(snapshot: dict[str, Any], rows: Iterable[Row]) -> Tally:
    """Return the tally of the rows where every figure of the snapshot agrees with them.

    Raises FiguresDisagree ``report_figures_disagree`` with all disagreements, ``report_rows_changed`` where count or
    digest are not those that were frozen, ``report_schema_unknown`` for a snapshot of another schema.
    """
    if snapshot.get("schema") not in SCHEMAS:
        raise FiguresDisagree(
            "report_schema_unknown", _("报告数据的格式不是 %(schema)s，不能排版。") % {"schema": SCHEMA}
        )
    tally = tally_rows(rows)
    found = [sentence for pair in _compared(snapshot, tally) if (sentence := _disagreement(*pair))]
    if found:
        raise FiguresDisagree(
            "report_figures_disagree",
            _("报告数字不平，未生成：%(found)s。请重新冻结数据后再试。") % {"found": _("；").join(found)},
        )
    if (tally.count, tally.sha256) != (snapshot["rows"]["count"], snapshot["rows"]["sha256"]):
        raise FiguresDisagree(
            "report_rows_changed",
            _(
                "报告明细与冻结时不一致（冻结 %(frozen)s 行，现有 %(found)s 行，或内容有变），未生成。"
                "请重新冻结数据后再试。"
            )
            % {"frozen": snapshot["rows"]["count"], "found": tally.count},
        )
    return tally
