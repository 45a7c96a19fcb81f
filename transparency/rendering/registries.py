"""From the frozen snapshot of a registries yearbook and its rows to its files: HTML, PDF, CSV."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from core.canonical import canonical_bytes
from core.exporting import stream_csv
from core.printing.document import Embedded, write_pdf
from organizations.choices import BranchKind
from transparency.choices import REGISTRIES_PART
from transparency.definitions import definition_of
from transparency.rendering.context import FileLine
from transparency.rendering.figures import Rows
from transparency.rendering.registries_context import registries_context
from transparency.rendering.registries_figures import check_registries, figure_word
from transparency.rendering.rendered import RenderedReport, head_files, head_lines
from transparency.rendering.words import file_stem, moment

PARTS = (REGISTRIES_PART,)


def render_registries(
    snapshot: dict[str, Any], rows: Rows, out_dir: Path, _use_rows: Rows, checkpoint: str
) -> RenderedReport:
    """Check the figures, write all files of the yearbook into `out_dir`, say where they are; see render_report()."""
    check_registries(snapshot, rows)
    out_dir.mkdir(parents=True, exist_ok=True)
    stem = file_stem(snapshot)
    csv = _write_rows(out_dir / f"{stem}-registries.csv", rows)
    what = _("捐献登记数字（CSV），已嵌入本 PDF")
    lines = [FileLine(csv.name, what, hashlib.sha256(csv.read_bytes()).hexdigest())]
    context = registries_context(snapshot, files=lines + head_lines(checkpoint))
    html = out_dir / f"{stem}.html"
    text = render_to_string(definition_of(snapshot["kind"]).template, {"report": context})
    html.write_text(text, encoding="utf-8", newline="\n")
    pdf = out_dir / f"{stem}.pdf"
    data = canonical_bytes(snapshot)
    pages = write_pdf(
        text, pdf, identifier=hashlib.sha256(data).digest()[:16], at=moment(snapshot["as_of"]),
        embedded=[
            Embedded("snapshot.json", _("本报告的全部数字"), data),
            Embedded(csv.name, _("捐献登记数字"), csv.read_bytes()),
            *head_files(checkpoint),
        ],
    )  # fmt: skip
    return RenderedReport(html, pdf, [csv], [], pages, PARTS)


def _write_rows(path: Path, rows: Rows) -> Path:
    """Every figure with its place in the log; an empty number is not shown."""
    head = [
        _("日志序号"), _("年度"), _("红十字会编码"), _("红十字会"), _("层级"), _("指标代码"), _("指标"),
        _("数（含所属各级）"), _("数（本级）"), _("合计起始年度"),
    ]  # fmt: skip
    lines = (
        [
            row["index"], row["year"], row["branch"], row["branch_name"], str(BranchKind(row["level"]).label),
            row["figure"], figure_word(row["figure"]), *("" if row[name] is None else row[name] for name in (
                "whole", "own", "since")),
        ]
        for row in rows()
    )  # fmt: skip
    with path.open("wb") as file:
        for block in stream_csv(head, lines):
            file.write(block)
    return path
