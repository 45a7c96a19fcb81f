"""From a frozen snapshot and its rows to the files of a report: HTML, PDF, CSV and volumes."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from core.canonical import canonical_bytes
from core.errors import DomainError
from core.printing.document import Embedded, write_pdf
from transparency.rendering.context import FileLine, annex_sections, report_context
from transparency.rendering.figures import Rows, check_figures
from transparency.rendering.tables import write_csv
from transparency.rendering.volumes import Volume, write_volumes
from transparency.rendering.words import file_stem, moment

# More rows than this go to volumes: WeasyPrint takes about 5 ms and 0.1 MB for each row.
ANNEX_ROWS = 300
TEMPLATES = {"monthly_receipts": "reports/monthly_receipts.html"}


@dataclass(frozen=True)
class RenderedReport:
    """The files of a report; `pages` counts the main PDF, `volumes` is empty where the rows stand inside it."""

    html: Path
    pdf: Path
    csv: Path
    volumes: list[Volume]
    pages: int


def _file_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _file_lines(snapshot: dict[str, Any], csv: Path, volumes: list[Volume]) -> list[FileLine]:
    rows = snapshot["rows"]
    lines = [
        FileLine(_("明细内容摘要"), _("共 %(count)s 行") % {"count": f"{rows['count']:,}"}, rows["sha256"]),
        FileLine(csv.name, _("全部明细（CSV），已嵌入本 PDF"), _file_sha256(csv)),
    ]
    for volume in volumes:
        what = _("明细第 %(first)s 至 %(last)s 行，%(pages)s 页") % {
            "first": f"{volume.first_row:,}",
            "last": f"{volume.last_row:,}",
            "pages": volume.pages,
        }
        lines.append(FileLine(volume.path.name, what, volume.sha256))
    return lines


def render_report(snapshot: dict[str, Any], rows: Rows, out_dir: Path) -> RenderedReport:
    """Check the figures, write all files of the report into `out_dir`, and say where they are.

    `rows` is called once for each pass (three) and gives the rows in the order current, late, corrections. The same
    snapshot, rows, fonts and libraries give the same bytes whatever the time zone, hash seed or active language.
    Amounts are yuan. Raises FiguresDisagree before anything is written where a sum is wrong, DomainError
    ``report_kind_unknown``, ``report_font_missing`` or ``report_resource_refused``. Source: trust.md "Reports".
    """
    # Chinese whoever asked for it: the file is the same for everybody.
    with translation.override("zh-hans"):
        if snapshot["kind"] not in TEMPLATES:
            raise DomainError("report_kind_unknown", _("还没有“%(kind)s”这种报告的版式。") % {"kind": snapshot["kind"]})
        check_figures(snapshot, rows())
        out_dir.mkdir(parents=True, exist_ok=True)
        return _write_files(snapshot, rows, out_dir)


def _write_files(snapshot: dict[str, Any], rows: Rows, out_dir: Path) -> RenderedReport:
    stem = out_dir / file_stem(snapshot)
    csv = write_csv(stem.with_suffix(".csv"), rows())
    inside = snapshot["rows"]["count"] <= ANNEX_ROWS
    annex = annex_sections(snapshot, rows()) if inside else None
    volumes = [] if inside else write_volumes(snapshot, rows(), out_dir)
    context = report_context(snapshot, annex=annex, volumes=volumes, files=_file_lines(snapshot, csv, volumes))
    text = render_to_string(TEMPLATES[snapshot["kind"]], {"report": context})
    html = stem.with_suffix(".html")
    html.write_text(text, encoding="utf-8", newline="\n")
    embedded = [
        Embedded("snapshot.json", _("本报告的全部数字"), canonical_bytes(snapshot)),
        Embedded(csv.name, _("全部明细"), csv.read_bytes()),
    ]
    pdf = stem.with_suffix(".pdf")
    identifier = hashlib.sha256(canonical_bytes(snapshot)).digest()[:16]
    pages = write_pdf(text, pdf, identifier=identifier, at=moment(snapshot["as_of"]), embedded=embedded)
    return RenderedReport(html, pdf, csv, volumes, pages)
