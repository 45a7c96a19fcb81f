"""The true numbers of the registries, for those who may see each registration that they are sums of."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from organizations.choices import Right
from registries.choices.figures import FLOWS, Figure
from registries.models import RegistryTally
from registries.selectors.figures import PlaceFigures
from registries.services.figures.tallying import Tally, read_tallies

if TYPE_CHECKING:
    from accounts.models import User


def true_figures(person: User, year: int) -> list[PlaceFigures]:
    """The true numbers of a year, by association and its own, where the person may see registrations; never shown else.

    Opened as work of the system: they are sums, and say nothing that the person may not see row by row. Three queries.
    """
    rows = RegistryTally.objects.visible_to(person, Right.VIEW_REGISTRIES).filter(year__lte=year)
    known = list(rows.select_related("branch").order_by("branch__path", "year"))
    tallies = read_tallies(known)
    found: list[PlaceFigures] = []
    for branch in {row.branch_id: row.branch for row in known}.values():
        sums: Tally = tallies.get((branch.pk, year), Counter())
        figures = {one.value: {"whole": sums[one.value]} for one in Figure}
        for flow in FLOWS.values():
            figures[flow.standing.value] = {
                "whole": sum(
                    each[flow.joined.value] - each[flow.left.value]
                    for (pk, _year), each in tallies.items()
                    if pk == branch.pk
                )
            }
        found.append(PlaceFigures(branch, branch.short_name, figures))
    return found
