"""What the public pages of the registries show: where one may register."""

from __future__ import annotations

from dataclasses import dataclass

from organizations.choices import BranchKind
from organizations.models import Branch


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
