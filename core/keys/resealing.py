"""Sealing anew what an older key sealed: in small batches, in the order of the rows, in any number of attempts.

A batch locks its rows for milliseconds and passes over those that somebody else holds; they are taken in a later round.
What other apps keep sealed elsewhere (inside JSON, say) they offer by `settings.RESEALERS`: functions
`(prefix) -> Iterator[(done, broken)]` that seal anew what does not begin with the prefix and say after each batch how
many were, and how many do not open; and by `settings.STALE_COUNTERS`: `(prefix) -> count`.
"""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils.module_loading import import_string
from psycopg2 import sql

from core.crypto import KeyringError, Purpose, seal_many, seal_prefix, unseal
from core.sealed.registry import SealedPlace, sealed_places

BATCH_ROWS = 500
_STALE = sql.SQL("{column} IS NOT NULL AND substring({column} FROM 1 FOR %(length)s) <> %(prefix)s")
_SELECT = sql.SQL(
    "SELECT {pk}, {row}, {column} FROM {table} WHERE {stale} AND (%(after)s IS NULL OR {pk} > %(after)s) "
    "ORDER BY {pk} LIMIT %(limit)s FOR NO KEY UPDATE SKIP LOCKED"
)
_UPDATE = sql.SQL("UPDATE {table} SET {column} = %s WHERE {pk} = %s")


def places_of(purpose: Purpose) -> list[SealedPlace]:
    """The sealed columns of one purpose whose tables are there."""
    tables = set(connection.introspection.table_names())
    return [
        place for place in sealed_places() if place.field.purpose == purpose and place.model._meta.db_table in tables
    ]


def stale_count(purpose: Purpose) -> int:
    """Return how many values an older key of this purpose sealed; reads every sealed column once."""
    prefix = seal_prefix(purpose)
    counts = [_count(place, prefix) for place in places_of(purpose)]
    if purpose == "data":
        counts += [import_string(path)(prefix) for path in settings.STALE_COUNTERS]
    return sum(counts)


def reseal_all(purpose: Purpose) -> Iterator[tuple[str, int, int]]:
    """Seal anew what an older key sealed, once through all places; yields (place, done, values that do not open)."""
    for place in places_of(purpose):
        yield from _reseal_place(place)
    if purpose == "data":
        prefix = seal_prefix(purpose)
        for path in settings.RESEALERS:
            for done, broken in import_string(path)(prefix):
                yield path, done, broken


def _reseal_place(place: SealedPlace) -> Iterator[tuple[str, int, int]]:
    after: Any = None
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_filled(_SELECT, place), {**_prefix(place), "after": after, "limit": BATCH_ROWS})
            rows = cursor.fetchall()
            good, broken = _opened(place, rows)
            sealed = seal_many(
                [(row, text) for _pk, row, text in good], field=place.field.logical, purpose=place.field.purpose
            )
            statement = _filled(_UPDATE, place)
            for (pk, _row, _text), value in zip(good, sealed, strict=True):
                cursor.execute(statement, [value, pk])
        if not rows:
            return
        after = rows[-1][0]
        yield str(place), len(good), broken


def _opened(place: SealedPlace, rows: list[Any]) -> tuple[list[tuple[Any, Any, bytes]], int]:
    field, good = place.field, []
    for pk, row, value in rows:
        try:
            good.append((pk, row, unseal(value, field=field.logical, row=row, purpose=field.purpose)))
        except KeyringError:
            continue
    return good, len(rows) - len(good)


def _count(place: SealedPlace, prefix: bytes) -> int:
    statement = sql.SQL("SELECT count(*) FROM {table} WHERE {stale}")
    with connection.cursor() as cursor:
        cursor.execute(_filled(statement, place), {"prefix": prefix, "length": len(prefix)})
        return int(cursor.fetchone()[0])


def _prefix(place: SealedPlace) -> dict[str, Any]:
    prefix = seal_prefix(place.field.purpose)
    return {"prefix": prefix, "length": len(prefix)}


def _filled(statement: sql.SQL, place: SealedPlace) -> Any:
    meta = place.model._meta
    column = sql.Identifier(place.field.column)
    return statement.format(
        table=sql.Identifier(meta.db_table),
        pk=sql.Identifier(meta.pk.column),
        row=sql.Identifier(place.column(place.field.row_field)),
        column=column,
        stale=_STALE.format(column=column),
    )
