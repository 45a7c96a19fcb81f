"""Renders the made-up annual report in a process of its own and prints the digests of its files as JSON."""

import hashlib
import json
import sys
from pathlib import Path

import django


def main(out_dir: Path) -> None:
    """Render it into `out_dir`."""
    django.setup()
    from tests.transparency.rendering.annual_samples import make_annual  # noqa: PLC0415 - after set-up
    from tests.transparency.rendering.samples import Rows  # noqa: PLC0415 - after set-up
    from transparency.rendering.annual import render_annual  # noqa: PLC0415 - after set-up

    snapshot, rows, use_rows = make_annual()
    render_annual(snapshot, Rows(rows), out_dir, Rows(use_rows))
    digests = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(out_dir.iterdir())}
    print(json.dumps(digests))  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]))
