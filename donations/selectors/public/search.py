"""Finding gifts by a part of the shown name, at a bounded price whatever the name.

A name that every tenth giver has is found at once by walking the list from its newest end; a name that nobody has would
cost the whole walk, and the index of pairs answers at once. Which it is shows in the first thousand rows: the walk goes
on only where it may be expected to fill the page soon. The planner alone would decide by statistics that know neither
the rarer names nor where in time or place they stand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection

from core.bigrams import bigram_query
from donations.selectors.public.filter import PublicGiftFilter

if TYPE_CHECKING:
    from donations.models.donation import DonationQuerySet

FIRST_WALK = 1000
LONGEST_WALK = 6000
COUNT_WALK = 6000
COUNT_LIMIT = 1000


@dataclass(frozen=True)
class GiftCount:
    """How many gifts a search found: `exact`, or at least so many."""

    number: int
    exact: bool


@dataclass(frozen=True)
class Found:
    """The next gifts of a search in the order of the list; `count` where it cost nothing to know."""

    ids: list[int]
    count: GiftCount


def find(rows: DonationQuerySet, asked: PublicGiftFilter, limit: int, *, backwards: bool) -> Found:
    """The next `limit` gifts of `rows` (by place and day) that match name and amounts; one to three queries."""
    length = FIRST_WALK
    while True:
        ids, walked = _walk(rows, asked, length, backwards=backwards)
        if len(ids) >= limit or walked < length:
            return Found(ids[:limit], GiftCount(len(ids), walked < length))
        wanted = length * limit * 3 // (2 * len(ids)) if ids else LONGEST_WALK + 1
        if length > FIRST_WALK or wanted > LONGEST_WALK:
            return _by_index(rows, asked, limit, backwards=backwards)
        length = max(wanted, 2 * FIRST_WALK)


def count_newest(asked: PublicGiftFilter) -> GiftCount:
    """Count matches among the newest rows alone: exact where there are no others; one query of bounded cost."""
    walk, values = _ordered(asked.placed_rows(), COUNT_WALK, backwards=False)
    match, match_values = _match(asked)
    # The word LIMIT keeps the planner from looking into the walk, so its length is its price.
    sql = f"SELECT count(*) FILTER (WHERE {match}), count(*) FROM ({walk}) AS walk"  # noqa: S608 -- all of it our own
    with connection.cursor() as cursor:
        cursor.execute(sql, [*match_values, *values])
        matched, walked = cursor.fetchone()
    return GiftCount(matched, walked < COUNT_WALK)


def _match(asked: PublicGiftFilter) -> tuple[str, list[Any]]:
    """The condition on name and amounts as SQL.

    Pairs of characters are proof for a text of two; for a longer one the name itself is compared as well.
    """
    conditions: list[str] = []
    values: list[Any] = []
    if asked.q:
        conditions.append("display_bigrams @> %s::text[]")
        values.append(bigram_query(asked.q))
        if len(asked.plain_q) > 2:
            conditions.append("position(%s IN core_normalise(display_name)) > 0")
            values.append(asked.plain_q)
    for bound, comparison in ((asked.minimum, "amount >= %s"), (asked.maximum, "amount <= %s")):
        if bound is not None:
            conditions.append(comparison)
            values.append(bound)
    return " AND ".join(conditions) or "true", values


_SEEN = ("id", "received_on", "display_bigrams", "display_name", "amount")


def _ordered(rows: DonationQuerySet, length: int, *, backwards: bool) -> tuple[str, tuple[Any, ...]]:
    order = ("received_on", "id") if backwards else ("-received_on", "-id")
    sql, values = rows.order_by(*order).values(*_SEEN)[:length].query.sql_with_params()
    return sql, values


def _walk(rows: DonationQuerySet, asked: PublicGiftFilter, length: int, *, backwards: bool) -> tuple[list[int], int]:
    """The matches among the next `length` rows, in order, and how many rows there were."""
    walk, values = _ordered(rows, length, backwards=backwards)
    match, match_values = _match(asked)
    # An aggregate without ORDER BY takes the rows as they come, and they come in order.
    sql = f"SELECT array_agg(id) FILTER (WHERE {match}), count(*) FROM ({walk}) AS walk"  # noqa: S608 -- all of it our own
    with connection.cursor() as cursor:
        cursor.execute(sql, [*match_values, *values])
        ids, walked = cursor.fetchone()
    return ids or [], walked


def _by_index(rows: DonationQuerySet, asked: PublicGiftFilter, limit: int, *, backwards: bool) -> Found:
    """The next matches by the index of pairs: all of them are fetched and counted, then sorted."""
    match, match_values = _match(asked)
    inner, values = rows.order_by().values(*_SEEN).query.sql_with_params()
    way = "ASC" if backwards else "DESC"
    sql = f"""
        WITH hits AS MATERIALIZED (SELECT id, received_on FROM ({inner}) AS asked WHERE {match})
        SELECT (SELECT count(*) FROM hits), ARRAY(SELECT id FROM hits ORDER BY received_on {way}, id {way} LIMIT %s)
    """  # noqa: S608 -- all of it our own
    with connection.cursor() as cursor:
        cursor.execute(sql, [*values, *match_values, limit])
        count, ids = cursor.fetchone()
    return Found(ids, GiftCount(count, exact=True))
