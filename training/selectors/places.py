"""AEDs and places for the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from core.clock import today
from organizations.choices import Right
from organizations.models import Branch
from training.models import Aed, AedInspection, FirstAidPlace

if TYPE_CHECKING:
    from accounts.models import User

PAGE_SIZE = 50
AED_TABS: dict[str, Any] = {"all": _("全部"), "overdue": _("逾期和故障"), "withdrawn": _("已撤除")}


def aed_counts(person: User) -> dict[str, int]:
    """How many AEDs lie in each list of a person; three queries."""
    return {name: _aeds(person, name).count() for name in AED_TABS}


def aeds_for(person: User, tab: str, *, before: int | None = None) -> list[Aed]:
    """A page of a list, newest first, one row more where there is a next page; one query."""
    rows = _aeds(person, tab).select_related("branch", "area")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.order_by("-pk")[: PAGE_SIZE + 1])


def inspections_of(aed: Aed) -> list[AedInspection]:
    """The inspections of an AED that the reader was let into, newest first; one query."""
    return list(aed.inspections.select_related("actor").order_by("-inspected_on", "-pk")[:200])


def places_for(person: User, *, before: int | None = None) -> list[FirstAidPlace]:
    """A page of the places of a person, those in use first by age, newest first; one query."""
    rows = FirstAidPlace.objects.visible_to(person, Right.VIEW_TRAINING).select_related("branch", "area")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.order_by("-pk")[: PAGE_SIZE + 1])


def places_to_plan(branch: Branch) -> QuerySet[FirstAidPlace]:
    """The places in use of a branch, of those above it and of those below, for planning sessions."""
    above = [one for one in (branch.pk, branch.province_id, branch.city_id, branch.county_id) if one]
    rows = FirstAidPlace.objects.for_public_display()
    near = Q(branch__in=above) | Q(province=branch.pk) | Q(city=branch.pk) | Q(county=branch.pk)
    found: QuerySet[FirstAidPlace] = rows.filter(near).select_related("branch").order_by("name", "pk")
    return found


def _aeds(person: User, tab: str) -> Any:
    seen = Aed.objects.visible_to(person, Right.VIEW_TRAINING)
    if tab == "withdrawn":
        return seen.filter(withdrawn_on__isnull=False)
    hanging = seen.filter(withdrawn_on__isnull=True)
    return hanging.overdue(today()) if tab == "overdue" else hanging
