"""Posting an approved batch: entries, movements, gifts and public records as sets, in one transaction."""

from __future__ import annotations

import io
import os
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from core.clock import SHANGHAI, now
from core.crypto import seal_many
from core.errors import DomainError
from core.numbers import take_serials
from core.outbox import SALT_FIELD
from core.progress import Progress
from core.recorded import exact_text
from donations.choices import GIFT_LETTER, BatchStatus
from donations.display import anonymous_name
from donations.models import Batch
from donations.services.moving import lock_batch, move_batch
from donations.services.statements import (
    ADD_TO_TOTALS,
    INSERT_DONATIONS,
    INSERT_RECORDS,
    PREPARE,
    RELATION,
    SALTS,
)
from ledger.choices import EntryKind, WorldParty
from ledger.models import Fund
from ledger.services.accounts import money_holding, world_account
from ledger.services.bulk import post_prepared
from ledger.services.positions import lock_balances
from organizations.models import Branch


def post_batch(*, batch_id: int, job: Progress) -> Batch:
    """Post an approved batch: everything or nothing, in one transaction.

    Idempotent: a batch that is no longer POSTING is left as it is. Locks the batch, then the funds' balances in
    ascending order, then the counters of entries and gifts. A DomainError (a fund closed meanwhile, say) gives the
    batch back to the approver with the reason.
    """
    try:
        with transaction.atomic():
            batch = lock_batch(batch_id)
            if batch.status != BatchStatus.POSTING:
                return batch
            _post(batch, job)
    except DomainError as refusal:
        with transaction.atomic():
            batch = lock_batch(batch_id)
            if batch.status == BatchStatus.POSTING:
                move_batch(batch, BatchStatus.SUBMITTED, actor=None, reason=refusal.message, approved_by=None)
        raise
    return batch


def _post(batch: Batch, job: Progress) -> None:
    if batch.approved_by_id is None or batch.submitted_by_id is None:
        raise ValueError(f"batch {batch.pk} is posting without maker and approver")
    with connection.cursor() as cursor, ThreadPoolExecutor(max_workers=1) as beside:
        # Sorts of a file of gifts stay in memory.
        cursor.execute("SET LOCAL work_mem = '128MB'")
        count, accounts = _prepare(cursor, batch)
        salts = beside.submit(_salts, count)
        job.progress(0, count, stage=_("记账"))
        # The time is read under the funds' locks, so that in each fund it rises with the order of posting.
        lock_balances(accounts)
        _check_branch_open(batch)
        moment = now()
        year = moment.astimezone(SHANGHAI).year
        key = f"batch:{batch.number}"
        block = post_prepared(
            relation=RELATION,
            key=key,
            branch=batch.branch,
            kind=EntryKind.GIFT,
            maker_id=batch.submitted_by_id,
            approver_id=batch.approved_by_id,
            posted_at=moment,
        )
        values = {
            "branch": batch.branch_id,
            "province": batch.province_id,
            "city": batch.city_id,
            "county": batch.county_id,
            "branch_code": batch.branch.code,
            "batch": batch.pk,
            "year": str(year),
            "first": take_serials(batch.branch.code, year, GIFT_LETTER, count),
            "first_entry": block.first_serial,
            "posted_at": moment,
            "posted_text": utc_text(moment),
            "posted_exact": exact_text(moment),
            "batch_number": batch.number,
            "group": key,
            "maker": batch.submitted_by_id,
            "approver": batch.approved_by_id,
            "recorded_for": bool(batch.authority),
        }
        job.progress(count // 3, count, stage=_("写入捐赠"))
        cursor.execute(INSERT_DONATIONS, values)
        job.progress(count * 2 // 3, count, stage=_("写入公开记录"))
        _copy_salts(cursor, salts.result())
        cursor.execute(INSERT_RECORDS, values)
        cursor.execute(ADD_TO_TOTALS, values)
    job.progress(count, count, stage=_("完成"))
    move_batch(batch, BatchStatus.POSTED, actor=None, posted_at=moment, group_id=block.group_id)


def _check_branch_open(batch: Batch) -> None:
    """Refuse a branch that was closed meanwhile; read under the balances' locks, which closing takes as well."""
    if not Branch.objects.valid().filter(pk=batch.branch_id).exists():
        raise DomainError(
            "branch_closed", _("“%(branch)s”已停用，不能再入账，请作废这一批。") % {"branch": batch.branch.name}
        )


def _prepare(cursor: Any, batch: Batch) -> tuple[int, list[int]]:
    fund_ids = {batch.fund_id, *batch.rows.exclude(fund=None).values_list("fund_id", flat=True).distinct()}
    funds = list(Fund.objects.filter(pk__in=fund_ids).order_by("pk"))
    accounts = [money_holding(fund) for fund in funds]
    givers = world_account(WorldParty.GIVERS, accounts[0].unit)
    # They go by themselves at the end of the transaction; another batch may have been posted in the same one.
    cursor.execute(f"DROP TABLE IF EXISTS {RELATION}, {SALTS}")
    cursor.execute(
        PREPARE,
        {
            "source": givers.pk,
            "unit": givers.unit_id,
            "batch": batch.pk,
            "batch_number": batch.number,
            "fund": batch.fund_id,
            "fund_ids": [fund.pk for fund in funds],
            "account_ids": [account.pk for account in accounts],
            "fund_codes": [fund.code for fund in funds],
            "anonymous": anonymous_name(),
        },
    )
    cursor.execute(f"ANALYZE {RELATION}")
    cursor.execute(f"SELECT count(*) FROM {RELATION}")  # noqa: S608 -- a constant
    return int(cursor.fetchone()[0]), [account.pk for account in accounts]


def _copy_salts(cursor: Any, lines: io.BytesIO) -> None:
    cursor.execute(
        f"CREATE TEMP TABLE {SALTS} (seq bigint PRIMARY KEY, uuid uuid, salt bytea, sealed bytea) ON COMMIT DROP"
    )
    cursor.copy_expert(f"COPY {SALTS} FROM STDIN", lines)
    cursor.execute(f"ANALYZE {SALTS}")


def _salts(count: int, chunk: int = 5000) -> io.BytesIO:
    """Lines for COPY in memory, one fresh 128-bit salt a record, clear for this transaction and sealed to be kept.

    Needs no database, so it is drawn and sealed beside the statements that do.
    """
    lines = io.BytesIO()
    for start in range(0, count, chunk):
        size = min(chunk, count - start)
        drawn = os.urandom(32 * size)
        ids = [uuid.UUID(bytes=drawn[at : at + 16], version=4) for at in range(0, 32 * size, 32)]
        salts = [drawn[at : at + 16] for at in range(16, 32 * size, 32)]
        sealed = seal_many(zip(ids, salts, strict=True), field=SALT_FIELD, purpose="salts")
        text = "".join(
            f"{start + at + 1}\t{ids[at]}\t\\\\x{salts[at].hex()}\t\\\\x{sealed[at].hex()}\n" for at in range(size)
        )
        lines.write(text.encode("ascii"))
    lines.seek(0)
    return lines


def utc_text(moment: datetime) -> str:
    """A moment as it stands in public records: ISO 8601 in UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
