"""Few people are not shown, and what is shown beside them does not say how many they are."""

from __future__ import annotations

import pytest

from core.small_cells import hide_few, hide_small


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ([0, 5, 12], [0, 5, 12]),
        ([4, 0, 9, 7], [None, 0, 9, None]),
        ([3, 2, 8], [None, None, 8]),
        # Two that add up to two are one each.
        ([1, 1, 30, 6], [None, None, 30, None]),
        ([3], [None]),
    ],
)
def test_few_are_hidden_with_as_many_others_as_it_takes(counts: list[int], shown: list[int | None]) -> None:
    assert hide_small(counts) == shown


def test_a_count_that_stands_alone_is_hidden_from_one_to_four() -> None:
    assert [hide_few(count) for count in (0, 1, 4, 5)] == [0, None, None, 5]
