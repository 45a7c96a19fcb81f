"""What was posted is what was decided: in the gifts, the ledger, the totals and the public records."""

import csv
import datetime
import io
import json
import os
import signal
import string
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Count, Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.canonical import canonical_bytes, commitment, leaf_hash
from core.crypto import unseal
from core.exporting import stream_csv
from core.models import Job, PublicRecord
from core.outbox import SALT_FIELD
from core.progress import NoProgress
from donations.checks import all_checks
from donations.choices import BatchStatus, DonorKind, NameChoice
from donations.models import Batch, DailyTotal, Donation
from donations.services.batches import approve_batch
from donations.services.duplicates import decide_duplicates
from donations.services.posting import post_batch
from donations.services.recorded import gifts_today
from donations.services.rows import edit_row, exclude_row
from ledger.models import Entry, Movement
from tests.donations.ground import Ground
from tests.workers import CeleryProcess, wait_for

# All of Chinese, the planes beyond included, what JSON must escape, and what spreadsheets and HTML would run.
LETTERS = st.sampled_from(list("甲乙丙丁𬭎䶮㐂𠮷·（）\"\\/<>&=+-@'，é😀\u2028") + list(string.ascii_letters))
NAMES = st.text(LETTERS, min_size=1, max_size=30).map(lambda text: f"示例{text}")
AMOUNTS = st.integers(1, 99_999_999_999_999).map(lambda fen: Decimal(fen).scaleb(-2))
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "donor": NAMES,
            "amount": AMOUNTS.filter(lambda amount: amount < 10**9),
            "day": st.dates(min_value=datetime.date(2020, 1, 1), max_value=datetime.date(2020, 1, 5)),
            "kind": st.sampled_from(DonorKind.values),
            "choice": st.sampled_from(NameChoice.values),
            "remark": st.text(LETTERS, max_size=20),
            "is_excluded": st.booleans(),
        }
    ),
    min_size=1,
    max_size=12,
)


def stage(ground: Ground, folder: Path, rows: list[dict[str, Any]]) -> Batch:
    content = io.StringIO()
    writer = csv.writer(content, quoting=csv.QUOTE_ALL)
    writer.writerow(["捐赠日期", "捐赠人", "金额", "备注"])
    for row in rows:
        writer.writerow([row["day"].isoformat(), row["donor"], str(row["amount"]), ""])
    path = folder / "list.csv"
    path.write_text(content.getvalue(), encoding="utf-8")
    return ground.read_file(path)


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS)
def test_gifts_ledger_totals_and_records_all_say_what_the_rows_say(
    ground: Ground, tmp_path: Path, rows: list[dict[str, Any]]
) -> None:
    with transaction.atomic():
        batch = stage(ground, tmp_path, rows)
        kept: list[Decimal] = []
        for staged, row in zip(ground.rows(batch), rows, strict=True):
            typed = {
                "donor": row["donor"],
                "amount": str(row["amount"]),
                "received_on": row["day"].isoformat(),
                "donor_kind": row["kind"],
                "name_choice": row["choice"],
                "remark": row["remark"],
            }
            known = {"batch_id": batch.pk, "row_number": staged.row_number, "actor": ground.clerk}
            mended = edit_row(typed=typed, **known)
            if row["is_excluded"] or mended.level == "error":
                exclude_row(reason="排除", **known)
            else:
                kept.append(row["amount"])
        if kept:
            posted = ground.post(ground.fresh(batch))
            check_everything(ground, posted, kept)
        transaction.set_rollback(True)


def check_everything(ground: Ground, batch: Batch, amounts: list[Decimal]) -> None:
    gifts = list(ground.gifts(batch))
    assert [gift.amount for gift in gifts] == amounts
    moved = Movement.objects.filter(entry__donation__batch=batch).aggregate(n=Count("pk"), total=Sum("quantity"))
    assert (moved["n"], moved["total"]) == (len(amounts), sum(amounts))
    daily = DailyTotal.objects.unscoped("test").aggregate(n=Sum("gift_count"), total=Sum("amount"))
    assert (daily["n"], daily["total"]) == (len(amounts), sum(amounts))
    records = {record.object_id: record for record in PublicRecord.objects.filter(kind="gift")}
    assert len(records) == len(amounts)
    for gift in gifts:
        check_record(gift, records[gift.entry_id])
    assert {name: rows for name, rows in all_checks().items() if rows} == {}


def check_record(gift: Donation, record: PublicRecord) -> None:
    """A record is canonical, shows nobody's name, and opens with its salt to exactly what was given."""
    content = json.loads(record.record)
    assert canonical_bytes(content) == record.record.encode()
    assert leaf_hash(record.record.encode()) == bytes(record.leaf_hash)
    salt = unseal(bytes(record.sealed_salt), field=SALT_FIELD, row=record.uuid, purpose="salts")
    today = gifts_today({gift.entry_id: content}, "test")[gift.entry_id]
    assert content["donor_commitment"] == commitment(salt, gift.donor_name)
    assert content["private_digest"] == commitment(salt, canonical_bytes(dict(today.private or {})).decode())
    assert {name: content[name] for name in today.body} == today.body
    assert list(today.differs) == []
    shows = gift.donor_kind == DonorKind.ORGANISATION and gift.name_choice != NameChoice.ANONYMOUS
    assert content["donor"] == (gift.donor_name if shows else None)
    assert (content["amount"], content["number"]) == (f"{gift.amount:.2f}", gift.number)
    assert (content["received_on"], content["entry"]) == (gift.received_on.isoformat(), gift.entry.number)


@pytest.mark.django_db
def test_a_long_name_a_rare_one_and_a_formula_go_through_to_the_csv_as_text(ground: Ground, tmp_path: Path) -> None:
    names = ["示" * 200, "𬭎䶮示例", '=HYPERLINK("http://example.org","示例")']
    path = tmp_path / "list.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["捐赠日期", "捐赠人", "金额"])
        writer.writerows([["2026-01-05", name, "1"] for name in names])
    gifts = ground.gifts(ground.post(ground.read_file(path)))
    out = b"".join(stream_csv(["捐赠人"], ([gift.donor_name] for gift in gifts))).decode("utf-8-sig")
    assert [row[0] for row in csv.reader(io.StringIO(out))][1:] == [names[0], names[1], "'" + names[2]]


@pytest.mark.django_db
def test_a_name_of_300_characters_is_an_error_that_says_how_many(ground: Ground, tmp_path: Path) -> None:
    batch = ground.read_file(ground.text_list(tmp_path, f"2026-01-05,{'示' * 300},1,"))
    row = ground.rows(batch).get()
    assert row.level == "error"
    assert "有 300 个字，超过上限 200 个字" in row.problems[0]["message"]


# A worker that dies ---------------------------------------------------------------------------------------------------


class DyingJob(NoProgress):
    """Progress whose work is broken off, as by a worker that is killed, once a stage is reached."""

    def __init__(self, stage: str) -> None:
        self._stage = stage

    def progress(self, done: int, total: int | None = None, stage: str = "") -> None:
        if stage == self._stage:
            raise KeyboardInterrupt


@pytest.mark.django_db
@pytest.mark.parametrize("stage", ["记账", "写入捐赠", "写入公开记录", "完成"])
def test_posting_broken_off_at_any_stage_leaves_nothing_and_goes_on_whole(ground: Ground, stage: str) -> None:
    batch = ground.submit(ground.counter(("示例甲乙", "100"), ("示例丙丁", "5")))
    approve_batch(batch_id=batch.pk, actor=ground.approver, queue=False)
    with pytest.raises(KeyboardInterrupt):
        post_batch(batch_id=batch.pk, job=DyingJob(stage))
    assert ground.fresh(batch).status == BatchStatus.POSTING
    assert not Entry.objects.unscoped("test").exists()
    assert not PublicRecord.objects.exists()
    assert post_batch(batch_id=batch.pk, job=NoProgress()).status == BatchStatus.POSTED
    assert ground.gifts(batch).count() == 2


@pytest.mark.worker
def test_a_worker_killed_while_posting_loses_nothing_and_doubles_nothing(
    committed_ground: Ground,
    tmp_path: Path,
    start_worker: Callable[[], CeleryProcess],
    celery_beat_process: CeleryProcess,
) -> None:
    ground = committed_ground
    path = tmp_path / "list.csv"
    lines = [f"2020-01-0{n % 5 + 1},示例甲{n},{n}.00," for n in range(1, 4001)]
    path.write_text("\n".join(["捐赠日期,捐赠人,金额,备注", *lines]), encoding="utf-8")
    batch = ground.open_file(path)
    worker = start_worker()
    wait_for(lambda: Job.objects.get().status == "running", what="the reading to begin")
    assert worker.pid != os.getpid()
    worker.kill()
    second = start_worker()
    wait_for(lambda: _stands(ground, batch, BatchStatus.DRAFT), what="the list to be read by another worker")
    assert ground.rows(batch).count() == 4000
    ground.submit(ground.fresh(batch))
    approve_batch(batch_id=batch.pk, actor=ground.approver)
    wait_for(
        lambda: Job.objects.filter(status="running").exists() or _stands(ground, batch, BatchStatus.POSTED),
        what="posting to begin",
    )
    os.killpg(second.pid, signal.SIGKILL)
    start_worker()
    wait_for(lambda: _stands(ground, batch, BatchStatus.POSTED), what="the batch to be posted by another worker")
    assert ground.gifts(batch).count() == 4000
    assert Movement.objects.count() == 4000
    assert {name: rows for name, rows in all_checks().items() if rows} == {}


def _stands(ground: Ground, batch: Batch, status: str) -> bool:
    return ground.fresh(batch).status == status


# The published lists --------------------------------------------------------------------------------------------------

LISTS = Path(os.environ.get("SHARED_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data") / "hubei-2020"
needs_lists = pytest.mark.skipif(not LISTS.is_dir(), reason="the published lists are not on this machine (SHARED_DATA)")


def bring(ground: Ground, name: str) -> Batch:
    """Read a published list, take over nothing, leave out what has errors."""
    return ground.read_file(LISTS / name, default_on=datetime.date(2020, 2, 1))


def post_whole(ground: Ground, batch: Batch) -> Batch:
    assert not ground.rows(batch).filter(level="error", excluded_reason="").exists()
    return ground.post(batch)


@pytest.mark.realdata
@pytest.mark.django_db
@needs_lists
@pytest.mark.parametrize(
    ("name", "count", "total"),
    [
        ("donate01.xls", 60, "3482232.11"),
        ("donate03.xls", 1995, "153967316.14"),
        ("donate05.xls", 6661, "80516593.00"),
        ("donate08.xls", 2860, "29763117.98"),
    ],
)
def test_a_published_list_is_posted_with_every_row_and_its_total(
    ground: Ground, name: str, count: int, total: str
) -> None:
    batch = post_whole(ground, bring(ground, name))
    figures = ground.gifts(batch).order_by().aggregate(n=Count("pk"), total=Sum("amount"))
    assert (figures["n"], figures["total"]) == (count, Decimal(total))
    assert Movement.objects.aggregate(total=Sum("quantity"))["total"] == Decimal(total)
    assert {check: rows for check, rows in all_checks().items() if rows} == {}


@pytest.mark.realdata
@pytest.mark.django_db
@needs_lists
def test_the_second_list_shows_what_it_repeats_of_the_first(ground: Ground) -> None:
    post_whole(ground, bring(ground, "donate01.xls"))
    second = bring(ground, "donate02.xls")
    assert ground.rows(second).exclude(duplicate_of="").count() == 59
    dropped = decide_duplicates(batch_id=second.pk, decision="drop", actor=ground.clerk)
    posted = ground.post(ground.fresh(second))
    assert dropped == 59
    assert ground.gifts(posted).count() == ground.rows(second).count() - 59


@pytest.mark.realdata
@pytest.mark.django_db
@needs_lists
def test_the_same_rows_in_other_bytes_are_all_suspected(ground: Ground) -> None:
    post_whole(ground, bring(ground, "donate03.xls"))
    fourth = bring(ground, "donate04.xls")
    rows = ground.rows(fourth)
    assert rows.exclude(duplicate_of="").count() == rows.filter(excluded_reason="").count() == 1995
