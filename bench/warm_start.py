"""How long a second `make run` takes until it serves a page."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.context import Context, figure

ROOT = Path(__file__).resolve().parent.parent
GOAL_SECONDS = 15
FIRST_RUN_LIMIT_SECONDS = 600


def run(context: Context) -> list[dict[str, Any]]:
    """Start with demo data in a folder of its own, stop as Ctrl-C does, start again and wait for `/`."""
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as folder:
        port = _free_port()
        with _portal(folder, port):
            first = _seconds_until_served(port, FIRST_RUN_LIMIT_SECONDS)
        with _portal(folder, port):
            second = _seconds_until_served(port, FIRST_RUN_LIMIT_SECONDS)
    return [
        figure("first_start_with_demo", round(first, 1), "s"),
        figure("warm_start", round(second, 1), "s", goal=f"<= {GOAL_SECONDS}", met=second <= GOAL_SECONDS),
    ]


@contextmanager
def _portal(folder: str, port: int) -> Iterator[None]:
    # Not the servers of this run, but what `make run` does by itself.
    mine = {
        name: value for name, value in os.environ.items() if not name.startswith(("DATABASE_", "REDIS_", "PORTAL_"))
    }
    for name in ("SECRET_KEY", "DEBUG", "DEMO", "MFA_REQUIRED", "SECURE_COOKIES", "ALLOWED_HOSTS", "EMAIL_BACKEND"):
        mine.pop(name, None)
    mine |= {"PORTAL_DATA_DIR": folder, "PORT": str(port), "PORTAL_ENV_FILE": "/dev/null"}
    with subprocess.Popen(
        [str(ROOT / "bin/run")], cwd=ROOT, env=mine, stdout=subprocess.DEVNULL, start_new_session=True
    ) as process:
        try:
            yield
        finally:
            os.killpg(process.pid, signal.SIGINT)
            process.wait(timeout=60)


def _seconds_until_served(port: int, limit: float) -> float:
    started = time.monotonic()
    while time.monotonic() - started < limit:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
                if answer.status == 200:
                    return time.monotonic() - started
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise TimeoutError(f"no page after {limit} s")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
