"""Rows of a batch as they stand on the desk, with the other side of a suspicion."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from core.models import Job
from donations.choices import BatchStatus, RowLevel
from donations.models import Batch, BatchEvent, Donation, StagedGift
from donations.selectors.batches import ROW_STATES, duplicate_label, with_state
from organizations.choices import Right

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class OtherSide:
    """What a suspected row is thought to repeat, as far as the reader may see it; amount in yuan.

    `is_hidden`: it stands in a branch that the reader does not see, and only its number is told.
    """

    label: str
    donor: str = ""
    amount: Decimal | None = None
    received_on: date | None = None
    remark: str = ""
    batch_number: str = ""
    gift_number: str = ""
    is_hidden: bool = False


def other_sides(rows: Iterable[StagedGift], person: User) -> dict[str, OtherSide]:
    """The other side of each suspected row by its `duplicate_of`; two queries, none without suspicion."""
    labels = {row.duplicate_of for row in rows if row.duplicate_of}
    gifts = {label for label in labels if "#" not in label}
    staged = {(*_split(label), label) for label in labels - gifts}
    found = {label: OtherSide(label, is_hidden=True) for label in labels}
    if gifts:
        for gift in Donation.objects.visible_to(person, Right.VIEW_GIFTS).filter(number__in=gifts):
            found[gift.number] = OtherSide(
                gift.number, gift.display_name, gift.amount, gift.received_on, gift.remark, gift_number=gift.number
            )
    if staged:
        seen = Batch.objects.visible_to(person, Right.VIEW_GIFTS).filter(
            number__in={number for number, _r, _l in staged}
        )
        known = StagedGift.objects.filter(batch__in=seen, row_number__in={row for _n, row, _l in staged})
        for other in known.select_related("batch"):
            label = f"{other.batch.number}#{other.row_number}"
            if label in labels:
                found[label] = OtherSide(
                    label,
                    other.display_name,
                    other.amount,
                    other.received_on,
                    other.remark,
                    batch_number=other.batch.number,
                )
    return found


def _split(label: str) -> tuple[str, int]:
    number, _mark, row = label.partition("#")
    return number, int(row) if row.isdigit() else 0


@dataclass(frozen=True)
class RowLine:
    """A row of a batch as it is shown: the giver in full only where the reader may read names."""

    row: StagedGift
    state: str
    state_label: str
    donor: str
    messages: list[str]
    other: OtherSide | None
    other_label: str


def row_lines(rows: Iterable[StagedGift], person: User, *, with_names: bool) -> list[RowLine]:
    """Rows of `batch_rows` as they are shown, with the other side of each suspicion; at most two queries."""
    listed = list(rows)
    sides = other_sides(listed, person)
    return [_row_line(row, sides, with_names=with_names) for row in listed]


def _row_line(row: StagedGift, sides: dict[str, OtherSide], *, with_names: bool) -> RowLine:
    state = row.state  # type: ignore[attr-defined]
    return RowLine(
        row=row,
        state=state,
        state_label=str(ROW_STATES[state]),
        donor=row.donor if with_names else row.display_name,
        messages=[problem["message"] for problem in row.problems],
        other=sides.get(row.duplicate_of),
        other_label=duplicate_label(row.duplicate_of) if row.duplicate_of else "",
    )


def batch_history(batch: Batch) -> QuerySet[BatchEvent]:
    """The steps of a batch with their people, in their order; one query."""
    return BatchEvent.objects.filter(batch=batch).select_related("actor").order_by("pk")


def batch_job(batch: Batch) -> Job | None:
    """The newest job that reads or posts this batch; one query."""
    what = "post" if batch.approved_by_id else "read"
    return Job.objects.filter(idempotency_key__startswith=f"{what}:{batch.number}:").order_by("-created_at").first()


def own_counter_batch(person: User, fund_id: int) -> Batch | None:
    """The person's open batch of gifts typed at the counter for a fund; one query."""
    return (
        Batch.objects.visible_to(person, Right.ENTER_GIFTS)
        .filter(fund_id=fund_id, kind="counter", created_by=person, status=BatchStatus.DRAFT)
        .select_related("branch", "fund")
        .first()
    )


def counter_lines(batch: Batch, person: User) -> list[RowLine]:
    """The newest rows of a counter batch, newest first, at most 100; at most three queries."""
    rows = with_state(StagedGift.objects.filter(batch=batch)).select_related("fund").order_by("-row_number")[:100]
    return row_lines(rows, person, with_names=True)


def problem_rows(batch: Batch, condition: Q) -> Iterator[list[Any]]:
    """Rows of a batch for the file of error rows, with what was written in the list and the reasons; in chunks."""
    rows = StagedGift.objects.filter(condition, batch=batch).order_by("row_number")
    for row in rows.iterator(chunk_size=2000):
        original = row.original if isinstance(row.original, dict) else {}
        written = original.get("amount") or original.get("income") or ""
        reasons = [problem["message"] for problem in row.problems]
        if row.duplicate_of:
            reasons.append(_("疑似重复：%(other)s。") % {"other": row.duplicate_of})
        if row.excluded_reason:
            reasons.append(_("已排除：%(reason)s。") % {"reason": row.excluded_reason})
        yield [
            row.row_number,
            row.received_on or str(original.get("received_on", "")),
            row.donor,
            row.amount if row.amount is not None else str(written),
            row.remark,
            row.channel,
            row.reference,
            str(RowLevel(row.level).label),
            " ".join(reasons),
        ]
