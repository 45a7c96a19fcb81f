"""Trees of counts of people of which some are hidden: what can be worked out of those, exactly, and hiding enough.

Stricter than `core.small_cells`: 0 to 4 are not told apart, and a hidden count may not even be narrowed down
(docs/registries-figures.md).
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator, Set
from dataclasses import dataclass

from core.lots import Lots
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


def hide_few_of_tree(top: Cell, lots: Lots) -> frozenset[Hashable]:
    """Return the keys of the cells that are not shown: those of 0 to 4, and so many more that none can be narrowed.

    Also not by whoever knows this program but not the lots: each hidden cell could be as little, and as much, as the
    sums alone say, and the same would be hidden (docs/registries-figures.md). Where the top is hidden, all are 0 to 4.
    """
    hidden: set[Hashable] = {one.key for one in walk(top) if one.count < SMALLEST_SHOWN}
    while True:
        place, choice = _to_hide(top, hidden)
        if place is None:
            return frozenset(hidden)
        # A place goes by lot too: else what is hidden below it is known to be large wherever it is hidden itself.
        is_place = not choice or (place is not top and place.key not in hidden and lots.goes(place.key))
        hidden.add(place.key if is_place else min(choice, key=lots.order))


def _to_hide(top: Cell, hidden: Set[Hashable]) -> tuple[Cell | None, list[Hashable]]:
    """A place of which something more has to be hidden, and what of it could be; None where nothing has to.

    Nothing has to where no hidden cell has all its parts shown, no shown one a single part hidden, and what is hidden
    of a shown one is five at least: then, and only then, `spans_of` is wide for each. Does not read hidden counts but
    as the difference of those that are shown.
    """
    for cell in walk(top):
        parts = [one for one in cell.parts if one.key in hidden]
        shown = [one.key for one in cell.parts if one.key not in hidden]
        if cell.key in hidden:
            if cell.parts and not parts:
                return cell, shown
        elif len(parts) == 1:
            return cell, shown
        elif parts:
            below = list(_hidden_below(cell, hidden))
            around = [one for each in (cell, *below) for one in each.parts if one.key not in hidden]
            if cell.count - sum(one.count for one in around) < NARROWEST:
                return cell, [one.key for one in around]
    return None, []


def _hidden_below(cell: Cell, hidden: Set[Hashable]) -> Iterator[Cell]:
    """The hidden parts of a cell, their hidden parts, and so on: what its sum ties together."""
    for one in cell.parts:
        if one.key in hidden:
            yield one
            yield from _hidden_below(one, hidden)


def walk(top: Cell) -> Iterator[Cell]:
    """The cells of a tree, each before its parts."""
    yield top
    for one in top.parts:
        yield from walk(one)
