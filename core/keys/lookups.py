"""Changing the look-up key: the two digest columns go from one key to another and stay unique all the way.

See core.sealed.digests for the steps. Between them the rotation holds the advisory lock alone for one statement; it
waits for it in short attempts, so that writers are never kept waiting behind it for long.
"""

import time
from collections.abc import Callable, Iterator
from typing import Any

from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext as _
from psycopg2 import sql

from core.clock import now
from core.crypto import PURPOSES, KeyringError, unseal
from core.fields import SealedTextField
from core.keys.resealing import BATCH_ROWS, places_of
from core.models import LookupKeys
from core.sealed.digests import LOCK, digests_of, lookup_keys
from core.sealed.registry import SealedPlace

LOCK_ATTEMPT = "500ms"
PAUSE_SECONDS = 0.2
_UNFILLED = sql.SQL("{first} IS NOT NULL AND {first} IS NOT DISTINCT FROM {second}")
_UNSETTLED = sql.SQL("{first} IS DISTINCT FROM {second}")
_SELECT = sql.SQL(
    "SELECT {pk}, {row}, {column} FROM {table} WHERE {condition} AND (%(after)s IS NULL OR {pk} > %(after)s) "
    "ORDER BY {pk} LIMIT %(limit)s FOR NO KEY UPDATE SKIP LOCKED"
)
_SET_SECOND = sql.SQL("UPDATE {table} SET {second} = %s WHERE {pk} = %s")
_SETTLE = sql.SQL("UPDATE {table} SET {first} = {second} WHERE {pk} = ANY(%s)")


def rotate_lookups(target: str, waiting: Callable[[], None]) -> Iterator[tuple[str, int]]:
    """Bring all digests under the key `target`; yields (column, rows done) after each batch.

    May be broken off at any point and called again. `waiting` is called while writers hold the lock.
    """
    current, following = lookup_keys()
    if current != following and following != target:
        # Another change of keys was broken off: it is finished first.
        yield from _finish(following, waiting)
        current = following
    if current == following == target:
        yield from _until_none(_UNSETTLED, _settle)
        return
    if following != target:
        _exclusively(waiting, following=target)
    yield from _finish(target, waiting)


def _finish(target: str, waiting: Callable[[], None]) -> Iterator[tuple[str, int]]:
    if lookup_keys() != (target, target):
        yield from _until_none(_UNFILLED, _fill)
        _exclusively(waiting, current=target)
    yield from _until_none(_UNSETTLED, _settle)


def _exclusively(waiting: Callable[[], None], **change: str) -> None:
    """Change the row of the keys at a moment in which no writer of the step before is left."""
    while True:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_ATTEMPT}'")
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
                if "current" in change and any(_count(place, _UNFILLED) for place in _places()):
                    raise RuntimeError("rows without their second digest")
                LookupKeys.objects.update(**change, changed_at=now())
                return
        except OperationalError as error:
            if getattr(error.__cause__, "pgcode", None) != "55P03":
                raise
            waiting()
            time.sleep(PAUSE_SECONDS)


def _until_none(condition: sql.SQL, work: Callable[[SealedPlace, Any], Any]) -> Iterator[tuple[str, int]]:
    for place in _places():
        while _count(place, condition):
            after: Any = None
            while True:
                with transaction.atomic():
                    rows = _locked(place, condition, after)
                    work(place, rows)
                if not rows:
                    break
                after = rows[-1][0]
                yield str(place), len(rows)
            # What is left is held by others for a moment.
            time.sleep(PAUSE_SECONDS if _count(place, condition) else 0)


def _fill(place: SealedPlace, rows: list[Any]) -> None:
    field, keys = _text_field(place), lookup_keys()
    statement = _filled(_SET_SECOND, place)
    with connection.cursor() as cursor:
        for pk, row, value in rows:
            try:
                text = unseal(value, field=field.logical, row=row, purpose=field.purpose).decode()
            except KeyringError as error:
                where = _("%(place)s 第 %(pk)s 行：%(reason)s") % {"place": place, "pk": pk, "reason": error.message}
                raise KeyringError("lookup_value_broken", where) from None
            cursor.execute(statement, [digests_of(field, text, keys)[1], pk])


def _settle(place: SealedPlace, rows: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_filled(_SETTLE, place), [[row[0] for row in rows]])


def _locked(place: SealedPlace, condition: sql.SQL, after: Any) -> list[Any]:
    statement = _filled(_SELECT, place, condition)
    with connection.cursor() as cursor:
        cursor.execute(statement, {"after": after, "limit": BATCH_ROWS})
        return list(cursor.fetchall())


def _count(place: SealedPlace, condition: sql.SQL) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_filled(sql.SQL("SELECT count(*) FROM {table} WHERE {condition}"), place, condition))
        return int(cursor.fetchone()[0])


def _places() -> list[SealedPlace]:
    return [
        place
        for purpose in PURPOSES
        for place in places_of(purpose)
        if isinstance(place.field, SealedTextField) and place.field.digest_names is not None
    ]


def _text_field(place: SealedPlace) -> SealedTextField:
    field = place.field
    if not isinstance(field, SealedTextField):
        raise TypeError(f"{place} is no sealed text")
    return field


def _filled(statement: sql.SQL, place: SealedPlace, condition: sql.SQL | None = None) -> Any:
    meta = place.model._meta
    first, second = _text_field(place).digest_names or ("", "")
    names = {"first": sql.Identifier(place.column(first)), "second": sql.Identifier(place.column(second))}
    return statement.format(
        table=sql.Identifier(meta.db_table),
        pk=sql.Identifier(meta.pk.column),
        row=sql.Identifier(place.column(place.field.row_field)),
        column=sql.Identifier(place.field.column),
        condition=(condition or sql.SQL("true")).format(**names),
        **names,
    )
