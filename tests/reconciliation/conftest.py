"""Fixtures of the tests of statements."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache

from ledger.services.verifying import verify_books
from tests.reconciliation.ground import Ground, make_ground


@pytest.fixture(autouse=True)
def no_second_factor(settings: Any) -> None:
    """These tests sign in without one."""
    settings.MFA_REQUIRED = False


@pytest.fixture
def ground(db: None) -> Iterator[Ground]:
    """The small ground in the rolled-back database; at the end of each test all books, lines and rows must agree."""
    cache.clear()
    yield make_ground()
    assert {name: rows for name, rows in verify_books().items() if rows} == {}


@pytest.fixture
def loose_ground(db: None) -> Ground:
    """The same for tests that break rows on purpose."""
    cache.clear()
    return make_ground()


@pytest.fixture
def committed_ground(committed_db: str) -> Ground:
    """The small ground in a database of its own, where threads may commit."""
    cache.clear()
    return make_ground()
