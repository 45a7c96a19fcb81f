"""Few people cannot be found out, neither from one number nor from sums and parts on several pages."""

from __future__ import annotations

import itertools
import random
from collections.abc import Hashable, Iterator
from fractions import Fraction

import pytest

from core.lots import Lots, lots_of
from core.small_cells import SMALLEST_SHOWN, Addition, Cell, hidden_cells, hidden_in_sums, hide_few, hide_small

# Lots that the tests know: by name, backwards.
LOTS = Lots(order=lambda key: [-ord(one) for one in repr(key)], goes=lambda _key: False)


def cells_of(cell: Cell) -> Iterator[Cell]:
    """A cell and all below it."""
    yield cell
    for one in cell.parts:
        yield from cells_of(one)


def equations(top: Cell, unknown: list[Hashable]) -> list[list[Fraction]]:
    """Every sum as a row over the unknown, the last place what is known of it."""
    at = {key: place for place, key in enumerate(unknown)}
    rows = []
    for cell in (one for one in cells_of(top) if one.parts):
        row = [Fraction(0)] * (len(unknown) + 1)
        for one, sign in [(cell, -1), *((part, 1) for part in cell.parts)]:
            place = at.get(one.key, -1)
            row[place] += sign if place >= 0 else -sign * one.count
        rows.append(row)
    return rows


def found_out(top: Cell, hidden: frozenset[Hashable]) -> set[Hashable]:
    """The hidden cells that follow from the shown ones, solved by elimination."""
    unknown = sorted((one.key for one in cells_of(top) if one.key in hidden), key=str)
    rows, done = equations(top, unknown), 0
    for column in range(len(unknown)):
        pivot = next((row for row in rows[done:] if row[column]), None)
        if pivot is None:
            continue
        rows.remove(pivot)
        rows = [
            [value - row[column] * own / pivot[column] for value, own in zip(row, pivot, strict=True)] for row in rows
        ]
        rows.insert(done, pivot)
        done += 1
    named = [[place for place in range(len(unknown)) if row[place]] for row in rows[:done]]
    return {unknown[places[0]] for places in named if len(places) == 1}


def tree(counts: list[list[list[int]]]) -> Cell:
    """A province of cities of counties of schools."""
    cities = []
    for c, city in enumerate(counts):
        counties = [
            Cell.of((c, k), [Cell((c, k, s), count) for s, count in enumerate(schools)])
            for k, schools in enumerate(city)
        ]
        cities.append(Cell.of(c, counties))
    return Cell.of("all", cities)


def test_nothing_is_hidden_where_nobody_is_few() -> None:
    assert hidden_cells(tree([[[10, 0, 7], [5]], [[0, 0]]]), LOTS) == frozenset()


def test_one_few_takes_another_with_it_by_lot_and_not_by_size() -> None:
    assert hidden_cells(tree([[[3, 40, 12, 0]]]), LOTS) == {(0, 0, 0), (0, 0, 2)}
    assert hidden_cells(tree([[[3, 12, 40, 0]]]), LOTS) == {(0, 0, 0), (0, 0, 2)}


def test_a_county_whose_only_number_is_hidden_is_hidden_and_so_is_another_county() -> None:
    hidden = hidden_cells(tree([[[3], [90], [20, 30]]]), LOTS)
    assert {(0, 0), (0, 0, 0), (0, 2), (0, 2, 1)} <= hidden
    assert (0, 1) not in hidden


def test_what_is_missing_from_a_sum_is_never_itself_few() -> None:
    hidden = hidden_cells(tree([[[1, 2, 30, 50]]]), LOTS)
    assert (0, 0, 3) in hidden
    assert (0, 0, 2) not in hidden


@pytest.mark.parametrize("seed", range(60))
def test_no_small_number_follows_from_what_all_pages_show(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 -- made-up counts
    weights = chance.choice([(6, 3, 3), (1, 8, 1), (2, 1, 9)])
    counts = [
        [
            [chance.choices([0, chance.randint(1, 4), chance.randint(5, 60)], weights)[0] for _school in range(schools)]
            for schools in [chance.randint(1, 5) for _county in range(chance.randint(1, 4))]
        ]
        for _city in range(chance.randint(1, 4))
    ]
    top = tree(counts)
    hidden = hidden_cells(top, lots_of(str(seed)))
    small = {one.key for one in cells_of(top) if 0 < one.count < SMALLEST_SHOWN}
    assert small <= hidden
    assert not small & found_out(top, hidden)


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ([0, 5, 12], [0, 5, 12]),
        ([4, 0, 9, 7], [None, 0, 9, None]),
        ([4, 0, 7, 9], [None, 0, 7, None]),
        ([3, 2, 8], [None, None, 8]),
        # Two that add up to two are one each.
        ([1, 1, 30, 6], [None, None, 30, None]),
        ([1, 1, 6, 30], [None, None, 6, None]),
        ([3], [None]),
    ],
)
def test_few_are_hidden_with_as_many_others_as_it_takes(counts: list[int], shown: list[int | None]) -> None:
    assert hide_small(counts, LOTS) == shown


def test_a_count_that_stands_alone_is_hidden_from_one_to_four() -> None:
    assert [hide_few(count) for count in (0, 1, 4, 5)] == [0, None, None, 5]


# --- counts that take part in several sums ---------------------------------------------------------------------------


def grid(chance: random.Random) -> tuple[dict[Hashable, int], list[Addition]]:
    """Counties of cities of a province by group: each a sum over places, and over groups."""
    groups = ("teacher", "student", "police", "driver")
    weights = chance.choice([(6, 3, 3), (1, 8, 1), (2, 1, 9)])
    cities = {f"c{c}": [f"c{c}k{k}" for k in range(chance.randint(1, 4))] for c in range(chance.randint(1, 4))}
    counts: dict[Hashable, int] = {}
    sums = []

    def drawn() -> int:
        return chance.choices([0, chance.randint(1, 4), chance.randint(5, 60)], weights)[0]

    for group in groups:
        for city, counties in cities.items():
            parts = [(one, group) for one in counties] + [(f"{city} itself", group)]
            counts.update({part: drawn() for part in parts})
            counts[city, group] = sum(counts[part] for part in parts)
            sums.append(Addition((city, group), tuple(parts)))
        counts["all", group] = sum(counts[city, group] for city in cities)
        sums.append(Addition(("all", group), tuple((city, group) for city in cities)))
    for place in {place for place, _group in list(counts)}:
        counts[place, ""] = sum(counts[place, group] for group in groups)
        sums.append(Addition((place, ""), tuple((place, group) for group in groups)))
    for city, counties in cities.items():
        sums.append(Addition((city, ""), (*((one, "") for one in counties), (f"{city} itself", ""))))
    sums.append(Addition(("all", ""), tuple((city, "") for city in cities)))
    return counts, sums


def solved(counts: dict[Hashable, int], sums: list[Addition], hidden: frozenset[Hashable]) -> set[Hashable]:
    """The hidden counts that follow from the shown ones, by elimination in fractions."""
    unknown = sorted(hidden, key=str)
    at = {key: place for place, key in enumerate(unknown)}
    rows = []
    for one in sums:
        row = [Fraction(0)] * len(unknown)
        for key, sign in [(one.total, -1), *((part, 1) for part in one.parts)]:
            if key in at:
                row[at[key]] += sign
        rows.append(row)
    done = 0
    for column in range(len(unknown)):
        pivot = next((row for row in rows[done:] if row[column]), None)
        if pivot is None:
            continue
        rows.remove(pivot)
        rows = [
            [value - row[column] * own / pivot[column] for value, own in zip(row, pivot, strict=True)] for row in rows
        ]
        rows.insert(done, pivot)
        done += 1
    named = [[place for place, value in enumerate(row) if value] for row in rows[:done]]
    return {unknown[places[0]] for places in named if len(places) == 1}


@pytest.mark.parametrize("seed", range(60))
def test_no_small_number_follows_from_sums_over_places_and_groups_together(seed: int) -> None:
    counts, sums = grid(random.Random(seed))  # noqa: S311 -- made-up counts
    hidden = hidden_in_sums(counts, sums, lots_of(str(seed)))
    small = {key for key, count in counts.items() if 0 < count < SMALLEST_SHOWN}
    assert small <= hidden
    assert not small & solved(counts, sums, hidden)


def test_where_nobody_is_few_everything_is_shown_and_zeros_always_are() -> None:
    sums = [Addition("all", ("a", "b", "c"))]
    assert hidden_in_sums({"all": 30, "a": 10, "b": 20, "c": 0}, sums, LOTS) == frozenset()
    assert hidden_in_sums({"all": 33, "a": 3, "b": 30, "c": 0}, sums, LOTS) == {"a", "b"}


# --- who knows the program but not the lots --------------------------------------------------------------------------


def named(shown: frozenset[Hashable]) -> Lots:
    """The lots under which what is hidden would be just this, if there are any: these first."""
    return Lots(order=lambda key: (key not in shown, repr(key)), goes=lambda key: key in shown)


# A sum of fewer than five of which four are not zero is itself hidden, and four ones: zeros are shown here.
FEW = [one for one in itertools.combinations_with_replacement((0, 1, 2, 3, 4, 5, 7), 4) if sum(one) >= SMALLEST_SHOWN]


@pytest.mark.parametrize("parts", FEW[::3])
def test_no_small_number_follows_for_who_replays_the_hiding_without_the_lots(parts: tuple[int, ...]) -> None:
    """Every way to fill in what is hidden is hidden anew; those that come out the same tell no small number."""
    sums = [Addition("all", tuple("abcd"))]
    whole = sum(parts)
    counts: dict[Hashable, int] = {**dict(zip("abcd", parts, strict=True)), "all": whole}
    for seed in range(2):
        hidden = hidden_in_sums(counts, sums, lots_of(f"replayed {seed}"))
        dark = [key for key in "abcd" if key in hidden]
        if not dark:
            continue
        could: dict[str, set[int]] = {key: set() for key in dark}
        for values in itertools.product(range(whole + 1), repeat=len(dark)):
            filled = counts | dict(zip(dark, values, strict=True))
            if "all" not in hidden and sum(filled[key] for key in "abcd") != whole:
                continue
            filled["all"] = sum(filled[key] for key in "abcd")
            if hidden_in_sums(filled, sums, named(hidden)) == hidden:
                for key in dark:
                    could[key].add(filled[key])
        assert all(len(could[key]) > 1 for key in dark if counts[key] < SMALLEST_SHOWN), (counts, hidden, could)
