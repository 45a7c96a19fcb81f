"""Gifts posted through the services, as a clerk and an approver would."""

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from accounts.models import User
from core.progress import NoProgress
from donations.models import Donation
from donations.selectors.batches import batch_tally
from donations.services.batches import approve_batch, open_counter_batch, submit_batch
from donations.services.corrections import approve_correction, request_correction
from donations.services.duplicates import decide_duplicates
from donations.services.posting import post_batch
from donations.services.rows import add_row
from ledger.models import Fund
from ledger.services.funds import ensure_default_fund
from organizations.models import Branch

OPENED = datetime.date(2020, 1, 1)


def post_gifts(
    branch: Branch, rows: Iterable[Mapping[str, Any]], clerk: User, approver: User, fund: Fund | None = None
) -> list[Donation]:
    """Type rows, approve and post them: donor, amount, received_on and, where wanted, name_choice, donor_kind, purpose.

    Rows that look like each other are kept: they are other gifts. Returns the gifts in the order of the rows.
    """
    fund = fund or ensure_default_fund(branch=branch, on=OPENED, actor=None)
    batch = open_counter_batch(branch=branch, fund=fund, actor=clerk)
    for row in rows:
        add_row(batch_id=batch.pk, typed={name: str(value) for name, value in row.items()}, actor=clerk)
    if batch_tally(batch).undecided_count:
        decide_duplicates(batch_id=batch.pk, decision="keep", actor=clerk)
    submit_batch(batch_id=batch.pk, actor=clerk)
    approve_batch(batch_id=batch.pk, actor=approver, queue=False)
    post_batch(batch_id=batch.pk, job=NoProgress())
    return list(Donation.objects.unscoped("made by this test").filter(batch=batch).order_by("row_number"))


def reverse_gift(gift: Donation, clerk: User, approver: User, public_note: str = "示例：重复登记，予以冲销。") -> None:
    """Reverse a gift: the clerk asks, the approver agrees."""
    correction = request_correction(donation=gift, reason="示例理由：重复登记", public_note=public_note, actor=clerk)
    approve_correction(correction_id=correction.pk, actor=approver)
