"""Lists and pages of exports: numbers, purposes and steps; nobody's data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.models import Job
from organizations.choices import Right
from organizations.permissions import branches_with
from registries.choices import WishStatus
from registries.models import Export, ExportEvent, WishEvent
from registries.services.exports.asking import JOB_KIND, job_key

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.models import User

PAGE_SIZE = 50
MOST_NUMBERS = 50


def visible_exports(person: User) -> QuerySet[Export]:
    """The exports of the branches in which somebody asks for such or decides on them."""
    branches = branches_with(person, Right.EXPORT_REGISTRANTS) | branches_with(person, Right.APPROVE_EXPORTS)
    rows: QuerySet[Export] = Export.objects.unscoped("by the branches of either right").filter(
        branch__in=branches.values("pk")
    )
    return rows.select_related("branch", "requested_by", "decided_by")


def exports_for(person: User, *, before: int | None = None) -> list[Export]:
    """A page of exports, newest first, one row more where there is a next page; one query."""
    rows = visible_exports(person)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.order_by("-pk")[: PAGE_SIZE + 1])


def export_history(export: Export) -> list[ExportEvent]:
    """The steps of an export that the reader was let into, oldest first; one query."""
    return list(export.events.select_related("actor").order_by("pk"))


def export_job(export: Export) -> Job | None:
    """The job that makes an export's file; one query."""
    found: Job | None = Job.objects.filter(kind=JOB_KIND, idempotency_key=job_key(export)).first()
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
