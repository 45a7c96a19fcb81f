"""`report_annex`: the rows of a long annex, set row by row, beside one plain WeasyPrint document of the same table.

Each measure runs in a process of its own (`python -m bench.report_annex volumes N | document N`), which tells the
seconds that its work took, without imports and fonts being found, and the peak of its memory (VmHWM).
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.context import Context, figure

ROOT = Path(__file__).resolve().parent.parent
ANNEX_ROWS, LONG_ROWS, DOCUMENT_ROWS = 30_000, 100_000, 10_000
GOAL_RATIO, GOAL_MB, GOAL_GROWTH, GOAL_PER_ROW = 15, 500, 1.10, 1.2
PLAIN_STYLE = """
@page { size: A4 landscape; margin: 14mm }
body { font: 8pt "Noto Sans CJK SC" } table { width: 100%; border-collapse: collapse }
td, th { border-bottom: 0.2pt solid; padding: 1mm } tr { break-inside: avoid }
"""


def run(context: Context) -> list[dict[str, Any]]:
    """Set 10,000, 30,000 and 100,000 rows in volumes, and 10,000 rows in one document."""
    short, annex, long = (_measure("volumes", rows) for rows in (DOCUMENT_ROWS, ANNEX_ROWS, LONG_ROWS))
    document = _measure("document", DOCUMENT_ROWS)
    speed, plain = ANNEX_ROWS / annex["seconds"], DOCUMENT_ROWS / document["seconds"]
    growth = long["peak_mb"] / short["peak_mb"]
    per_row = (long["seconds"] / LONG_ROWS) / (short["seconds"] / DOCUMENT_ROWS)
    return [
        figure(
            "report_annex", round(speed), "rows/s", rows=ANNEX_ROWS, compared_with="one WeasyPrint document",
            ratio=round(speed / plain, 1), goal=f"≥ {GOAL_RATIO} ×", met=speed >= GOAL_RATIO * plain,
        ),
        figure("report_annex_document", round(plain), "rows/s", rows=DOCUMENT_ROWS),
        figure(
            "report_annex_memory", round(long["peak_mb"]), "MB", rows=LONG_ROWS, goal=f"≤ {GOAL_MB} MB",
            met=long["peak_mb"] <= GOAL_MB,
        ),
        figure(
            "report_annex_growth", round(long["peak_mb"]), "MB", rows=LONG_ROWS, compared_with=f"{DOCUMENT_ROWS} rows",
            ratio=round(growth, 3), goal=f"< {GOAL_GROWTH} ×", met=growth < GOAL_GROWTH,
        ),
        figure(
            "report_annex_time_per_row", round(long["seconds"] / LONG_ROWS * 1e3, 3), "ms", rows=LONG_ROWS,
            compared_with=f"{DOCUMENT_ROWS} rows", ratio=round(per_row, 2), goal=f"≤ {GOAL_PER_ROW} ×",
            met=per_row <= GOAL_PER_ROW,
        ),
    ]  # fmt: skip


def _measure(what: str, rows: int) -> dict[str, float]:
    argv = [sys.executable, "-m", "bench.report_annex", what, str(rows)]
    done = subprocess.run(argv, cwd=ROOT, check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def main(what: str, count: int) -> None:
    """Set `count` made-up rows and print seconds and peak as JSON."""
    import django  # noqa: PLC0415 - a process of its own

    django.setup()
    from django.utils import translation  # noqa: PLC0415 - after set-up

    from core.printing.glyphs import advances  # noqa: PLC0415 - after set-up
    from tests.transparency.rendering.samples import endless  # noqa: PLC0415 - after set-up

    translation.activate("zh-hans")
    advances("regular"), advances("bold")
    snapshot, rows = endless(count)
    with tempfile.TemporaryDirectory(prefix="annex-bench-") as directory:
        began = time.monotonic()
        if what == "volumes":
            from transparency.rendering.volumes import write_volumes  # noqa: PLC0415 - after set-up

            write_volumes(snapshot, rows, Path(directory))
        else:
            _document(snapshot, rows, Path(directory) / "plain.pdf")
        seconds = time.monotonic() - began
    # Not ru_maxrss: across fork and exec that one begins with the peak of the parent.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    peak_mb = int(re.findall(r"VmHWM:\s+([0-9]+) kB", status)[0]) / 1024
    print(json.dumps({"seconds": seconds, "peak_mb": peak_mb}))


def _document(snapshot: dict[str, Any], rows: Any, target: Path) -> None:
    """The same columns and cells as one table of one document, set by WeasyPrint without anything around it."""
    from django.utils.html import escape  # noqa: PLC0415 - after set-up
    from weasyprint import HTML  # noqa: PLC0415 - after set-up

    from transparency.rendering.listings import gift_listing  # noqa: PLC0415 - after set-up

    listing = gift_listing(snapshot)
    lines = []
    for position, row in enumerate(rows, start=1):
        cells = listing.cells(row, position, listing.columns)
        lines.append("<tr>" + "".join(f"<td>{escape(cells[column.key])}</td>" for column in listing.columns) + "</tr>")
    head = "".join(f"<th>{escape(column.title)}</th>" for column in listing.columns)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>"
    HTML(string=f"<html lang='zh-CN'><style>{PLAIN_STYLE}</style>{table}</html>").write_pdf(target)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
