"""Suspected duplicates: found by digests, decided by people."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.errors import DomainError
from donations.choices import BatchStatus, DonorKind, DuplicateDecision
from donations.models import Batch, StagedGift
from donations.services.moving import lock_batch, note_maker, require_editable
from organizations.choices import Right
from organizations.permissions import require

if TYPE_CHECKING:
    from accounts.models import User

# Days between two dates of what may still be one gift (a later list often shows the day of booking, not of payment).
NEAR_DAYS = 31

# The rows of the batch that are compared; `only` narrows them to those alike one row.
_FRESH = """
    SELECT id, row_number, content_key, loose_key, received_on, donor_kind FROM donations_stagedgift
     WHERE batch_id = %(batch)s AND loose_key IS NOT NULL AND excluded_reason = '' {only}
"""
# What is known already: posted gifts that were not reversed, and rows of other living batches; `label` points there.
_KNOWN = """
    SELECT d.content_key, d.loose_key, d.received_on, d.number AS label, d.id AS place
      FROM donations_donation d
     WHERE d.loose_key IN (SELECT loose_key FROM suspicion_fresh)
       AND NOT EXISTS (SELECT 1 FROM donations_correction c
                        WHERE c.donation_id = d.id AND c.is_current AND c.taken_total = d.amount)
    UNION ALL
    SELECT s.content_key, s.loose_key, s.received_on,
           (%(numbers)s::jsonb ->> s.batch_id::text) || '#' || s.row_number, s.id
      FROM donations_stagedgift s
     WHERE s.batch_id = ANY(%(others)s) AND s.loose_key IN (SELECT loose_key FROM suspicion_fresh)
       AND s.excluded_reason = '' AND s.duplicate_decision <> 'drop'
"""
# First the same giver, amount and day, then the same giver and amount on a near day. Two equal rows of one file are two
# gifts: the n-th of them is suspected only where n such gifts are known, and one known gift answers for one row.
_COMPARE = f"""
    exact AS (
        SELECT f.id, k.label, k.place
          FROM (SELECT *, row_number() OVER (PARTITION BY content_key ORDER BY row_number) AS nth
                  FROM suspicion_fresh WHERE loose_key IN (SELECT loose_key FROM suspicion_known)) f
          JOIN (SELECT *, row_number() OVER (PARTITION BY content_key ORDER BY place) AS nth FROM suspicion_known) k
            ON k.content_key = f.content_key AND k.nth = f.nth
    ), near AS (
        SELECT f.id, k.label
          FROM (SELECT *, row_number() OVER (PARTITION BY loose_key ORDER BY received_on, row_number) AS nth
                  FROM suspicion_fresh f
                 WHERE loose_key IN (SELECT loose_key FROM suspicion_known)
                   AND NOT EXISTS (SELECT 1 FROM exact e WHERE e.id = f.id)
                   AND donor_kind <> '{DonorKind.ANONYMOUS.value}') f
          JOIN (SELECT *, row_number() OVER (PARTITION BY loose_key ORDER BY received_on, place) AS nth
                  FROM suspicion_known k
                 WHERE NOT EXISTS (SELECT 1 FROM exact e WHERE e.place = k.place AND e.label = k.label)) k
            ON k.loose_key = f.loose_key AND k.nth = f.nth AND abs(k.received_on - f.received_on) <= {NEAR_DAYS}
    )
    UPDATE donations_stagedgift s SET duplicate_of = found.label
      FROM (SELECT id, label FROM exact UNION ALL SELECT id, label FROM near) found
     WHERE s.id = found.id AND s.duplicate_of = '' {{mark}}
"""  # noqa: S608 -- made of constants
_ALIKE = "AND loose_key = (SELECT loose_key FROM donations_stagedgift WHERE id = %(row)s)"

# Batches whose rows may still be posted, and those that are on their way to it for sure.
LIVING = (BatchStatus.DRAFT, BatchStatus.SUBMITTED, BatchStatus.RETURNED, BatchStatus.POSTING)
HANDED_ON = (BatchStatus.SUBMITTED, BatchStatus.POSTING)
# Whoever submits waits here for whoever submits at the same moment, so that each sees the other's rows.
SUBMITTING = 0x7375_626D


def mark_duplicates(batch: Batch, *, row_id: int | None = None) -> int:
    """Mark the rows of a batch (or one) that repeat a known gift, in the caller's transaction; returns how many.

    For one row all rows of the same giver and amount are counted along, because one known gift answers for one row.
    """
    values = _values(batch, LIVING)
    return _mark_batch(values) if row_id is None else _mark_row({**values, "row": row_id})


def mark_late_duplicates(batch: Batch) -> int:
    """Mark rows that repeat a gift which was posted or handed on only after this batch was read; returns how many.

    Two lists that were read at the same moment do not see each other: the second to be submitted is told here. Rows
    that were suspected before keep what was decided. Takes an advisory lock until the transaction ends.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SUBMITTING])
    return _mark_batch(_values(batch, HANDED_ON))


def _values(batch: Batch, living: Sequence[str]) -> dict[str, Any]:
    others = dict(
        Batch.objects.unscoped("repeats are looked for in all branches")
        .filter(status__in=living)
        .exclude(pk=batch.pk)
        .values_list("pk", "number")
    )
    numbers = {str(pk): number for pk, number in others.items()}
    return {"batch": batch.pk, "others": list(others), "numbers": json.dumps(numbers)}


def _mark_row(values: dict[str, Any]) -> int:
    query = f"WITH suspicion_fresh AS ({_FRESH}), suspicion_known AS MATERIALIZED ({_KNOWN}), {_COMPARE}"
    with connection.cursor() as cursor:
        cursor.execute(query.format(only=_ALIKE, mark="AND s.id = %(row)s"), values)
        return cursor.rowcount


def _mark_batch(values: dict[str, Any]) -> int:
    """The same for all rows, through tables of the transaction's own that can be analysed.

    Nothing is known yet of rows just copied in, and the planner would take two hundred thousand for one.
    """
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS suspicion_fresh, suspicion_known")
        for name, query in (("suspicion_fresh", _FRESH.format(only="")), ("suspicion_known", _KNOWN)):
            cursor.execute(f"CREATE TEMP TABLE {name} ON COMMIT DROP AS {query}", values)
            cursor.execute(f"ANALYZE {name}")
        cursor.execute(f"WITH {_COMPARE.format(mark='')}", values)
        return cursor.rowcount


def decide_duplicates(
    *, batch_id: int, decision: str, actor: User, row_numbers: Sequence[int] | None = None, undecided_only: bool = True
) -> int:
    """Decide suspected duplicates: keep (another gift) or drop (the same gift, not posted); returns how many rows.

    `row_numbers` None means all that are undecided. Raises DomainError for a row that is not suspected.
    """
    with transaction.atomic():
        batch = lock_batch(batch_id)
        require(actor, Right.ENTER_GIFTS, batch.branch)
        require_editable(batch)
        rows = StagedGift.objects.filter(batch=batch).exclude(duplicate_of="")
        if row_numbers is not None:
            rows = rows.filter(row_number__in=row_numbers)
            missing = sorted(set(row_numbers) - set(rows.values_list("row_number", flat=True)))
            if missing:
                raise DomainError(
                    "row_not_suspected",
                    _("第 %(rows)s 行不是疑似重复，请核对行号。") % {"rows": "、".join(map(str, missing))},
                )
        elif undecided_only:
            rows = rows.filter(duplicate_decision=DuplicateDecision.NONE)
        changed = rows.update(duplicate_decision=decision, edited_by_id=actor.pk, edit_count=F("edit_count") + 1)
        note_maker(batch, actor)
        record_audit(
            f"donations.batch.duplicates_{decision}",
            actor=actor,
            obj=batch,
            branch_code=batch.branch.code,
            changed_fields=["duplicate_decision"],
        )
    return changed
