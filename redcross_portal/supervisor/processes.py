"""Finding and ending the processes of one run, and only those.

Every process of a run inherits PORTAL_RUN_ID, a random word; the kernel shows the environment a process
started with, so a recorded word finds what is left of a run, also after kill -9 and when numbers were
given away again.
"""

import contextlib
import os
import signal
import time
from pathlib import Path

RUN_ID = "PORTAL_RUN_ID"


def processes_of(run_id: str) -> list[int]:
    """The living processes of a run, without this process."""
    mark = f"{RUN_ID}={run_id}".encode()
    own = os.getpid()
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == own:
            continue
        try:
            environment = (entry / "environ").read_bytes()
        except OSError:
            # Ended meanwhile, or another user's.
            continue
        if mark in environment.split(b"\0"):
            found.append(int(entry.name))
    return found


def end_processes(run_id: str, *, grace_seconds: float) -> int:
    """Ask the processes of a run to end, then end them; how many there were."""
    pids = processes_of(run_id)
    if not pids:
        return 0
    _signal_all(pids, signal.SIGTERM)
    deadline = time.monotonic() + grace_seconds
    while processes_of(run_id) and time.monotonic() < deadline:
        time.sleep(0.1)
    kill_processes(run_id)
    return len(pids)


def kill_processes(run_id: str) -> None:
    """End whatever is left of a run at once; returns when it is gone."""
    deadline = time.monotonic() + 10
    while (pids := processes_of(run_id)) and time.monotonic() < deadline:
        _signal_all(pids, signal.SIGKILL)
        time.sleep(0.05)


def _signal_all(pids: list[int], signum: int) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signum)
