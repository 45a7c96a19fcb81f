"""The portal's processes for a browser: web server, worker and beat on one committed database."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from tests.workers import ROOT, celery_process, environment, wait_for


@dataclass(frozen=True)
class Portal:
    """A running portal; `url` without a slash at its end."""

    url: str
    database: str
    log: Path


def free_port() -> int:
    """A port that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(url: str) -> bool:
    """Whether the web server is up."""
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=5) as response:  # noqa: S310 -- our own server
            return bool(response.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


@contextmanager
def web_server(database: str, folder: Path) -> Iterator[Portal]:
    """Gunicorn with two workers, as `make run` starts it, until the block ends."""
    port = free_port()
    portal = Portal(f"http://127.0.0.1:{port}", database, folder / f"web-{port}.log")
    command = [sys.executable, "-m", "gunicorn", "--config", "python:redcross_portal.gunicorn", "--chdir", str(ROOT)]
    command += ["--bind", f"127.0.0.1:{port}", "--workers", "2", "redcross_portal.wsgi:application"]
    with portal.log.open("wb") as log:
        process = subprocess.Popen(
            command,
            env=environment(database, str(settings.PRIVATE_FILES_DIR)),
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
            # A group of its own, so that ending it ends its children and nothing else.
            start_new_session=True,
        )
    try:

        def up() -> bool:
            assert process.poll() is None, portal.log.read_text(encoding="utf-8", errors="replace")
            return answers(portal.url)

        wait_for(up, what="the web server")
        yield portal
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextmanager
def running_portal(database: str, folder: Path, *, shift_days: int = 0, beat: bool = True) -> Iterator[Portal]:
    """Web server, worker and, if wanted, beat, all living `shift_days` off the real time."""
    before = os.environ.get("PORTAL_CLOCK_SHIFT_DAYS")
    os.environ["PORTAL_CLOCK_SHIFT_DAYS"] = str(shift_days)
    worker = ["worker", "-P", "prefork", "-c", "1", "--loglevel", "INFO"]
    worker += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    ticker = ["beat", "--loglevel", "INFO", "--pidfile=", "--schedule", str(folder / "beat-schedule")]
    try:
        with ExitStack() as stack:
            portal = stack.enter_context(web_server(database, folder))
            stack.enter_context(celery_process(worker, database=database, folder=folder, ready=" ready."))
            if beat:
                stack.enter_context(celery_process(ticker, database=database, folder=folder, ready="beat: Starting..."))
            yield portal
    finally:
        if before is None:
            del os.environ["PORTAL_CLOCK_SHIFT_DAYS"]
        else:
            os.environ["PORTAL_CLOCK_SHIFT_DAYS"] = before
