"""From the frozen snapshot of a training yearbook and its rows to its files: HTML, PDF, CSV."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from core.canonical import canonical_bytes
from core.printing.document import Embedded, write_pdf
from transparency.choices import CERTIFICATES_PART, ENDS_PART, LESSONS_PART, TRAINING_PART
from transparency.definitions import definition_of
from transparency.rendering.annual import EMBEDDED_ROWS
from transparency.rendering.context import FileLine
from transparency.rendering.figures import Rows
from transparency.rendering.rendered import RenderedReport, head_files, head_lines
from transparency.rendering.training_context import training_context
from transparency.rendering.training_figures import LISTS, check_training
from transparency.rendering.training_tables import (
    write_certificates,
    write_ends,
    write_lessons,
    write_training_figures,
)
from transparency.rendering.words import file_stem, moment

PARTS = (CERTIFICATES_PART, ENDS_PART, LESSONS_PART, TRAINING_PART)


def render_training(
    snapshot: dict[str, Any], rows: Rows, out_dir: Path, _use_rows: Rows, checkpoint: str
) -> RenderedReport:
    """Check the figures, write all files of the yearbook into `out_dir`, and say where they are; see render_report().

    A list of more than EMBEDDED_ROWS rows stays beside the PDF, with its SHA-256 inside.
    """
    check_training(snapshot, rows)
    out_dir.mkdir(parents=True, exist_ok=True)
    stem = file_stem(snapshot)
    csvs = [
        write_certificates(out_dir / f"{stem}-certificates.csv", rows()),
        write_ends(out_dir / f"{stem}-ends.csv", rows()),
        write_lessons(out_dir / f"{stem}-lessons.csv", rows()),
        write_training_figures(out_dir / f"{stem}-training.csv", snapshot),
    ]
    lines = [FileLine(csv.name, what, _sha256(csv)) for csv, what in zip(csvs, _whats(), strict=True)]
    context = training_context(snapshot, files=lines + head_lines(checkpoint))
    html = out_dir / f"{stem}.html"
    text = render_to_string(definition_of(snapshot["kind"]).template, {"report": context})
    html.write_text(text, encoding="utf-8", newline="\n")
    pdf = out_dir / f"{stem}.pdf"
    pages = write_pdf(
        text, pdf, identifier=hashlib.sha256(canonical_bytes(snapshot)).digest()[:16], at=moment(snapshot["as_of"]),
        embedded=[*_embedded(snapshot, csvs), *head_files(checkpoint)],
    )  # fmt: skip
    return RenderedReport(html, pdf, csvs, [], pages, PARTS)


def _whats() -> list[str]:
    return [_("证书明细（CSV）"), _("失效证书明细（CSV）"), _("普及培训明细（CSV）"), _("培训年报数字（CSV）")]


def _embedded(snapshot: dict[str, Any], csvs: list[Path]) -> list[Embedded]:
    counts = [*(snapshot["rows"][name] for name in LISTS), 0]
    return [
        Embedded("snapshot.json", _("本报告的全部数字"), canonical_bytes(snapshot)),
        *(
            Embedded(csv.name, what, csv.read_bytes())
            for csv, what, count in zip(csvs, _whats(), counts, strict=True)
            if count <= EMBEDDED_ROWS
        ),
    ]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
