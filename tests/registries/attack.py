"""What an attacker works out of all published figures together: every sum solved exactly, by linear programming.

Written apart from the product's own reckoning (core/hidden_trees.py): it knows the published numbers, that they are
sums of each other, that numbers are not below zero, and nothing else.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

Row = dict[Hashable, Fraction]


@dataclass
class Equations:
    """Numbers that are known, and sums that hold between them and those that are not."""

    known: dict[Hashable, int] = field(default_factory=dict)
    sums: list[tuple[dict[Hashable, int], int]] = field(default_factory=list)
    unknown: set[Hashable] = field(default_factory=set)

    def say(self, key: Hashable, value: int | None) -> None:
        """A published number, or that it is not."""
        if value is None:
            self.unknown.add(key)
        else:
            assert self.known.setdefault(key, value) == value, f"two numbers are published of {key}"

    def add(self, row: Mapping[Hashable, int], equals: int = 0) -> None:
        """The sum of numbers with their signs equals a number."""
        self.sums.append((dict(row), equals))
        self.unknown |= row.keys()

    def spans(self) -> dict[Hashable, tuple[float, float]]:
        """For each number that is not published, the least and the most that it can be."""
        rows: list[tuple[Row, Fraction]] = []
        for row, equals in self.sums:
            left = {key: Fraction(n) for key, n in row.items() if key not in self.known}
            rest = Fraction(equals - sum(n * self.known[key] for key, n in row.items() if key in self.known))
            if left:
                rows.append((left, rest))
            else:
                assert rest == 0, f"published numbers disagree: {row}"
        hidden = self.unknown - self.known.keys()
        found: dict[Hashable, tuple[float, float]] = dict.fromkeys(hidden, (0.0, math.inf))
        for part in _apart(rows):
            found |= _extremes(part)
        return found


def _apart(rows: list[tuple[Row, Fraction]]) -> Iterable[list[tuple[Row, Fraction]]]:
    """Rows that share unknown numbers, together."""
    groups: list[tuple[set[Hashable], list[tuple[Row, Fraction]]]] = []
    for row in rows:
        keys, mine, others = set(row[0]), [row], []
        for known, theirs in groups:
            if known & keys:
                keys |= known
                mine = theirs + mine
            else:
                others.append((known, theirs))
        groups = [*others, (keys, mine)]
    return [mine for _keys, mine in groups]


def _extremes(rows: list[tuple[Row, Fraction]]) -> dict[Hashable, tuple[float, float]]:
    names = sorted({key for row, _rest in rows for key in row}, key=str)
    place = {name: at for at, name in enumerate(names)}
    table = _Table(len(names))
    for row, rest in rows:
        line = [Fraction(0)] * len(names)
        for key, n in row.items():
            line[place[key]] = n
        table.take(line, rest)
    table.make_feasible()
    return {name: (table.least(at), -table.least(at, sign=-1)) for name, at in place.items()}


class _Table:
    """A simplex table over fractions, by Bland's rule, which always ends."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.lines: list[list[Fraction]] = []
        self.base: list[int] = []

    def take(self, line: list[Fraction], rest: Fraction) -> None:
        sign = -1 if rest < 0 else 1
        self.lines.append([sign * n for n in line] + [sign * rest])

    def make_feasible(self) -> None:
        """One auxiliary number a line, all of which go to zero."""
        count, width = len(self.lines), self.width
        for at, line in enumerate(self.lines):
            line[width:width] = [Fraction(1 if other == at else 0) for other in range(count)]
        self.base = [width + at for at in range(count)]
        cost = [Fraction(0)] * width + [Fraction(1)] * count
        assert self._solve(cost, width + count) == 0, "published numbers disagree"
        for at in range(count - 1, -1, -1):
            if self.base[at] < width:
                continue
            pivot = next((column for column in range(width) if self.lines[at][column]), None)
            if pivot is None:
                del self.lines[at], self.base[at]
            else:
                self._turn(at, pivot)
        self.lines = [[*line[:width], line[-1]] for line in self.lines]

    def least(self, column: int, *, sign: int = 1) -> float:
        """The least that a number (with its sign) can be; minus infinity where nothing limits it."""
        cost = [Fraction(0)] * self.width
        cost[column] = Fraction(sign)
        found = self._solve(cost, self.width)
        return -math.inf if found is None else float(found)

    def _solve(self, cost: list[Fraction], width: int) -> Fraction | None:
        reduced = [*cost, Fraction(0)]
        for line, column in zip(self.lines, self.base, strict=True):
            if factor := cost[column]:
                reduced = [a - factor * b for a, b in zip(reduced, line, strict=True)]
        while True:
            entering = next((column for column in range(width) if reduced[column] < 0), None)
            if entering is None:
                return -reduced[-1]
            ratios = [
                (line[-1] / line[entering], self.base[at], at)
                for at, line in enumerate(self.lines)
                if line[entering] > 0
            ]
            if not ratios:
                return None
            at = min(ratios)[2]
            self._turn(at, entering)
            factor = reduced[entering]
            reduced = [a - factor * b for a, b in zip(reduced, self.lines[at], strict=True)]

    def _turn(self, at: int, column: int) -> None:
        pivot = self.lines[at][column]
        self.lines[at] = [n / pivot for n in self.lines[at]]
        for other, line in enumerate(self.lines):
            if other != at and (factor := line[column]):
                self.lines[other] = [a - factor * b for a, b in zip(line, self.lines[at], strict=True)]
        self.base[at] = column


@dataclass(frozen=True)
class Published:
    """A number as any page, file or report gives it: of an association in a year."""

    year: int
    branch: str
    figure: str
    what: str
    number: int | None
    since: int | None = None


def equations_of(published: Iterable[Published], below: Mapping[tuple[int, str], list[str]], top: str) -> Equations:
    """All that holds between published numbers: places, years, and what stands, joined and left. `top` the province."""
    found = Equations()
    figures: dict[str, set[int]] = defaultdict(set)
    # What some place below has as well is a sum of places, whatever its name.
    placed: set[tuple[int, str]] = set()
    spans: dict[tuple[str, int], int] = {}
    for one in published:
        if one.since is None or one.since == one.year:
            found.say((one.year, one.branch, one.figure, one.what), one.number)
        elif one.number is not None:
            found.unknown.add((one.year, one.branch, one.figure, one.what))
            spans[one.figure, one.year] = one.since
            found.say(("years", one.year, one.figure), one.number)
        figures[one.figure].add(one.year)
        if one.branch != top:
            placed.add((one.year, one.figure))
    for (year, branch), parts in below.items():
        for figure in figures:
            if parts and (year, figure) in placed:
                row = {(year, part, figure, "whole"): 1 for part in parts}
                found.add(row | {(year, branch, figure, "own"): 1, (year, branch, figure, "whole"): -1})
    for (figure, year), since in spans.items():
        row = {(one, top, figure, "whole"): 1 for one in range(since, year + 1)}
        found.add(row | {("years", year, figure): -1})
    for gift in {one.removesuffix("_left") for one in figures if one.endswith("_left")}:
        _add_flow(found, gift, sorted(figures[f"{gift}_left"]), top)
    return found


def _add_flow(found: Equations, gift: str, years: list[int], top: str) -> None:
    """What stands at a year's end is what stood before, and who joined, less who left; at first nothing."""
    for year in years:
        joined, left, stands = ((year, top, f"{gift}_{name}", "whole") for name in ("joined", "left", "standing"))
        row = {joined: 1, left: -1, stands: -1}
        if year > years[0]:
            row[year - 1, top, f"{gift}_standing", "whole"] = 1
        found.add(row)
