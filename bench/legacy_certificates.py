"""`legacy_certificates`: a workbook of 100,000 old certificates is checked, confirmed and written.

One in fifty rows is bad, one in a hundred is a person's second certificate of a kind. Measured apart: the check, and
the writing with documents and names sealed, payloads signed and public records; the peak of memory over both.
"""

from __future__ import annotations

import datetime
import gc
import tempfile
import time
from pathlib import Path
from typing import Any

from django.conf import settings

from bench.context import Context, figure
from core.exporting import Sheet, write_xlsx
from core.identifiers import id_check_digit
from core.models import PublicRecord
from core.progress import NoProgress
from tests.factories.people import branch_at, make_person, make_province
from training.checks import all_checks
from training.models import Certificate
from training.services.legacy import HEADER, check_import, confirm_import, open_import, write_import

ROWS = 100_000
RATE_GOAL, GROWTH_GOAL_MB = 2_000, 200
SURNAMES = "赵钱孙李周吴郑王冯陈"


def run(context: Context) -> list[dict[str, Any]]:
    """Bring the file in, check it, have it confirmed by another person, write it, in this process."""
    with context.database("legacy") as _database, tempfile.TemporaryDirectory() as folder:
        settings.PRIVATE_FILES_DIR = Path(folder) / "files"
        make_province()
        branch = branch_at("330182")
        maker = make_person("bench.maker", "training_officer", branch)
        checker = make_person("bench.checker", "training_officer", branch)
        path = Path(folder) / "old.xlsx"
        write_xlsx(path, [Sheet("历史证书", HEADER, (_row(at) for at in range(ROWS)))])
        gc.collect()
        before = _peak_memory_mb(forget=True)
        with path.open("rb") as source:
            row = open_import(source=source, filename="old.xlsx", branch=branch, actor=maker)
        began = time.perf_counter()
        row = check_import(import_id=row.pk, job=NoProgress())
        checked = time.perf_counter() - began
        confirm_import(import_id=row.pk, actor=checker)
        began, used = time.perf_counter(), time.process_time()
        row = write_import(import_id=row.pk, job=NoProgress())
        written, used = time.perf_counter() - began, time.process_time() - used
        peak = _peak_memory_mb()
        assert row.status == "done", row.error
        assert Certificate.objects.unscoped("bench").count() == row.good_count
        assert PublicRecord.objects.filter(kind="certificate").count() == row.good_count
        assert {name: rows for name, rows in all_checks().items() if rows} == {}
    rate = ROWS / written
    return [
        figure("legacy_check", round(ROWS / checked), "rows/s", rows=ROWS),
        figure(
            "legacy_write_processor", round(used, 1), "s of the worker's processor, the database's apart", rows=ROWS
        ),
        figure(
            "legacy_write",
            round(rate),
            f"rows/s ({row.good_count} written, {row.bad_count} refused)",
            rows=ROWS,
            goal=f">= {RATE_GOAL}",
            met=rate >= RATE_GOAL,
        ),
        figure(
            "legacy_memory",
            round(peak - before),
            f"MB more at the peak than before ({round(before)})",
            rows=ROWS,
            goal=f"<= {GROWTH_GOAL_MB}",
            met=peak - before <= GROWTH_GOAL_MB,
        ),
    ]


def _row(at: int) -> tuple[str, ...]:
    person = at - 1 if at % 100 == 1 else at
    born = datetime.date(1960, 1, 1) + datetime.timedelta(days=person // 900)
    first = f"330182{born:%Y%m%d}{person % 900:03d}"
    number = "1234" if at % 50 == 7 else first + id_check_digit(first)
    issued = datetime.date(2024, 1, 1) + datetime.timedelta(days=at % 700)
    name = f"{SURNAMES[at % 10]}示例{chr(0x4E00 + at % 3000)}"
    return (f"旧证{at:07d}", name, "", number, "救护员证", issued.isoformat(), f"{issued.year + 3}-01-31")


def _peak_memory_mb(*, forget: bool = False) -> float:
    if forget:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024
