"""Databases for the tests: made and migrated by the owner once, used as the application's role, copied where a test commits."""

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any
from urllib.parse import unquote, urlsplit

import os

import psycopg2
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections

from tests.workers import broker, celery_beat_process, celery_worker_process, start_worker  # noqa: F401 -- fixtures

# One template, migrated once, and one copy in which tests run. Numbers keep parallel runs on one server apart.
TEMPLATE = f"portal_test_{os.getpid()}_template"
COPY = f"portal_test_{os.getpid()}"


def _role(variable: str) -> dict[str, Any]:
    parts = urlsplit(os.environ[variable])
    return {"USER": unquote(parts.username or ""), "PASSWORD": unquote(parts.password or "")}


def _as_superuser(*statements: str, database: str = "postgres") -> None:
    parts = urlsplit(os.environ["DATABASE_SUPERUSER_URL"])._replace(path=f"/{database}")
    with closing(psycopg2.connect(parts.geturl())) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)


def _point_at(database: str, variable: str) -> None:
    connections["default"].close()
    for settings_dict in (settings.DATABASES["default"], connections["default"].settings_dict):
        settings_dict.update({"NAME": database, **_role(variable)})


def _drop(database: str) -> str:
    return f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)'


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Iterator[None]:
    """Migrate a template as its owner, then hand out a copy as the application's role."""
    owner = _role("DATABASE_OWNER_URL")["USER"]
    _as_superuser(_drop(TEMPLATE), f'CREATE DATABASE "{TEMPLATE}" OWNER "{owner}" TEMPLATE template0')
    with django_db_blocker.unblock():
        _point_at(TEMPLATE, "DATABASE_OWNER_URL")
        call_command("migrate", verbosity=0, interactive=False)
        connections["default"].close()
        _as_superuser(f'CREATE DATABASE "{COPY}" TEMPLATE "{TEMPLATE}" OWNER "{owner}"')
        _point_at(COPY, "DATABASE_URL")
    yield
    with django_db_blocker.unblock():
        connections["default"].close()
    _as_superuser(_drop(COPY), _drop(TEMPLATE))


@pytest.fixture
def committed_db(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """A database of its own, fresh from the template, in which a test may commit: for races, workers and browsers.

    Append-only tables cannot be emptied between tests, so the whole database is thrown away instead. Yields its name.
    """
    name = f"{COPY}_own"
    owner = _role("DATABASE_OWNER_URL")["USER"]
    _as_superuser(_drop(name), f'CREATE DATABASE "{name}" TEMPLATE "{TEMPLATE}" OWNER "{owner}"')
    with django_db_blocker.unblock():
        _point_at(name, "DATABASE_URL")
        yield name
        _point_at(COPY, "DATABASE_URL")
    _as_superuser(_drop(name))


@pytest.fixture
def as_superuser(db: None) -> Callable[..., None]:
    """Run SQL as the cluster's superuser in the test's database; only for tests that show what triggers still refuse."""

    def run(*statements: str) -> None:
        _as_superuser(*statements, database=str(connections["default"].settings_dict["NAME"]))

    return run


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
