"""Counts of people that are shown to everybody: few of them could be recognised (docs/personal-data.md)."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass

# A number of people below this is not shown.
SMALLEST_SHOWN = 5


def hide_small(counts: Sequence[int]) -> list[int | None]:
    """Return the counts of one sum's parts as they may be shown: None for 1 to 4.

    Where one alone is hidden, or all that are hidden can only be 1, the smallest other that is not zero is hidden with
    them, so that the sum does not give them away.
    """
    shown: list[int | None] = [None if 0 < count < SMALLEST_SHOWN else count for count in counts]
    hidden = [count for count in counts if 0 < count < SMALLEST_SHOWN]
    if hidden and (len(hidden) == 1 or sum(hidden) == len(hidden)):
        others = [place for place, count in enumerate(shown) if count]
        if others:
            shown[min(others, key=lambda place: counts[place])] = None
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


def hidden_cells(top: Cell) -> frozenset[Hashable]:
    """Return the keys of a tree's cells that are not shown, on whatever page they stand.

    Those of 1 to 4 people, and so many more that no hidden one follows from sums and parts that are shown: of what is
    shown no single part is missing, what is missing is no fewer than 5 people, and of what is hidden a part is hidden
    too. The smallest that are not zero are hidden first; a cell is hidden wherever it is shown.
    """
    cells = [one for one in _walk(top) if one.count]
    hidden = {one.key for one in cells if one.count < SMALLEST_SHOWN}
    more = True
    while more:
        more = False
        for cell in cells:
            while (key := _given_away(cell, hidden)) is not None:
                hidden.add(key)
                more = True
    return frozenset(hidden)


def _given_away(cell: Cell, hidden: set[Hashable]) -> Hashable | None:
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
    return min(shown, key=lambda one: (one.count, str(one.key))).key if shown else cell.key


def _dark(cell: Cell, hidden: set[Hashable]) -> int:
    """How many people of a cell are not told by what is shown of it and below it."""
    if cell.key not in hidden:
        return 0
    # One whose parts are all shown yet gets its smallest hidden next.
    told = sum(_dark(one, hidden) for one in cell.parts)
    return told or min((one.count for one in cell.parts if one.count), default=cell.count)


def _walk(cell: Cell) -> Iterator[Cell]:
    yield cell
    for one in cell.parts:
        yield from _walk(one)
