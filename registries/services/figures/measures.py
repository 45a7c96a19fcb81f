"""What is counted for each figure: the one table, which a further line of work enters its own measures into."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet
from django.db.models.functions import Coalesce

from core.periods import parse_period
from registries.choices.donors import DonorStatus
from registries.choices.figures import BY_PLACE, FLOWS, GIVEN_KINDS, Figure
from registries.models import CaseHandOver, DonorEvent
from registries.services.figures.tallying import Tally

# What a source is asked with: the tallies by association and year, and the year; it gives a number by association, that
# association's own without those below it. A source that counts rows of its own ignores the tallies.
Tallies = Mapping[tuple[int, int], Tally]
Source = Callable[[Tallies, int], dict[int, int]]


@dataclass(frozen=True)
class Measure:
    """A figure, where its numbers come from, and whether it is shown by place or of the province alone."""

    figure: Figure
    source: Source
    by_place: bool = True


def _tallied(figure: Figure) -> Source:
    def source(tallies: Tallies, year: int) -> dict[int, int]:
        return {branch: sums[figure.value] for (branch, of_year), sums in tallies.items() if of_year == year}

    return source


def _standing(gift: str) -> Source:
    flow = FLOWS[gift]

    def source(tallies: Tallies, year: int) -> dict[int, int]:
        found: dict[int, int] = {}
        for (branch, of_year), sums in tallies.items():
            if of_year <= year:
                found[branch] = found.get(branch, 0) + sums[flow.joined.value] - sums[flow.left.value]
        return found

    return source


def _stepped(from_status: str, to_status: str) -> Source:
    """Steps of stem-cell donors, by the day on which each was written down; rows of steps stay for good."""

    def source(_tallies: Tallies, year: int) -> dict[int, int]:
        within = parse_period(str(year))
        steps = DonorEvent.objects.filter(
            from_status=from_status, to_status=to_status, at__gte=within.start, at__lt=within.end
        )
        return _by_association(steps, "donor")

    return source


def _given(kind: str) -> Source:
    """Gifts that a unit took, by the day on which that was written down; rows of hand-overs stay for good."""

    def source(_tallies: Tallies, year: int) -> dict[int, int]:
        within = parse_period(str(year))
        # A row that puts another right is the same gift.
        taken = CaseHandOver.objects.filter(
            kind=kind, replaces=None, written_at__gte=within.start, written_at__lt=within.end
        )
        return _by_association(taken, "case")

    return source


def _by_association(rows: QuerySet[Any], of: str) -> dict[int, int]:
    """How many rows each association has, by the column that leads to whose they are; one query."""
    association = Coalesce(f"{of}__county_id", f"{of}__city_id", f"{of}__province_id", f"{of}__branch_id")
    counted = rows.values(association=association).annotate(n=Count("pk")).order_by()
    return dict(counted.values_list("association", "n"))


MEASURES: tuple[Measure, ...] = (
    *(Measure(figure, _tallied(figure)) for figure in BY_PLACE),
    *(Measure(flow.left, _tallied(flow.left), by_place=False) for flow in FLOWS.values()),
    *(Measure(flow.standing, _standing(gift), by_place=False) for gift, flow in FLOWS.items()),
    Measure(Figure.REFUSED, _tallied(Figure.REFUSED), by_place=False),
    *(Measure(figure, _given(kind)) for figure, kind in GIVEN_KINDS.items()),
    Measure(Figure.MARROW_ENROLLED, _stepped("", DonorStatus.ENROLLED)),
    Measure(Figure.MARROW_TYPED, _stepped(DonorStatus.SENT, DonorStatus.TYPED)),
    Measure(Figure.MARROW_COLLECTED, _stepped(DonorStatus.MOBILISING, DonorStatus.COLLECTED)),
)
