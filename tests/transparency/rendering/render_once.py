"""Renders one made-up report in a process of its own and prints digests and peak memory as JSON."""

import hashlib
import json
import re
import sys
from pathlib import Path

import django


def main(count: int, out_dir: Path) -> None:
    """Render `count` gifts and a tenth as many rows of use of an association with all below into `out_dir`."""
    django.setup()
    from tests.transparency.rendering.samples import Rows  # noqa: PLC0415 - after set-up
    from tests.transparency.rendering.use_samples import make_used  # noqa: PLC0415 - after set-up
    from transparency.rendering.report import render_report  # noqa: PLC0415 - after set-up

    snapshot, rows, use_rows = make_used(count - 3, count // 10)
    render_report(snapshot, Rows(rows), out_dir, Rows(use_rows))
    digests = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(out_dir.iterdir())}
    # Not ru_maxrss: across fork and exec that one begins with the peak of the parent.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    peak_mb = int(re.findall(r"VmHWM:\s+([0-9]+) kB", status)[0]) / 1024
    print(json.dumps({"digests": digests, "peak_mb": peak_mb}))  # noqa: T201


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
