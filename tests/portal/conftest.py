"""Directories and processes for the tests of the ground."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from redcross_portal.environment import BASE_DIR
from redcross_portal.local_services import locations, postgres, redis

PERSONAL_VARIABLES = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "USER")


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A data directory that the servers' account can reach (pytest's own are closed to others)."""
    directory = Path(tempfile.mkdtemp(prefix="rcp-test-"))
    directory.chmod(0o755)
    yield directory
    if (directory / "services" / "place.json").exists():
        place = locations.find_place(directory)
        # A test that failed may have left them running; what stopped already stays as it is.
        redis.stop(place)
        postgres.stop(place)
        shutil.rmtree(place.socket_dir, ignore_errors=True)
    shutil.rmtree(directory)


@pytest.fixture
def clean_environment(data_dir: Path) -> dict[str, str]:
    """The environment of a person who has set nothing but the data directory."""
    kept = {name: os.environ[name] for name in PERSONAL_VARIABLES if name in os.environ}
    return {**kept, "PORTAL_DATA_DIR": str(data_dir), "PORTAL_ENV_FILE": "/dev/null", "PYTHONPATH": str(BASE_DIR)}


@pytest.fixture
def processes() -> Iterator[list[subprocess.Popen[str]]]:
    """Processes that a test started; none outlives it."""
    started: list[subprocess.Popen[str]] = []
    yield started
    for process in started:
        process.kill()
        process.communicate()
