"""The private servers, really started, stopped and killed."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from redis import Redis

from redcross_portal import local_services
from redcross_portal.environment import BASE_DIR, StartError
from redcross_portal.local_services import locations, postgres, redis

HOLD = """
import sys, time
from pathlib import Path
from redcross_portal import local_services
started = local_services.ensure_running(Path(sys.argv[1]))
print(started.place.socket_dir, flush=True)
time.sleep(120)
"""
THROWAWAY = """
import time
from redcross_portal import local_services
with local_services.throwaway() as urls:
    print(urls.superuser, flush=True)
    time.sleep(120)
"""


@contextmanager
def _cursor(url: str) -> Iterator[Any]:
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            yield cursor


def _value(url: str, query: str) -> Any:
    with _cursor(url) as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]


def _eventually(condition: Callable[[], bool], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return condition()


def _python(script: str, *arguments: str) -> "subprocess.Popen[str]":
    argv = [sys.executable, "-c", script, *arguments]
    return subprocess.Popen(argv, cwd=BASE_DIR, stdout=subprocess.PIPE, text=True)


def _line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_servers_start_once_and_stop_with_their_last_user(data_dir: Path) -> None:
    first = local_services.ensure_running(data_dir)
    second = local_services.ensure_running(data_dir)
    assert first.fresh
    assert not second.fresh
    assert second.urls == first.urls
    assert local_services.stop(first) is False
    assert _value(second.urls.app, "SELECT 1") == 1
    assert local_services.stop(second) is True
    assert postgres.server_pid(second.place) is None
    assert redis.server_pid(second.place) is None
    assert not second.place.socket_dir.exists()


def test_data_stands_after_a_stop_and_the_next_start(data_dir: Path) -> None:
    with local_services.running(data_dir) as urls, _cursor(urls.owner) as cursor:
        cursor.execute("CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)")
    with local_services.running(data_dir) as urls:
        assert _value(urls.owner, "SELECT n FROM kept") == 7


def test_a_server_that_runs_is_found_at_once(data_dir: Path) -> None:
    with local_services.running(data_dir):
        begun = time.monotonic()
        for _ in range(20):
            local_services.stop(local_services.ensure_running(data_dir))
        assert (time.monotonic() - begun) / 20 < 0.05


def test_the_servers_listen_on_sockets_only_and_never_run_as_root(data_dir: Path) -> None:
    started = local_services.ensure_running(data_dir)
    try:
        for name, value in {
            "listen_addresses": "",
            "fsync": "on",
            "data_checksums": "on",
            "server_encoding": "UTF8",
            "full_page_writes": "on",
            "synchronous_commit": "on",
        }.items():
            assert _value(started.urls.app, f"SHOW {name}") == value, name
        assert _value(started.urls.app, "SELECT datcollate FROM pg_database WHERE datname = 'portal'") == "C.UTF-8"
        for pid in (postgres.server_pid(started.place), redis.server_pid(started.place)):
            assert Path(f"/proc/{pid}").stat().st_uid != 0
            assert not _listens_on_tcp(int(pid or 0))
        assert started.place.socket_dir.stat().st_mode & 0o777 == 0o700
    finally:
        local_services.stop(started)


def _listens_on_tcp(pid: int) -> bool:
    inodes = {
        str(os.stat(link).st_ino)
        for link in Path(f"/proc/{pid}/fd").iterdir()
        if link.exists() or str(link.readlink()).startswith("socket:")
    }
    rows = [line.split() for name in ("tcp", "tcp6") for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]]
    return any(row[9] in inodes and row[3] == "0A" for row in rows)


def test_the_application_may_do_only_what_it_was_granted(data_dir: Path) -> None:
    with local_services.running(data_dir) as urls:
        with _cursor(urls.owner) as cursor:
            cursor.execute("CREATE TABLE gift (n int); GRANT SELECT, INSERT ON gift TO portal_app")
        with _cursor(urls.app) as cursor:
            cursor.execute("INSERT INTO gift VALUES (1)")
            for forbidden in (
                "UPDATE gift SET n = 2",
                "DELETE FROM gift",
                "TRUNCATE gift",
                "ALTER TABLE gift ADD m int",
                "ALTER TABLE gift DISABLE TRIGGER ALL",
                "DROP TABLE gift",
                "CREATE TABLE mine (n int)",
                "CREATE ROLE other",
                "CREATE DATABASE other",
                "SET ROLE portal_owner",
            ):
                with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                    cursor.execute(forbidden)
        roles = "SELECT count(*) FROM pg_roles WHERE rolname IN ('portal_app', 'portal_owner') AND rolsuper"
        assert _value(urls.app, roles) == 0


def test_a_failed_statement_leaves_no_name_in_the_log(data_dir: Path) -> None:
    started = local_services.ensure_running(data_dir)
    try:
        with _cursor(started.urls.owner) as cursor:
            cursor.execute("CREATE TABLE person (name text UNIQUE); INSERT INTO person VALUES ('虚构甲')")
            with pytest.raises(psycopg2.errors.UniqueViolation):
                cursor.execute("INSERT INTO person VALUES ('虚构甲')")
        log = (started.place.state_dir / "postgres.log").read_text(encoding="utf-8")
        assert "person_name_key" in log
        assert "虚构甲" not in log
    finally:
        local_services.stop(started)


def test_killed_servers_are_started_again_with_what_was_committed(data_dir: Path) -> None:
    started = local_services.ensure_running(data_dir)
    try:
        with _cursor(started.urls.owner) as cursor:
            cursor.execute("CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)")
        for pid in (postgres.server_pid(started.place), redis.server_pid(started.place)):
            os.kill(int(pid or 0), signal.SIGKILL)
        assert _eventually(lambda: not postgres.is_ready(started.place) and not redis.is_ready(started.place))
        assert (started.place.postgres_dir / "postmaster.pid").exists(), "the stale file is what is tested"
        assert local_services.keep_running(started) is True
        assert _value(started.urls.owner, "SELECT n FROM kept") == 7
        assert local_services.keep_running(started) is False
    finally:
        local_services.stop(started)


def test_a_stale_pid_that_belongs_to_somebody_else_today_is_not_believed(data_dir: Path) -> None:
    with local_services.running(data_dir):
        place = locations.find_place(data_dir)
        pid_file = (place.postgres_dir / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    # This very process has the number now, and stopping the servers must not reach it.
    pid_file[0] = str(os.getpid())
    (place.postgres_dir / "postmaster.pid").write_text("\n".join(pid_file) + "\n", encoding="utf-8")
    (place.redis_dir / "redis.pid").write_text(f"{os.getpid()}\n", encoding="utf-8")
    with local_services.running(data_dir) as urls:
        assert _value(urls.app, "SELECT 1") == 1
        server = redis.server_pid(place)
        assert server not in (None, os.getpid())
    assert not locations.process_in(place.redis_dir, int(server or 0))


def test_a_broker_that_cannot_write_its_snapshot_is_stopped_all_the_same(data_dir: Path) -> None:
    started = local_services.ensure_running(data_dir)
    server = int(redis.server_pid(started.place) or 0)
    with closing(Redis(unix_socket_path=str(started.place.redis_socket))) as client:
        client.set("key", "value")
    # Its account may no longer write there, as on a full disk.
    os.chown(started.place.redis_dir, os.geteuid(), os.getegid())
    started.place.redis_dir.chmod(0o555)
    try:
        assert local_services.stop(started) is True
        assert not locations.process_in(started.place.redis_dir, server)
    finally:
        started.place.redis_dir.chmod(0o755)


def test_a_vanished_socket_directory_is_replaced(data_dir: Path) -> None:
    started = local_services.ensure_running(data_dir)
    shutil.rmtree(started.place.socket_dir)
    second = local_services.ensure_running(data_dir)
    try:
        assert second.place.socket_dir != started.place.socket_dir
        assert _value(second.urls.app, "SELECT 1") == 1
    finally:
        local_services.stop(started)
        assert local_services.stop(second) is True


def test_a_user_killed_with_9_is_no_longer_counted(data_dir: Path, processes: "list[subprocess.Popen[str]]") -> None:
    processes.append(_python(HOLD, str(data_dir)))
    assert _line(processes[0])
    started = local_services.ensure_running(data_dir)
    processes[0].kill()
    processes[0].wait()
    assert local_services.stop(started) is True


def test_three_that_start_at_once_share_one_set_of_servers(
    data_dir: Path, processes: "list[subprocess.Popen[str]]"
) -> None:
    processes.extend(_python(HOLD, str(data_dir)) for _ in range(3))
    assert len({_line(process) for process in processes}) == 1
    for process in processes:
        process.kill()
        process.wait()
    assert local_services.stop(local_services.ensure_running(data_dir)) is True


def test_a_set_up_killed_in_the_middle_is_begun_again(data_dir: Path) -> None:
    place = locations.find_place(data_dir)
    half = place.account.make_directory(place.state_dir / "postgres.new")
    (half / "PG_VERSION").write_text("15\n", encoding="utf-8")
    with local_services.running(data_dir) as urls:
        assert _value(urls.app, "SELECT 1") == 1


def test_data_of_a_version_that_is_not_here_is_named(data_dir: Path) -> None:
    with local_services.running(data_dir):
        place = locations.find_place(data_dir)
    (place.postgres_dir / "PG_VERSION").write_text("14\n", encoding="utf-8")
    with pytest.raises(StartError, match="postgresql-14"):
        local_services.ensure_running(data_dir)


def test_deleting_the_data_directory_is_a_fresh_start(data_dir: Path) -> None:
    with local_services.running(data_dir) as urls, _cursor(urls.owner) as cursor:
        cursor.execute("CREATE TABLE kept (n int)")
    for entry in data_dir.iterdir():
        shutil.rmtree(entry)
    with local_services.running(data_dir) as urls:
        assert _value(urls.owner, "SELECT count(*) FROM pg_tables WHERE tablename = 'kept'") == 0


def test_throwaway_servers_leave_nothing(data_dir: Path) -> None:
    with local_services.throwaway() as urls:
        socket_dir = Path(urls.redis.removeprefix("unix://").split("?")[0]).parent
        base = Path(_value(urls.superuser, "SHOW data_directory")).parent.parent
        assert base.exists()
    assert not base.exists()
    assert not socket_dir.exists()


def test_throwaway_servers_die_with_a_killed_owner_and_are_swept_by_the_next(
    processes: "list[subprocess.Popen[str]]",
) -> None:
    processes.append(_python(THROWAWAY))
    url = _line(processes[0])
    base = Path(_value(url, "SHOW data_directory")).parent.parent
    server = int((base / "state" / "postgres" / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0])
    processes[0].kill()
    processes[0].wait()
    assert _eventually(lambda: not locations.process_in(base / "state" / "postgres", server))
    with local_services.throwaway():
        assert not base.exists()


def _python_for_others() -> str | None:
    """An interpreter of this version that an ordinary user can run."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for path in (sys.executable, f"/usr/bin/{version}", f"/usr/local/bin/{version}"):
        argv = [path, "-c", ""]
        if Path(path).exists():
            try:
                subprocess.run(argv, check=True, user=1000, group=1000, extra_groups=[], cwd="/")
            except (OSError, subprocess.CalledProcessError):
                continue
            return path
    return None


@pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user runs all the tests of this file as itself")
def test_an_ordinary_user_runs_servers_of_its_own(clean_environment: dict[str, str]) -> None:
    python = _python_for_others()
    assert python is not None, "no interpreter here that an ordinary user can run"
    packages = next(path for path in sys.path if path.endswith("site-packages"))
    script = """
import json, os, sys
from pathlib import Path
import psycopg2
from redcross_portal import local_services
started = local_services.ensure_running(Path(sys.argv[1]))
connection = psycopg2.connect(started.urls.app)
connection.close()
from redcross_portal.local_services import postgres
owner = os.stat(f"/proc/{postgres.server_pid(started.place)}").st_uid
print(json.dumps({"owner": owner, "stopped": local_services.stop(started)}))
"""
    directory = Path(tempfile.mkdtemp(prefix="rcp-test-"))
    try:
        os.chown(directory, 1000, 1000)
        environment = {**clean_environment, "PYTHONPATH": f"{BASE_DIR}:{packages}", "HOME": str(directory)}
        done = subprocess.run(
            [python, "-c", script, str(directory / "var")],
            user=1000,
            group=1000,
            extra_groups=[],
            cwd="/",
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout) == {"owner": 1000, "stopped": True}
        # Root meets the data of an ordinary user: it runs the servers as that user.
        with local_services.running(directory / "var"):
            place = locations.find_place(directory / "var")
            assert Path(f"/proc/{postgres.server_pid(place)}").stat().st_uid == 1000
    finally:
        shutil.rmtree(directory)


@pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user reaches its own directories")
def test_root_in_a_closed_directory_keeps_the_data_where_the_servers_reach_it(data_dir: Path) -> None:
    data_dir.chmod(0o700)
    with local_services.running(data_dir) as urls:
        place = locations.find_place(data_dir)
        assert place.state_dir.parent == locations.STATE_ROOT
        assert _value(urls.app, "SELECT 1") == 1
    shutil.rmtree(place.state_dir)
