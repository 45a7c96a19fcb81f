"""Trees of counts of people of which some are hidden: what can be worked out of those, exactly, and hiding enough.

Stricter than `core.small_cells`: 0 to 4 are not told apart, and a hidden count may not even be narrowed down
(docs/registries-figures.md).
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator, Set
from dataclasses import dataclass

from core.small_cells import SMALLEST_SHOWN, Cell

# As many values as this a hidden count must have left between the least and the most that it can be.
NARROWEST = SMALLEST_SHOWN


@dataclass(frozen=True)
class Span:
    """The least and the most that a count can be; the most is infinite where nothing limits it."""

    least: float
    most: float

    @property
    def is_wide(self) -> bool:
        """Whether it says no more of a hidden count than that it is hidden."""
        return self.most - self.least >= NARROWEST


def spans_of(top: Cell, hidden: Set[Hashable]) -> dict[Hashable, Span]:
    """Return what everybody can work out of each cell from those that are not hidden and from sums; exact.

    Each cell takes part in two sums at most (its own and that above it), so two passes find all that follows.
    """
    below: dict[Hashable, Span] = {}
    for cell in reversed(list(walk(top))):
        if cell.key not in hidden:
            below[cell.key] = Span(cell.count, cell.count)
        elif cell.parts:
            parts = [below[one.key] for one in cell.parts]
            below[cell.key] = Span(sum(one.least for one in parts), sum(one.most for one in parts))
        else:
            below[cell.key] = Span(0, math.inf)
    found = {top.key: below[top.key]}
    for cell in walk(top):
        span = found[cell.key]
        parts = [below[one.key] for one in cell.parts]
        for at, one in enumerate(cell.parts):
            others = parts[:at] + parts[at + 1 :]
            found[one.key] = Span(
                max(parts[at].least, span.least - sum(other.most for other in others)),
                min(parts[at].most, span.most - sum(other.least for other in others)),
            )
    return found


def hide_few_of_tree(top: Cell) -> frozenset[Hashable]:
    """Return the keys of the cells that are not shown: those of 0 to 4, and so many more that none can be narrowed.

    The smallest beside one that could be, or of its parts, is hidden next, then what it is a part of. Quadratic.
    """
    cells = list(walk(top))
    above = {one.key: cell for cell in cells for one in cell.parts}
    hidden: set[Hashable] = {one.key for one in cells if one.count < SMALLEST_SHOWN}
    while True:
        spans = spans_of(top, hidden)
        narrow = next((one for one in cells if one.key in hidden and not spans[one.key].is_wide), None)
        if narrow is None:
            return frozenset(hidden)
        hidden.add(_next(narrow, above, hidden))


def walk(top: Cell) -> Iterator[Cell]:
    """The cells of a tree, each before its parts."""
    yield top
    for one in top.parts:
        yield from walk(one)


def _next(cell: Cell, above: dict[Hashable, Cell], hidden: Set[Hashable]) -> Hashable:
    """What is hidden for a cell's sake: the smallest of its parts and beside it, else the next above, and so on up."""
    place: Cell | None = cell
    while place is not None:
        parent = above.get(place.key)
        beside = [one for one in (*place.parts, *(parent.parts if parent else ())) if one.key not in hidden]
        if beside:
            return min(beside, key=lambda one: (one.count, str(one.key))).key
        if parent is not None and parent.key not in hidden:
            return parent.key
        place = parent
    raise ValueError(f"nothing is left to hide beside {cell.key}")
