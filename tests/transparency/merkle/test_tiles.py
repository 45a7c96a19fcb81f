"""Tiles: their addresses, their widths, and the tree read through them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transparency.merkle.trees import leaf, slow_root, tiles_of, tree_of
from transparency.merkle.tiles import BadPath, MissingTile, TileTree, index_path, level_sizes, parse_path, width_at


@pytest.mark.parametrize(
    ("index", "path"), [(0, "000"), (5, "005"), (1234067, "x001/x234/067"), (1000, "x001/000"), (999, "999")]
)
def test_an_index_is_written_in_elements_of_three_digits(index: int, path: str) -> None:
    assert index_path(index) == path
    assert parse_path(path) == (index, 256)


@given(st.integers(min_value=0, max_value=2**55), st.integers(min_value=1, max_value=255))
def test_each_address_is_read_back(index: int, width: int) -> None:
    assert parse_path(f"{index_path(index)}.p/{width}") == (index, width)


@pytest.mark.parametrize(
    "path",
    ["", "1", "0001", "x000/001", "001/x002", "x001/002/003", "x1/0", "००१", "000.p/0", "000.p/256", "000.p/01"],
)  # fmt: skip
def test_another_spelling_is_no_address(path: str) -> None:
    with pytest.raises(BadPath):
        parse_path(path)


def test_a_tree_of_70000_leaves_has_the_tiles_of_the_specification() -> None:
    assert level_sizes(70_000) == [70_000, 273, 1]
    assert width_at(70_000, 0, 272) == 256
    assert width_at(70_000, 0, 273) == 112
    assert width_at(70_000, 0, 274) == 0
    assert [width_at(70_000, 1, at) for at in (0, 1)] == [256, 17]
    assert width_at(70_000, 2, 0) == 1
    assert (width_at(256, 0, 0), width_at(256, 1, 0)) == (256, 1)


@pytest.mark.parametrize("size", [0, 1, 2, 255, 256, 257, 511, 512, 700, 65_536, 65_537, 66_000])
def test_the_root_read_through_tiles_is_the_root_of_the_leaves(size: int) -> None:
    leaves = [leaf(number) for number in range(size)]
    assert tree_of(leaves).root() == slow_root(leaves)


@given(st.integers(min_value=1, max_value=700), st.data())
def test_later_tiles_hold_every_earlier_tree(size: int, data: st.DataObject) -> None:
    leaves = [leaf(number) for number in range(700)]
    tree = tree_of(leaves, size)
    assert tree.root() == slow_root(leaves[:size])
    index = data.draw(st.integers(min_value=0, max_value=size - 1))
    assert tree.leaf(index) == leaves[index]


def test_a_tile_that_is_missing_or_too_short_is_said_to_be() -> None:
    tiles = tiles_of([leaf(number) for number in range(300)])
    with pytest.raises(MissingTile):
        TileTree(300, lambda level, index: None).root()
    tiles[0, 1] = tiles[0, 1][:-1]
    with pytest.raises(MissingTile):
        TileTree(300, lambda level, index: tiles.get((level, index))).root()
