"""`reconcile_50k`: a bank's statement of 50,000 lines is read, sealed, and paired with 50,000 posted gifts.

Two hundred givers give often, many sums are the same, a tenth of the lines lie a day off, some givers are named
otherwise by the bank. The gifts are posted before; measured is the way from the file that is brought in to the last
pair.
"""

from __future__ import annotations

import datetime
import io
import random
import tempfile
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Count

from bench.context import Context, figure
from core.progress import NoProgress
from donations.models import Donation
from donations.services.batches import approve_batch, submit_batch
from donations.services.duplicates import decide_duplicates
from donations.services.posting import post_batch
from donations.services.statement_rows import StatementGift, open_statement_batch
from ledger.models import Fund
from organizations.models import Branch
from reconciliation.checks import all_checks
from reconciliation.models import StatementLine
from reconciliation.services.accounts import AccountDraft, open_account
from reconciliation.services.reading import read_statement
from reconciliation.services.statements import open_statement
from tests.factories.people import make_person, make_province
from tests.reconciliation.files import Made, icbc

ROWS = 50_000
SECONDS_GOAL, MEMORY_GOAL_MB = 60, 300
FIRST = datetime.date(2026, 1, 1)


def run(context: Context) -> list[dict[str, Any]]:
    """Post the gifts, bring the statement in, read and pair it in this process."""
    with context.database("reconcile") as _database, tempfile.TemporaryDirectory() as folder:
        settings.PRIVATE_FILES_DIR = Path(folder) / "files"
        gifts = _gifts()
        clerk = _post(gifts)
        account = _account(clerk)
        content = _statement(gifts)
        del gifts
        _forget_peak()
        started, used = time.perf_counter(), time.process_time()
        statement = open_statement(source=io.BytesIO(content), filename="流水.csv", account=account, actor=clerk)
        statement = read_statement(statement_id=statement.pk, job=NoProgress())
        seconds = time.perf_counter() - started
        used = time.process_time() - used
        peak = _peak_memory_mb()
        began = time.perf_counter()
        counts = _check(statement)
        checked = time.perf_counter() - began
    return [
        figure(
            "reconcile_50k_processor", round(used, 1), "s of the worker's processor, the database's apart", rows=ROWS
        ),
        figure("reconcile_50k_checks", round(checked, 1), "s (all checks of reconciliation)", rows=ROWS),
        figure(
            "reconcile_50k",
            round(seconds, 1),
            f"s ({counts['gift']} of {ROWS} gifts paired, {counts['open']} lines left to people)",
            rows=ROWS,
            goal=f"<= {SECONDS_GOAL} s",
            met=seconds <= SECONDS_GOAL,
        ),
        figure(
            "reconcile_50k_memory",
            round(peak),
            "MB",
            rows=ROWS,
            goal=f"<= {MEMORY_GOAL_MB}",
            met=peak <= MEMORY_GOAL_MB,
        ),
    ]


def _gifts() -> list[StatementGift]:
    dice = random.Random(1)  # noqa: S311 -- made-up data
    return [
        StatementGift(
            donor=f"示例{chr(0x4E00 + at % 2000)}{chr(0x4E00 + dice.randrange(3000))}"
            if at % 5
            else f"虚构常客{at % 200}号",
            received_on=FIRST + datetime.timedelta(days=at * 300 // ROWS),
            amount=Decimal(dice.choice((10, 20, 50, 100, 200)))
            if at % 2
            else Decimal(dice.randrange(100, 9_999_999)) / 100,
        )
        for at in range(ROWS)
    ]


def _post(gifts: list[StatementGift]) -> Any:
    make_province()
    branch = Branch.objects.get(code="3301")
    clerk, approver = make_person("bench.clerk", "clerk", branch), make_person("bench.approver", "approver", branch)
    fund = Fund.objects.create(
        code="3301-F1", branch=branch, name="日常捐赠", opened_on=datetime.date(2020, 1, 1), is_default=True
    )
    batch = open_statement_batch(fund=fund, gifts=gifts, actor=clerk)
    if batch.rows.exclude(duplicate_of="").exists():
        decide_duplicates(batch_id=batch.pk, decision="keep", actor=clerk)
    submit_batch(batch_id=batch.pk, actor=clerk)
    approve_batch(batch_id=batch.pk, actor=approver, queue=False)
    post_batch(batch_id=batch.pk, job=NoProgress())
    assert Donation.objects.unscoped("bench").count() == ROWS
    return clerk


def _account(clerk: Any) -> Any:
    draft = AccountDraft("bank", "示例基本户", "示例工商银行", "6222000000009876", FIRST, Decimal(0))
    return open_account(branch=Branch.objects.get(code="3301"), draft=draft, actor=clerk)


def _statement(gifts: list[StatementGift]) -> bytes:
    """The same gifts as the bank tells them: some a day later, one in a hundred by somebody else's account."""
    lines = [
        Made(
            (gift.received_on + datetime.timedelta(days=at % 10 == 9)).isoformat(),
            str(gift.amount),
            "示例代付" if at % 100 == 50 else gift.donor,
            remark=f"捐款{at}",
        )
        for at, gift in enumerate(gifts)
    ]
    return icbc(lines)


def _check(statement: Any) -> dict[str, int]:
    assert statement.status == "in_work", statement.error
    wrong = {name: rows for name, rows in all_checks().items() if rows}
    assert wrong == {}
    lines = StatementLine.objects.filter(statement=statement)
    counts = {"gift": 0, "open": 0, **dict(lines.values_list("outcome").annotate(Count("pk")))}
    assert sum(counts.values()) == ROWS
    # What nobody can tell apart is left to people; nearly all of the rest is paired.
    assert counts["gift"] > ROWS * 0.9, counts
    return counts


def _forget_peak() -> None:
    """The peak of this process is counted from now on."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _peak_memory_mb() -> float:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024
