"""Whoever puts all published figures together finds no number of fewer than five, nor narrows one down."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.hidden_trees import Span, hide_few_of_tree, spans_of, walk
from core.lots import Lots, lots_of
from core.small_cells import Cell
from registries.choices.figures import FLOWS, OF_GIVEN, OF_MARROW, Figure, Gift
from registries.services.figures import publishing
from registries.services.figures.hiding import Place, YearOfFlow, shown_flow
from registries.services.figures.measures import MEASURES
from tests.registries.attack import Equations, Published, equations_of

YEARS = (2021, 2022, 2023, 2024)
FLOW = FLOWS[Gift.ORGANS]
# Those that are counted from rows of their own are given numbers here as others are.
COUNTED = tuple(one.figure for one in MEASURES if one.figure in {*OF_GIVEN, *OF_MARROW})
PLACED = frozenset(one.figure for one in MEASURES if one.by_place)


def _of_tallies(figure: Figure) -> Any:
    return lambda tallies, year: {branch: sums[figure.value] for (branch, of), sums in tallies.items() if of == year}


ALL = [replace(one, source=_of_tallies(one.figure)) if one.figure in COUNTED else one for one in MEASURES]


@st.composite
def provinces(draw: Any) -> Place:
    """A province with some cities, each with some counties; a county is a leaf."""
    numbers = iter(range(2, 100))
    cities = []
    for _city in range(draw(st.integers(0, 3))):
        city = next(numbers)
        cities.append(Place(city, tuple(Place(next(numbers)) for _county in range(draw(st.integers(0, 4))))))
    return Place(1, tuple(cities))


@st.composite
def histories(draw: Any) -> tuple[Place, dict[tuple[int, int], Counter[str]]]:
    """What associations registered through the years; nobody leaves who did not join."""
    top = draw(provinces())
    counts = st.one_of(st.integers(0, 6), st.integers(0, 6), st.integers(0, 40))
    tallies: dict[tuple[int, int], Counter[str]] = {}
    for place in publishing.walk(top):
        stands = 0
        for year in YEARS[: draw(st.integers(1, len(YEARS)))]:
            joined = draw(counts)
            left = min(stands + joined, draw(st.one_of(st.just(0), st.integers(0, 3), st.integers(0, 12))))
            stands += joined - left
            tallies[place.branch, year] = Counter(
                {FLOW.joined.value: joined, FLOW.left.value: left, Figure.REFUSED.value: draw(st.integers(0, 2))}
                # Numbers of their own, drawn once: each is a tree of places by itself.
                | {figure.value: (joined * (at + 3) + left * 7) % (9 + at * 4) for at, figure in enumerate(COUNTED)}
            )
    return top, tallies


def published_of(top: Place, tallies: dict[tuple[int, int], Counter[str]]) -> tuple[list[Published], dict[Any, Any]]:
    """Everything that is published, year by year, each knowing only what was published before."""
    past: dict[int, Any] = {}
    found, below = [], {}
    for year in YEARS:
        written = publishing.figures_of(top, tallies, year, past, ALL)
        past[year] = written[top.branch]
        for place in publishing.walk(top):
            below[year, str(place.branch)] = [str(one.branch) for one in place.below]
            for figure, said in written[place.branch].items():
                for what in ("whole", "own"):
                    if what in said:
                        found.append(Published(year, str(place.branch), figure, what, said[what], said.get("since")))
    return found, below


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(histories())
def test_no_hidden_figure_follows_from_two_years_two_levels_and_all_sums(history: Any) -> None:
    top, tallies = history
    found, below = published_of(top, tallies)
    assert all(one.number is None or one.number >= 5 for one in found)
    spans = equations_of(found, below, str(top.branch)).spans()
    narrow = {key: span for key, span in spans.items() if span[1] - span[0] < 5}
    assert narrow == {}
    hidden = sum(1 for one in found if one.number is None)
    assert hidden == 0 or len(spans) >= 1


def test_the_attack_puts_every_figure_that_is_shown_by_place_into_sums() -> None:
    """A figure that is added later is attacked without being named here."""
    top = Place(1, (Place(2), Place(3)))
    tallies = {(one, 2021): Counter({figure.value: one * 2 for figure in Figure}) for one in (1, 2, 3)}
    found, below = published_of(top, tallies)
    in_sums = {key[2] for row, _equals in equations_of(found, below, "1").sums for key in row if key[3] == "own"}
    assert in_sums == {figure.value for figure in PLACED}
    assert len(in_sums) == len(FLOWS) + len(COUNTED)


@settings(max_examples=60, deadline=None)
@given(histories())
def test_every_published_figure_is_true_and_a_year_alone_hides_no_more_than_it_must(history: Any) -> None:
    top, tallies = history
    found, _below = published_of(top, tallies)
    inside = {place.branch: {one.branch for one in publishing.walk(place)} for place in publishing.walk(top)}
    for one in found:
        if one.number is None:
            continue
        branches = inside[int(one.branch)] if one.what == "whole" else {int(one.branch)}
        years = [year for year in YEARS if (one.since or one.year) <= year <= one.year]
        if one.figure.endswith("_standing"):
            flow = FLOWS[one.figure.removesuffix("_standing")]
            upto = [sums for (branch, year), sums in tallies.items() if year <= one.year and branch in branches]
            true = sum(sums[flow.joined.value] - sums[flow.left.value] for sums in upto)
        else:
            true = sum(tallies.get((branch, year), Counter())[one.figure] for branch in branches for year in years)
        assert one.number == true


def test_the_attack_finds_what_hiding_small_numbers_alone_gives_away() -> None:
    """One number of 2 hidden beside its sum; and what two years' standing tells of those who left."""
    found = Equations()
    for key, number in {"city": 30, "a": 20, "own": 8}.items():
        found.say(key, number)
    found.say("b", None)
    found.add({"a": 1, "b": 1, "own": 1, "city": -1})
    assert found.spans() == {"b": (2, 2)}
    said = [
        Published(2021, "1", FLOW.joined, "whole", 40),
        Published(2021, "1", FLOW.left, "whole", None),
        Published(2021, "1", FLOW.standing, "whole", 39),
    ]
    assert equations_of(said, {}, "1").spans() == {(2021, "1", FLOW.left, "whole"): (1, 1)}


def test_the_attack_narrows_two_hidden_numbers_whose_sum_is_small() -> None:
    found = Equations()
    found.say("city", 24)
    found.say("a", 20)
    found.add({"a": 1, "b": 1, "c": 1, "city": -1})
    assert found.spans() == {"b": (0, 4), "c": (0, 4)}


@settings(max_examples=80, deadline=None)
@given(histories())
def test_what_the_product_reckons_of_hidden_cells_is_what_the_attack_finds(history: Any) -> None:
    """The product's two passes over a tree and the attack's linear programming agree, whatever is hidden."""
    top, tallies = history
    cell = _cells(top, tallies)
    small = {one.key for one in walk(cell) if one.count < 5}
    for hidden in (small, hide_few_of_tree(cell, lots_of("attack"))):
        found = Equations()
        for one in walk(cell):
            found.say(one.key, None if one.key in hidden else one.count)
            if one.parts:
                found.add({part.key: 1 for part in one.parts} | {one.key: -1})
        spans = spans_of(cell, set(hidden))
        assert found.spans() == {key: (spans[key].least, spans[key].most) for key in hidden}


def _cells(place: Place, tallies: Any) -> Cell:
    own = tallies.get((place.branch, YEARS[0]), Counter())[FLOW.joined.value]
    if not place.below:
        return Cell((place.branch, "whole"), own)
    return Cell.of(
        (place.branch, "whole"), [Cell((place.branch, "own"), own), *(_cells(one, tallies) for one in place.below)]
    )


@pytest.mark.parametrize(("least", "most", "is_wide"), [(0, 4, False), (0, 5, True), (7, 11, False), (3, 8, True)])
def test_a_hidden_number_has_five_others_left(least: int, most: int, is_wide: bool) -> None:
    assert Span(least, most).is_wide is is_wide


# --- who knows the program but not the lots --------------------------------------------------------------------------

# Places as numbers of leaves: a list is a place of its parts.
SHAPES: list[Any] = [
    [1, 1, 1],
    [1, 1, 1, 1],
    [[1, 1], 1],
    [[1, 1], 1, 1],
    [[1, 1, 1], 1],
    [[1, 1], [1, 1], 1],
    [[[1, 1], 1], 1],
]


def _tree(shape: Any, leaves: Any, key: str = "t") -> Cell:
    """A shape filled with the next numbers of its leaves."""
    if shape == 1:
        return Cell(key, next(leaves))
    return Cell.of(key, [_tree(one, leaves, f"{key}{at}") for at, one in enumerate(shape)])


def _leaves(top: Cell) -> list[Cell]:
    return [one for one in walk(top) if not one.parts]


def _first(hidden: frozenset[Any]) -> Lots:
    """The lots under which what is hidden comes out as this, if under any: these go first."""
    return Lots(order=lambda key: (key not in hidden, key), goes=lambda key: key in hidden)


def _replayed(shape: Any, top: Cell, hidden: frozenset[Any], lots: Any = None) -> dict[Any, set[int]]:
    """What each hidden cell could be for who fills in every number and hides anew: the same must come out."""
    numbers = [one.count for one in _leaves(top)]
    places = [at for at, one in enumerate(_leaves(top)) if one.key in hidden]
    shown = {one.key: one.count for one in walk(top) if one.key not in hidden}
    could: dict[Any, set[int]] = {key: set() for key in hidden}
    for values in itertools.product(range(max(top.count, 6) + 1), repeat=len(places)):
        filled = list(numbers)
        for at, value in zip(places, values, strict=True):
            filled[at] = value
        if top.key in shown and sum(filled) != top.count:
            continue
        other = _tree(shape, iter(filled))
        counts = {one.key: one.count for one in walk(other)}
        if any(counts[key] != count for key, count in shown.items()):
            continue
        if hide_few_of_tree(other, lots(counts) if lots else _first(hidden)) == hidden:
            for key in hidden:
                could[key].add(counts[key])
    return could


def _narrow(shape: Any, top: Cell, hidden: frozenset[Any]) -> dict[Any, set[int]]:
    """The cells of which more is known than that they are hidden; where all are, that is that they are 0 to 4."""
    could = _replayed(shape, top, hidden)
    if top.key in hidden:
        return {key: values for key, values in could.items() if not set(range(5)) <= values}
    return {key: values for key, values in could.items() if max(values) - min(values) < 5}


@pytest.mark.parametrize("seed", range(3))
def test_who_replays_the_hiding_without_its_lots_narrows_nothing_of_three_places(seed: int) -> None:
    for numbers in itertools.product((0, 1, 4, 5, 6), repeat=3):
        top = _tree([1, 1, 1], iter(numbers))
        assert _narrow([1, 1, 1], top, hide_few_of_tree(top, lots_of(f"three {seed}"))) == {}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(SHAPES), st.lists(st.integers(0, 5), min_size=5, max_size=5), st.integers(0, 1_000))
def test_who_replays_the_hiding_without_its_lots_narrows_nothing_of_small_trees(
    shape: Any, numbers: list[int], seed: int
) -> None:
    top = _tree(shape, iter(numbers))
    hidden = hide_few_of_tree(top, lots_of(f"trees {seed}"))
    assert _narrow(shape, top, hidden) == {}
    # Without the lots it is the sums alone that limit a number.
    spans = spans_of(top, set(hidden))
    assert all(spans[key].is_wide for key in hidden)


def test_the_replay_finds_what_hiding_the_smallest_gives_away() -> None:
    """Two of 4, one of 5, its own of 6: were one of the two hidden for the other's sake, it would be no more than 5."""
    top = _tree([1, 1, 1, 1], iter((4, 4, 5, 6)))

    def smallest(counts: dict[Any, int]) -> Lots:
        return Lots(order=lambda key: (counts[key], key), goes=lambda _key: False)

    counts = {one.key: one.count for one in walk(top)}
    hidden = hide_few_of_tree(top, smallest(counts))
    could = _replayed([1, 1, 1, 1], top, hidden, smallest)
    assert all(max(values) - min(values) < 5 for values in could.values())


def test_no_number_of_the_province_follows_from_what_stands_for_who_replays_the_hiding() -> None:
    """Two years in which a few joined, some left: what is shown of both leaves each hidden number of joined 0 to 4."""
    seen: dict[Any, list[tuple[int, ...]]] = {}
    for joined, left in itertools.product(itertools.product(range(8), repeat=2), itertools.product(range(9), repeat=2)):
        stands = [joined[0] - left[0], joined[0] - left[0] + joined[1] - left[1]]
        if min(stands) < 0:
            continue
        for waits in itertools.product((False, True), repeat=2):
            past: list[YearOfFlow] = []
            said = []
            for at in range(2):
                shown = joined[at] if joined[at] >= 5 else None
                gone, standing = shown_flow(
                    past, at, joined=shown, left={0: left[0], 1: left[1]}, standing=stands[at], waits=waits[at]
                )
                past.append(YearOfFlow(at, shown, standing["whole"]))
                said.append((shown, gone["whole"], standing["whole"]))
            seen.setdefault(tuple(said), []).append((*joined, *left))
    for published, could in seen.items():
        for at in range(2):
            if published[at][0] is None:
                assert {one[at] for one in could} >= set(range(5)), (published, could)
