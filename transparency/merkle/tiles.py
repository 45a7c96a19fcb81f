"""Tiles: the tree cut into pieces of 256 hashes, as c2sp.org/tlog-tiles lays them out.

The n-th tile of level l holds, for i from 0 to 255, the hash over 256**l leaves from (256 n + i) 256**l on.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from transparency.merkle.hashing import EMPTY_ROOT, HASH_BYTES, full_levels, node_hash, split_point

HEIGHT = 8
WIDTH = 1 << HEIGHT
# 256**7 leaves are more than any index that a database holds.
LEVELS = 8

_PATH = re.compile(r"(?P<high>(?:x[0-9]{3}/)*)(?P<low>[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?")


class BadPath(ValueError):
    """An address names no tile."""


class MissingTile(LookupError):
    """A hash is needed from a tile that is not there, or is too short."""


def index_path(index: int) -> str:
    """Return a tile's index as path elements of three digits: 1234067 → x001/x234/067."""
    parts = [f"{index % 1000:03d}"]
    while index := index // 1000:
        parts.append(f"x{index % 1000:03d}")
    return "/".join(reversed(parts))


def parse_path(path: str) -> tuple[int, int]:
    """Return (index, width) of `<N>[.p/<W>]`; a whole tile has width 256. Raises BadPath for any other spelling."""
    found = _PATH.fullmatch(path)
    if found is None:
        raise BadPath(path)
    index = int(found["high"].replace("x", "").replace("/", "") + found["low"])
    width = int(found["width"] or WIDTH)
    if index_path(index) != path.split(".", 1)[0] or (found["width"] and width >= WIDTH):
        raise BadPath(path)
    return index, width


def width_at(size: int, level: int, index: int) -> int:
    """Return how many hashes a tile holds in a tree of `size` leaves, 0 to 256."""
    return max(0, min(WIDTH, (size >> (HEIGHT * level)) - index * WIDTH))


def level_sizes(size: int) -> list[int]:
    """Return how many hashes each level of tiles holds in a tree of `size` leaves, lowest first."""
    sizes = []
    while size:
        sizes.append(size)
        size >>= HEIGHT
    return sizes


@dataclass
class TileTree:
    """A tree of `size` leaves, read through its tiles; each tile is asked for once.

    `read(level, index)` gives the bytes of a tile, at least as wide as the tree of this size needs; what is beyond is
    of a later, larger tree and is not looked at. A hash that is not there raises MissingTile.
    """

    size: int
    read: Callable[[int, int], bytes | None]
    _tiles: dict[tuple[int, int], list[list[bytes]]] = field(default_factory=dict)

    def root(self) -> bytes:
        """The root of the tree."""
        return self.hash_of(0, self.size) if self.size else EMPTY_ROOT

    def leaf(self, index: int) -> bytes:
        """The hash of one leaf."""
        return self.hash_of(index, index + 1)

    def hash_of(self, first: int, after_last: int) -> bytes:
        """The hash over the leaves [first, after_last), a subtree as RFC 9162 parts a tree."""
        count = after_last - first
        if count & (count - 1) == 0:
            return self._full_subtree(first, count.bit_length() - 1)
        middle = first + split_point(count)
        return node_hash(self.hash_of(first, middle), self.hash_of(middle, after_last))

    def _full_subtree(self, first: int, height: int) -> bytes:
        level, within = divmod(height, HEIGHT)
        index, at = divmod(first >> (HEIGHT * level), WIDTH)
        rows = self._rows(level, index)
        try:
            return rows[within][at >> within]
        except IndexError:
            raise MissingTile(f"tile {level}/{index_path(index)} is too short") from None

    def _rows(self, level: int, index: int) -> list[list[bytes]]:
        if (level, index) not in self._tiles:
            data = self.read(level, index)
            width = width_at(self.size, level, index)
            if data is None or len(data) < width * HASH_BYTES:
                raise MissingTile(f"tile {level}/{index_path(index)} is not there or too short")
            hashes = [data[at : at + HASH_BYTES] for at in range(0, width * HASH_BYTES, HASH_BYTES)]
            self._tiles[level, index] = full_levels(hashes)
        return self._tiles[level, index]
