"""Inserting rows of several tables in one round trip to the database."""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import Model
from django.db.models.sql import InsertQuery


def insert_together(*sets: Sequence[Model]) -> None:
    """Insert each set of new rows of one model, in this order, in one round trip, in the caller's transaction.

    For where others wait for a lock meanwhile: every trip to the database and back lengthens their wait. Keys that the
    database draws are not read back. Raises what the database raises for the first statement that fails.
    """
    statements: list[str] = []
    values: list[Any] = []
    for rows in sets:
        query = InsertQuery(type(rows[0]))
        drawn = rows[0].pk is None
        query.insert_values(
            [field for field in rows[0]._meta.local_concrete_fields if not (field.primary_key and drawn)], list(rows)
        )
        for statement, parameters in query.get_compiler(connection=connection).as_sql():
            statements.append(statement)
            values += parameters
    with connection.cursor() as cursor:
        cursor.execute(";\n".join(statements), values)
    for row in (row for rows in sets for row in rows):
        row._state.adding, row._state.db = False, connection.alias
