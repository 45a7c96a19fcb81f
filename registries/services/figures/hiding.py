"""Which numbers of a year are shown: few people, and what would give them away beside any other number, in any year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.hidden_trees import hide_few_of_tree
from core.lots import Lots
from core.small_cells import SMALLEST_SHOWN, Cell

# What is shown of an association: {"whole": n, "own": n, "since": year}; None for a number that is not.
Shown = dict[str, Any]


@dataclass(frozen=True)
class Place:
    """An association and those directly below it."""

    branch: int
    below: tuple[Place, ...] = ()


def shown_by_place(place: Place, own: Mapping[int, int], lots: Lots) -> dict[int, Shown]:
    """What is shown of one figure by association: a place is the sum of those below it and of what it did itself."""
    top = _cell(place, own)
    hidden = hide_few_of_tree(top, lots)
    return dict(_read(place, top, hidden))


def _cell(place: Place, own: Mapping[int, int]) -> Cell:
    itself = own.get(place.branch, 0)
    if not place.below:
        return Cell((place.branch, "whole"), itself)
    parts = [_cell(one, own) for one in place.below]
    return Cell.of((place.branch, "whole"), [*parts, Cell((place.branch, "own"), itself)])


def _read(place: Place, cell: Cell, hidden: frozenset[Any]) -> list[tuple[int, Shown]]:
    shown: Shown = {"whole": None if cell.key in hidden else cell.count}
    found = [(place.branch, shown)]
    if place.below:
        itself = cell.parts[-1]
        shown["own"] = None if itself.key in hidden else itself.count
        for below, part in zip(place.below, cell.parts[:-1], strict=True):
            found += _read(below, part, hidden)
    return found


def shown_alone(count: int) -> Shown:
    """What is shown of a number that nothing else is a sum of."""
    return {"whole": count if count >= SMALLEST_SHOWN else None}


@dataclass(frozen=True)
class YearOfFlow:
    """One year of one gift in a province: what was shown of it; `None` for what was not."""

    year: int
    joined: int | None
    standing: int | None


def shown_flow(
    past: Sequence[YearOfFlow], year: int, *, joined: int | None, left: Mapping[int, int], standing: int, waits: bool
) -> tuple[Shown, Shown]:
    """What is shown of those who left, and of those who stand, at a year's end: two numbers that tell each other.

    `past` are the years published before, in order, `joined` what is shown of this year, `left` the true numbers by
    year. Since the last year whose `standing` was shown, standing = that + joined - left. So both are held back until
    those who left since make 5, and then shown of all these years together. Where a number of those who joined is
    hidden in between, those who left are not shown at all: the two unknown numbers hide each other. They do only where
    no more joined unseen than left: else what stands would say that some did. `waits` by lot: that nothing is shown
    yet says nothing then.
    """
    last = max((at for at, one in enumerate(past) if one.standing is not None), default=-1)
    waiting = past[last + 1 :]
    since = waiting[0].year if waiting else year
    has_hidden = joined is None or any(one.joined is None for one in waiting)
    gone = sum(number for of_year, number in left.items() if since <= of_year <= year)
    if standing < SMALLEST_SHOWN or (not has_hidden and gone < SMALLEST_SHOWN):
        return {"whole": None}, {"whole": None}
    if has_hidden:
        before = past[last].standing or 0 if last >= 0 else 0
        known = sum(number or 0 for number in (joined, *(one.joined for one in waiting)))
        if waits or standing > before + known:
            return {"whole": None}, {"whole": None}
        return {"whole": None}, {"whole": standing}
    return {"whole": gone, "since": since}, {"whole": standing}
