"""Verifying the public log: every record, tile and signed head against each other, and against copies kept outside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.canonical import leaf_hash
from transparency.merkle.hashing import HASH_BYTES, root_of
from transparency.merkle.running import RunningTree
from transparency.merkle.tiles import WIDTH, level_sizes, width_at
from transparency.models import LogCheckpoint, LogHead, LogKey, LogLeaf, LogTile
from transparency.notes import BadNote, Verifier, open_checkpoint, parse_verifier
from transparency.selectors.log import log_size

# So many leaves are read at once: whole tiles.
CHUNK = 16 * WIDTH
# More findings of one kind tell nobody more.
MOST = 100


@dataclass
class LogFindings:
    """What was looked at, and what is wrong: each problem a row that names its place."""

    checked: int = 0
    problems: list[dict[str, Any]] = field(default_factory=list)
    _counts: dict[str, int] = field(default_factory=dict)

    def add(self, check: str, **row: Any) -> None:
        """Write a problem down; beyond MOST of one kind they are only counted."""
        self._counts[check] = self._counts.get(check, 0) + 1
        if self._counts[check] <= MOST:
            self.problems.append({"check": check, **row})
        elif self._counts[check] == MOST + 1:
            self.problems.append({"check": check, "more": "…"})


def verify_log(outside: Sequence[str] = ()) -> LogFindings:
    """Check the whole log in one pass over its leaves, in order; memory stays flat.

    `outside` are checkpoints that were kept elsewhere, as notes: a log that was rewritten since does not lead to their
    roots, whoever signs it today. Checks: `index_gap`, `record_changed` (its bytes are not what its leaf hash says),
    `tile_differs`, `tile_missing`, `tile_too_wide`, `node_differs`, `bad_checkpoint` (not signed by a key of the log,
    or another size or root than its row), `root_differs`, `outside_unsigned`, `outside_differs`, `outside_beyond`.
    """
    findings = LogFindings()
    size, tiled = log_size(), LogHead.objects.values_list("tiled", flat=True).get(pk=1)
    verifiers = [parse_verifier(text) for text in LogKey.objects.values_list("verifier", flat=True)]
    kept = _outside_roots(outside, verifiers, findings)
    signed = _signed_roots(verifiers, findings)
    tree, next_signed = RunningTree(), next(signed, None)
    for first, leaves in _leaves(size, findings):
        _compare_tiles(first, leaves, tiled, findings)
        position = 0
        while position < len(leaves):
            # As far as the next size of which a root is known.
            sizes = [at for at in (next_signed[0] if next_signed else None, *kept) if at and at > tree.size]
            stop = min([first + len(leaves), *sizes])
            tree.take(leaves[position : stop - first])
            position = stop - first
            while next_signed is not None and next_signed[0] <= tree.size:
                if next_signed[0] == tree.size and next_signed[1] != tree.root():
                    findings.add("root_differs", size=tree.size)
                next_signed = next(signed, None)
            if tree.size in kept and kept.pop(tree.size) != tree.root():
                findings.add("outside_differs", size=tree.size)
    while next_signed is not None:
        findings.add("root_differs", size=next_signed[0], leaves=tree.size)
        next_signed = next(signed, None)
    for beyond in kept:
        findings.add("outside_beyond", size=beyond, leaves=tree.size)
    _compare_nodes(tiled, findings)
    findings.checked = size
    return findings


def _leaves(size: int, findings: LogFindings) -> Iterator[tuple[int, list[bytes]]]:
    """The leaf hashes computed from the records, chunk by chunk; a record that is not there has an empty hash."""
    for first in range(0, size, CHUNK):
        after_last = min(first + CHUNK, size)
        rows = LogLeaf.objects.filter(index__gte=first, index__lt=after_last)
        found = {
            index: (record, bytes(leaf), subject)
            for index, record, leaf, subject in rows.values_list(
                "index", "record__record", "record__leaf_hash", "record__subject"
            )
        }
        leaves = []
        for index in range(first, after_last):
            if index not in found:
                findings.add("index_gap", index=index)
                leaves.append(b"")
                continue
            record, stored, subject = found[index]
            computed = leaf_hash(record.encode())
            if computed != stored:
                findings.add("record_changed", index=index, subject=subject)
            leaves.append(computed)
        yield first, leaves


def _compare_tiles(first: int, leaves: Sequence[bytes], tiled: int, findings: LogFindings) -> None:
    tiles = dict(
        LogTile.objects.filter(
            level=0, index__gte=first // WIDTH, index__lt=(first + len(leaves) + WIDTH - 1) // WIDTH
        ).values_list("index", "hashes")
    )
    for at in range(0, len(leaves), WIDTH):
        index = (first + at) // WIDTH
        own = leaves[at : at + width_at(tiled, 0, index)]
        data = bytes(tiles.get(index, b""))
        if len(data) < HASH_BYTES * len(own):
            findings.add("tile_missing", level=0, tile=index)
            continue
        if len(data) > HASH_BYTES * len(own):
            findings.add("tile_too_wide", level=0, tile=index)
        for place, leaf in enumerate(own):
            if data[place * HASH_BYTES : (place + 1) * HASH_BYTES] != leaf:
                findings.add("tile_differs", level=0, tile=index, index=index * WIDTH + place)


def _compare_nodes(tiled: int, findings: LogFindings) -> None:
    """Each level above is what the full tiles below it hash to."""
    for level, count in enumerate(level_sizes(tiled)[1:], start=1):
        for index in range((count + WIDTH - 1) // WIDTH):
            width = width_at(tiled, level, index)
            below = LogTile.objects.filter(level=level - 1, index__gte=index * WIDTH, index__lt=index * WIDTH + width)
            roots = b"".join(
                root_of([bytes(data)[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)])
                for data in below.order_by("index").values_list("hashes", flat=True)
            )
            data = LogTile.objects.filter(level=level, index=index).values_list("hashes", flat=True).first()
            if data is None or len(data) < HASH_BYTES * width:
                findings.add("tile_missing", level=level, tile=index)
            elif bytes(data) != roots:
                findings.add("node_differs", level=level, tile=index)
    known = {(level, (count + WIDTH - 1) // WIDTH) for level, count in enumerate(level_sizes(tiled))}
    places = LogTile.objects.order_by("level", "index").values_list("level", "index")
    for level, index in places.iterator(chunk_size=10_000):
        if not any(level == at and index < count for at, count in known):
            findings.add("tile_too_wide", level=level, tile=index)


def _signed_roots(verifiers: Sequence[Verifier], findings: LogFindings) -> Iterator[tuple[int, bytes]]:
    """Size and root of each signed head as its note says them, in order; a bad one is written down and left out."""
    rows = LogCheckpoint.objects.order_by("size").values_list("size", "root", "note")
    for size, root, note in rows.iterator(chunk_size=1000):
        try:
            said = open_checkpoint(note, *verifiers)
        except BadNote as error:
            findings.add("bad_checkpoint", size=size, why=str(error))
            continue
        if (said.size, said.root) != (size, bytes(root)):
            findings.add("bad_checkpoint", size=size, why="the row differs from the note")
        yield said.size, said.root


def _outside_roots(outside: Sequence[str], verifiers: Sequence[Verifier], findings: LogFindings) -> dict[int, bytes]:
    kept: dict[int, bytes] = {}
    for number, note in enumerate(outside, start=1):
        try:
            said = open_checkpoint(note, *verifiers)
        except BadNote as error:
            findings.add("outside_unsigned", file=number, why=str(error))
            continue
        if kept.setdefault(said.size, said.root) != said.root:
            findings.add("outside_differs", size=said.size, why="two copies differ")
    return kept
