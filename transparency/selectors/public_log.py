"""Reading the public log as it is served: checkpoints, tiles, entries and proofs, never beyond what was signed."""

from __future__ import annotations

from dataclasses import dataclass

from transparency.merkle.hashing import HASH_BYTES
from transparency.merkle.proofs import consistency_proof, inclusion_proof
from transparency.merkle.tiles import WIDTH, TileTree, width_at
from transparency.models import LogCheckpoint, LogKey, LogLeaf, LogTile


@dataclass(frozen=True)
class Inclusion:
    """That a record stands in the log: its place, its leaf hash, and the hashes that lead to a signed root."""

    index: int
    record: str
    leaf_hash: bytes
    checkpoint: LogCheckpoint
    proof: tuple[bytes, ...]


@dataclass(frozen=True)
class Consistency:
    """That one signed tree is the beginning of another."""

    older: LogCheckpoint
    newer: LogCheckpoint
    proof: tuple[bytes, ...]


def tree_of_size(size: int) -> TileTree:
    """The tree of the first `size` leaves, read through its tiles as they are asked for (one query a tile)."""

    def read(level: int, index: int) -> bytes | None:
        found = LogTile.objects.filter(level=level, index=index).values_list("hashes", flat=True).first()
        return None if found is None else bytes(found)

    return TileTree(size, read)


def latest_checkpoint() -> LogCheckpoint | None:
    """The newest signed head (1 query)."""
    return LogCheckpoint.objects.order_by("-size").first()


def is_signed(index: int | None) -> bool:
    """Whether a signed head covers the record of this place; False without a place (1 query)."""
    return index is not None and LogCheckpoint.objects.filter(size__gt=index).exists()


def checkpoint_of(size: int) -> LogCheckpoint | None:
    """The signed head of one size."""
    return LogCheckpoint.objects.filter(pk=size).first()


def checkpoint_note(checkpoint: LogCheckpoint) -> str:
    """The note as it is served, the lines of witnesses below those of the log (1 query)."""
    lines = checkpoint.cosignatures.order_by("added_at", "pk").values_list("line", flat=True)
    return checkpoint.note + "".join(lines)


def log_verifiers() -> list[str]:
    """The public keys that have signed checkpoints, oldest first."""
    return list(LogKey.objects.order_by("first_size", "pk").values_list("verifier", flat=True))


def tile_bytes(level: int, index: int, width: int) -> bytes | None:
    """A tile, or the beginning of one; None where the signed tree has no such (2 queries)."""
    if width > _signed_width(level, index):
        return None
    found = LogTile.objects.filter(level=level, index=index).values_list("hashes", flat=True).first()
    return None if found is None else bytes(found)[: width * HASH_BYTES]


def entry_bundle(index: int, width: int) -> bytes | None:
    """The records of a tile of leaves, each after its length (2 bytes, big-endian); None as for tiles (2 queries)."""
    if width > _signed_width(0, index):
        return None
    first = index * WIDTH
    rows = LogLeaf.objects.filter(index__gte=first, index__lt=first + width).order_by("index")
    records = [record.encode() for record in rows.values_list("record__record", flat=True)]
    return b"".join(len(record).to_bytes(2, "big") + record for record in records)


def inclusion_of(index: int, checkpoint: LogCheckpoint | None = None) -> Inclusion | None:
    """The proof that a record stands in a signed tree, the newest unless one is given; None where it does not yet."""
    checkpoint = checkpoint or latest_checkpoint()
    if checkpoint is None or not 0 <= index < checkpoint.size:
        return None
    record, leaf = LogLeaf.objects.values_list("record__record", "record__leaf_hash").get(pk=index)
    proof = inclusion_proof(tree_of_size(checkpoint.size), index)
    return Inclusion(index, record, bytes(leaf), checkpoint, tuple(proof))


def consistency_of(older: LogCheckpoint, newer: LogCheckpoint) -> Consistency:
    """The proof that one signed tree is the beginning of a later one."""
    return Consistency(older, newer, tuple(consistency_proof(tree_of_size(newer.size), older.size)))


def _signed_width(level: int, index: int) -> int:
    checkpoint = latest_checkpoint()
    return 0 if checkpoint is None else width_at(checkpoint.size, level, index)
