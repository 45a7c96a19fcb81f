"""Reading the order of public records."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from transparency.models import LogHead, LogLeaf

CHUNK = 5000


@dataclass(frozen=True, slots=True)
class PlacedRecord:
    """A public record in its place."""

    index: int
    kind: str
    object_id: int


def log_size() -> int:
    """How many records have their place."""
    return LogHead.objects.values_list("size", flat=True).get(pk=1)


def size_before(moment: datetime.datetime, *, since: int = 0) -> int:
    """The index (from `since` on) of the first record written at or after a moment, or the log's size without one.

    Written times rise with the index but for transactions that overlap; the first one decides, so that a cut-off, once
    taken, splits the log into two. Reads the records between `since` and the answer.
    """
    later = LogLeaf.objects.filter(index__gte=since, record__created_at__gte=moment)
    first = later.order_by("index").values_list("index", flat=True).first()
    return log_size() if first is None else first


def placed_records(first: int, after_last: int) -> Iterator[list[PlacedRecord]]:
    """The records with indexes in [first, after_last), in chunks of CHUNK, in order; one query a chunk."""
    for start in range(first, after_last, CHUNK):
        rows = LogLeaf.objects.filter(index__gte=start, index__lt=min(start + CHUNK, after_last)).order_by("index")
        yield [PlacedRecord(*row) for row in rows.values_list("index", "record__kind", "record__object_id")]
