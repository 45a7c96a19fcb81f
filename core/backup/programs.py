"""PostgreSQL's own programs: pg_dump, pg_restore and psql, of the server's version or newer."""

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from core.backup.manifest import BackupError


def server_version() -> str:
    """Return the server's version (`15.8`)."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        return str(cursor.fetchone()[0]).split(" ")[0]


def program(name: str) -> str:
    """Return the path of a program that can speak with the server; BackupError where there is none."""
    needed = int(server_version().split(".")[0])
    for folder in _folders():
        path = folder / name
        if os.access(path, os.X_OK) and _major_of(path) >= needed:
            return str(path)
    message = _(
        "没有找到 PostgreSQL %(major)d 或更新的 %(name)s：请安装 postgresql-client-%(major)d，或设置 PG_BIN_DIR。"
    )
    raise BackupError("program_missing", message % {"major": needed, "name": name})


def connection_arguments() -> tuple[list[str], dict[str, str]]:
    """Return the arguments and the environment by which a program reaches the database in use."""
    facts = connection.settings_dict
    arguments = ["--host", facts["HOST"], "--port", str(facts["PORT"]), "--username", facts["USER"], "--no-password"]
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    # Not on the command line, which every user of the machine can read.
    if facts.get("PASSWORD"):
        environment["PGPASSWORD"] = str(facts["PASSWORD"])
    for option, variable in (("sslmode", "PGSSLMODE"), ("sslrootcert", "PGSSLROOTCERT")):
        if value := facts.get("OPTIONS", {}).get(option):
            environment[variable] = str(value)
    environment |= {"PGDATABASE": str(facts["NAME"]), "PGAPPNAME": "portal-backup", "LC_ALL": "C.UTF-8"}
    return arguments, environment


def start(argv: Sequence[str], environment: dict[str, str], *, reads: bool = False) -> "subprocess.Popen[bytes]":
    """Start a program whose output is read here, and whose input is written here where it `reads`."""
    return subprocess.Popen(
        argv,
        env=environment,
        stdin=subprocess.PIPE if reads else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def _folders() -> list[Path]:
    if settings.PG_BIN_DIR:
        return [Path(settings.PG_BIN_DIR)]
    candidates: list[Path] = import_string(settings.PG_BIN_CANDIDATES)()
    on_path = shutil.which("pg_dump")
    return [*reversed(candidates), *([Path(on_path).resolve().parent, Path(on_path).parent] if on_path else [])]


def _major_of(path: Path) -> int:
    try:
        said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
    except OSError:
        return 0
    found = re.search(r"\) (\d+)", said)
    return int(found[1]) if found else 0
