"""From a frozen snapshot and its rows to the files of a report: HTML, PDF, CSV and volumes."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from core.canonical import canonical_bytes
from core.errors import DomainError
from core.printing.document import Embedded, write_pdf
from transparency.choices import ReportKind
from transparency.definitions import definition_of
from transparency.rendering.annual import render_annual
from transparency.rendering.annual_context import annual_context
from transparency.rendering.context import FileLine, annex_sections, report_context
from transparency.rendering.figures import Row, Rows, check_figures
from transparency.rendering.listings import Listing, gift_listing, use_listing
from transparency.rendering.part_figures import check_parts
from transparency.rendering.registries import render_registries
from transparency.rendering.registries_context import registries_context
from transparency.rendering.rendered import RenderedReport, head_files, head_lines
from transparency.rendering.tables import write_csv
from transparency.rendering.training import render_training
from transparency.rendering.training_context import training_context
from transparency.rendering.use_figures import check_use
from transparency.rendering.use_tables import write_balance_csv, write_use_csv
from transparency.rendering.volumes import Volume, write_volumes
from transparency.rendering.words import file_stem, moment

# More rows than this go to volumes: WeasyPrint takes about 5 ms and 0.1 MB for each row.
ANNEX_ROWS = 300


def _file_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _file_lines(snapshot: dict[str, Any], csvs: list[Path], volumes: list[Volume]) -> list[FileLine]:
    what = [
        _("捐赠明细（CSV），已嵌入本 PDF"),
        _("使用明细（CSV），已嵌入本 PDF"),
        _("资金收支总表（CSV），已嵌入本 PDF"),
    ]
    lines = [_digest_line(_("捐赠明细内容摘要"), snapshot["rows"])]
    if snapshot["kind"] == ReportKind.EMERGENCY_BULLETIN:
        # One page or two: the digests of the tables say the same.
        lines = []
    elif "use" in snapshot:
        lines.append(_digest_line(_("使用明细内容摘要"), snapshot["use"]["rows"]))
    lines += [FileLine(csv.name, said, _file_sha256(csv)) for csv, said in zip(csvs, what, strict=False)]
    for volume in volumes:
        said = _("明细第 %(first)s 至 %(last)s 行，%(pages)s 页；签名加在其后，校验值是前 %(size)s 字节的") % {
            "first": f"{volume.first_row:,}",
            "last": f"{volume.last_row:,}",
            "pages": volume.pages,
            "size": f"{volume.path.stat().st_size:,}",
        }
        lines.append(FileLine(volume.path.name, said, volume.sha256))
    return lines


def _digest_line(name: str, rows: dict[str, Any]) -> FileLine:
    return FileLine(name, _("共 %(count)s 行") % {"count": f"{rows['count']:,}"}, rows["sha256"])


def render_report(
    snapshot: dict[str, Any], rows: Rows, out_dir: Path, use_rows: Rows | None = None, *, checkpoint: str = ""
) -> RenderedReport:
    """Check the figures, write all files of the report into `out_dir`, and say where they are.

    `rows` is called once for each pass (three) and gives the rows in the order current, late, corrections; `use_rows`
    likewise those of use, for a snapshot that has any. `checkpoint` is the signed head of the public log that goes into
    the PDF. The same snapshot, rows, checkpoint, fonts and libraries give the same bytes whatever the time zone, hash
    seed or active language. Amounts are yuan. Raises FiguresDisagree before anything is written where a sum is wrong,
    DomainError ``report_kind_unknown``, ``report_font_missing`` or
    ``report_resource_refused``. Source: trust.md "Reports".
    """
    # Chinese whoever asked for it: the file is the same for everybody.
    with translation.override("zh-hans"):
        if snapshot["kind"] not in RENDERERS:
            raise DomainError("report_kind_unknown", _("还没有“%(kind)s”这种报告的版式。") % {"kind": snapshot["kind"]})
        return RENDERERS[snapshot["kind"]](snapshot, rows, out_dir, use_rows or _nothing, checkpoint)


def render_figures(
    snapshot: dict[str, Any], rows: Rows, out_dir: Path, use_rows: Rows, checkpoint: str
) -> RenderedReport:
    """Render a report that is made of figures and rows, by the template of its definition; see render_report()."""
    check_figures(snapshot, rows())
    check_use(snapshot, use_rows())
    check_parts(snapshot)
    out_dir.mkdir(parents=True, exist_ok=True)
    return _write_files(snapshot, rows, use_rows, out_dir, checkpoint)


def _nothing() -> Iterator[Row]:
    return iter(())


def _write_files(
    snapshot: dict[str, Any], rows: Rows, use_rows: Rows, out_dir: Path, checkpoint: str
) -> RenderedReport:
    stem = out_dir / file_stem(snapshot)
    csvs = [write_csv(stem.with_suffix(".csv"), rows())]
    lists = [(gift_listing(snapshot), rows)]
    if "use" in snapshot:
        csvs.append(write_use_csv(out_dir / f"{stem.name}-use.csv", use_rows()))
        csvs.append(write_balance_csv(out_dir / f"{stem.name}-balance.csv", snapshot["use"]))
        lists.insert(0, (use_listing(snapshot), use_rows))
    definition = definition_of(snapshot["kind"])
    annexes, volumes = [], []
    for listing, source in lists if definition.lists_rows else []:
        if listing.count <= ANNEX_ROWS:
            annexes.append(_annex(snapshot, listing, source))
        else:
            volumes += write_volumes(snapshot, source(), out_dir, listing)
    annexes = [one for one in annexes if one["sections"]]
    files = _file_lines(snapshot, csvs, volumes) + head_lines(checkpoint)
    context = report_context(snapshot, annexes=annexes, volumes=volumes, files=files)
    text = render_to_string(definition.template, {"report": context})
    html = stem.with_suffix(".html")
    html.write_text(text, encoding="utf-8", newline="\n")
    whats = [_("全部明细"), _("使用明细"), _("资金收支总表")]
    embedded = [
        Embedded("snapshot.json", _("本报告的全部数字"), canonical_bytes(snapshot)),
        *(Embedded(csv.name, what, csv.read_bytes()) for csv, what in zip(csvs, whats, strict=False)),
    ]
    embedded += head_files(checkpoint)
    pdf = stem.with_suffix(".pdf")
    identifier = hashlib.sha256(canonical_bytes(snapshot)).digest()[:16]
    pages = write_pdf(text, pdf, identifier=identifier, at=moment(snapshot["as_of"]), embedded=embedded)
    return RenderedReport(html, pdf, csvs, volumes, pages)


def _annex(snapshot: dict[str, Any], listing: Listing, rows: Rows) -> dict[str, Any]:
    sections = annex_sections(snapshot, rows(), listing)
    name = listing.stem.removeprefix("-")
    return {"name": name, "title": listing.title, "columns": listing.columns, "sections": sections}


Renderer = Callable[[dict[str, Any], Rows, Path, Rows, str], RenderedReport]

# How each kind is rendered: the one table, which a further kind enters its own renderer into.
RENDERERS: dict[str, Renderer] = {
    ReportKind.MONTHLY_RECEIPTS: render_figures,
    ReportKind.QUARTERLY_RECEIPTS: render_figures,
    ReportKind.ANNUAL_FINANCE: render_figures,
    ReportKind.ANNUAL_WORK: render_annual,
    ReportKind.SYSTEM_TABLE: render_figures,
    ReportKind.CAMPAIGN_PROGRESS: render_figures,
    ReportKind.CAMPAIGN_FINAL: render_figures,
    ReportKind.EMERGENCY_BULLETIN: render_figures,
    ReportKind.TRAINING_YEARBOOK: render_training,
    ReportKind.REGISTRIES_YEARBOOK: render_registries,
}


def page_context(snapshot: dict[str, Any]) -> dict[str, Any]:
    """The context `report` of the body of a report of any kind, and `body`, the template that shows it."""
    if snapshot["kind"] == ReportKind.ANNUAL_WORK:
        return {**annual_context(snapshot), "body": definition_of(snapshot["kind"]).body}
    if snapshot["kind"] == ReportKind.TRAINING_YEARBOOK:
        return {**training_context(snapshot), "body": definition_of(snapshot["kind"]).body}
    if snapshot["kind"] == ReportKind.REGISTRIES_YEARBOOK:
        return {**registries_context(snapshot), "body": definition_of(snapshot["kind"]).body}
    return report_context(snapshot)
