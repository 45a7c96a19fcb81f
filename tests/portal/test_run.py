"""`bin/run` itself: the whole portal from an empty data directory to a page, and back to nothing."""

import http.client
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from redcross_portal.environment import BASE_DIR
from redcross_portal.local_services import locations, postgres
from redcross_portal.local_services.locations import process_in
from redcross_portal.supervisor.processes import processes_of

Processes = list[subprocess.Popen[str]]


def _eventually(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.1)
    return condition()


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def environment(clean_environment: dict[str, str], port: int) -> dict[str, str]:
    return {**clean_environment, "PORT": str(port), "DEMO": "0"}


def _run(environment: dict[str, str], processes: Processes) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [BASE_DIR / "bin" / "run"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    processes.append(process)
    return process


def _wait_for(process: "subprocess.Popen[str]", word: str) -> str:
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if word in line:
            return said
    raise AssertionError(f"it ended before it said {word}:\n{said}")


def _status(port: int) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/accounts/login/")
    try:
        return connection.getresponse().status
    finally:
        connection.close()


def _servers(data_dir: Path) -> list[int]:
    state = data_dir / "services" / "state"
    pids = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())
    return [pid for pid in pids if process_in(state / "postgres", pid) or process_in(state / "redis", pid)]


def _run_id(data_dir: Path) -> str:
    return str(json.loads((data_dir / "run" / "supervisor.json").read_text(encoding="utf-8"))["run_id"])


def test_the_portal_starts_serves_stops_and_recovers(
    environment: dict[str, str], data_dir: Path, port: int, processes: Processes
) -> None:
    first = _run(environment, processes)
    _wait_for(first, f"http://127.0.0.1:{port}/")
    run_id = _run_id(data_dir)
    # A page that needs the database: the status of a broken one would be 500.
    assert _status(port) == 200
    # Web with two workers, worker with two, beat.
    assert _eventually(lambda: len(processes_of(run_id)) >= 7, 30)
    assert {"web.log", "worker.log", "beat.log"} <= {path.name for path in (data_dir / "log").iterdir()}

    # The worst end of a supervisor: nobody is told. And it comes while the demo is being loaded.
    place = locations.find_place(data_dir)
    with closing(psycopg2.connect(postgres.url(place, postgres.OWNER))) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE half_a_demo (n int)")
        connection.commit()
    (data_dir / "services" / "demo-begun").touch()
    first.kill()
    first.wait()
    second = _run(environment, processes)
    _wait_for(second, f"http://127.0.0.1:{port}/")
    assert _status(port) == 200
    assert processes_of(run_id) == []
    with closing(psycopg2.connect(postgres.url(place, postgres.OWNER))) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE tablename = 'half_a_demo'")
        assert cursor.fetchone() == (0,)

    run_id = _run_id(data_dir)
    os.killpg(second.pid, signal.SIGINT)
    assert second.wait(timeout=60) == 0
    assert processes_of(run_id) == []
    assert _servers(data_dir) == []


def test_a_port_in_use_is_one_clear_line(environment: dict[str, str], port: int, processes: Processes) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        process = _run(environment, processes)
        said = process.communicate(timeout=60)[0].strip().splitlines()
    assert process.returncode == 2
    assert "PORT" in said[-1]
    assert str(port) in said[-1]


@pytest.mark.parametrize(("name", "value"), [("PORT", "http"), ("WEB_WORKERS", "0"), ("DEMO", "maybe")])
def test_a_wrong_setting_stops_the_start_with_a_line_that_names_it(
    environment: dict[str, str], processes: Processes, name: str, value: str
) -> None:
    process = _run({**environment, name: value}, processes)
    said = process.communicate(timeout=60)[0].strip().splitlines()
    assert process.returncode == 2
    assert len(said) == 1
    assert name in said[0]
