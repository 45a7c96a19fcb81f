"""Posting an approved batch: entries, movements, gifts and public records as sets, in one transaction."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from core.clock import SHANGHAI, now
from core.crypto import seal_many
from core.errors import DomainError
from core.numbers import SERIAL_DIGITS, take_serials
from core.outbox import SALT_FIELD
from core.progress import Progress
from donations.choices import GIFT_LETTER, BatchStatus, DonorKind, GiftKind, NameChoice
from donations.display import anonymous_name
from donations.models import Batch
from donations.services.copying import copy_rows
from donations.services.moving import lock_batch, move_batch
from ledger.choices import EntryKind, WorldParty
from ledger.models import Fund
from ledger.services.accounts import money_holding, world_account
from ledger.services.bulk import post_prepared

RELATION = "posting_gift"
SALTS = "posting_salt"

# The rows to post, in their order, with the ids that entry and gift will have, the fund's account, and what is shown.
PREPARE = f"""
    CREATE TEMP TABLE {RELATION} ON COMMIT DROP AS
    SELECT row_number() OVER (ORDER BY s.row_number) AS seq,
           nextval(pg_get_serial_sequence('ledger_entry', 'id')) AS entry_id,
           nextval(pg_get_serial_sequence('donations_donation', 'id')) AS donation_id,
           %(source)s::bigint AS source_id, a.account_id AS destination_id, %(unit)s::bigint AS unit_id,
           s.amount AS quantity, s.received_on AS occurred_on,
           %(batch_number)s || '#' || s.row_number AS document,
           'gift:' || %(batch_number)s || ':' || s.row_number AS idempotency_key,
           s.row_number, coalesce(s.fund_id, %(fund)s) AS fund_id, a.fund_code, s.purpose,
           s.donor, s.donor_kind, s.name_choice,
           CASE WHEN s.donor_kind = '{DonorKind.ANONYMOUS.value}' OR s.name_choice = '{NameChoice.ANONYMOUS.value}'
                THEN %(anonymous)s
                WHEN s.donor_kind = '{DonorKind.ORGANISATION.value}' OR s.name_choice = '{NameChoice.REAL.value}'
                THEN s.donor ELSE s.display_name END AS display_name,
           s.remark, s.channel, s.reference, s.voucher_id, s.content_key, s.loose_key
      FROM donations_stagedgift s
      JOIN unnest(%(fund_ids)s::bigint[], %(account_ids)s::bigint[], %(fund_codes)s::text[])
           AS a(fund_id, account_id, fund_code) ON a.fund_id = coalesce(s.fund_id, %(fund)s)
     WHERE s.batch_id = %(batch)s AND s.excluded_reason = '' AND s.duplicate_decision <> 'drop'
     ORDER BY s.row_number
"""

NUMBER = f"%(branch_code)s || '-' || %(year)s || '-{GIFT_LETTER}' || lpad((%(first)s + g.seq - 1)::text, {SERIAL_DIGITS}, '0')"

INSERT_DONATIONS = f"""
    INSERT INTO donations_donation (id, branch_id, province_id, city_id, county_id, number, entry_id, batch_id, row_number,
        kind, received_on, posted_at, amount, fund_id, purpose, donor_name, donor_kind, name_choice, display_name,
        display_bigrams, remark, channel, reference, voucher_id, content_key, loose_key, is_recorded_for)
    SELECT g.donation_id, %(branch)s, %(province)s, %(city)s, %(county)s, {NUMBER}, g.entry_id, %(batch)s, g.row_number,
           '{GiftKind.MONEY.value}', g.occurred_on, %(posted_at)s, g.quantity, g.fund_id, g.purpose, g.donor, g.donor_kind,
           g.name_choice, g.display_name, n.bigrams, g.remark, g.channel, g.reference, g.voucher_id, g.content_key,
           g.loose_key, %(recorded_for)s
      FROM {RELATION} g
      JOIN (SELECT display_name, core_bigrams(display_name) AS bigrams
              FROM (SELECT DISTINCT display_name FROM {RELATION}) d) n USING (display_name)
     ORDER BY g.seq
"""

# The public record of a gift, canonical JSON (RFC 8785: keys sorted, no spaces; to_json writes strings as it asks).
# `donor` is an organisation's name or null; a natural person stands only as a commitment (docs/log.md).
RECORD = f"""
    '{{"amount":"' || g.quantity::numeric(14,2) || '","branch":' || to_json(%(branch_code)s::text)
    || ',"currency":"CNY","donor":'
    || CASE WHEN g.donor_kind = '{DonorKind.ORGANISATION.value}' AND g.name_choice <> '{NameChoice.ANONYMOUS.value}'
            THEN to_json(g.donor)::text ELSE 'null' END
    || ',"donor_commitment":"' || encode(sha256(t.salt || convert_to(g.donor, 'UTF8')), 'hex')
    || '","donor_kind":"' || g.donor_kind
    || '","entry":"' || %(branch_code)s || '-' || %(year)s || '-E' || lpad((%(first_entry)s + g.seq - 1)::text, {SERIAL_DIGITS}, '0')
    || '","fund":' || to_json(g.fund_code)
    || ',"kind":"gift","number":"' || {NUMBER}
    || '","posted_at":"' || %(posted_text)s
    || '","private_digest":"' || encode(sha256(t.salt || convert_to(
           '{{"channel":' || to_json(g.channel) || ',"donor":' || to_json(g.donor) || ',"reference":' || to_json(g.reference)
           || ',"remark":' || to_json(g.remark) || '}}', 'UTF8')), 'hex')
    || '","purpose":"' || g.purpose
    || '","received_on":"' || g.occurred_on
    || '","schema":"gift/1"}}'
"""

INSERT_RECORDS = f"""
    INSERT INTO core_publicrecord (uuid, kind, subject, object_id, branch_code, record, leaf_hash, sealed_salt, created_at)
    SELECT r.uuid, 'gift', r.number, r.entry_id, %(branch_code)s, r.record,
           sha256('\\x00'::bytea || convert_to(r.record, 'UTF8')), r.sealed, %(posted_at)s
      FROM (SELECT t.uuid, t.sealed, g.entry_id, g.seq, {NUMBER} AS number, {RECORD} AS record
              FROM {RELATION} g JOIN {SALTS} t ON t.seq = g.seq) r
     ORDER BY r.seq
"""

ADD_TO_TOTALS = f"""
    INSERT INTO donations_dailytotal (branch_id, province_id, city_id, county_id, fund_id, kind, received_on, gift_count, amount)
    SELECT %(branch)s, %(province)s, %(city)s, %(county)s, g.fund_id, '{GiftKind.MONEY.value}', g.occurred_on, count(*), sum(g.quantity)
      FROM {RELATION} g GROUP BY g.fund_id, g.occurred_on ORDER BY g.fund_id, g.occurred_on
    ON CONFLICT ON CONSTRAINT dailytotal_once
    DO UPDATE SET gift_count = donations_dailytotal.gift_count + EXCLUDED.gift_count,
                  amount = donations_dailytotal.amount + EXCLUDED.amount
"""


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
    moment = now()
    year = moment.astimezone(SHANGHAI).year
    assert batch.approved_by_id is not None and batch.submitted_by_id is not None  # noqa: S101 -- for mypy; CHECKs hold it
    with connection.cursor() as cursor:
        count = _prepare(cursor, batch)
        job.progress(0, count, stage=_("记账"))
        block = post_prepared(
            relation=RELATION,
            key=f"batch:{batch.number}",
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
            "recorded_for": bool(batch.authority),
        }
        job.progress(count // 3, count, stage=_("写入捐赠"))
        cursor.execute(INSERT_DONATIONS, values)
        job.progress(count * 2 // 3, count, stage=_("写入公开记录"))
        _copy_salts(cursor, count)
        cursor.execute(INSERT_RECORDS, values)
        cursor.execute(ADD_TO_TOTALS, values)
    job.progress(count, count, stage=_("完成"))
    move_batch(batch, BatchStatus.POSTED, actor=None, posted_at=moment, group_id=block.group_id)


def _prepare(cursor: Any, batch: Batch) -> int:
    fund_ids = {batch.fund_id, *batch.rows.exclude(fund=None).values_list("fund_id", flat=True).distinct()}
    funds = list(Fund.objects.filter(pk__in=fund_ids).order_by("pk"))
    accounts = [money_holding(fund) for fund in funds]
    givers = world_account(WorldParty.GIVERS, accounts[0].unit)
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
    return int(cursor.fetchone()[0])


def _copy_salts(cursor: Any, count: int) -> None:
    cursor.execute(
        f"CREATE TEMP TABLE {SALTS} (seq bigint PRIMARY KEY, uuid uuid, salt bytea, sealed bytea) ON COMMIT DROP"
    )
    copy_rows(SALTS, ("seq", "uuid", "salt", "sealed"), _salts(count))
    cursor.execute(f"ANALYZE {SALTS}")


def _salts(count: int, chunk: int = 5000) -> Iterator[tuple[int, uuid.UUID, bytes, bytes]]:
    """One fresh 128-bit salt for each record, clear for this transaction only, and sealed to be kept."""
    for start in range(0, count, chunk):
        size = min(chunk, count - start)
        ids = [uuid.uuid4() for _index in range(size)]
        salts = [os.urandom(16) for _index in range(size)]
        sealed = seal_many(zip(ids, salts, strict=True), field=SALT_FIELD, purpose="salts")
        for index in range(size):
            yield start + index + 1, ids[index], salts[index], sealed[index]


def utc_text(moment: datetime) -> str:
    """A moment as it stands in public records: ISO 8601 in UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
