"""From the frozen snapshot of an annual report and its rows to its files: HTML, PDF, CSV."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from core.canonical import canonical_bytes
from core.exporting import stream_csv
from core.money import yuan
from core.printing.document import Embedded, write_pdf
from ledger.choices import FlowItem
from organizations.choices import BranchKind
from transparency.rendering.annual_context import annual_context
from transparency.rendering.annual_figures import check_annual
from transparency.rendering.annual_tables import months_of
from transparency.rendering.context import FileLine
from transparency.rendering.figures import Row, Rows
from transparency.rendering.rendered import RenderedReport, head_files, head_lines
from transparency.rendering.tables import giver_kind_label, write_csv
from transparency.rendering.use_tables import write_balance_csv, write_use_csv
from transparency.rendering.words import file_stem, moment

TEMPLATE = "reports/annual.html"
# Rows of a longer list stand beside the report, not inside: a PDF of a hundred megabytes is read by nobody.
EMBEDDED_ROWS = 20_000


def render_annual(
    snapshot: dict[str, Any], rows: Rows, out_dir: Path, use_rows: Rows | None = None, checkpoint: str = ""
) -> RenderedReport:
    """Check the figures, write all files of the annual report into `out_dir`, and say where they are.

    `rows` and `use_rows` give a fresh iterator for each pass. Reads no database, clock or network; the same snapshot,
    rows, head of the log (`checkpoint`), fonts and libraries give the same bytes. Amounts are yuan. Raises
    FiguresDisagree before anything is written where a sum is wrong, DomainError ``report_font_missing`` or
    ``report_resource_refused``.
    """
    # Chinese whoever asked for it: the file is the same for everybody.
    with translation.override("zh-hans"):
        used = use_rows or _nothing
        check_annual(snapshot, rows, used)
        out_dir.mkdir(parents=True, exist_ok=True)
        stem = file_stem(snapshot)
        csvs = [
            write_csv(out_dir / f"{stem}.csv", rows()),
            write_use_csv(out_dir / f"{stem}-use.csv", used()),
            write_balance_csv(out_dir / f"{stem}-balance.csv", snapshot["use"]),
            write_annual_csv(out_dir / f"{stem}-annual.csv", snapshot),
        ]
        context = annual_context(snapshot, files=_file_lines(snapshot, csvs) + head_lines(checkpoint))
        html = out_dir / f"{stem}.html"
        html.write_text(annual_html(context), encoding="utf-8", newline="\n")
        pdf = out_dir / f"{stem}.pdf"
        pages = write_pdf(
            html.read_text(encoding="utf-8"), pdf, identifier=hashlib.sha256(canonical_bytes(snapshot)).digest()[:16],
            at=moment(snapshot["as_of"]), embedded=[*_embedded(snapshot, csvs), *head_files(checkpoint)],
        )  # fmt: skip
    return RenderedReport(html, pdf, csvs, [], pages)


def annual_html(context: dict[str, Any]) -> str:
    """Return the report as one HTML document."""
    return render_to_string(TEMPLATE, {"report": context})


def _nothing() -> Iterator[Row]:
    return iter(())


def _whats() -> list[str]:
    return [_("捐赠明细（CSV）"), _("使用明细（CSV）"), _("资金收支总表（CSV）"), _("年度数字（CSV）")]


def _file_lines(snapshot: dict[str, Any], csvs: list[Path]) -> list[FileLine]:
    lines = [
        FileLine(csv.name, what, hashlib.sha256(csv.read_bytes()).hexdigest())
        for csv, what in zip(csvs, _whats(), strict=True)
    ]
    opinion = snapshot["opinion"]
    if opinion is not None:
        lines.append(FileLine(_("审计报告（PDF）"), _("会计师事务所出具的审计报告全文"), opinion["sha256"]))
    return lines


def _embedded(snapshot: dict[str, Any], csvs: list[Path]) -> list[Embedded]:
    counts = (snapshot["rows"]["count"], snapshot["use"]["rows"]["count"], 0, 0)
    return [
        Embedded("snapshot.json", _("本报告的全部数字和正文"), canonical_bytes(snapshot)),
        *(
            Embedded(csv.name, what, csv.read_bytes())
            for csv, what, count in zip(csvs, _whats(), counts, strict=True)
            if count <= EMBEDDED_ROWS
        ),
    ]


def write_annual_csv(path: Path, snapshot: dict[str, Any]) -> Path:
    """Write the year's figures as UTF-8 with a byte-order mark, one line a figure; goods in their measures."""
    head = [_("表"), _("编码"), _("名称"), _("笔数或个数"), _("金额（元）"), _("计量单位"), _("数量")]
    with path.open("wb") as file:
        for chunk in stream_csv(head, _figures(snapshot)):
            file.write(chunk)
    return path


def _figures(snapshot: dict[str, Any]) -> Iterator[list[Any]]:
    yield from _gift_lines(snapshot)
    yield from _use_lines(_("收支：本报告范围"), snapshot["use"])
    if snapshot["alone"] is not None:
        yield from _use_lines(_("收支：本级"), snapshot["alone"]["use"])
    for line in snapshot["use"]["by_purpose"]:
        yield [_("支出按用途"), "", line["purpose"], line["count"], yuan(line["amount"]), "", ""]
    yield from _last_year_lines(snapshot["last_year"])
    for one in snapshot["network"]:
        yield [_("组织"), one["kind"], str(BranchKind(one["kind"]).label), one["count"], "", "", ""]
    yield from _goods_lines(snapshot["goods"])


def _gift_lines(snapshot: dict[str, Any]) -> Iterator[list[Any]]:
    totals = snapshot["totals"]
    yield [_("捐赠"), "", _("合计"), totals["count"], yuan(totals["amount"]), "", ""]
    for month, count, amount in months_of(snapshot):
        yield [_("捐赠按月"), month, month, count, amount, "", ""]
    for kind in ("organisation", "person", "anonymous"):
        if f"{kind}_count" in totals:
            amount = yuan(totals[f"{kind}_amount"])
            yield [_("捐赠按捐赠人"), kind, giver_kind_label(kind), totals[f"{kind}_count"], amount, "", ""]
    tables = ((_("捐赠按用途"), "by_purpose"), (_("捐赠按资金"), "by_fund"), (_("捐赠按机构"), "by_branch"))
    for table, name in tables:
        for line in snapshot[name]:
            said = line.get("name") or line["purpose"]
            yield [table, line.get("code", ""), said, line["count"], yuan(line["amount"]), "", ""]
    for line in snapshot["organisations"]["listed"]:
        yield [_("捐赠单位"), "", line["name"], line["count"], yuan(line["amount"]), "", ""]


def _last_year_lines(before: dict[str, Any] | None) -> Iterator[list[Any]]:
    if before is None:
        return
    yield [_("上年"), before["number"], _("捐赠合计"), before["count"], yuan(before["amount"]), "", ""]
    for name, word in _edges().items():
        yield [_("上年"), name, word, "", yuan(before[name]), "", ""]


def _goods_lines(goods: dict[str, Any]) -> Iterator[list[Any]]:
    for scope, word in (("alone", _("物资：本级")), ("below", _("物资：全系统"))):
        for line in goods[scope] or []:
            for name, said in _edges().items():
                if name in line:
                    yield [word, line["code"], f"{line['name']} {said}", "", "", line["measure"], line[name]]


def _edges() -> dict[str, str]:
    return {
        "opening": _("期初"), "in": _("收入"), "out": _("支出"), "used": _("使用"), "closing": _("期末"),
    }  # fmt: skip


def _use_lines(table: str, use: dict[str, Any]) -> Iterator[list[Any]]:
    for name, word in _edges().items():
        yield [table, name, word, "", yuan(use[name]), "", ""]
    for line in use["items"]:
        yield [table, line["item"], str(FlowItem(line["item"]).label), line["count"], yuan(line["amount"]), "", ""]
