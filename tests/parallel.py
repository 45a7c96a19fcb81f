"""A pytest plugin that splits the suite over the machine's cores: `-n auto`, set in pyproject.toml.

What stays together is the file, because its database, its portal or its browser is set up once for all of its tests.
Loaded with `-p tests.parallel`.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from xdist.scheduler import LoadFileScheduling

# The numbers of a Redis as it comes, less the first process's own.
MOST_PROCESSES = 15
# Begun first, so that none of them is alone at the end; the longest leads.
LONG = (
    # Makes a portal with servers of its own: work for one process while another still waits for the template.
    "tests/portal/test_run.py",
    "tests/browser/test_accessibility.py",
    "tests/permissions/test_matrix.py",
    "tests/portal/",
    "tests/browser/",
    "tests/transparency/",
    "tests/core/test_keys.py",
    "tests/core/test_jobs.py",
    "tests/core/test_backup.py",
)
# Tests that share a set-up which is cheap beside them: any process takes the next one.
SPLIT = ("tests/browser/test_accessibility.py", "tests/permissions/test_matrix.py")
MAKE_TEMPLATE = "import django; django.setup(); from tests import databases; databases.share_template()"


def cores() -> int:
    """How many cores this process may use, by its affinity and by the limit of its container."""
    count = len(os.sched_getaffinity(0))
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text(encoding="ascii").split()
    except (OSError, ValueError):
        return count
    return count if quota == "max" else max(1, min(count, int(quota) // int(period)))


def picks_few(config: pytest.Config) -> bool:
    """Whether a person asked for one file, for tests by name or by words: starting processes would take longer."""
    named = [argument for argument in config.args if "::" in argument or argument.endswith(".py")]
    return bool(config.option.keyword) or config.option.collectonly or (len(named) == len(config.args) == 1)


@pytest.hookimpl(tryfirst=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One process for each core; no second one for a few tests, nor on a Redis that is not ours to empty."""
    if picks_few(config) or not os.environ.get("TEST_REDIS_IS_OURS"):
        return 0
    count = min(cores(), MOST_PROCESSES)
    return count if count > 1 else 0


def pytest_report_header() -> str:
    """What an order that depends on chance can be had again with."""
    return f"PYTHONHASHSEED: {os.environ['PYTHONHASHSEED']}"


def pytest_configure(config: pytest.Config) -> None:
    """Refuse more processes than a Redis has numbers."""
    if len(config.option.tx or []) > MOST_PROCESSES:
        raise pytest.UsageError(f"-n: at most {MOST_PROCESSES} processes, each needs a number of the Redis")


def rank(path: str) -> int:
    """The place of a file in the order of beginning; all that are not long come last, in their own order."""
    return next((place for place, start in enumerate(LONG) if path.startswith(start)), len(LONG))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Side by side, what takes longest begins first."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: rank(item.nodeid))


class Distribution(LoadFileScheduling):
    """A file goes to one process; of a file in SPLIT each test goes to whoever is free."""

    def _split_scope(self, nodeid: str) -> str:
        path = super()._split_scope(nodeid)
        return nodeid if path in SPLIT else path


@pytest.hookimpl
def pytest_xdist_setupnodes(config: pytest.Config) -> None:
    """Begin with the template: a process of its own makes it while the others read their tests, and they wait for it.

    Where it breaks down, the first that needs the template makes it and says what is wrong. On a server that is not
    ours nobody begins ahead: a process that is ended too early would leave its database there.
    """
    if os.environ.get("TEST_DATABASE_IS_OURS"):
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": config.getini("DJANGO_SETTINGS_MODULE")}
        ahead = subprocess.Popen([sys.executable, "-c", MAKE_TEMPLATE], cwd=config.rootpath, env=environment)
        config.add_cleanup(ahead.wait)
        config.add_cleanup(ahead.kill)


@pytest.hookimpl(tryfirst=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Distribution | None:
    """Ours for `--dist loadfile`; whoever asks for another gets that one."""
    return Distribution(config, log) if config.getvalue("dist") == "loadfile" else None
