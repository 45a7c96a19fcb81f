"""Adding a gift at the counter: its voucher kept, its batch found or opened, its row written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, BinaryIO
from uuid import UUID

from django.db import transaction

from donations.models import StagedGift
from donations.services.batches import lock_person, open_counter_batch
from donations.services.drafts import discard_draft
from donations.services.files import keep_voucher
from donations.services.rows import add_row
from ledger.models import Fund
from organizations.choices import Right
from organizations.permissions import require

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def add_counter_gift(
    *, fund: Fund, typed: Mapping[str, Any], actor: User, upload: BinaryIO | None = None, entry_key: UUID
) -> StagedGift:
    """Add a gift to the person's open batch for a fund; the same form (`entry_key`) adds it once and returns its row.

    Also when the batch was submitted in between: a form that comes back then finds the row it made. Locks the person,
    then the batch. Raises DomainError with the fields that are wrong; then neither row nor voucher nor batch was made.
    """
    require(actor, Right.ENTER_GIFTS, fund.branch)
    # A double click sends the form twice at once: the second waits here and then finds what the first made.
    lock_person(actor)
    made = StagedGift.objects.filter(entry_key=entry_key, edited_by_id=actor.pk).first()
    if made is not None:
        return made
    batch = open_counter_batch(branch=fund.branch, fund=fund, actor=actor)
    voucher = keep_voucher(upload=upload, actor=actor) if upload is not None else None
    # What was being typed is this gift now.
    discard_draft(actor=actor)
    return add_row(batch_id=batch.pk, typed=typed, voucher=voucher, entry_key=entry_key, actor=actor)
