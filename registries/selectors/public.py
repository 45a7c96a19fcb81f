"""What the public pages of the registries show: where one may register."""

from __future__ import annotations

from organizations.choices import BranchKind
from organizations.models import Branch


def registering_branches() -> list[Branch]:
    """The associations of city and county, where one registers in person, in the order of the tree; one query."""
    rows = Branch.objects.filter(kind__in=[BranchKind.CITY, BranchKind.COUNTY]).valid()
    return list(rows.order_by("path"))
