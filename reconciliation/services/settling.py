"""What becomes of lines when the batch they went into is posted or cancelled."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from core.clock import now
from donations.choices import BatchStatus
from donations.models import Batch
from reconciliation.choices import LineKind, LineOutcome
from reconciliation.models import LineGift
from reconciliation.services.moving import lock_pairing

# ruff: noqa: S608 -- what is put into the text are constants

_LINKED = """
    FROM reconciliation_linegift g
    JOIN reconciliation_statementline l ON l.id = g.line_id
    LEFT JOIN donations_donation d ON d.batch_id = g.batch_id AND d.row_number = g.row_number AND d.amount = l.amount
   WHERE g.batch_id = %(batch)s AND g.is_active AND l.outcome = 'in_batch'
"""
EVENTS = f"""
    INSERT INTO reconciliation_lineevent (line_id, from_outcome, to_outcome, kind, target, actor_id, at, reason)
    SELECT l.id, 'in_batch', CASE WHEN d.id IS NULL THEN '{LineOutcome.OPEN.value}' ELSE '{LineOutcome.GIFT.value}' END,
           CASE WHEN d.id IS NULL THEN '' ELSE '{LineKind.GIFT.value}' END, coalesce(d.number, %(number)s), NULL,
           %(at)s,
           CASE WHEN d.id IS NULL THEN %(not_posted)s ELSE %(posted)s END
    {_LINKED} ORDER BY l.seq
"""
SETTLE = f"""
    UPDATE reconciliation_statementline line
       SET outcome = CASE WHEN f.gift_id IS NULL THEN '{LineOutcome.OPEN.value}' ELSE '{LineOutcome.GIFT.value}' END,
           kind = CASE WHEN f.gift_id IS NULL THEN '' ELSE '{LineKind.GIFT.value}' END,
           gift_id = f.gift_id, entry_id = f.entry_id
      FROM (SELECT l.id, d.id AS gift_id, d.entry_id {_LINKED}) f
     WHERE line.id = f.id
"""


def settle_batch(batch: Batch) -> None:
    """Settle the lines of a batch by its gifts, or open them again; called in the transaction that moves the batch.

    A row that was left out, or posted with another sum, opens its line again with the reason. Set-based; a batch that
    came from no statement costs one query. Waits for pairings of the branch, so that no gift is taken at that moment.
    """
    if not LineGift.objects.filter(batch_id=batch.pk, is_active=True).exists():
        return
    lock_pairing(batch.branch_id)
    is_posted = batch.status == BatchStatus.POSTED
    values: dict[str, Any] = {
        "batch": batch.pk,
        "number": batch.number,
        "at": now(),
        "posted": _("批次已入账"),
        "not_posted": _("批次里没有入账（已排除、判为重复或金额已改）") if is_posted else _("批次已作废"),
    }
    with connection.cursor() as cursor:
        cursor.execute(EVENTS, values)
        cursor.execute(SETTLE, values)
    left = LineGift.objects.filter(batch_id=batch.pk, is_active=True)
    left.filter(line__outcome=LineOutcome.OPEN).update(is_active=False)
