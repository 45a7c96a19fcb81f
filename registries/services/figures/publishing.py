"""Publishing a year's figures: once, when the year is over, for good, with a public record for each association."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Min

from core.clock import SHANGHAI, now, today
from core.lots import lots_of
from organizations.choices import ASSOCIATION_KINDS
from organizations.models import Branch
from registries.choices.figures import FLOWS, Figure
from registries.models import CaseEvent, DonorEvent, RegistryFigures, RegistryTally, WishEvent
from registries.services.figures.hiding import Place, Shown, YearOfFlow, shown_alone, shown_by_place, shown_flow
from registries.services.figures.measures import MEASURES, Measure, Tallies
from registries.services.figures.records import record_figures
from registries.services.figures.tallying import count_steps, first_open_year, lock_figures, read_tallies

Written = dict[int, dict[str, Shown]]

_LOTS = "registries.figures"


def publish_years() -> list[int]:
    """Count what is not counted yet, and publish every year that is over and is not published; return those years.

    What is published stands: nothing is counted a second time, so no two countings tell by their difference who came
    in between, and of the year that runs nothing is shown. May run twice.
    """
    count_steps()
    first = first_open_year() or _first_year()
    return [year for year in range(first, today().year) if _publish(year)] if first else []


def _first_year() -> int:
    """The year in which the registries began; 0 where nothing was registered."""
    moments = [
        rows.aggregate(first=Min("at"))["first"] for rows in (WishEvent.objects, CaseEvent.objects, DonorEvent.objects)
    ]
    return min((one.astimezone(SHANGHAI).year for one in moments if one is not None), default=0)


def _publish(year: int) -> bool:
    """Publish one year, in one transaction under the lock of the figures; False where somebody else just did."""
    with transaction.atomic():
        lock_figures()
        if RegistryFigures.objects.filter(year=year).exists():
            return False
        tallies = read_tallies(RegistryTally.objects.unscoped("figures of a year").filter(year__lte=year))
        branches = {one.pk: one for one in Branch.objects.filter(kind__in=ASSOCIATION_KINDS).order_by("path")}
        for top in places_of(branches.values()):
            earlier = RegistryFigures.objects.filter(branch_id=top.branch, year__lt=year).order_by("year")
            past = dict(earlier.values_list("year", "figures"))
            for branch, figures in figures_of(top, tallies, year, past).items():
                row = RegistryFigures.objects.create(
                    branch=branches[branch],
                    year=year,
                    figures=figures,
                    below=[branches[one.branch].code for one in _find(top, branch).below],
                    counted_at=now(),
                )
                record_figures(row)
    return True


def places_of(branches: Any) -> list[Place]:
    """The trees of associations, as they stand today; what is closed stays with what it did."""
    below: dict[int | None, list[int]] = {}
    known = {one.pk for one in branches}
    for one in branches:
        above = next((pk for pk in (one.city_id, one.province_id) if pk is not None and pk != one.pk), None)
        below.setdefault(above if above in known else None, []).append(one.pk)
    return [_place(branch, below) for branch in below.get(None, [])]


def _place(branch: int, below: Mapping[int | None, list[int]]) -> Place:
    return Place(branch, tuple(_place(one, below) for one in below.get(branch, [])))


def _find(place: Place, branch: int) -> Place:
    return next(one for one in walk(place) if one.branch == branch)


def walk(place: Place) -> list[Place]:
    """A place and all below it."""
    return [place, *(one for below in place.below for one in walk(below))]


def figures_of(
    top: Place,
    tallies: Tallies,
    year: int,
    past: Mapping[int, dict[str, Shown]],
    measures: Sequence[Measure] = MEASURES,
) -> Written:
    """What is shown of each association below a province; of the province also what is shown of it alone.

    `past` is what was published of the province for the years before. Reads nothing but what measures ask for.
    """
    inside = [one.branch for one in walk(top)]
    found: Written = {branch: {} for branch in inside}
    whole: dict[Figure, int] = {}
    for measure in measures:
        own = measure.source(tallies, year)
        whole[measure.figure] = sum(own.get(branch, 0) for branch in inside)
        if measure.by_place:
            for branch, shown in shown_by_place(top, own, lots_of(f"{_LOTS}:{year}:{measure.figure}")).items():
                found[branch][measure.figure.value] = shown
        else:
            found[top.branch][measure.figure.value] = shown_alone(whole[measure.figure])
    figures = found[top.branch]
    for flow in FLOWS.values():
        left: dict[int, int] = {}
        for (branch, of_year), sums in tallies.items():
            if branch in found:
                left[of_year] = left.get(of_year, 0) + sums[flow.left.value]
        figures[flow.left.value], figures[flow.standing.value] = shown_flow(
            [YearOfFlow(at, _whole(said, flow.joined), _whole(said, flow.standing)) for at, said in past.items()],
            year,
            joined=_whole(figures, flow.joined),
            left=left,
            standing=whole[flow.standing],
            waits=lots_of(f"{_LOTS}:{year}:{flow.standing}").goes(top.branch),
        )
    return found


def _whole(figures: Mapping[str, Shown], figure: Figure) -> int | None:
    said: int | None = figures.get(figure.value, {}).get("whole")
    return said
