"""Giving public records their place in the log."""

from __future__ import annotations

import datetime

from django.db import connection, transaction

from core.clock import now
from transparency.models import LogHead
from transparency.services.restored import log_is_held

# Records of transactions that are surely over and were not taken yet, in posting order. Between two runs the horizon
# moves from `seen_xid` to the oldest transaction that still runs: each record's transaction lies in exactly one step.
# What was taken again from a copy of the log after a restore has its place already.
PLACE = """
    WITH horizon AS (SELECT pg_snapshot_xmin(pg_current_snapshot()) AS xid),
    placed AS (
        INSERT INTO transparency_logleaf (index, record_id, sequenced_at)
        SELECT %(size)s + row_number() OVER (ORDER BY r.id) - 1, r.id, %(now)s
          FROM core_publicrecord r, horizon h
         WHERE r.xid >= %(seen)s::text::xid8 AND r.xid < h.xid
           AND NOT EXISTS (SELECT FROM transparency_logleaf l WHERE l.record_id = r.id)
        RETURNING 1)
    SELECT (SELECT count(*) FROM placed), (SELECT xid::text::bigint FROM horizon)
"""


def sequence_records() -> int:
    """Give every record whose transaction is surely over its index, without gap, and return how many there were.

    Locks the log's head, so two sequencers take turns. Idempotent; a crash leaves nothing half done. After a restore
    none gets its place until `resume_log` says that this is no fork.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        head = LogHead.objects.select_for_update().get(pk=1)
        if log_is_held():
            return 0
        cursor.execute(PLACE, {"size": head.size, "seen": str(head.seen_xid), "now": now()})
        placed, horizon = cursor.fetchone()
        head.size += placed
        head.seen_xid = max(head.seen_xid, horizon)
        head.save(update_fields=["size", "seen_xid"])
    return int(placed)


def records_without_place(before: datetime.datetime) -> bool:
    """Whether records written before a moment are committed and still without a place.

    A transaction of any database of the server that has run since before they were written holds them back.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM core_publicrecord r, transparency_loghead h"
            " WHERE r.xid >= h.seen_xid::text::xid8 AND r.created_at < %s"
            " AND NOT EXISTS (SELECT FROM transparency_logleaf l WHERE l.record_id = r.id))",
            [before],
        )
        return bool(cursor.fetchone()[0])
