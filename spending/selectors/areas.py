"""Where money may be used."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from organizations.choices import DivisionLevel
from organizations.models import Branch, Division


def areas_for(branches: Iterable[Branch]) -> QuerySet[Division]:
    """The counties of the branches' areas, their cities and provinces where there are such, in the order of codes."""
    condition = Q(pk__in=[])
    for branch in branches:
        condition |= Q(code__startswith=(branch.division_id or "")[:6])
    levels = [DivisionLevel.PROVINCE, DivisionLevel.CITY, DivisionLevel.COUNTY]
    found: QuerySet[Division] = Division.objects.filter(condition, level__in=levels, valid_to=None)
    return found.order_by("code")
