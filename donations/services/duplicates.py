"""Suspected duplicates: found by digests, decided by people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

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

# What is known already: posted gifts that were not reversed, and rows of other living batches; `label` points there.
_KNOWN = """
    SELECT d.content_key, d.loose_key, d.received_on, d.donor_kind, d.number AS label, d.id AS place
      FROM donations_donation d
     WHERE d.loose_key IN (SELECT loose_key FROM fresh)
       AND NOT EXISTS (SELECT 1 FROM donations_correction c WHERE c.donation_id = d.id AND c.status = 'approved')
    UNION ALL
    SELECT s.content_key, s.loose_key, s.received_on, s.donor_kind, b.number || '#' || s.row_number, s.id
      FROM donations_stagedgift s JOIN donations_batch b ON b.id = s.batch_id
     WHERE s.loose_key IN (SELECT loose_key FROM fresh) AND s.batch_id <> %(batch)s
       AND b.status = ANY(%(living)s)
       AND s.excluded_reason = '' AND s.duplicate_decision <> 'drop'
"""

# First the same giver, amount and day, then the same giver and amount on a near day. Two equal rows of one file are two
# gifts: the n-th of them is suspected only where n such gifts are known, and one known gift answers for one row.
MARK = f"""
    WITH fresh AS (
        SELECT id, row_number, content_key, loose_key, received_on, donor_kind FROM donations_stagedgift
         WHERE batch_id = %(batch)s AND loose_key IS NOT NULL AND excluded_reason = '' {{only}}
    ), known AS MATERIALIZED ({_KNOWN}),
    exact AS (
        SELECT f.id, k.label, k.place
          FROM (SELECT *, row_number() OVER (PARTITION BY content_key ORDER BY row_number) AS nth FROM fresh) f
          JOIN (SELECT *, row_number() OVER (PARTITION BY content_key ORDER BY place) AS nth FROM known) k
            ON k.content_key = f.content_key AND k.nth = f.nth
    ), near AS (
        SELECT f.id, k.label
          FROM (SELECT *, row_number() OVER (PARTITION BY loose_key ORDER BY received_on, row_number) AS nth
                  FROM fresh f WHERE NOT EXISTS (SELECT 1 FROM exact e WHERE e.id = f.id)
                   AND donor_kind <> '{DonorKind.ANONYMOUS.value}') f
          JOIN (SELECT *, row_number() OVER (PARTITION BY loose_key ORDER BY received_on, place) AS nth
                  FROM known k WHERE NOT EXISTS (SELECT 1 FROM exact e WHERE e.place = k.place AND e.label = k.label)) k
            ON k.loose_key = f.loose_key AND k.nth = f.nth AND abs(k.received_on - f.received_on) <= {NEAR_DAYS}
    )
    UPDATE donations_stagedgift s SET duplicate_of = found.label
      FROM (SELECT id, label FROM exact UNION ALL SELECT id, label FROM near) found
     WHERE s.id = found.id AND s.duplicate_of = '' {{mark}}
"""  # noqa: S608 -- made of constants


# Batches whose rows may still be posted, and those that are on their way to it for sure.
LIVING = (BatchStatus.DRAFT, BatchStatus.SUBMITTED, BatchStatus.RETURNED, BatchStatus.POSTING)
HANDED_ON = (BatchStatus.SUBMITTED, BatchStatus.POSTING)
# Whoever submits waits here for whoever submits at the same moment, so that each sees the other's rows.
SUBMITTING = 0x7375_626D


def mark_duplicates(batch: Batch, *, row_id: int | None = None) -> int:
    """Mark the rows of a batch (or one) that repeat a known gift; one statement in the caller's transaction.

    For one row all rows of the same giver and amount are counted along, because one known gift answers for one row.
    """
    alike = "AND loose_key = (SELECT loose_key FROM donations_stagedgift WHERE id = %(row)s)"
    return _mark(batch, LIVING, only=alike if row_id else "", mark="AND s.id = %(row)s" if row_id else "", row=row_id)


def mark_late_duplicates(batch: Batch) -> int:
    """Mark rows that repeat a gift which was posted or handed on only after this batch was read; returns how many.

    Two lists that were read at the same moment do not see each other: the second to be submitted is told here. Rows
    that were suspected before keep what was decided. Takes an advisory lock until the transaction ends.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SUBMITTING])
    return _mark(batch, HANDED_ON, only="", mark="", row=None)


def _mark(batch: Batch, living: Sequence[str], *, only: str, mark: str, row: int | None) -> int:
    with connection.cursor() as cursor:
        values = {"batch": batch.pk, "row": row, "living": [str(status) for status in living]}
        cursor.execute(MARK.format(only=only, mark=mark), values)
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
