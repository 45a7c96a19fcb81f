"""Fixtures of the tests of training."""

import datetime
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.clock import SHANGHAI, frozen_at, today
from tests.conftest import COPY
from tests.standing import Standing
from tests.training.ground import STANDING, Ground, make_ground
from training.checks import all_checks

BUDGETS = json.loads((Path(__file__).resolve().parent.parent / "query_budgets.json").read_text(encoding="utf-8"))


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
def loose_ground(standing: Standing[Ground], db: None) -> Ground:
    """The same for tests that break rows on purpose."""
    cache.clear()
    return standing.fresh()


@pytest.fixture
def committed_ground(committed_db: str) -> Ground:
    """The small ground in a database of its own, where threads may commit."""
    cache.clear()
    return make_ground()


@pytest.fixture
def early_morning() -> Iterator[None]:
    """Hold the clock before the first lesson of the day, so that a class of today still takes people at any hour."""
    with frozen_at(datetime.datetime.combine(today(), datetime.time(7), SHANGHAI)):
        yield


@pytest.fixture
def budget() -> Callable[[str], Any]:
    """Hold a block to its line of tests/query_budgets.json; on failure the statements are printed."""

    @contextmanager
    def held(name: str) -> Iterator[None]:
        with CaptureQueriesContext(connection) as captured:
            yield
        listed = "\n".join(query["sql"] for query in captured.captured_queries)
        assert len(captured) <= BUDGETS[name], f"{name}: {len(captured)} > {BUDGETS[name]} queries\n{listed}"

    return held
