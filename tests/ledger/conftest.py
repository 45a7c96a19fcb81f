"""Fixtures of the ledger's tests."""

from collections.abc import Iterator
from typing import Any

import pytest

from ledger.checks import all_checks
from tests.ledger.ground import STANDING, Ground
from tests.standing import Standing


@pytest.fixture(autouse=True)
def books_only(settings: Any) -> None:
    """The ground posts entries of gifts without gifts, which only the ledger's own checks may see."""
    settings.VERIFY_CHECKS = ["ledger.checks.all_checks"]


@pytest.fixture(scope="session")
def the_ground() -> Standing[Ground]:
    """The small ground stands in the databases of these tests."""
    return STANDING


@pytest.fixture
def ground(standing: Standing[Ground], db: None) -> Iterator[Ground]:
    """The small ground in the rolled-back database; at the end of each test the books must be in order."""
    made = standing.fresh()
    yield made
    if made.ends_in_order:
        assert {name: rows for name, rows in all_checks().items() if rows} == {}


@pytest.fixture
def committed_ground(committed_db: str, the_ground: Standing[Ground]) -> Ground:
    """The small ground in a database of its own, where threads may commit."""
    return the_ground.fresh()
