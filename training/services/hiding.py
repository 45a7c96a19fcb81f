"""Which figures of a day are shown to nobody: few people, and what would give them away on any page or file."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterator

from core.lots import lots_of
from core.small_cells import Addition, hidden_in_sums
from organizations.choices import ASSOCIATION_KINDS
from organizations.models import Branch
from training.choices import Measure
from training.models import CoverageCount

# Branch, kind of certificate, key group; a branch below zero stands for what it did itself.
_Cell = tuple[int, str, str]
_AT_ONCE = 2_000


def hide_few_people(day: datetime.date) -> int:
    """Mark the counts of people of a day that are not shown, decided once for all pages and files; return how many.

    In the caller's transaction. Places are sums of places, all is the sum of groups, of certificates also of kinds.
    What is counted by kind and group together is on no page, and hidden. Memory grows with associations and groups.
    """
    parents = _parents()
    by_sum: dict[tuple[str, int], dict[_Cell, tuple[int, int]]] = defaultdict(dict)
    rows = CoverageCount.objects.filter(as_of=day).exclude(measure=Measure.AUDIENCE)
    named = ("pk", "branch_id", "measure", "year", "kind", "key_group", "count")
    hidden: list[int] = []
    for pk, branch, measure, year, kind, group, count in rows.values_list(*named).iterator(chunk_size=_AT_ONCE):
        if kind and group:
            hidden.append(pk)
        else:
            by_sum[measure, year][branch, kind, group] = (pk, count)
    for (measure, year), cells in by_sum.items():
        counts = {cell: count for cell, (_pk, count) in cells.items()}
        sums = [*_over_places(counts, parents), *_over_groups(counts, has_kinds=measure == Measure.ISSUED)]
        # Not of the day: two days that hide one number otherwise would tell it.
        lots = lots_of(f"training.coverage:{measure}:{year}")
        hidden += [cells[cell][0] for cell in hidden_in_sums(counts, sums, lots) if cell in cells]
    for first in range(0, len(hidden), _AT_ONCE):
        CoverageCount.objects.filter(pk__in=hidden[first : first + _AT_ONCE]).update(is_hidden=True)
    return len(hidden)


def _parents() -> dict[int, int | None]:
    """The association above each, by id; one query."""
    rows = Branch.objects.filter(kind__in=ASSOCIATION_KINDS).values_list("pk", "city_id", "province_id")
    return {
        pk: next((one for one in (city, province) if one is not None and one != pk), None)
        for pk, city, province in rows
    }


def _over_places(counts: dict[_Cell, int], parents: dict[int, int | None]) -> list[Addition]:
    """Each place as the sum of those below it and of what it did itself, which is added to the counts."""
    below: dict[_Cell, list[_Cell]] = defaultdict(list)
    for branch, kind, group in counts:
        above = parents.get(branch)
        if above is not None:
            below[above, kind, group].append((branch, kind, group))
    found = []
    for total, parts in below.items():
        own = (-total[0], total[1], total[2])
        # People may hold certificates of several places: then there is nothing left of it.
        counts[own] = max(0, counts.get(total, 0) - sum(counts[one] for one in parts))
        found.append(Addition(total, (*parts, own)))
    return found


def _over_groups(counts: dict[_Cell, int], *, has_kinds: bool) -> Iterator[Addition]:
    groups: dict[int, list[_Cell]] = defaultdict(list)
    kinds: dict[int, list[_Cell]] = defaultdict(list)
    for cell in counts:
        if cell[2]:
            groups[cell[0]].append(cell)
        elif cell[1]:
            kinds[cell[0]].append(cell)
    for parts in (groups, kinds) if has_kinds else (groups,):
        yield from (Addition((branch, "", ""), tuple(cells)) for branch, cells in parts.items())
