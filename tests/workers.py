"""A real Celery worker and a real beat for tests, each a process of its own, ended by its number."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import pytest
from celery import current_app
from django.conf import settings

ROOT = Path(__file__).resolve().parent.parent
# Short enough that a test sees a dead worker's job come back within seconds.
STALE_SECONDS = 2


def wait_for(condition: Callable[[], Any], *, seconds: float = 60, what: str = "the condition") -> Any:
    """Look again every 50 ms until `condition()` is true; its value, or an assertion that says what did not happen."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if value := condition():
            return value
        time.sleep(0.05)
    raise AssertionError(f"{what} did not come about within {seconds} s")


def database_url(name: str) -> str:
    """The address of one of the test server's databases, as the application's role."""
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{quote(name)}"))


class CeleryProcess:
    """One `celery` process; `pid` is its number, `log` what it wrote."""

    def __init__(self, process: subprocess.Popen[bytes], log_path: Path) -> None:
        self._process = process
        self._log_path = log_path
        self.pid = process.pid

    @property
    def log(self) -> str:
        """What the process wrote so far."""
        return self._log_path.read_text(encoding="utf-8", errors="replace")

    def kill(self) -> None:
        """End it and its children at once, as a machine that goes away would; nothing to do where it has ended."""
        if self._process.poll() is None:
            os.killpg(self.pid, signal.SIGKILL)
            self._process.wait()

    def end(self) -> None:
        """Ask it to end, and wait until it has."""
        if self._process.poll() is None:
            os.killpg(self.pid, signal.SIGTERM)
            try:
                self._process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                self.kill()


def environment(database: str, files: str) -> dict[str, str]:
    """What a process needs to work on one of the test server's databases, with short ticks."""
    ticks = {"JOB_TICK_SECONDS": "1", "REPORT_TICK_SECONDS": "1", "JOB_STALE_SECONDS": str(STALE_SECONDS)}
    return {
        **os.environ,
        "DATABASE_URL": database_url(database),
        "PRIVATE_FILES_DIR": files,
        "DJANGO_SETTINGS_MODULE": "redcross_portal.settings",
        **ticks,
    }


@contextmanager
def celery_process(arguments: list[str], *, database: str, folder: Path, ready: str) -> Iterator[CeleryProcess]:
    """Run `celery -A redcross_portal <arguments>` on a database until the block ends; waits for `ready` in its log."""
    log_path = folder / f"celery-{arguments[0]}-{time.monotonic_ns()}.log"
    command = [sys.executable, "-m", "celery", "--app", "redcross_portal", "--workdir", str(ROOT), *arguments]
    with log_path.open("wb") as log:
        process = subprocess.Popen(
            command,
            env=environment(database, str(settings.PRIVATE_FILES_DIR)),
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
            # A group of its own, so that ending it ends its children and nothing else.
            start_new_session=True,
        )
    running = CeleryProcess(process, log_path)
    try:

        def begun() -> bool:
            assert process.poll() is None, running.log
            return ready in running.log

        wait_for(begun, what=f"celery {arguments[0]}")
        yield running
    finally:
        running.end()


@pytest.fixture
def broker() -> Iterator[Any]:
    """The throw-away broker's own client, empty before and after: what other tests sent is nobody's work here."""
    with current_app.connection_for_write() as connection:
        client = connection.default_channel.client
        client.flushdb()
        yield client
        client.flushdb()


@pytest.fixture
def start_worker(committed_db: str, broker: Any, tmp_path: Path) -> Iterator[Callable[[], CeleryProcess]]:
    """A function that starts a worker (prefork, one child) which also knows the tasks of `tests.tasks`."""
    open_blocks: list[tuple[CeleryProcess, Any]] = []

    def start() -> CeleryProcess:
        arguments = ["worker", "-P", "prefork", "-c", "1", "--loglevel", "INFO", "--include", "tests.tasks"]
        arguments += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        block = celery_process(arguments, database=committed_db, folder=tmp_path, ready=" ready.")
        running: CeleryProcess = block.__enter__()
        open_blocks.append((running, block))
        return running

    yield start
    for running, block in reversed(open_blocks):
        # Its database and its broker are thrown away: there is nothing to bring to an end in good order.
        running.kill()
        block.__exit__(None, None, None)


@pytest.fixture
def celery_worker_process(start_worker: Callable[[], CeleryProcess]) -> CeleryProcess:
    """A running worker on the test's own database."""
    return start_worker()


@pytest.fixture
def celery_beat_process(committed_db: str, broker: Any, tmp_path: Path) -> Iterator[CeleryProcess]:
    """A running beat with ticks of one second."""
    arguments = ["beat", "--loglevel", "INFO", "--pidfile=", "--schedule", str(tmp_path / "beat-schedule")]
    with celery_process(arguments, database=committed_db, folder=tmp_path, ready="beat: Starting...") as process:
        yield process
