"""Trees of a test: leaf hashes, the tiles that hold them, and the definitions of RFC 9162 as they stand there."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from transparency.merkle.tiles import TileTree


def leaf(number: int) -> bytes:
    """The hash of a leaf that is told apart from all others."""
    return hashlib.sha256(b"\x00" + str(number).encode()).digest()


def slow_root(leaves: Sequence[bytes]) -> bytes:
    """MTH(D_n), section 2.1.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + slow_root(leaves[:k]) + slow_root(leaves[k:])).digest()


def slow_path(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PATH(m, D_n), section 2.1.3.1, word for word."""
    if len(leaves) == 1:
        return []
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    if index < k:
        return [*slow_path(index, leaves[:k]), slow_root(leaves[k:])]
    return [*slow_path(index - k, leaves[k:]), slow_root(leaves[:k])]


def slow_proof(old: int, leaves: Sequence[bytes], *, is_whole: bool = True) -> list[bytes]:
    """SUBPROOF(m, D_n, b), section 2.1.4.1, word for word."""
    if old == len(leaves):
        return [] if is_whole else [slow_root(leaves)]
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    if old <= k:
        return [*slow_proof(old, leaves[:k], is_whole=is_whole), slow_root(leaves[k:])]
    return [*slow_proof(old - k, leaves[k:], is_whole=False), slow_root(leaves[:k])]


def tiles_of(leaves: Sequence[bytes]) -> dict[tuple[int, int], bytes]:
    """All tiles of a tree by their definition: each hash is that over its leaves."""
    tiles: dict[tuple[int, int], bytes] = {}
    level = 0
    while count := len(leaves) // 256**level:
        for at in range(count):
            whole = slow_root(leaves[at * 256**level : (at + 1) * 256**level])
            tiles[level, at // 256] = tiles.get((level, at // 256), b"") + whole
        level += 1
    return tiles


def tree_of(leaves: Sequence[bytes], size: int | None = None) -> TileTree:
    """A tree read through the tiles of all these leaves, of their number or of an earlier size."""
    tiles = tiles_of(leaves)
    return TileTree(len(leaves) if size is None else size, lambda level, index: tiles.get((level, index)))
