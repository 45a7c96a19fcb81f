"""`report_10k_rows`: a report of 10,000 rows set by a process of its own; the peak of that process and its seconds.

The peak is VmHWM of the child, Django and fonts included. The rows are made up and handed over frozen, as a worker gets
them; freezing itself reads the log in chunks and adds nothing that grows with the rows.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.context import Context, figure

ROWS = 10_000
GOAL_MB = 500
ROOT = Path(__file__).resolve().parent.parent


def run(context: Context) -> list[dict[str, Any]]:
    """Set the report once in a child and read the child's own account of its memory."""
    with tempfile.TemporaryDirectory(prefix="report-bench-") as directory:
        argv = [sys.executable, "-m", "tests.transparency.rendering.render_once", str(ROWS), directory]
        began = time.monotonic()
        done = subprocess.run(argv, cwd=ROOT, check=True, capture_output=True, text=True)
        seconds = time.monotonic() - began
    peak_mb = json.loads(done.stdout.splitlines()[-1])["peak_mb"]
    return [
        figure("report_10k_rows", round(peak_mb), "MB", rows=ROWS, goal=f"≤ {GOAL_MB} MB", met=peak_mb <= GOAL_MB),
        figure("report_10k_rows_seconds", round(seconds, 1), "s", rows=ROWS),
    ]
