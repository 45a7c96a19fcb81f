"""The cluster's superuser in the test's own database, in a transaction that is rolled back."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any
from urllib.parse import urlsplit

import psycopg2
from django.db import connections


@contextmanager
def superuser(*, commit: bool = False) -> Iterator[Any]:
    """A cursor of the superuser, for tests that show what is refused even then, or what checks find afterwards."""
    name = connections["default"].settings_dict["NAME"]
    parts = urlsplit(os.environ["DATABASE_SUPERUSER_URL"])._replace(path=f"/{name}")
    with closing(psycopg2.connect(parts.geturl())) as connection, connection.cursor() as cursor:
        yield cursor
        if commit:
            connection.commit()
