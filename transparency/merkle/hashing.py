"""Merkle tree hashing (RFC 9162 section 2.1.1, the same as RFC 6962 section 2.1)."""

import hashlib
from collections.abc import Sequence

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node, SHA-256(0x01 || left || right), 32 bytes."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def split_point(count: int) -> int:
    """Return the largest power of two smaller than `count` (2 or more): where a tree of so many leaves is parted."""
    return 1 << ((count - 1).bit_length() - 1)


def full_levels(hashes: Sequence[bytes]) -> list[list[bytes]]:
    """Return the levels of complete nodes over some neighbours, lowest first: an odd one out has no node above it."""
    levels = [list(hashes)]
    while len(levels[-1]) > 1:
        levels.append(_above(levels[-1]))
    return levels


def root_of(hashes: Sequence[bytes]) -> bytes:
    """Return the root over leaf hashes: MTH(D_n) of RFC 9162 section 2.1.1."""
    if not hashes:
        return EMPTY_ROOT
    # What stands alone at the right end of a level waits until a level joins it from the left.
    row, waiting = list(hashes), b""
    while row:
        if len(row) % 2:
            last = row.pop()
            waiting = node_hash(last, waiting) if waiting else last
        row = _above(row)
    return waiting


def _above(row: list[bytes]) -> list[bytes]:
    # As `node_hash`, without a call for each: proofs and tiles hash whole rows.
    sha256 = hashlib.sha256
    return [sha256(b"\x01" + left + right).digest() for left, right in zip(row[::2], row[1::2], strict=False)]
