"""What the demo's people do: the same services as behind the desk's pages, in the same order."""

from __future__ import annotations

import io
from typing import Any

from django.db import transaction
from PIL import Image

from core.clock import today
from core.progress import NoProgress
from donations.choices import DuplicateDecision, NameChoice
from donations.selectors.batches import batch_tally
from donations.selectors.funds import fund_for
from donations.services.batches import approve_batch, open_counter_batch, open_file_batch, return_batch, submit_batch
from donations.services.corrections import approve_correction, request_correction
from donations.services.duplicates import decide_duplicates
from donations.services.posting import post_batch
from donations.services.rows import add_row
from donations.services.staging import read_batch
from transparency.demo.lists import MadeUpGift
from transparency.demo.people import Desk


def bring_file(desk: Desk, content: bytes, *, name: str, fund: str = "") -> Any:
    """Bring in a list and read it here; the job that is queued as well finds it read."""
    # One transaction, so that a worker that runs meanwhile cannot take the list first, with another clock.
    with transaction.atomic():
        batch = open_file_batch(
            source=io.BytesIO(content),
            filename=name,
            branch=desk.branch,
            fund=fund_for(desk.branch, fund),
            actor=desk.clerk,
        )
        return read_batch(batch_id=batch.pk, job=NoProgress())


def bring_counter(desk: Desk, gifts: list[MadeUpGift]) -> Any:
    """Type gifts at the counter; the first giver agreed to be named."""
    batch = open_counter_batch(branch=desk.branch, fund=fund_for(desk.branch), actor=desk.clerk)
    for number, gift in enumerate(gifts):
        add_row(
            batch_id=batch.pk,
            typed={
                "donor": gift.donor,
                "amount": gift.amount,
                "received_on": gift.received_on.isoformat(),
                "channel": gift.channel,
                "reference": gift.reference,
                "remark": gift.remark,
                "name_choice": NameChoice.REAL if number == 0 else "",
            },
            actor=desk.clerk,
        )
    return batch


def hand_in(desk: Desk, batch: Any) -> None:
    """Decide what looks like a repetition (it is another gift) and submit."""
    if batch_tally(batch).undecided_count:
        decide_duplicates(batch_id=batch.pk, decision=DuplicateDecision.KEEP, actor=desk.clerk)
    submit_batch(batch_id=batch.pk, actor=desk.clerk)


def approve(desk: Desk, batch: Any) -> None:
    """Approve and post."""
    approve_batch(batch_id=batch.pk, actor=desk.approver, queue=False)
    post_batch(batch_id=batch.pk, job=NoProgress())


def send_back(desk: Desk, batch: Any, reason: str) -> None:
    """Return a batch to its clerk."""
    return_batch(batch_id=batch.pk, actor=desk.approver, reason=reason)


def ask_for_reversal(desk: Desk, batch: Any, *, reason: str, public_note: str) -> int:
    """Ask for the first gift of a posted batch to be reversed; returns the request's id."""
    gift = batch.donations.unscoped("the demo's own gift").select_related("branch", "entry").order_by("row_number")[0]
    return request_correction(donation=gift, reason=reason, public_note=public_note, actor=desk.clerk).pk


def reverse(desk: Desk, correction_id: int) -> None:
    """Let the second person approve a reversal."""
    approve_correction(correction_id=correction_id, actor=desk.approver, note=f"{today():%Y-%m}核对无误")


def made_up_paper() -> io.BytesIO:
    """A blank sheet as a picture: what stands for a signed paper."""
    target = io.BytesIO()
    Image.new("RGB", (480, 680), "white").save(target, "PNG")
    target.seek(0)
    return target
