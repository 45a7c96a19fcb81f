"""Lists and pages of exports: numbers, purposes and steps; nobody's data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.models import Job
from registries.choices import WishStatus
from registries.choices.papers import EXPORT_JOB
from registries.models import Export, ExportEvent, WishEvent

if TYPE_CHECKING:
    from accounts.models import User

PAGE_SIZE = 50
MOST_NUMBERS = 50


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


def left_since(export: Export) -> list[str]:
    """The numbers of wishes of the branch that ended since the file was made, at most MOST_NUMBERS; one query.

    They stand in the file and must be struck out there: somebody withdrew or changed after it was made.
    """
    if export.built_at is None:
        return []
    rows = WishEvent.objects.filter(
        wish__branch_id=export.branch_id, at__gte=export.built_at, from_status=WishStatus.IN_FORCE,
        wish__registered_at__lt=export.built_at,
    ).exclude(to_status=WishStatus.IN_FORCE)  # fmt: skip
    return list(rows.order_by("wish__number").values_list("wish__number", flat=True)[:MOST_NUMBERS])
