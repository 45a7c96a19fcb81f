"""Writing the leaves that have their place into the tiles of the tree."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection, transaction
from psycopg2 import Binary

from core.errors import DomainError
from transparency.merkle.hashing import HASH_BYTES, root_of
from transparency.merkle.tiles import WIDTH, width_at
from transparency.models import LogHead

# So many leaves go in at once; a longer backlog is worked off in steps, each of which stands.
STEP = 256 * WIDTH

_LEAVES = """
    INSERT INTO transparency_logtile AS t (level, index, hashes)
    SELECT 0, l.index / 256, string_agg(r.leaf_hash, ''::bytea ORDER BY l.index)
      FROM transparency_logleaf l JOIN core_publicrecord r ON r.id = l.record_id
     WHERE l.index >= %s AND l.index < %s
     GROUP BY l.index / 256
        ON CONFLICT (level, index) DO UPDATE SET hashes = t.hashes || excluded.hashes
    RETURNING index, octet_length(hashes), CASE WHEN octet_length(hashes) = 8192 THEN hashes END
"""
_NODES = """
    INSERT INTO transparency_logtile AS t (level, index, hashes) VALUES (%s, %s, %s)
        ON CONFLICT (level, index) DO UPDATE SET hashes = t.hashes || excluded.hashes
    RETURNING index, octet_length(hashes), CASE WHEN octet_length(hashes) = 8192 THEN hashes END
"""


class TilesBroken(DomainError):
    """The tiles do not hold what the head of the log says: they were changed by other hands."""

    http_status = 500


def tile_leaves() -> int:
    """Write every leaf that is not in a tile yet, and return how many that were.

    Each step of STEP leaves is one transaction that locks the log's head; a crash leaves whole steps. Raises
    TilesBroken where a tile is not as wide as it must be, and writes nothing then.
    """
    done = 0
    while written := _tile_step():
        done += written
    return done


def _tile_step() -> int:
    with transaction.atomic():
        head = LogHead.objects.select_for_update().get(pk=1)
        first = head.tiled
        after_last = min(head.size, first - first % STEP + STEP)
        if first == after_last:
            return 0
        with connection.cursor() as cursor:
            cursor.execute(_LEAVES, [first, after_last])
            full = _checked(cursor.fetchall(), level=0, size=after_last)
            level = 0
            while full:
                level += 1
                written = []
                for index in sorted({at // WIDTH for at, _root in full}):
                    roots = b"".join(root for at, root in full if at // WIDTH == index)
                    cursor.execute(_NODES, [level, index, Binary(roots)])
                    written += cursor.fetchall()
                full = _checked(written, level=level, size=after_last)
        head.tiled = after_last
        head.save(update_fields=["tiled"])
    return after_last - first


def _checked(rows: Sequence[tuple[int, int, memoryview | None]], *, level: int, size: int) -> list[tuple[int, bytes]]:
    """The index and the root of each tile that is full now, in order."""
    for index, length, _hashes in rows:
        if length != HASH_BYTES * width_at(size, level, index):
            raise TilesBroken("tiles_broken", f"tile {level}/{index} has {length} bytes in a tree of {size} leaves")
    full = [(index, bytes(hashes)) for index, _length, hashes in rows if hashes is not None]
    return [
        (index, root_of([hashes[at : at + HASH_BYTES] for at in range(0, len(hashes), HASH_BYTES)]))
        for index, hashes in sorted(full)
    ]
