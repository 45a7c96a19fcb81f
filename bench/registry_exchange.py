"""`registry_exchange`: files to and from the national library on 120,000 donors, sealed both ways.

Out: a file of everybody whose bag is on its way is made (identities opened, the file sealed as it is written), then
downloaded with a row of the read log for each person. In: a file of as many results is kept sealed, checked and
applied, with events, trail and outcomes. The peak of memory is that of each part by itself.
"""

from __future__ import annotations

import gc
import hashlib
import io
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from bench.context import Context, figure
from bench.legacy_certificates import _peak_memory_mb
from bench.registry_exchange_data import make_donors
from core.clock import today
from core.models import ReadLog
from core.progress import NoProgress
from registries.checks import all_checks
from registries.models import Donor, ExchangeFile
from registries.services.exchange.applying import apply_incoming
from registries.services.exchange.files import confirm_file, open_outgoing, release_file
from registries.services.exchange.incoming import check_incoming, open_incoming
from registries.services.exchange.outgoing import download_outgoing, make_outgoing
from tests.factories.people import branch_at, make_person, make_province

DONORS, ROWS, NO_CONSENT = 120_000, 20_000, 100
CHECKS = (
    "an_exchanged_row_that_was_done_has_its_step",
    "an_applied_file_has_no_row_left",
    "a_file_that_went_out_names_as_many_bags_as_rows",
)
RATE_GOAL, GROWTH_GOAL_MB = 2_000, 100


def run(context: Context) -> list[dict[str, Any]]:
    """Send everybody whose bag is on its way, and take in that they are all in the library, in this process."""
    with context.database("exchange") as _database, tempfile.TemporaryDirectory() as folder:
        settings.PRIVATE_FILES_DIR = Path(folder) / "files"
        make_province()
        branch = branch_at("330106")
        actor = make_person("bench.coordinator", "registry_coordinator", branch)
        head = make_person("bench.head", "registry_head", branch)
        make_donors(branch, actor, count=DONORS, sent=ROWS, no_consent=NO_CONSENT)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        out = _out(branch, actor, head)
        incoming = _in(branch, actor)
        wrong = {name: rows for name, rows in all_checks().items() if rows and name in CHECKS}
        assert wrong == {}, wrong
    return [*out, *incoming]


def _out(branch: Any, actor: Any, head: Any) -> list[dict[str, Any]]:
    row = open_outgoing(branch=branch, key=uuid.uuid4(), actor=actor)
    release_file(file_id=row.pk, actor=head)
    before = _settled()
    began, used = time.perf_counter(), time.process_time()
    row = make_outgoing(file_id=row.pk, job=NoProgress())
    made, used = time.perf_counter() - began, time.process_time() - used
    grown = _peak_memory_mb() - before
    assert (row.status, row.row_count, row.left_out["no_consent"]) == ("ready", ROWS - NO_CONSENT, NO_CONSENT)
    began = time.perf_counter()
    digest = hashlib.sha256()
    with download_outgoing(file_id=row.pk, purpose="送交全国资料库", actor=actor) as source:
        for block in iter(lambda: source.read(1 << 16), b""):
            digest.update(block)
    read = time.perf_counter() - began
    assert digest.hexdigest() == row.file_sha256
    assert ReadLog.objects.filter(field="exchange").count() == row.row_count
    rate = row.row_count / made
    return [
        figure("exchange_out", round(rate), "rows/s made and sealed", rows=row.row_count, goal=f">= {RATE_GOAL}",
               met=rate >= RATE_GOAL),
        figure("exchange_out_processor", round(used, 1), "s of the worker's processor", rows=row.row_count),
        figure("exchange_download", round(row.row_count / read), "rows/s logged and opened", rows=row.row_count),
        figure("exchange_out_memory", round(grown), "MB more at the peak", goal=f"<= {GROWTH_GOAL_MB}",
               met=grown <= GROWTH_GOAL_MB),
    ]  # fmt: skip


def _in(branch: Any, actor: Any) -> list[dict[str, Any]]:
    numbers = Donor.objects.unscoped("bench").filter(status="sent").order_by("pk").values_list("number", flat=True)
    day = today().isoformat()
    lines = ["志愿者编号,结果,日期", *(f"{number},入库,{day}" for number in numbers), ""]
    content = "\r\n".join(lines).encode("gb18030")
    manifest = f"{hashlib.sha256(content).hexdigest()} rows={ROWS}"
    before = _settled()
    began, used = time.perf_counter(), time.process_time()
    row: ExchangeFile = open_incoming(source=io.BytesIO(content), manifest=manifest, branch=branch, actor=actor)
    row = check_incoming(file_id=row.pk, job=NoProgress())
    checked = time.perf_counter() - began
    assert (row.status, row.row_count, row.bad_count) == ("checked", ROWS, 0), row.refusal
    confirm_file(file_id=row.pk, actor=actor)
    began = time.perf_counter()
    row = apply_incoming(file_id=row.pk, job=NoProgress())
    applied, used = time.perf_counter() - began, time.process_time() - used
    grown = _peak_memory_mb() - before
    assert (row.status, row.bad_count) == ("applied", 0)
    assert not Donor.objects.unscoped("bench").filter(status="sent").exists()
    rate = ROWS / (checked + applied)
    return [
        figure("exchange_in", round(rate), "rows/s kept, checked and applied", rows=ROWS, goal=f">= {RATE_GOAL}",
               met=rate >= RATE_GOAL),
        figure("exchange_in_check", round(ROWS / checked), "rows/s kept and checked", rows=ROWS),
        figure("exchange_in_apply", round(ROWS / applied), "rows/s applied", rows=ROWS),
        figure("exchange_in_processor", round(used, 1), "s of the worker's processor", rows=ROWS),
        figure("exchange_in_memory", round(grown), "MB more at the peak", goal=f"<= {GROWTH_GOAL_MB}",
               met=grown <= GROWTH_GOAL_MB),
    ]  # fmt: skip


def _settled() -> float:
    gc.collect()
    return _peak_memory_mb(forget=True)
