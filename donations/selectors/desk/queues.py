"""What waits for a person: counts, batches, approvals, corrections."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Max, Q, Sum

from core.money import ZERO_YUAN
from donations.choices import BatchStatus, CorrectionStatus, DuplicateDecision, RowLevel
from donations.models import Batch, Correction, StagedGift
from donations.selectors.batches import EXCLUDED
from organizations.choices import Right

if TYPE_CHECKING:
    from accounts.models import User

PAGE_SIZE = 50
QUEUE_SIZE = 100
# From this amount (yuan) on the approver is told that a gift of this size is among the rows.
LARGE_YUAN = Decimal("100000.00")
IN_HAND = (BatchStatus.READING, BatchStatus.UNREADABLE, BatchStatus.DRAFT)


@dataclass(frozen=True)
class DeskCounts:
    """What waits for a person: own branches' unfinished and returned batches, batches and corrections to decide."""

    draft_count: int
    returned_count: int
    approval_count: int
    correction_count: int

    @property
    def deciding_count(self) -> int:
        """Everything that waits for this person's decision."""
        return self.approval_count + self.correction_count


def desk_counts(person: User) -> DeskCounts:
    """Count what waits for a person; three queries (within a request that remembered the grants)."""
    made = Batch.objects.visible_to(person, Right.ENTER_GIFTS).aggregate(
        drafts=Count("pk", filter=Q(status__in=IN_HAND)),
        returned=Count("pk", filter=Q(status=BatchStatus.RETURNED, maker_ids__contains=[person.pk])),
    )
    waiting = (
        Batch.objects.visible_to(person, Right.APPROVE_GIFTS)
        .filter(status=BatchStatus.SUBMITTED)
        .exclude(maker_ids__contains=[person.pk])
    )
    corrections = (
        Correction.objects.visible_to(person, Right.CORRECT_GIFTS)
        .filter(status=CorrectionStatus.REQUESTED)
        .exclude(requested_by=person)
    )
    return DeskCounts(made["drafts"], made["returned"], waiting.count(), corrections.count())


def batches_for(
    person: User, *, status: str = "", branch: str = "", before: int | None = None, limit: int = PAGE_SIZE
) -> list[Batch]:
    """A page of the batches that a person may see, newest first, from before the id `before`; one query.

    One more than `limit` is returned where there is a next page.
    """
    rows = Batch.objects.visible_to(person, Right.VIEW_GIFTS).select_related("branch", "fund", "created_by")
    if status in BatchStatus.values:
        rows = rows.filter(status=status)
    if branch:
        rows = rows.filter(branch__code=branch.replace("\x00", ""))
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.order_by("-pk")[: limit + 1])


@dataclass(frozen=True)
class QueueCard:
    """A submitted batch as its approver first sees it; sums in yuan. `is_own`: it passed through the reader's hands."""

    batch: Batch
    posted_count: int
    posted_total: Decimal
    kept_count: int
    warning_count: int
    excluded_count: int
    large_count: int
    largest: Decimal
    is_own: bool


def approval_queue(person: User) -> list[QueueCard]:
    """Batches submitted in all branches where the person approves, oldest first, at most 100; two queries."""
    batches = list(
        Batch.objects.visible_to(person, Right.APPROVE_GIFTS)
        .filter(status=BatchStatus.SUBMITTED)
        .select_related("branch", "fund", "submitted_by")
        .order_by("submitted_at")[:QUEUE_SIZE]
    )
    figures = {row["batch_id"]: row for row in _queue_figures([batch.pk for batch in batches])}
    return [_queue_card(batch, figures.get(batch.pk, {}), person) for batch in batches]


def _queue_figures(batch_ids: list[int]) -> list[dict[str, Any]]:
    kept = ~EXCLUDED
    return [
        dict(row)
        for row in StagedGift.objects.filter(batch_id__in=batch_ids)
        .order_by()
        .values("batch_id")
        .annotate(
            posted_count=Count("pk", filter=kept),
            posted_total=Sum("amount", filter=kept),
            kept_count=Count("pk", filter=Q(duplicate_decision=DuplicateDecision.KEEP)),
            warning_count=Count("pk", filter=kept & Q(level=RowLevel.WARNING)),
            excluded_count=Count("pk", filter=EXCLUDED),
            large_count=Count("pk", filter=kept & Q(amount__gte=LARGE_YUAN)),
            largest=Max("amount", filter=kept),
        )
    ]


def _queue_card(batch: Batch, figures: dict[str, Any], person: User) -> QueueCard:
    return QueueCard(
        batch=batch,
        posted_count=figures.get("posted_count", 0),
        posted_total=figures.get("posted_total") or ZERO_YUAN,
        kept_count=figures.get("kept_count", 0),
        warning_count=figures.get("warning_count", 0),
        excluded_count=figures.get("excluded_count", 0),
        large_count=figures.get("large_count", 0),
        largest=figures.get("largest") or ZERO_YUAN,
        is_own=person.pk in batch.maker_ids,
    )


def batch_flags(batch: Batch, person: User) -> QueueCard:
    """The same of one batch, for its review; one query."""
    return _queue_card(batch, next(iter(_queue_figures([batch.pk])), {}), person)


def corrections_waiting(person: User) -> list[Correction]:
    """Corrections that wait for a decision in the person's branches, oldest first, at most 100; one query."""
    return list(
        Correction.objects.visible_to(person, Right.CORRECT_GIFTS)
        .filter(status=CorrectionStatus.REQUESTED)
        .select_related("donation", "donation__branch", "requested_by")
        .order_by("requested_at")[:QUEUE_SIZE]
    )
