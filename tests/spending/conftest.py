"""Fixtures of the tests of spending."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache

from ledger.services.verifying import verify_books
from tests.spending.ground import STANDING, Ground
from tests.standing import Standing


@pytest.fixture(autouse=True)
def no_second_factor(settings: Any) -> None:
    """These tests sign in without one."""
    settings.MFA_REQUIRED = False


@pytest.fixture(scope="session")
def the_ground() -> Standing[Ground]:
    """The small ground stands in the databases of these tests."""
    return STANDING


@pytest.fixture
def ground(standing: Standing[Ground], db: None) -> Iterator[Ground]:
    """The small ground in the rolled-back database; at the end of each test all books and rows must agree."""
    cache.clear()
    yield standing.fresh()
    assert {name: rows for name, rows in verify_books().items() if rows} == {}


@pytest.fixture
def loose_ground(standing: Standing[Ground], db: None) -> Ground:
    """The same for tests that break rows on purpose."""
    cache.clear()
    return standing.fresh()


@pytest.fixture
def committed_ground(committed_db: str, the_ground: Standing[Ground]) -> Ground:
    """The small ground in a database of its own, where threads may commit."""
    cache.clear()
    return the_ground.fresh()
