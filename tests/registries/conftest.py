"""Fixtures of the tests of the registries."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache

from registries.checks import all_checks
from tests.registries.ground import Ground, make_ground


@pytest.fixture(autouse=True)
def no_second_factor(settings: Any) -> None:
    """These tests sign in without one."""
    settings.MFA_REQUIRED = False


@pytest.fixture
def ground(db: None) -> Iterator[Ground]:
    """The small ground in the rolled-back database; at the end of each test all rows must agree."""
    cache.clear()
    yield make_ground()
    assert {name: rows for name, rows in all_checks().items() if rows} == {}


@pytest.fixture
def committed_ground(committed_db: str) -> Ground:
    """The small ground in a database of its own, where threads may commit."""
    cache.clear()
    return make_ground()
