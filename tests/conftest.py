"""Databases for the tests: made and migrated by the owner once, used as the application's role."""

import gc
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connections, reset_queries

from tests import databases
from tests.standing import Standing
from tests.workers import broker, celery_beat_process, celery_worker_process, start_worker  # noqa: F401 -- fixtures

COPY = databases.PREFIX


def pytest_configure() -> None:
    """Hash made-up passwords quickly, for all tests alike."""
    django_settings.PASSWORD_HASHERS = ["tests.hashers.QuickHasher"]


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Thousands of tests and the whole portal stay until the end: the collector need not look through them again."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure(config: pytest.Config) -> None:
    """The first process is the last to end, and takes the template with it."""
    if not hasattr(config, "workerinput"):
        databases.drop_templates(Path(os.environ["TEST_RUN_DIR"]))


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Iterator[None]:
    """Migrate a template, then hand out a copy as the application's role; tests roll back what they write."""
    with django_db_blocker.unblock():
        databases.share_template()
        with databases.copy_of_template(COPY):
            yield


@pytest.fixture(scope="session")
def the_ground() -> Standing[Any] | None:
    """The ground on which a package's or a file's tests stand: overridden there."""
    return None


@pytest.fixture(scope="module")
def standing(the_ground: Standing[Any], django_db_setup: None, django_db_blocker: Any) -> Iterator[Standing[Any]]:
    """Let the tests of a file that roll back work where their ground stands; each takes it fresh."""
    with the_ground.copy(django_db_blocker, f"{COPY}_ground"):
        yield the_ground


@pytest.fixture
def committed_db(the_ground: Standing[Any] | None, django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """A database of its own, fresh from the template, in which a test may commit: for races, workers and browsers.

    Where there is a ground it stands in it. Yields its name.
    """
    template = the_ground.share(django_db_blocker) if the_ground else databases.TEMPLATE
    with django_db_blocker.unblock(), databases.copy_of_template(f"{COPY}_own", template) as name:
        yield name


@pytest.fixture
def as_superuser(db: None) -> Callable[..., None]:
    """Run SQL as the superuser in the test's database, to show what triggers still refuse."""

    def run(*statements: str) -> None:
        databases.as_superuser(*statements, database=str(connections["default"].settings_dict["NAME"]))

    return run


@pytest.fixture(autouse=True)
def empty_query_log() -> None:
    """What other tests had logged is gone: of a log that is full nobody can tell how many statements were added."""
    reset_queries()


@pytest.fixture(autouse=True)
def private_files(tmp_path: Any, settings: Any) -> None:
    """Each test keeps its private files in a folder of its own."""
    settings.PRIVATE_FILES_DIR = tmp_path / "files"


@pytest.fixture(autouse=True)
def plain_static_files(settings: Any) -> None:
    """Pages take the static files as they lie in the tree: no collection has to run before a test."""
    os.makedirs(settings.STATIC_ROOT, exist_ok=True)
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
