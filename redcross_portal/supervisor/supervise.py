"""Keeping programs running until a stop is asked for, and then leaving nothing behind."""

import fcntl
import json
import os
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from redcross_portal.environment import StartError
from redcross_portal.local_services.kernel import adopt_orphans, reap_strays
from redcross_portal.local_services.locations import open_lock
from redcross_portal.supervisor.children import Child, Program
from redcross_portal.supervisor.processes import RUN_ID, end_processes, kill_processes
from redcross_portal.supervisor.stopping import StopSwitch
from redcross_portal.supervisor.terminal import say

STOP_SECONDS = 25.0
TICK_SECONDS = 0.3
LOOK_AFTER_LOGS_SECONDS = 60.0


class Run:
    """One run of the portal in a data directory: there is at most one, and it knows what the last one left."""

    def __init__(self, data_dir: Path, address: str) -> None:
        """Take the directory's lock and end what a killed run left. StartError when a run holds it."""
        self.id = secrets.token_hex(16)
        directory = data_dir / "run"
        directory.mkdir(parents=True, exist_ok=True)
        self._record = directory / "supervisor.json"
        self._lock = open_lock(directory / "lock")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.close()
            former = self._read()
            raise StartError(
                f"门户已在运行：{former.get('address', '')}（进程 {former.get('pid', '?')}）。"
                "请先在那个窗口按 Ctrl-C；要同时运行第二个，请用 PORTAL_DATA_DIR 另指一个目录"
            ) from None
        self.recovered = end_processes(str(self._read().get("run_id", "-")), grace_seconds=15)
        self._record.write_text(
            json.dumps({"run_id": self.id, "pid": os.getpid(), "address": address}), encoding="utf-8"
        )

    def _read(self) -> dict[str, object]:
        try:
            record: dict[str, object] = json.loads(self._record.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return record

    def close(self) -> None:
        """End whatever of this run is still there, and let go of the directory."""
        kill_processes(self.id)
        self._record.unlink(missing_ok=True)
        self._lock.close()


class Supervisor:
    """The programs of one run."""

    def __init__(
        self, run: Run, programs: Sequence[Program], environment: Mapping[str, str], log_dir: Path, switch: StopSwitch
    ) -> None:
        log_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        marked = {**environment, RUN_ID: run.id}
        self.children = [Child(program, marked, log_dir) for program in programs]
        self._switch = switch
        adopt_orphans()

    def start(self) -> None:
        """Start all programs that do not run yet, in their order."""
        for child in self.children:
            if child.pid is None:
                child.start()

    def watch(self, beside: Callable[[], None] = lambda: None) -> None:
        """Restart what dies until a stop is asked for; `beside` is called on each round."""
        logs_at = time.monotonic()
        while not self._switch.asked:
            self.tend()
            beside()
            if time.monotonic() - logs_at > LOOK_AFTER_LOGS_SECONDS:
                logs_at = time.monotonic()
                for child in self.children:
                    child.rotate_log()
            time.sleep(TICK_SECONDS)

    def tend(self, some: Sequence[Child] = ()) -> None:
        """One round for some programs, or all: say who died, start again whose pause is over."""
        for child in some or self.children:
            status = child.tend()
            if status is not None:
                how = f"收到信号 {-status}" if status < 0 else f"退出码 {status}"
                say(f"  {child.program.name} 已退出（{how}），将自动重启。日志：{child.log_file}")
                say(f"    {child.last_lines(1)}")
        reap_strays({child.pid for child in self.children if child.pid is not None})

    def stop(self) -> None:
        """End all programs, the last first; those that take longer than 25 seconds, or on a second Ctrl-C, at once."""
        for child in reversed(self.children):
            child.ask_to_end()
        deadline = time.monotonic() + STOP_SECONDS
        while not all(child.has_ended() for child in self.children):
            if time.monotonic() > deadline or self._switch.insisted:
                break
            time.sleep(0.05)
        for child in self.children:
            child.end_now()
        reap_strays(set())
