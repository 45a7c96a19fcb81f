"""What the public pages of the registries show: where one may register, and which units receive bodies."""

from __future__ import annotations

from dataclasses import dataclass

from organizations.choices import BranchKind
from organizations.models import Branch
from registries.choices.cases import UNITS_OF_GIFT, GiftKind
from registries.models import ReceivingUnit

# Units of one province are few.
_MOST_UNITS = 100


@dataclass(frozen=True)
class Area:
    """A city's association and those of its counties; a county that stands under no city is one by itself."""

    city: Branch
    counties: list[Branch]


def registering_areas() -> list[Area]:
    """The associations of cities and counties, where one registers in person, in the order of the tree; one query."""
    rows = Branch.objects.filter(kind__in=[BranchKind.CITY, BranchKind.COUNTY]).valid()
    areas: list[Area] = []
    for branch in rows.order_by("path"):
        if areas and branch.path.startswith(areas[-1].city.path):
            areas[-1].counties.append(branch)
        else:
            areas.append(Area(branch, []))
    return areas


def body_units() -> list[str]:
    """The names of the units that receive bodies now (宁波市遗体捐献条例 Arts. 7-8), in order; one query."""
    rows = ReceivingUnit.objects.filter(kind__in=UNITS_OF_GIFT[GiftKind.BODY], ended_at=None)
    return list(rows.order_by("name").values_list("name", flat=True).distinct()[:_MOST_UNITS])
