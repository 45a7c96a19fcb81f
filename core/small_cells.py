"""Counts of people that are shown to everybody: few of them could be recognised (docs/personal-data.md)."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from core.lots import Lots

# A number of people below this is not shown.
SMALLEST_SHOWN = 5


def hide_small(counts: Sequence[int], lots: Lots, names: Sequence[Hashable] = ()) -> list[int | None]:
    """Return the counts of one sum's parts as they may be shown: None for 1 to 4.

    Where one alone is hidden, or all that are hidden can only be 1, another that is not zero is hidden with them, so
    that the sum does not give them away: by lot over the `names` of the counts, their places where there are none.
    """
    shown: list[int | None] = [None if 0 < count < SMALLEST_SHOWN else count for count in counts]
    hidden = [count for count in counts if 0 < count < SMALLEST_SHOWN]
    if hidden and (len(hidden) == 1 or sum(hidden) == len(hidden)):
        others = [place for place, count in enumerate(shown) if count]
        if others:
            shown[min(others, key=lambda place: lots.order(names[place] if names else place))] = None
    return shown


def hide_few(count: int) -> int | None:
    """Return a count that stands by itself as it may be shown: None for 1 to 4."""
    return None if 0 < count < SMALLEST_SHOWN else count


@dataclass(frozen=True)
class Cell:
    """A count of people and the parts that it is the sum of, all of which are shown to everybody somewhere."""

    key: Hashable
    count: int
    parts: tuple[Cell, ...] = ()

    @classmethod
    def of(cls, key: Hashable, parts: Sequence[Cell]) -> Cell:
        """The sum of its parts."""
        return cls(key, sum(one.count for one in parts), tuple(parts))


def hidden_cells(top: Cell, lots: Lots) -> frozenset[Hashable]:
    """Return the keys of a tree's cells that are not shown, on whatever page they stand.

    Those of 1 to 4 people, and so many more that no hidden one follows from sums and parts that are shown: of what is
    shown no single part is missing, what is missing is no fewer than 5 people, and of what is hidden a part is hidden
    too. Which of those that are not zero goes next is by lot; a cell is hidden wherever it is shown.
    """
    cells = [one for one in _walk(top) if one.count]
    hidden = {one.key for one in cells if one.count < SMALLEST_SHOWN}
    more = True
    while more:
        more = False
        for cell in cells:
            while (key := _given_away(cell, hidden, lots)) is not None:
                hidden.add(key)
                more = True
    return frozenset(hidden)


def _given_away(cell: Cell, hidden: set[Hashable], lots: Lots) -> Hashable | None:
    """What has to be hidden next lest a cell's sum or parts give another away; None where nothing has to."""
    parts = [one for one in cell.parts if one.count]
    if not parts:
        return None
    shown = [one for one in parts if one.key not in hidden]
    dark = len(parts) - len(shown)
    if cell.key in hidden:
        is_safe = dark > 0
    else:
        is_safe = not dark or (dark > 1 and sum(_dark(one, hidden) for one in parts) >= SMALLEST_SHOWN)
    if is_safe:
        return None
    return min((one.key for one in shown), key=lots.order) if shown else cell.key


def _dark(cell: Cell, hidden: set[Hashable]) -> int:
    """How many people of a cell are not told by what is shown of it and below it."""
    if cell.key not in hidden:
        return 0
    # One whose parts are all shown yet gets one of them hidden next, no smaller than the smallest.
    told = sum(_dark(one, hidden) for one in cell.parts)
    return told or min((one.count for one in cell.parts if one.count), default=cell.count)


def _walk(cell: Cell) -> Iterator[Cell]:
    yield cell
    for one in cell.parts:
        yield from _walk(one)


@dataclass(frozen=True)
class Addition:
    """That a count is the sum of others, of which all are shown to everybody somewhere unless they are hidden."""

    total: Hashable
    parts: tuple[Hashable, ...]


def hidden_in_sums(counts: Mapping[Any, int], sums: Sequence[Addition], lots: Lots) -> frozenset[Any]:
    """Return the keys of counts that are not shown, where counts take part in several sums (places, groups).

    Those of 1 to 4 people, and so many more that none of those follows from all that is shown together: in each sum
    nothing is missing, or two at least and together 5 people or more; then what still follows by solving the sums is
    hidden with a neighbour by lot, until nothing does. A sum of parts that is not the total (people who count in
    two places) is taken as if it were.
    """
    hidden: set[Any] = {key for key, count in counts.items() if 0 < count < SMALLEST_SHOWN}
    small = frozenset(hidden)
    while True:
        before = -1
        while before < len(hidden):
            before = len(hidden)
            for one in sums:
                _complete(one, counts, hidden, lots)
        told = _solved(sums, hidden) & small
        if not told:
            return frozenset(hidden)
        if not _hide_beside(told, counts, sums, hidden, lots):
            return frozenset(hidden)


def _complete(one: Addition, counts: Mapping[Hashable, int], hidden: set[Hashable], lots: Lots) -> None:
    """Hide what has to be hidden next in one sum."""
    members = [key for key in (one.total, *one.parts) if counts.get(key)]
    dark = [key for key in members if key in hidden]
    if not dark or len(dark) == len(members):
        return
    missing = sum(counts[key] for key in dark if key != one.total)
    if len(dark) > 1 and (one.total in hidden or missing >= SMALLEST_SHOWN):
        return
    shown = [key for key in members if key not in hidden and key != one.total] or [one.total]
    hidden.add(min(shown, key=lots.order))


def _hide_beside(
    told: Set[Hashable], counts: Mapping[Hashable, int], sums: Sequence[Addition], hidden: set[Hashable], lots: Lots
) -> bool:
    """Hide one by lot of what stands in a sum with what is told, or with what does, and so on; False where none is."""
    around = set(told)
    while True:
        touching = {
            key
            for one in sums
            if around & {one.total, *one.parts}
            for key in (one.total, *one.parts)
            if counts.get(key)
        }
        if beside := touching - hidden:
            hidden.add(min(beside, key=lots.order))
            return True
        if touching <= around:
            return False
        around |= touching


# A prime far above any count: sums are solved in whole numbers modulo it.
_PRIME = (1 << 61) - 1


def _solved(sums: Sequence[Addition], hidden: set[Hashable]) -> set[Hashable]:
    """The hidden keys that follow from the shown ones: by elimination, each row a sum over what is hidden in it."""
    rows: list[dict[Hashable, int]] = []
    for one in sums:
        row = {key: 1 for key in one.parts if key in hidden}
        if one.total in hidden:
            row[one.total] = _PRIME - 1
        if row:
            rows.append(row)
    pivots: dict[Hashable, dict[Hashable, int]] = {}
    for row in rows:
        for pivot, other in pivots.items():
            if factor := row.get(pivot):
                _take(row, other, factor)
        if not row:
            continue
        pivot = next(iter(row))
        inverse = pow(row[pivot], _PRIME - 2, _PRIME)
        new = {key: value * inverse % _PRIME for key, value in row.items()}
        for other in pivots.values():
            if factor := other.get(pivot):
                _take(other, new, factor)
        pivots[pivot] = new
    return {pivot for pivot, row in pivots.items() if len(row) == 1}


def _take(row: dict[Hashable, int], other: Mapping[Hashable, int], factor: int) -> None:
    for key, value in other.items():
        left = (row.get(key, 0) - factor * value) % _PRIME
        if left:
            row[key] = left
        else:
            row.pop(key, None)
