"""Fixtures of the tests of gifts."""

import os
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

import pytest
from django.core.cache import cache
from django.db import connection

from tests.donations.ground import STANDING, Ground
from tests.standing import Standing


@pytest.fixture(autouse=True)
def plain_static_files(settings: object) -> None:
    """No manifest and no compressed copies."""
    os.makedirs(settings.STATIC_ROOT, exist_ok=True)
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture(scope="session")
def the_ground() -> Standing[Ground]:
    """The small ground stands in the databases of these tests."""
    return STANDING


@pytest.fixture
def ground(standing: Standing[Ground], db: None) -> Ground:
    """The small ground in the rolled-back database."""
    cache.clear()
    return standing.fresh()


@pytest.fixture
def committed_ground(committed_db: str, the_ground: Standing[Ground]) -> Ground:
    """The small ground in a database of its own, where threads and workers may commit."""
    cache.clear()
    return the_ground.fresh()


@pytest.fixture
def as_server_owner(committed_db: str) -> Iterator[None]:
    """Django's connection as the cluster's superuser, in a database that is thrown away: for what nobody should do."""
    parts = urlsplit(os.environ["DATABASE_SUPERUSER_URL"])
    values = connection.settings_dict
    before = {name: values[name] for name in ("USER", "PASSWORD")}
    connection.close()
    values.update(USER=unquote(parts.username or ""), PASSWORD=unquote(parts.password or ""))
    yield
    connection.close()
    values.update(before)
