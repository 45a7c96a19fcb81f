"""Changing a column of a row past every guard, as somebody with the superuser's password could."""

from __future__ import annotations

from typing import Any

from django.db import connection, models

from tests import databases

REPLICA = "SET session_replication_role = replica"


def drop_checks(database: str, *changed: type[models.Model]) -> None:
    """Drop the CHECKs of these models' tables, as a superuser can, so that any value fits."""
    tables = [model._meta.db_table for model in changed]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, conname FROM pg_constraint"
            " WHERE contype = 'c' AND conrelid::regclass::text = ANY(%s)",
            [tables],
        )
        found = cursor.fetchall()
    statements = [f'ALTER TABLE {table} DROP CONSTRAINT "{name}"' for table, name in found]
    databases.as_superuser(REPLICA, *statements, database=database)


def other_value(field: models.Field[Any, Any], column: str) -> str:
    """An SQL expression for another value of a column."""
    kind = field.get_internal_type()
    if field.name == "donor_kind":
        return f"CASE {column} WHEN 'person' THEN 'organisation' ELSE 'person' END"
    if kind == "ArrayField":
        return f"array_append({column}, {'999' if field.base_field.get_internal_type() == 'BigIntegerField' else chr(39) + 'x' + chr(39)})"  # type: ignore[attr-defined]  # noqa: E501
    by_kind = {
        "BooleanField": f"NOT {column}",
        "DateField": f"coalesce({column}, '2026-01-01') + 1",
        "DateTimeField": f"{column} + interval '1 microsecond'",
        "JSONField": f"{column} || '[\"x\"]'::jsonb",
        "BinaryField": f"{column} || '\\x00'::bytea",
        "UUIDField": "gen_random_uuid()",
    }
    if kind in by_kind:
        return by_kind[kind]
    if kind in ("CharField", "SlugField", "TextField", "URLField") or (kind == "ForeignKey" and column == "area_id"):
        return "'33'" if column == "area_id" else f"left({column} || 'x', 40)"
    if field.column == "voucher_id":
        return "gen_random_uuid()"
    # A number, or the id of another row.
    return f"coalesce({column}, 0) + 1000"


def columns_of(model: type[models.Model], free: set[str]) -> list[str]:
    """The columns of a model but for the fields named."""
    return [str(field.column) for field in model._meta.local_concrete_fields if field.name not in free]
