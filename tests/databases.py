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

from tests import kept_template

# The number of the process keeps parallel runs on one server apart, and the processes of one run.
PREFIX = f"portal_test_{os.getpid()}"
# One for all processes of a run (tests/servers.py); a ground that stands (tests/standing.py) adds its name to it.
TEMPLATE = f"portal_test_{os.environ.get('TEST_RUN') or os.getpid()}_template"
# What a server waits for the disk with.
DURABLE = ("fsync", "synchronous_commit", "full_page_writes")


def role(variable: str) -> dict[str, Any]:
    """User and password of a URL in the environment."""
    parts = urlsplit(os.environ[variable])
    return {"USER": unquote(parts.username or ""), "PASSWORD": unquote(parts.password or "")}


def superuser_url(database: str) -> str:
    """The address of a database for the cluster's superuser."""
    return urlsplit(os.environ["DATABASE_SUPERUSER_URL"])._replace(path=f"/{database}").geturl()


def as_superuser(*statements: str, database: str = "postgres") -> None:
    """Run statements as the cluster's superuser, each by itself."""
    with closing(psycopg2.connect(superuser_url(database))) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)


def _lead_to(**values: Any) -> None:
    connections["default"].close()
    for settings_dict in (settings.DATABASES["default"], connections["default"].settings_dict):
        settings_dict.update(values)


def point_at(database: str, variable: str = "DATABASE_URL") -> None:
    """Let Django's default connection lead to a database, as the role of a URL in the environment."""
    _lead_to(NAME=database, **role(variable))


@contextmanager
def pointed_at(database: str) -> Iterator[None]:
    """Let the connection lead to a database as the application's role, and afterwards where it led before."""
    before = {name: connections["default"].settings_dict[name] for name in ("NAME", "USER", "PASSWORD")}
    point_at(database)
    try:
        yield
    finally:
        _lead_to(**before)


def drop(database: str) -> None:
    """Drop a database, also one in use."""
    as_superuser(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')


def create(database: str, template: str) -> None:
    """Make a database anew, owned by the owner of the tables."""
    drop(database)
    # Where nothing waits for the disk, a checkpoint and a copy of files cost less than each page in the log.
    strategy = "FILE_COPY" if os.environ.get("TEST_DATABASE_IS_OURS") else "WAL_LOG"
    as_superuser(
        f'CREATE DATABASE "{database}" OWNER "{role("DATABASE_OWNER_URL")["USER"]}"'
        f' TEMPLATE "{template}" STRATEGY {strategy}'
    )


def make_durable(durable: bool) -> None:
    """Let a server of our own wait for the disk or not: nothing in a database of a test has to outlive a power cut."""
    if os.environ.get("TEST_DATABASE_IS_OURS"):
        word = "on" if durable else "off"
        as_superuser(*(f"ALTER SYSTEM SET {name} = {word}" for name in DURABLE), "SELECT pg_reload_conf()")


def make_template() -> None:
    """Make and migrate the template as its owner, or take it from an earlier run of the same migrations."""
    make_durable(False)
    create(TEMPLATE, "template0")
    point_at(TEMPLATE, "DATABASE_OWNER_URL")
    dump = kept_template.kept() if kept_template.may_be_used() else None
    if dump and dump.exists():
        kept_template.restore(dump, superuser_url(TEMPLATE))
    else:
        call_command("migrate", verbosity=0, interactive=False)
        if dump:
            kept_template.keep(dump, superuser_url(TEMPLATE))
    connections["default"].close()


@contextmanager
def one_at_a_time(what: str) -> Iterator[Path]:
    """Let one process of a run at a time do something that is done once; gives the mark to leave when it is done."""
    folder = Path(os.environ["TEST_RUN_DIR"])
    with (folder / f"{what}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder / f"{what}.made"


def share_template() -> None:
    """Make the template unless another process of the same run has; whoever comes second waits for the first."""
    with one_at_a_time("template") as made:
        if not made.exists():
            make_template()
            made.touch()


def drop_templates(folder: Path) -> None:
    """Drop the template and the grounds that stand, as far as they were made: the last act of a run."""
    for made in folder.glob("template*.made"):
        drop(made.stem.replace("template", TEMPLATE, 1))


@contextmanager
def copy_of_template(name: str, template: str = TEMPLATE) -> Iterator[str]:
    """A fresh copy of a template with the connection pointed at it as the application's role; dropped at the end."""
    create(name, template)
    try:
        with pointed_at(name):
            yield name
    finally:
        drop(name)
