"""One committed ground for the whole table; each request is rolled back."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

from tests.conftest import COPY
from tests.permissions.objects import OBJECTS, Objects


@pytest.fixture(scope="package")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the objects' files lie."""
    return tmp_path_factory.mktemp("files")


@pytest.fixture(scope="package")
def objects(django_db_setup: None, django_db_blocker: Any, files: Path) -> Iterator[Objects]:
    """All objects and people, in a database of their own; sessions live in memory, so that reading writes nothing."""
    overridden = override_settings(
        PRIVATE_FILES_DIR=files,
        SESSION_ENGINE="django.contrib.sessions.backends.cache",
        CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
        MFA_REQUIRED=False,
    )
    with OBJECTS.copy(django_db_blocker, f"{COPY}_table"), django_db_blocker.unblock(), overridden:
        OBJECTS.copy_files(files)
        yield OBJECTS.fresh()


@pytest.fixture(autouse=True)
def shared_files(private_files: None, files: Path, settings: Any) -> None:
    """The objects' files, in place of a folder for each test."""
    settings.PRIVATE_FILES_DIR = files
