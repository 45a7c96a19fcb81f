"""Finding gifts by a part of the shown name, at a bounded price whatever the name.

A name that every tenth giver has is found at once by walking the list from its newest end; a name that nobody has would
cost the whole walk, and the index of pairs answers at once. Which it is shows in the first thousand rows: the walk goes
on only where it may be expected to fill the page soon. The planner alone would decide by statistics that know neither
the rarer names nor where in time or place they stand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection

from core.bigrams import bigram_query
from donations.selectors.public.filter import PublicGiftFilter

if TYPE_CHECKING:
    from donations.models.donation import DonationQuerySet

FIRST_WALK = 1000
LONGEST_WALK = 6000


def _match(asked: PublicGiftFilter) -> tuple[str, list[Any]]:
    """The condition on a row's pairs, and where pairs are not proof (three letters or more) on the name itself."""
    pairs = bigram_query(asked.q)
    if len(asked.plain_q) == 2:
        return "display_bigrams @> %s::text[]", [pairs]
    return "display_bigrams @> %s::text[] AND position(%s IN core_normalise(display_name)) > 0", [pairs, asked.plain_q]


def found_ids(rows: DonationQuerySet, asked: PublicGiftFilter, limit: int, *, backwards: bool) -> list[int]:
    """The ids of the next `limit` gifts with `q` in the shown name, of `rows` that the other filters left; one to three queries."""
    length = FIRST_WALK
    while True:
        ids, walked = _walk(rows, asked, length, backwards=backwards)
        if len(ids) >= limit or walked < length:
            return ids[:limit]
        wanted = length * limit * 3 // (2 * len(ids)) if ids else LONGEST_WALK + 1
        if length > FIRST_WALK or wanted > LONGEST_WALK:
            return _by_index(rows, asked, limit, backwards=backwards)
        length = max(wanted, 2 * FIRST_WALK)


def _ordered(rows: DonationQuerySet, length: int, *, backwards: bool) -> tuple[str, tuple[Any, ...]]:
    order = ("received_on", "id") if backwards else ("-received_on", "-id")
    columns = rows.order_by(*order).values("id", "received_on", "display_bigrams", "display_name")
    sql, values = columns[:length].query.sql_with_params()
    return sql, values


def _walk(rows: DonationQuerySet, asked: PublicGiftFilter, length: int, *, backwards: bool) -> tuple[list[int], int]:
    """The matches among the next `length` rows, in order, and how many rows there were."""
    walk, walk_values = _ordered(rows, length, backwards=backwards)
    match, match_values = _match(asked)
    # The rows come in order and are gathered in it: an aggregate without ORDER BY takes them as they come.
    sql = f"SELECT array_agg(id) FILTER (WHERE {match}), count(*) FROM ({walk}) AS walk"  # noqa: S608 -- our own SQL
    with connection.cursor() as cursor:
        cursor.execute(sql, [*match_values, *walk_values])
        ids, walked = cursor.fetchone()
    return ids or [], walked


def _by_index(rows: DonationQuerySet, asked: PublicGiftFilter, limit: int, *, backwards: bool) -> list[int]:
    """The next matches by the index of pairs: all of them are fetched, then sorted."""
    match, match_values = _match(asked)
    found, found_values = rows.order_by().values("id", "received_on").extra(where=[match], params=match_values).query.sql_with_params()  # noqa: E501, S610
    way = "ASC" if backwards else "DESC"
    sql = f"WITH hits AS MATERIALIZED ({found}) SELECT id FROM hits ORDER BY received_on {way}, id {way} LIMIT %s"  # noqa: S608 -- our own SQL
    with connection.cursor() as cursor:
        cursor.execute(sql, [*found_values, limit])
        return [one for (one,) in cursor.fetchall()]


def count_newest(rows: DonationQuerySet, asked: PublicGiftFilter, limit: int, length: int) -> tuple[int, bool]:
    """Count matches up to `limit` among the newest `length` rows, and say whether that were all rows there are; one query."""
    walk, walk_values = _ordered(rows, length, backwards=False)
    match, match_values = _match(asked) if asked.q else ("true", [])
    sql = f"SELECT count(*) FILTER (WHERE {match}), count(*) FROM ({walk}) AS walk"  # noqa: S608 -- our own SQL
    with connection.cursor() as cursor:
        cursor.execute(sql, [*match_values, *walk_values])
        matched, walked = cursor.fetchone()
    return min(matched, limit), walked < length and matched <= limit
