"""Lists of remembrance for the desk and for everybody: what is sealed comes by services/memorial, logged."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from core.clock import today
from core.errors import NotFound
from organizations.choices import Right
from registries.choices.memorial import BookingStatus, MessageStatus, OccasionKind, OccasionStatus, PageStatus, Part
from registries.models import (
    MemorialBooking,
    MemorialMessage,
    MemorialOccasion,
    MemorialPage,
    MemorialPlace,
    MemorialStep,
)

if TYPE_CHECKING:
    from accounts.models import User

PAGE_SIZE = 50
QUEUE_SIZE = 20
COMING_DAYS = 60
PAGE_TABS: dict[str, Any] = {
    "work": _("起草和送审中"),
    "check": _("待我审核"),
    "published": _("已公开"),
    "withdrawn": _("已撤下"),
}
OCCASION_TABS: dict[str, Any] = {"coming": _("今后的活动"), "past": _("过去和取消的")}


def places_for(person: User) -> list[MemorialPlace]:
    """The places that the person keeps, open ones first; one query. A branch has some."""
    rows = MemorialPlace.objects.visible_to(person, Right.KEEP_MEMORIAL).select_related("branch", "area")
    return list(rows.order_by("closed_on", "-pk")[:200])


def gatherings_for(person: User, tab: str, *, before: int | None = None) -> list[MemorialOccasion]:
    """A page of gatherings that the person keeps, one row more where there is a next page; one query."""
    rows = MemorialOccasion.objects.visible_to(person, Right.KEEP_MEMORIAL).filter(kind=OccasionKind.GATHERING)
    coming = Q(on__gte=today(), status=OccasionStatus.PLANNED)
    rows = rows.filter(coming) if tab == "coming" else rows.exclude(coming)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.select_related("branch", "place").order_by("-pk")[: PAGE_SIZE + 1])


def bookings_of(occasion: MemorialOccasion) -> list[MemorialBooking]:
    """The bookings of an occasion that the reader was let into, in their order; one query."""
    rows = MemorialBooking.objects.unscoped("of an occasion that the reader keeps").filter(occasion=occasion)
    return list(rows.select_related("branch").order_by("pk")[:1000])


def bookings_for(person: User, *, before: int | None = None) -> list[MemorialBooking]:
    """A page of bookings in force from today on, newest first, one more where there is a next page; one query."""
    rows = MemorialBooking.objects.visible_to(person, Right.KEEP_MEMORIAL).filter(
        status=BookingStatus.BOOKED, occasion__on__gte=today()
    )
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.select_related("branch", "occasion__place").order_by("-pk")[: PAGE_SIZE + 1])


def pages_for(person: User, tab: str, *, before: int | None = None) -> list[MemorialPage]:
    """A page of a list of pages, newest first, one row more where there is a next page; one query."""
    rows = _pages(person, tab).select_related("branch", "consent")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.order_by("-pk")[: PAGE_SIZE + 1])


def page_counts(person: User) -> dict[str, int]:
    """How many lie in each list of a person; one query."""
    rows = MemorialPage.objects.visible_to(person, Right.KEEP_MEMORIAL)
    counts: dict[str, int] = rows.aggregate(
        work=Count("pk", filter=Q(status__in=[PageStatus.DRAFT, PageStatus.SUBMITTED])),
        check=Count("pk", filter=Q(status=PageStatus.SUBMITTED) & ~Q(maker_ids__contains=[person.pk])),
        published=Count("pk", filter=Q(status=PageStatus.PUBLISHED)),
        withdrawn=Count("pk", filter=Q(status=PageStatus.WITHDRAWN)),
    )
    return counts


def waiting_messages(person: User, *, after: int | None = None) -> list[MemorialMessage]:
    """A part of the queue, reported ones first seen as such, oldest first, one more where there is more; one query."""
    rows = MemorialMessage.objects.visible_to(person, Right.KEEP_MEMORIAL).filter(status=MessageStatus.WAITING)
    if after is not None:
        rows = rows.filter(pk__gt=after)
    return list(rows.select_related("branch", "page").order_by("pk")[: QUEUE_SIZE + 1])


def messages_on(page: MemorialPage, *, before: int | None = None) -> list[MemorialMessage]:
    """A part of what everybody sees on a page that the reader was let into, newest first, one more; one query."""
    rows = MemorialMessage.objects.unscoped("of a page that the reader keeps").filter(
        page=page, status=MessageStatus.SHOWN
    )
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.select_related("branch").order_by("-pk")[: QUEUE_SIZE + 1])


def waiting_count(person: User) -> int:
    """How many messages wait for this person; one query."""
    rows = MemorialMessage.objects.visible_to(person, Right.KEEP_MEMORIAL)
    return int(rows.filter(status=MessageStatus.WAITING).count())


def steps_of(**of: Any) -> list[MemorialStep]:
    """The steps of one thing (`page=`, `booking=`, `occasion=`) that the reader was let into, in order; one query."""
    return list(MemorialStep.objects.filter(**of).select_related("actor").order_by("pk"))


def closed_half_days(place: MemorialPlace) -> list[MemorialOccasion]:
    """The half days from today on for which a place takes no visits, by the day; one query."""
    rows = MemorialOccasion.objects.unscoped("of a place that the reader sees").filter(
        place=place, kind=OccasionKind.VISIT, status=OccasionStatus.CANCELLED, on__gte=today()
    )
    # By the clock, not by the word.
    return sorted(rows.select_related("place").order_by("on")[:200], key=lambda one: (one.on, one.part != Part.MORNING))


def coming_gatherings(person: User) -> list[MemorialOccasion]:
    """The gatherings of the next days that the person keeps; one query."""
    rows = MemorialOccasion.objects.visible_to(person, Right.KEEP_MEMORIAL).filter(
        kind=OccasionKind.GATHERING,
        status=OccasionStatus.PLANNED,
        on__range=(today(), today() + datetime.timedelta(days=COMING_DAYS)),
    )
    return list(rows.select_related("branch", "place").order_by("on", "pk")[:100])


def has_gathering_around(person: User, day: datetime.date) -> bool:
    """Whether something is planned within ten days of a day in the person's branches; one query."""
    near = datetime.timedelta(days=10)
    rows = MemorialOccasion.objects.visible_to(person, Right.KEEP_MEMORIAL).filter(
        kind=OccasionKind.GATHERING, status=OccasionStatus.PLANNED, on__range=(day - near, day + near)
    )
    return bool(rows.exists())


def next_qingming(day: datetime.date) -> datetime.date:
    """The next 清明, today included: 4 or 5 April by the sun, right for the years 2000 to 2099 (GB/T 33661-2017)."""
    for year in (day.year, day.year + 1):
        short = year % 100
        found = datetime.date(year, 4, int(short * 0.2422 + 4.81) - short // 4)
        if found >= day:
            return found
    raise AssertionError("清明 comes every year")


def public_places() -> list[MemorialPlace]:
    """The open places, in the order of their areas; one query."""
    rows = MemorialPlace.objects.for_public_display().select_related("branch", "area")
    return list(rows.order_by("area__code", "pk")[:500])


def public_gatherings(*, place_id: int | None = None) -> list[MemorialOccasion]:
    """The gatherings from today on, cancelled ones too, by the day; one query."""
    rows = MemorialOccasion.objects.for_public_display().filter(on__gte=today())
    if place_id is not None:
        rows = rows.filter(place_id=place_id)
    return list(rows.select_related("branch", "place__area").order_by("on", "pk")[:100])


def public_place(pk: int) -> MemorialPlace:
    """An open place; raises NotFound. One query."""
    rows = MemorialPlace.objects.for_public_display().select_related("branch", "area")
    found: MemorialPlace | None = rows.filter(pk=pk).first()
    if found is None:
        raise NotFound("place_not_found", _("没有找到这个缅怀场所，它可能已经停用。"))
    return found


def public_gathering(pk: int) -> MemorialOccasion:
    """A gathering at an open place; raises NotFound. One query."""
    rows = MemorialOccasion.objects.for_public_display().select_related("branch", "place__area")
    found: MemorialOccasion | None = rows.filter(pk=pk).first()
    if found is None:
        raise NotFound("gathering_not_found", _("没有找到这个活动。"))
    return found


def _pages(person: User, tab: str) -> QuerySet[MemorialPage]:
    rows: QuerySet[MemorialPage] = MemorialPage.objects.visible_to(person, Right.KEEP_MEMORIAL)
    if tab == "check":
        return rows.filter(status=PageStatus.SUBMITTED).exclude(maker_ids__contains=[person.pk])
    states = {
        "work": [PageStatus.DRAFT, PageStatus.SUBMITTED],
        "published": [PageStatus.PUBLISHED],
        "withdrawn": [PageStatus.WITHDRAWN],
    }
    return rows.filter(status__in=states[tab])
