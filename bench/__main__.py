"""Benchmarks: `python -m bench [NAME …]` prints a table and writes `var/bench/<name>.json`.

Each module of FIGURES has `run(context) -> list[Figure]`, compares only within its own run, and works in a database of
its own. A goal that is not met makes the exit status 1; nothing here is a test.
"""

import importlib
import json
import os
import sys
from pathlib import Path

# Real servers first, before Django reads its settings.
import tests.servers  # noqa: F401

FIGURES = (
    "import_posting",
    "reconcile_50k",
    "post_concurrent",
    "trail",
    "public_log",
    "donations_list",
    "name_search",
    "report_10k",
    "report_annex",
    "reports_102",
    "sign_ups",
    "training",
    "class_of_50",
    "certificates_print",
    "legacy_certificates",
    "registries",
    "warm_start",
)
COLUMNS = ("name", "value", "unit", "compared_with", "ratio", "rows", "goal", "met")


def main(names: list[str]) -> int:
    """Run the figures named, or all, and report them."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "redcross_portal.settings")
    importlib.import_module("django").setup()
    context = importlib.import_module("bench.context").Context()
    folder = Path("var/bench")
    folder.mkdir(parents=True, exist_ok=True)
    missed = False
    with context:
        for name in names or FIGURES:
            figures = importlib.import_module(f"bench.{name}").run(context)
            (folder / f"{name}.json").write_text(
                json.dumps(figures, ensure_ascii=False, indent=1, default=str) + "\n", encoding="utf-8"
            )
            for figure in figures:
                print("  ".join(f"{column}={figure.get(column)}" for column in COLUMNS), flush=True)
                missed |= figure.get("met") is False
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
