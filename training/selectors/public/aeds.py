"""AEDs and places for everybody, by county."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q

from core.clock import today
from organizations.models import Division
from training.choices import AedStanding
from training.models import Aed, FirstAidPlace

PAGE_SIZE = 50
AED_FIELDS = (
    "area", "area_name", "site", "address", "opening_hours", "phone", "keeper", "owner", "standing", "inspect_by",
)  # fmt: skip


@dataclass(frozen=True)
class County:
    """A county with how many AEDs and places it has, and how many AEDs cannot be relied on today."""

    code: str
    name: str
    aed_count: int
    overdue_count: int
    place_count: int


@dataclass(frozen=True)
class ShownAed:
    """An AED with its standing of today."""

    aed: Aed
    standing: AedStanding

    @property
    def is_ready(self) -> bool:
        """Whether it can be relied on."""
        return self.standing == AedStanding.READY


def counties() -> list[County]:
    """The counties that have any, in the order of their codes; three queries."""
    day = today()
    late = Q(is_faulty=True) | Q(pads_expire_on__lte=day) | Q(battery_expires_on__lte=day) | Q(inspect_by__lt=day)
    aeds = {
        code: (count, overdue)
        for code, count, overdue in Aed.objects.for_public_display()
        .values("area_id")
        .annotate(n=Count("pk"), late=Count("pk", filter=late))
        .values_list("area_id", "n", "late")
    }
    places = dict(
        FirstAidPlace.objects.for_public_display().values("area_id").annotate(n=Count("pk")).values_list("area_id", "n")
    )
    names = Division.objects.filter(code__in={*aeds, *places}).order_by("code").values_list("code", "name")
    return [County(code, name, *aeds.get(code, (0, 0)), places.get(code, 0)) for code, name in names]


def public_aeds(area: str, *, after: int = 0) -> tuple[list[ShownAed], int]:
    """A page of the AEDs of a county and the place to go on from, 0 at the end; one query."""
    day = today()
    rows = Aed.objects.for_public_display().select_related("area").filter(area_id=area, pk__gt=after).order_by("pk")
    found = list(rows[: PAGE_SIZE + 1])
    following = found[PAGE_SIZE - 1].pk if len(found) > PAGE_SIZE else 0
    return [ShownAed(one, one.standing(day)) for one in found[:PAGE_SIZE]], following


def public_places(area: str) -> list[FirstAidPlace]:
    """The places of a county; one query, at most two hundred."""
    rows = FirstAidPlace.objects.for_public_display().select_related("branch").filter(area_id=area)
    return list(rows.order_by("kind", "pk")[:200])


def stream_aeds(area: str = "") -> Iterator[dict[str, Any]]:
    """The AEDs of a county, or all, row by row."""
    rows = Aed.objects.for_public_display().select_related("area").order_by("area_id", "pk")
    if area:
        rows = rows.filter(area_id=area)
    day = today()
    for one in rows.iterator(chunk_size=1000):
        yield {
            "area": one.area_id,
            "area_name": one.area.name,
            "site": one.site,
            "address": one.address,
            "opening_hours": one.opening_hours,
            "phone": one.phone,
            "keeper": one.keeper,
            "owner": one.owner,
            "standing": str(one.standing(day)),
            "inspect_by": one.inspect_by.isoformat(),
        }
