"""One long-running program of the portal: its log, its restarts, its end."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from redcross_portal.local_services.kernel import end_with_parent

LARGEST_LOG_BYTES = 10 * 1024 * 1024
LONGEST_PAUSE_SECONDS = 30.0
SETTLED_SECONDS = 60.0


@dataclass(frozen=True)
class Program:
    """What to start: a name (of the log, too), the command line, and descriptors it inherits."""

    name: str
    argv: Sequence[str]
    pass_fds: tuple[int, ...] = ()


class Child:
    """A program that is started again when it dies, after a pause that doubles from 1 to 30 seconds."""

    def __init__(self, program: Program, environment: Mapping[str, str], log_dir: Path) -> None:
        self.program = program
        self.log_file = log_dir / f"{program.name}.log"
        self.restarts = 0
        # The database shows which of the processes holds a connection.
        self._environment = {**environment, "PORTAL_PROCESS": f"portal-{program.name}"}
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._pause = 1.0
        self._start_at = 0.0

    @property
    def pid(self) -> int | None:
        """The number of the running process, or None."""
        return self._process.pid if self._process is not None else None

    def start(self) -> None:
        """Start the program in a session of its own, so that Ctrl-C reaches only the supervisor.

        The kernel asks it to end when the supervisor dies, even by kill -9.
        """
        self.rotate_log()
        with self.log_file.open("ab") as log:
            self._process = subprocess.Popen(
                self.program.argv,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=self.program.pass_fds,
                preexec_fn=end_with_parent(signal.SIGTERM),
            )
        self._started = time.monotonic()

    def tend(self) -> int | None:
        """See to the program once: its exit status when it was found dead just now, else None."""
        if self._process is None:
            if time.monotonic() >= self._start_at:
                self.restarts += 1
                self.start()
            return None
        status = self._process.poll()
        if status is None:
            return None
        # Workers of a killed master still hold its sockets and tasks: nothing of the group may outlive it.
        self._signal_group(signal.SIGKILL)
        if time.monotonic() - self._started > SETTLED_SECONDS:
            self._pause = 1.0
        self._start_at = time.monotonic() + self._pause
        self._pause = min(self._pause * 2, LONGEST_PAUSE_SECONDS)
        self._process = None
        return status

    def ask_to_end(self) -> None:
        """SIGTERM to the program, which passes it on to its own: gunicorn and Celery finish what they hold."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()

    def has_ended(self) -> bool:
        """Whether no process of it runs."""
        return self._process is None or self._process.poll() is not None

    def end_now(self) -> None:
        """SIGKILL to the whole group."""
        self._signal_group(signal.SIGKILL)
        if self._process is not None:
            self._process.wait()

    def rotate_log(self) -> None:
        """Keep one older log beside the present one when that has grown past 10 MB."""
        with contextlib.suppress(OSError):
            if self.log_file.stat().st_size > LARGEST_LOG_BYTES:
                # Copied and cut, not renamed: the program goes on appending to the open file.
                shutil.copyfile(self.log_file, self.log_file.with_suffix(".log.1"))
                os.truncate(self.log_file, 0)

    def last_lines(self, count: int = 15) -> str:
        """The end of the log."""
        try:
            text = self.log_file.read_bytes()[-8192:].decode("utf-8", "replace")
        except OSError:
            return ""
        return "\n".join(text.splitlines()[-count:])

    def _signal_group(self, signum: int) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signum)
