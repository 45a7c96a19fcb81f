"""Fixtures of the tests of the registries."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache

from registries.checks import all_checks
from tests.conftest import COPY
from tests.registries.ground import STANDING, Ground, make_ground
from tests.standing import Standing


@pytest.fixture(autouse=True)
def no_second_factor(settings: Any) -> None:
    """These tests sign in without one."""
    settings.MFA_REQUIRED = False


@pytest.fixture(scope="module")
def standing(django_db_setup: None, django_db_blocker: Any) -> Iterator[Standing[Ground]]:
    """The small ground, where the tests of a file that roll back work; what commits begins without it."""
    with STANDING.copy(django_db_blocker, f"{COPY}_ground"):
        yield STANDING


@pytest.fixture
def ground(standing: Standing[Ground], db: None) -> Iterator[Ground]:
    """The small ground in the rolled-back database; at the end of each test all rows must agree."""
    cache.clear()
    yield standing.fresh()
    assert {name: rows for name, rows in all_checks().items() if rows} == {}


@pytest.fixture
def committed_ground(committed_db: str) -> Ground:
    """The small ground in a database of its own, where threads may commit."""
    cache.clear()
    return make_ground()
