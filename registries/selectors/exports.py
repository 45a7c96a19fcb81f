"""Lists and pages of exports: numbers, purposes and steps; nobody's data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, QuerySet

from core.models import Job
from registries.choices import ConsentSubject, WishStatus
from registries.choices.papers import EXPORT_JOB, ExportList
from registries.models import Export, ExportEvent, Wish, WishEvent
from registries.selectors.taken_back import taken_back_since

if TYPE_CHECKING:
    from accounts.models import User

PAGE_SIZE = 50
LEFT_SHOWN = 100


def exports_for(person: User, *, before: int | None = None) -> list[Export]:
    """A page of exports, newest first, one row more where there is a next page; one query."""
    rows = Export.objects.visible_to_either(person).select_related("branch", "requested_by")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.order_by("-pk")[: PAGE_SIZE + 1])


def export_history(export: Export) -> list[ExportEvent]:
    """The steps of an export that the reader was let into, oldest first; one query."""
    return list(export.events.select_related("actor").order_by("pk"))


def export_job(export: Export) -> Job | None:
    """The job that makes an export's file; one query."""
    found: Job | None = Job.objects.filter(kind=EXPORT_JOB, idempotency_key=export.job_key).first()
    return found


def left_since(export: Export, *, after: str = "") -> list[str]:
    """A page of numbers that must be struck out where they stand in the file; one more where there is a next page.

    Their wishes ended since it was made, or, where the list is for the hand-over, the consent to it was taken back. Two
    queries.
    """
    rows = _left(export).filter(number__gt=after) if after else _left(export)
    return list(rows.order_by("number").values_list("number", flat=True)[: LEFT_SHOWN + 1])


def left_count(export: Export) -> int:
    """How many numbers of the file must be struck out; two queries."""
    return _left(export).count()


def _left(export: Export) -> QuerySet[Wish]:
    made_at = export.built_at
    if made_at is None:
        return Wish.objects.unscoped("of an export without a file").none()
    rows: QuerySet[Wish] = Wish.objects.unscoped("of an export that the reader was let into").filter(
        branch_id=export.branch_id, registered_at__lt=made_at
    )
    ended = WishEvent.objects.filter(
        wish__branch_id=export.branch_id, at__gte=made_at, from_status=WishStatus.IN_FORCE
    ).exclude(to_status=WishStatus.IN_FORCE)
    gone = Q(pk__in=ended.values("wish_id"))
    if export.listed == ExportList.HAND_OVER:
        taken_back = taken_back_since(Wish, branch_id=export.branch_id, subject=ConsentSubject.TRANSFER, since=made_at)
        gone |= taken_back & Q(status=WishStatus.IN_FORCE)
        before = WishEvent.objects.filter(wish=OuterRef("pk"), verb="handed_over", at__lt=made_at)
        rows = rows.filter(~Exists(before))
    return rows.filter(gone)
