"""A tree that takes leaf after leaf and knows its root at every size, holding one hash for each level."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from transparency.merkle.hashing import EMPTY_ROOT, node_hash


@dataclass
class RunningTree:
    """The complete subtrees from left to right, each larger than the next: what a root is computed from."""

    size: int = 0
    _subtrees: list[bytes] = field(default_factory=list)

    def take(self, leaves: Iterable[bytes]) -> None:
        """Add leaf hashes in their order."""
        subtrees = self._subtrees
        for leaf in leaves:
            whole, rest = leaf, self.size
            # As many subtrees close as the size so far ends in ones, in binary.
            while rest & 1:
                whole = node_hash(subtrees.pop(), whole)
                rest >>= 1
            subtrees.append(whole)
            self.size += 1

    def root(self) -> bytes:
        """The root over all leaves so far."""
        if not self._subtrees:
            return EMPTY_ROOT
        whole = self._subtrees[-1]
        for subtree in reversed(self._subtrees[:-1]):
            whole = node_hash(subtree, whole)
        return whole
