"""Throw-away databases for tests and benchmarks: one template, migrated once by its owner, and copies of it.

Append-only tables cannot be emptied, so whoever commits works in a copy that is thrown away whole.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg2
from django.conf import settings
from django.core.management import call_command
from django.db import connections

# The number of the process keeps parallel runs on one server apart, and the processes of one run.
PREFIX = f"portal_test_{os.getpid()}"
# One for all processes of a run (tests/servers.py).
TEMPLATE = f"portal_test_{os.environ.get('TEST_RUN') or os.getpid()}_template"


def role(variable: str) -> dict[str, Any]:
    """User and password of a URL in the environment."""
    parts = urlsplit(os.environ[variable])
    return {"USER": unquote(parts.username or ""), "PASSWORD": unquote(parts.password or "")}


def as_superuser(*statements: str, database: str = "postgres") -> None:
    """Run statements as the cluster's superuser, each by itself."""
    parts = urlsplit(os.environ["DATABASE_SUPERUSER_URL"])._replace(path=f"/{database}")
    with closing(psycopg2.connect(parts.geturl())) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)


def point_at(database: str, variable: str = "DATABASE_URL") -> None:
    """Let Django's default connection lead to a database, as the role of a URL in the environment."""
    connections["default"].close()
    for settings_dict in (settings.DATABASES["default"], connections["default"].settings_dict):
        settings_dict.update({"NAME": database, **role(variable)})


def drop(database: str) -> None:
    """Drop a database, also one in use."""
    as_superuser(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')


def make_template() -> None:
    """Make and migrate the template as its owner."""
    drop(TEMPLATE)
    as_superuser(f'CREATE DATABASE "{TEMPLATE}" OWNER "{role("DATABASE_OWNER_URL")["USER"]}" TEMPLATE template0')
    point_at(TEMPLATE, "DATABASE_OWNER_URL")
    call_command("migrate", verbosity=0, interactive=False)
    connections["default"].close()


def share_template(folder: Path) -> None:
    """Make the template unless another process of the same run has; whoever comes second waits for the first."""
    made = folder / "template-made"
    with (folder / "template-lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            make_template()
            made.touch()


def drop_shared_template(folder: Path) -> None:
    """Drop the template, if one was made: the last act of a run."""
    if (folder / "template-made").exists():
        drop(TEMPLATE)


@contextmanager
def copy_of_template(name: str) -> Iterator[str]:
    """A fresh copy of the template with the connection pointed at it as the application's role; dropped at the end."""
    drop(name)
    as_superuser(f'CREATE DATABASE "{name}" TEMPLATE "{TEMPLATE}" OWNER "{role("DATABASE_OWNER_URL")["USER"]}"')
    point_at(name)
    try:
        yield name
    finally:
        connections["default"].close()
        drop(name)
