"""Fixtures of the ledger's tests."""

import pytest

from tests.ledger.ground import Ground, make_ground


@pytest.fixture
def ground(db: None) -> Ground:
    """The small ground in the rolled-back database."""
    return make_ground()


@pytest.fixture
def committed_ground(committed_db: str) -> Ground:
    """The small ground in a database of its own, where threads may commit."""
    return make_ground()
