"""Verifying a copy of the log kept elsewhere against the database, file by file."""

from __future__ import annotations

from pathlib import Path

from core.canonical import leaf_hash
from transparency.merkle.hashing import HASH_BYTES, root_of
from transparency.merkle.running import RunningTree
from transparency.merkle.tiles import WIDTH, level_sizes, width_at
from transparency.models import LogHead, LogLeaf
from transparency.services.mirror_files import CHECKPOINT, MirrorDiffers, MirrorFiles
from transparency.services.mirroring import verifiers_of_log
from transparency.services.verifying_log import LogFindings


def verify_mirror(directory: Path) -> LogFindings:
    """Check a copy in itself, and each of its leaves against the database, in one pass; memory stays flat.

    Checks: `mirror_unreadable`, `mirror_not_ours` (its head is not signed by a key of this log), `mirror_missing`,
    `mirror_differs` (a tile that does not follow from the records below it, or a record other than the database's),
    `mirror_root_differs`, `mirror_beyond` (it was signed further than this database goes).
    """
    findings, mirror = LogFindings(), MirrorFiles(directory)
    try:
        head = mirror.head(*verifiers_of_log())
        if head is None:
            findings.add("mirror_missing", file=CHECKPOINT)
            return findings
        tree = RunningTree()
        for index in range((head.size + WIDTH - 1) // WIDTH):
            _compare_leaves(mirror, index, head.size, tree, findings)
        if tree.size == head.size and tree.root() != head.root:
            findings.add("mirror_root_differs", size=head.size)
        _compare_nodes(mirror, head.size, findings)
        own = LogHead.objects.values_list("size", flat=True).get(pk=1)
        if head.size > own:
            findings.add("mirror_beyond", size=head.size, leaves=own)
    except MirrorDiffers as error:
        findings.add(error.code, why=error.message)
    except OSError as error:
        findings.add("mirror_unreadable", why=error.strerror or type(error).__name__)
    return findings


def _compare_leaves(mirror: MirrorFiles, index: int, size: int, tree: RunningTree, findings: LogFindings) -> None:
    width, first = width_at(size, 0, index), index * WIDTH
    records, tile = mirror.entries(index, width), mirror.tile(0, index, width)
    if records is None or tile is None or len(records) < width or len(tile) < width * HASH_BYTES:
        findings.add("mirror_missing", level=0, tile=index)
        return
    rows = LogLeaf.objects.filter(index__gte=first, index__lt=first + width)
    own = dict(rows.values_list("index", "record__record"))
    leaves = [leaf_hash(record) for record in records]
    for place, (record, leaf) in enumerate(zip(records, leaves, strict=True)):
        if tile[place * HASH_BYTES : (place + 1) * HASH_BYTES] != leaf:
            findings.add("mirror_differs", level=0, tile=index, index=first + place)
        elif first + place in own and own[first + place].encode() != record:
            findings.add("mirror_differs", index=first + place)
    tree.take(leaves)
    findings.checked += width


def _compare_nodes(mirror: MirrorFiles, size: int, findings: LogFindings) -> None:
    for level, count in enumerate(level_sizes(size)[1:], start=1):
        for index in range((count + WIDTH - 1) // WIDTH):
            width = width_at(size, level, index)
            tile = mirror.tile(level, index, width)
            below = [mirror.tile(level - 1, at) for at in range(index * WIDTH, index * WIDTH + width)]
            if tile is None or len(tile) < width * HASH_BYTES or None in below:
                findings.add("mirror_missing", level=level, tile=index)
                continue
            roots = [
                root_of([data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)])
                for data in below
                if data is not None
            ]
            if tile != b"".join(roots):
                findings.add("mirror_differs", level=level, tile=index)
