"""Pages are tested with the static files as they lie in the tree, so that no collection has to run first."""

import os

import pytest


@pytest.fixture(autouse=True)
def plain_static_files(settings: object) -> None:
    """No manifest and no compressed copies."""
    os.makedirs(settings.STATIC_ROOT, exist_ok=True)
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
