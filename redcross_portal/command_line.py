"""What `manage.py` does around a command of Django: the servers it needs, and one clear line when it cannot start."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from types import FrameType

from django.core.management import execute_from_command_line

from redcross_portal import local_services
from redcross_portal.environment import BASE_DIR, StartError, data_dir, load_env_file

# These read the code, not the database.
WITHOUT_SERVERS = frozenset(
    {
        "check",
        "collectstatic",
        "compilemessages",
        "diffsettings",
        "findstatic",
        "help",
        "makemessages",
        "makemigrations",
        "spectacular",
        "startapp",
        "version",
    }
)
# These change tables, which the application's role may not.
AS_OWNER = frozenset({"migrate", "restore"})


def main(argv: Sequence[str]) -> int:
    """Run a management command; exit status 2 with one line when it could not start."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "redcross_portal.settings")
    try:
        load_env_file()
        with servers_for(argv):
            execute_from_command_line(list(argv))
    except StartError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def command_of(argv: Sequence[str]) -> str:
    """The name of the command, or "help" where only help is asked for."""
    if len(argv) < 2 or {"--help", "-h", "--version"} & set(argv[1:]):
        return "help"
    return argv[1]


@contextlib.contextmanager
def servers_for(argv: Sequence[str]) -> Iterator[None]:
    """Servers for the length of a command: those the settings name, those that run, or private ones started now."""
    command = command_of(argv)
    missing = unset_servers()
    if command in WITHOUT_SERVERS:
        yield
        return
    if not missing:
        _use_owner_for(command)
        yield
        return
    previous = signal.signal(signal.SIGTERM, _leave)
    started = local_services.ensure_running(data_dir(), missing)
    try:
        use_servers(started.urls, missing)
        if started.fresh and command not in AS_OWNER:
            migrate()
        _use_owner_for(command)
        yield
    finally:
        local_services.stop(started)
        signal.signal(signal.SIGTERM, previous)


def unset_servers() -> frozenset[str]:
    """The servers for which no setting names a real one."""
    names = {local_services.POSTGRES: "DATABASE_URL", local_services.REDIS: "REDIS_URL"}
    return frozenset(server for server, name in names.items() if not os.environ.get(name, "").strip())


def use_servers(urls: local_services.Urls, servers: frozenset[str]) -> None:
    """Put the addresses of private servers where the settings look for them."""
    environment = urls.environment()
    if local_services.POSTGRES not in servers:
        environment = {name: url for name, url in environment.items() if not name.startswith("DATABASE_")}
    if local_services.REDIS not in servers:
        environment.pop("REDIS_URL")
    os.environ.update(environment)
    # A private database is a trial or a workplace of developers; real servers are named, and have DEBUG off.
    if local_services.POSTGRES in servers:
        os.environ.setdefault("DEBUG", "1")


def migrate() -> None:
    """Bring the tables of a new database up, in a process of the owner's."""
    argv = [sys.executable, str(BASE_DIR / "manage.py"), "migrate", "--noinput", "--verbosity", "0"]
    if subprocess.run(argv, check=False).returncode != 0:
        raise StartError("数据库结构没有更新成功：原因见上")


def _use_owner_for(command: str) -> None:
    owner = os.environ.get("DATABASE_OWNER_URL", "").strip()
    if command in AS_OWNER and owner:
        os.environ["DATABASE_URL"] = owner


def _leave(signum: int, frame: FrameType | None) -> None:
    # As an exception, so that the servers are stopped on the way out.
    raise SystemExit(128 + signum)
