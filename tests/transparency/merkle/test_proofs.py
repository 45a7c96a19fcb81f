"""Proofs of inclusion and consistency."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transparency.merkle.trees import leaf, slow_path, slow_proof, slow_root, tree_of
from transparency.merkle.proofs import consistency_proof, inclusion_proof, is_consistent, root_by_inclusion

MOST = 70
LEAVES = [leaf(number) for number in range(MOST)]


def test_each_leaf_of_each_small_tree_has_the_proof_of_the_definition_and_no_other_leaf_fits_it() -> None:
    for size in range(1, MOST + 1):
        tree, root = tree_of(LEAVES, size), slow_root(LEAVES[:size])
        for index in range(size):
            proof = inclusion_proof(tree, index)
            assert proof == slow_path(index, LEAVES[:size])
            assert root_by_inclusion(LEAVES[index], index, size, proof) == root
            assert root_by_inclusion(leaf(1000), index, size, proof) != root


def test_each_small_tree_is_shown_to_be_the_beginning_of_each_later_one() -> None:
    for size in range(1, MOST + 1):
        tree, root = tree_of(LEAVES, size), slow_root(LEAVES[:size])
        for old in range(1, size + 1):
            proof = consistency_proof(tree, old)
            assert proof == slow_proof(old, LEAVES[:size])
            assert is_consistent(old, slow_root(LEAVES[:old]), size, root, proof)


@given(st.integers(min_value=2, max_value=600), st.data())
def test_nothing_changed_passes(size: int, data: st.DataObject) -> None:
    leaves = [leaf(number) for number in range(size)]
    old = data.draw(st.integers(min_value=1, max_value=size - 1))
    tree, root, old_root = tree_of(leaves), slow_root(leaves), slow_root(leaves[:old])
    proof = consistency_proof(tree, old)
    assert is_consistent(old, old_root, size, root, proof)
    at = data.draw(st.integers(min_value=0, max_value=len(proof) - 1))
    changed = [*proof[:at], leaf(-1), *proof[at + 1 :]]
    assert not is_consistent(old, old_root, size, root, changed)
    assert not is_consistent(old, old_root, size, root, proof[:-1])
    assert not is_consistent(old, old_root, size, root, [*proof, leaf(-1)])
    assert not is_consistent(old, leaf(-1), size, root, proof)
    assert not is_consistent(old, old_root, size, leaf(-1), proof)


@given(st.integers(min_value=2, max_value=600), st.data())
def test_a_leaf_has_no_proof_at_another_place_or_of_another_length(size: int, data: st.DataObject) -> None:
    leaves = [leaf(number) for number in range(size)]
    index = data.draw(st.integers(min_value=0, max_value=size - 1))
    root, proof = slow_root(leaves), inclusion_proof(tree_of(leaves), index)
    other = data.draw(st.integers(min_value=0, max_value=size - 1).filter(lambda at: at != index))
    assert root_by_inclusion(leaves[index], other, size, proof) != root
    assert root_by_inclusion(leaves[index], index, size, proof[:-1]) != root
    assert root_by_inclusion(leaves[index], index, size, [*proof, leaf(-1)]) != root
    assert root_by_inclusion(leaves[index], size, size, proof) is None


def test_what_a_tree_does_not_have_has_no_proof() -> None:
    tree = tree_of(LEAVES)
    for index in (-1, MOST):
        with pytest.raises(IndexError):
            inclusion_proof(tree, index)
    for old in (0, MOST + 1):
        with pytest.raises(ValueError, match="no proof"):
            consistency_proof(tree, old)
