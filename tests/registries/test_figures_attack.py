"""Whoever puts all published figures together finds no number of fewer than five, nor narrows one down."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.hidden_trees import Span, hide_few_of_tree, spans_of, walk
from core.small_cells import Cell
from registries.choices.figures import FLOWS, OF_GIVEN, OF_MARROW, Figure, Gift
from registries.services.figures import publishing
from registries.services.figures.hiding import Place
from registries.services.figures.measures import MEASURES
from tests.registries.attack import Equations, Published, equations_of

YEARS = (2021, 2022, 2023, 2024)
FLOW = FLOWS[Gift.ORGANS]
# Those that are counted from rows of their own are trees of places like any other.
TALLIED = [one for one in MEASURES if one.figure not in {*OF_GIVEN, *OF_MARROW}]


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
            )
    return top, tallies


def published_of(top: Place, tallies: dict[tuple[int, int], Counter[str]]) -> tuple[list[Published], dict[Any, Any]]:
    """Everything that is published, year by year, each knowing only what was published before."""
    past: dict[int, Any] = {}
    found, below = [], {}
    for year in YEARS:
        written = publishing.figures_of(top, tallies, year, past, TALLIED)
        past[year] = written[top.branch]
        for place in publishing.walk(top):
            below[year, str(place.branch)] = [str(one.branch) for one in place.below]
            for figure in (FLOW.joined, FLOW.left, FLOW.standing, Figure.REFUSED):
                said = written[place.branch].get(figure.value, {})
                for what in ("whole", "own"):
                    if what in said:
                        found.append(
                            Published(year, str(place.branch), figure.value, what, said[what], said.get("since"))
                        )
    return found, below


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
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
        if one.figure == FLOW.standing:
            upto = [sums for (branch, year), sums in tallies.items() if year <= one.year and branch in branches]
            true = sum(sums[FLOW.joined.value] - sums[FLOW.left.value] for sums in upto)
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
    for hidden in (small, hide_few_of_tree(cell)):
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
