"""How quickly a list of 200,000 gifts goes from the file to the ledger, compared with bare COPY of the same rows."""

from __future__ import annotations

import datetime
import tempfile
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from bench.context import Context, figure
from core.progress import NoProgress
from donations.checks import all_checks as gift_checks
from donations.models import Batch, Donation
from donations.services.batches import approve_batch, open_file_batch, submit_batch
from donations.services.posting import post_batch
from donations.services.staging import read_batch
from ledger.checks import all_checks as ledger_checks
from ledger.models import Fund
from organizations.models import Branch
from tests import databases
from tests.factories.lists import write_large_xlsx
from tests.factories.people import make_person, make_province

ROWS = 200_000
MEMORY_GOAL_MB = 300

# The same rows into one plain table (logged, fsync on) with a primary key and three indexes, one of them the search's.
BARE_TABLE = (
    "CREATE TABLE bare_gift (LIKE donations_donation)",
    "ALTER TABLE bare_gift ADD PRIMARY KEY (id)",
    "CREATE UNIQUE INDEX ON bare_gift (number)",
    "CREATE INDEX ON bare_gift (branch_id, received_on DESC, id DESC)",
    "CREATE INDEX ON bare_gift USING gin (display_bigrams)",
    "GRANT INSERT ON bare_gift TO PUBLIC",
)


def run(context: Context) -> list[dict[str, Any]]:
    """Measure reading, posting and COPY on one database, one after the other, in one process with fsync on."""
    with context.database("import") as database, tempfile.TemporaryDirectory() as folder:
        settings.PRIVATE_FILES_DIR = Path(folder) / "files"
        path = Path(folder) / "gifts.xlsx"
        total = write_large_xlsx(path, rows=ROWS, seed=1)
        clerk, approver, fund = _people_and_fund()
        started = time.perf_counter()
        batch = _stage(path, fund, clerk)
        submit_batch(batch_id=batch.pk, actor=clerk)
        staged = time.perf_counter()
        approve_batch(batch_id=batch.pk, actor=approver)
        batch = post_batch(batch_id=batch.pk, job=NoProgress())
        posted = time.perf_counter()
        peak = _peak_memory_mb()
        _check(batch, total)
        copying = _copy_seconds(Path(folder) / "rows.copy", database)
    return [
        _figure("import_staged_to_posted", posted - staged, copying, 0.10),
        _figure("import_file_to_posted", posted - started, copying, 0.04),
        figure("import_memory", round(peak), "MB", rows=ROWS, goal=f"<= {MEMORY_GOAL_MB}", met=peak <= MEMORY_GOAL_MB),
    ]


def _people_and_fund() -> tuple[Any, Any, Fund]:
    make_province()
    branch = Branch.objects.get(code="3301")
    fund = Fund.objects.create(
        code="3301-F1", branch=branch, name="日常捐赠", opened_on=datetime.date(2020, 1, 1), is_default=True
    )
    return make_person("bench.clerk", "clerk", branch), make_person("bench.approver", "approver", branch), fund


def _stage(path: Path, fund: Fund, clerk: Any) -> Batch:
    with path.open("rb") as source:
        batch = open_file_batch(source=source, filename=path.name, branch=fund.branch, fund=fund, actor=clerk)
    return read_batch(batch_id=batch.pk, job=NoProgress())


def _check(batch: Batch, total: Any) -> None:
    assert batch.status == "posted", batch.error
    assert Donation.objects.unscoped("bench").count() == ROWS
    assert batch.found_total == total
    wrong = {name: rows for checks in (ledger_checks(), gift_checks()) for name, rows in checks.items() if rows}
    assert wrong == {}


def _copy_seconds(file: Path, database: str) -> float:
    """Seconds of COPY FROM with its commit; writing the file first does not count."""
    with connection.cursor() as cursor, file.open("w+", encoding="utf-8") as lines:
        cursor.copy_expert("COPY donations_donation TO STDOUT", lines)
        lines.seek(0)
        databases.as_superuser(*BARE_TABLE, database=database)
        started = time.perf_counter()
        with transaction.atomic():
            cursor.copy_expert("COPY bare_gift FROM STDIN", lines)
        return time.perf_counter() - started


def _figure(name: str, seconds: float, copying: float, goal: float) -> dict[str, Any]:
    ratio = copying / seconds
    return figure(
        name,
        round(ROWS / seconds),
        "rows/s",
        rows=ROWS,
        compared_with=f"COPY of the same rows into one table with three indexes: {ROWS / copying:.0f} rows/s",
        ratio=round(ratio, 3),
        goal=f"ratio >= {goal}",
        met=ratio >= goal,
    )


def _peak_memory_mb() -> float:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024
