"""Proofs of inclusion and consistency: made from tiles, and checked (RFC 9162 sections 2.1.3 and 2.1.4)."""

from __future__ import annotations

from collections.abc import Sequence

from transparency.merkle.hashing import node_hash, split_point
from transparency.merkle.tiles import TileTree


def inclusion_proof(tree: TileTree, index: int) -> list[bytes]:
    """Return PATH(index, D_n): the hashes that lead from a leaf to the root, lowest first.

    Raises IndexError where the tree has no such leaf.
    """
    if not 0 <= index < tree.size:
        raise IndexError(f"a tree of {tree.size} leaves has none at {index}")
    path, first, after_last = [], 0, tree.size
    while after_last - first > 1:
        middle = first + split_point(after_last - first)
        if index < middle:
            path.append(tree.hash_of(middle, after_last))
            after_last = middle
        else:
            path.append(tree.hash_of(first, middle))
            first = middle
    return path[::-1]


def consistency_proof(tree: TileTree, old_size: int) -> list[bytes]:
    """Return PROOF(old_size, D_n): the hashes by which both the old root and the new one are computed.

    Empty for equal sizes. Raises ValueError where `old_size` is 0 or beyond the tree: an empty tree is the beginning of
    every tree, and there is nothing to prove.
    """
    if not 0 < old_size <= tree.size:
        raise ValueError(f"no proof leads from {old_size} to {tree.size}")
    if old_size == tree.size:
        return []
    proof, first, after_last, is_whole = [], 0, tree.size, True
    while old_size != after_last:
        middle = first + split_point(after_last - first)
        if old_size <= middle:
            proof.append(tree.hash_of(middle, after_last))
            after_last = middle
        else:
            proof.append(tree.hash_of(first, middle))
            first, is_whole = middle, False
    if not is_whole:
        proof.append(tree.hash_of(first, after_last))
    return proof[::-1]


def root_by_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    """Return the root that a proof leads to from a leaf hash, or None where it has not the right length.

    The caller compares it with a root that was signed (RFC 9162 section 2.1.3.2).
    """
    if not 0 <= index < size:
        return None
    at, last, result = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return None
        if at & 1 or at == last:
            result = node_hash(step, result)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            result = node_hash(result, step)
        at, last = at >> 1, last >> 1
    return result if last == 0 else None


def is_consistent(old_size: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether a proof shows that the tree of `old_size` is the beginning of that of `size` (section 2.1.4.2)."""
    if old_size == size:
        return old_root == root and not proof
    if not 0 < old_size < size or not proof:
        return False
    steps = list(proof)
    if old_size & (old_size - 1) == 0:
        steps.insert(0, old_root)
    at, last = old_size - 1, size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    older = newer = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            older, newer = node_hash(step, older), node_hash(step, newer)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            newer = node_hash(newer, step)
        at, last = at >> 1, last >> 1
    return last == 0 and older == old_root and newer == root
