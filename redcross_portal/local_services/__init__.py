"""Private PostgreSQL and Redis for machines where the settings name no servers.

`ensure_running` uses what runs or starts it; `stop` ends it when nobody else uses it. Each user of the
servers holds a shared lock on one file for as long as it uses them, so the kernel keeps the count, and a
user killed with -9 is no longer counted. `throwaway` gives servers of one's own that leave nothing behind.
"""

import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit, urlunsplit

from redcross_portal.environment import StartError
from redcross_portal.local_services import locations, postgres, redis
from redcross_portal.local_services.locations import Account, Place

__all__ = [
    "BOTH",
    "POSTGRES",
    "REDIS",
    "Place",
    "Started",
    "Urls",
    "ensure_running",
    "keep_running",
    "running",
    "stop",
    "throwaway",
]

POSTGRES, REDIS = "postgres", "redis"
BOTH = frozenset({POSTGRES, REDIS})
THROWAWAY_PREFIX = "rcp-throwaway-"


@dataclass(frozen=True)
class Urls:
    """The addresses of the servers, for each role of the database."""

    app: str
    owner: str
    superuser: str
    redis: str

    def environment(self) -> dict[str, str]:
        """The same as environment variables, as the settings read them."""
        return {
            "DATABASE_URL": self.app,
            "DATABASE_OWNER_URL": self.owner,
            "DATABASE_SUPERUSER_URL": self.superuser,
            "REDIS_URL": self.redis,
        }

    def for_database(self, name: str) -> "Urls":
        """The same servers with another database."""

        def renamed(url: str) -> str:
            return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))

        return replace(self, app=renamed(self.app), owner=renamed(self.owner), superuser=renamed(self.superuser))


@dataclass
class Started:
    """A hold on running servers. `fresh`: the database was made by this call."""

    urls: Urls
    place: Place
    data_dir: Path
    servers: frozenset[str]
    fresh: bool
    hold: IO[str]


def _urls(place: Place) -> Urls:
    return Urls(
        app=postgres.url(place, postgres.APPLICATION),
        owner=postgres.url(place, postgres.OWNER),
        superuser=postgres.url(place, postgres.SUPERUSER),
        redis=f"unix://{place.redis_socket}?db=0",
    )


def ensure_running(data_dir: Path, servers: frozenset[str] = BOTH) -> Started:
    """Hold the private servers of a data directory, starting what does not run.

    Takes the lock of the data directory for as long as that lasts (a second caller waits for the first).
    Raises StartError with one line when a server is missing or does not start.
    """
    services = locations.services_dir(data_dir)
    with locations.locked(services / "lock"):
        place = locations.find_place(data_dir)
        fresh = _revive(place, servers)
        hold = locations.open_lock(services / "users")
        fcntl.flock(hold, fcntl.LOCK_SH)
    return Started(_urls(place), place, data_dir, servers, fresh, hold)


def _revive(place: Place, servers: frozenset[str]) -> bool:
    fresh = False
    if POSTGRES in servers and not postgres.is_ready(place):
        fresh = postgres.create(place)
        postgres.start(place)
    if REDIS in servers and not redis.is_ready(place):
        redis.start(place)
    return fresh


def keep_running(started: Started) -> bool:
    """Start again what died meanwhile, at the same addresses; True when something had to be started."""
    database_runs = POSTGRES not in started.servers or postgres.is_ready(started.place)
    if database_runs and (REDIS not in started.servers or redis.is_ready(started.place)):
        return False
    with locations.locked(locations.services_dir(started.data_dir) / "lock"):
        _revive(started.place, started.servers)
    return True


def stop(started: Started) -> bool:
    """Let go of the servers and stop them when nobody else holds them; True when they were stopped."""
    with started.hold as hold, locations.locked(locations.services_dir(started.data_dir) / "lock"):
        # Whoever wants to hold them waits for the lock above, so nobody comes in between.
        fcntl.flock(hold, fcntl.LOCK_UN)
        try:
            fcntl.flock(hold, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        redis.stop(started.place)
        postgres.stop(started.place)
        shutil.rmtree(started.place.socket_dir, ignore_errors=True)
    return True


@contextlib.contextmanager
def running(data_dir: Path) -> Iterator[Urls]:
    """The private servers of a data directory for the length of a block."""
    started = ensure_running(data_dir)
    try:
        yield started.urls
    finally:
        stop(started)


@contextlib.contextmanager
def throwaway() -> Iterator[Urls]:
    """Servers of one's own with an empty database, gone with all their files at the end, even after kill -9.

    What a killed process could not tidy up is tidied up by the next one.
    """
    _sweep_throwaways()
    account = locations.choose_account()
    base = _throwaway_directory(account)
    processes: list[subprocess.Popen[bytes]] = []
    socket_dir = locations.short_directory(account, "rcp-")
    with locations.open_lock(base / "lock") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        (base / "socket_dir").write_text(str(socket_dir), encoding="utf-8")
        place = Place(account, account.make_directory(base / "state"), socket_dir)
        try:
            postgres.create(place)
            for server in (postgres, redis):
                process = server.start(place, dies_with_parent=True)
                if process is not None:
                    processes.append(process)
            yield _urls(place)
        finally:
            for process in reversed(processes):
                _end(process)
            shutil.rmtree(socket_dir, ignore_errors=True)
            shutil.rmtree(base, ignore_errors=True)


def _throwaway_directory(account: Account) -> Path:
    for parent in (None, "/tmp"):  # noqa: S108 - mkdtemp makes it unguessable
        base = Path(tempfile.mkdtemp(prefix=THROWAWAY_PREFIX, dir=parent))
        base.chmod(0o711)
        if account.may_enter(base):
            return base
        base.rmdir()
    raise StartError("临时目录不能被数据库的系统用户进入：请用 TMPDIR 指定一个可以进入的目录")


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGINT)
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _sweep_throwaways() -> None:
    """Remove what killed processes of the same user left behind; whatever is in use is locked."""
    for base in Path(tempfile.gettempdir()).glob(f"{THROWAWAY_PREFIX}*"):
        try:
            if base.lstat().st_uid != os.geteuid():
                continue
            with (base / "lock").open("r+", encoding="utf-8") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                sockets = (base / "socket_dir").read_text(encoding="utf-8")
                shutil.rmtree(sockets, ignore_errors=True)
                shutil.rmtree(base, ignore_errors=True)
        except OSError:
            # Just being made, in use, or swept by another process at this moment.
            continue
