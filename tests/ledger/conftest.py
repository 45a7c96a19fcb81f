"""Fixtures of the ledger's tests."""

from collections.abc import Iterator
from typing import Any

import pytest

from ledger.checks import all_checks
from tests.ledger.ground import Ground, make_ground


@pytest.fixture(autouse=True)
def books_only(settings: Any) -> None:
    """The ground posts entries of gifts without gifts, which only the ledger's own checks may see."""
    settings.VERIFY_CHECKS = ["ledger.checks.all_checks"]


@pytest.fixture
def ground(db: None) -> Iterator[Ground]:
    """The small ground in the rolled-back database; at the end of each test the books must be in order."""
    made = make_ground()
    yield made
    if made.ends_in_order:
        assert {name: rows for name, rows in all_checks().items() if rows} == {}


@pytest.fixture
def committed_ground(committed_db: str) -> Ground:
    """The small ground in a database of its own, where threads may commit."""
    return make_ground()
