"""The supervisor with small programs in place of web, worker and beat: real processes, real signals."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from redcross_portal.environment import BASE_DIR
from redcross_portal.supervisor.children import LARGEST_LOG_BYTES, Child, Program
from redcross_portal.supervisor.processes import processes_of

Processes = list[subprocess.Popen[str]]

# A program with a child of its own, as gunicorn and Celery have.
FAMILY = (
    "import subprocess, sys, time;"
    "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(300)']);"
    "time.sleep(300)"
)
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(300)"
SUPERVISE = f"""
import os, sys
from pathlib import Path
from redcross_portal.environment import StartError
from redcross_portal.supervisor.children import Program
from redcross_portal.supervisor.stopping import StopSwitch
from redcross_portal.supervisor.supervise import Run, Supervisor
switch = StopSwitch()
switch.install()
directory = Path(sys.argv[1])
try:
    run = Run(directory, "http://example/")
except StartError as error:
    print(error, flush=True)
    sys.exit(2)
programs = [Program("one", [sys.executable, "-c", {FAMILY!r}]), Program("two", [sys.executable, "-c", sys.argv[2]])]
supervisor = Supervisor(run, programs, os.environ, directory / "log", switch)
supervisor.start()
print(run.id, run.recovered, flush=True)
supervisor.watch()
supervisor.stop()
run.close()
print("stopped", flush=True)
"""


def _eventually(condition: Callable[[], bool], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return condition()


def _supervise(data_dir: Path, processes: Processes, second: str = FAMILY) -> "subprocess.Popen[str]":
    argv = [sys.executable, "-c", SUPERVISE, str(data_dir), second]
    process = subprocess.Popen(argv, cwd=BASE_DIR, stdout=subprocess.PIPE, text=True, start_new_session=True)
    processes.append(process)
    return process


def _line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_request_to_stop_leaves_no_process(data_dir: Path, processes: Processes, signum: signal.Signals) -> None:
    process = _supervise(data_dir, processes)
    run_id = _line(process).split()[0]
    assert _eventually(lambda: len(processes_of(run_id)) == 4)
    process.send_signal(signum)
    assert process.wait(timeout=20) == 0
    assert processes_of(run_id) == []
    assert not (data_dir / "run" / "supervisor.json").exists()


def test_only_its_own_processes_are_ended(data_dir: Path, processes: Processes) -> None:
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"], text=True)
    processes.append(stranger)
    process = _supervise(data_dir, processes)
    assert _line(process)
    process.send_signal(signal.SIGINT)
    process.wait(timeout=20)
    assert stranger.poll() is None


def test_a_second_ctrl_c_does_not_wait_for_a_stubborn_program(data_dir: Path, processes: Processes) -> None:
    process = _supervise(data_dir, processes, STUBBORN)
    run_id = _line(process).split()[0]
    assert _eventually(lambda: len(processes_of(run_id)) == 3)
    # The stubborn one needs a moment until it ignores the signal.
    assert _eventually(lambda: any(_ignores_sigterm(pid) for pid in processes_of(run_id)))
    process.send_signal(signal.SIGINT)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(timeout=2)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=5) == 0
    assert processes_of(run_id) == []


def _ignores_sigterm(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return False
    ignored = next(line for line in status.splitlines() if line.startswith("SigIgn:"))
    return bool(int(ignored.split()[1], 16) & 1 << (signal.SIGTERM - 1))


def test_a_program_that_dies_is_started_again_without_its_former_children(data_dir: Path, processes: Processes) -> None:
    process = _supervise(data_dir, processes)
    run_id = _line(process).split()[0]
    assert _eventually(lambda: len(processes_of(run_id)) == 4)
    before = set(processes_of(run_id))
    # The leader of a session is the program itself.
    leader = next(pid for pid in before if os.getsid(pid) == pid)
    os.kill(leader, signal.SIGKILL)
    assert _eventually(lambda: len(set(processes_of(run_id)) - before) == 2)
    assert len(processes_of(run_id)) == 4
    assert "将自动重启" in _line(process)


def test_after_kill_9_the_programs_end_and_the_next_run_finds_a_clean_place(
    data_dir: Path, processes: Processes
) -> None:
    first = _supervise(data_dir, processes, STUBBORN)
    former = _line(first).split()[0]
    assert _eventually(lambda: any(_ignores_sigterm(pid) for pid in processes_of(former)))
    first.kill()
    first.wait()
    second = _supervise(data_dir, processes)
    run_id, recovered = _line(second).split()
    assert processes_of(former) == []
    assert int(recovered) >= 1
    second.send_signal(signal.SIGINT)
    assert second.wait(timeout=20) == 0
    assert processes_of(run_id) == []


def test_a_second_run_in_the_same_place_is_refused_in_one_line(data_dir: Path, processes: Processes) -> None:
    first = _supervise(data_dir, processes)
    assert _line(first)
    second = _supervise(data_dir, processes)
    assert second.wait(timeout=20) == 2
    assert "http://example/" in _line(second)
    record = json.loads((data_dir / "run" / "supervisor.json").read_text(encoding="utf-8"))
    assert record["pid"] == first.pid


def test_the_pause_before_a_restart_doubles(tmp_path: Path) -> None:
    child = Child(Program("short", [sys.executable, "-c", "raise SystemExit(3)"]), os.environ, tmp_path)
    child.start()
    starts = [time.monotonic()]
    while child.restarts < 2:
        before = child.restarts
        status = child.tend()
        assert status in (None, 3)
        if child.restarts > before:
            starts.append(time.monotonic())
        time.sleep(0.02)
    child.end_now()
    assert 0.9 < starts[1] - starts[0] < starts[2] - starts[1]


def test_a_log_that_grew_too_large_is_cut_while_its_program_writes_on(tmp_path: Path) -> None:
    child = Child(Program("writer", [sys.executable, "-c", ""]), os.environ, tmp_path)
    child.log_file.write_bytes(b"x" * (LARGEST_LOG_BYTES + 1))
    with child.log_file.open("ab") as open_log:
        child.rotate_log()
        open_log.write(b"after\n")
    assert child.log_file.read_bytes() == b"after\n"
    assert (tmp_path / "writer.log.1").stat().st_size == LARGEST_LOG_BYTES + 1
