"""Lists and pages of exports: numbers, purposes and steps; nobody's data."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from core.models import Job
from registries.choices import ConsentSubject, WishStatus
from registries.choices.papers import EXPORT_JOB, OF_DONORS, ExportList
from registries.models import Collection, Donor, Export, ExportEvent, Wish, WishEvent
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

    Who left since it was made, or took back the consent without which nobody stands in its list. Two queries.
    """
    rows = _left(export).filter(number__gt=after) if after else _left(export)
    return list(rows.order_by("number").values_list("number", flat=True)[: LEFT_SHOWN + 1])


def left_count(export: Export) -> int:
    """How many numbers of the file must be struck out; two queries."""
    return _left(export).count()


def _left(export: Export) -> QuerySet[Any]:
    if export.built_at is None:
        return Wish.objects.unscoped("of an export without a file").none()
    left = _donors_left if export.listed in OF_DONORS else _wishes_left
    return left(export, export.built_at)


def _wishes_left(export: Export, made_at: datetime.datetime) -> QuerySet[Wish]:
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


def _donors_left(export: Export, made_at: datetime.datetime) -> QuerySet[Donor]:
    rows: QuerySet[Donor] = Donor.objects.unscoped("of an export that the reader was let into").filter(
        branch_id=export.branch_id, enrolled_at__lt=made_at
    )
    gone = Q(ended_at__gte=made_at)
    if export.listed == ExportList.CALLED:
        gone |= Q(ended_at=None) & taken_back_since(
            Donor, branch_id=export.branch_id, subject=ConsentSubject.STEM_CONTACT, since=made_at
        )
    if export.listed == ExportList.GAVE:
        rows = rows.filter(Exists(Collection.objects.filter(donor=OuterRef("pk"), collected_on__isnull=False)))
    return rows.filter(gone)
