"""Directories and processes for the tests of the ground."""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from redcross_portal.environment import BASE_DIR

PERSONAL_VARIABLES = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "USER")


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A data directory that the servers' account can reach (pytest's own are closed to others)."""
    directory = Path(tempfile.mkdtemp(prefix="rcp-test-"))
    directory.chmod(0o755)
    yield directory
    for record in directory.glob("services/place.json"):
        shutil.rmtree(json.loads(record.read_text(encoding="utf-8"))["socket_dir"], ignore_errors=True)
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
