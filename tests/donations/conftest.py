"""Fixtures of the tests of gifts."""

import os

import pytest
from django.core.cache import cache

from tests.donations.ground import Ground, make_ground


@pytest.fixture(autouse=True)
def plain_static_files(settings: object) -> None:
    """No manifest and no compressed copies."""
    os.makedirs(settings.STATIC_ROOT, exist_ok=True)
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture
def ground(db: None) -> Ground:
    """The small ground in the rolled-back database."""
    cache.clear()
    return make_ground()


@pytest.fixture
def committed_ground(committed_db: str) -> Ground:
    """The small ground in a database of its own, where threads and workers may commit."""
    cache.clear()
    return make_ground()
