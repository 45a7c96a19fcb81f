"""A public log of a test: records that mean nothing, placed as the sequencer places them."""

from __future__ import annotations

import json

from core.canonical import leaf_hash
from core.clock import now
from core.models import PublicRecord
from transparency.models import LogHead, LogLeaf
from transparency.services.signing import sign_checkpoint
from transparency.services.tiling import tile_leaves


def place(count: int) -> list[bytes]:
    """Give so many new records their places, as the sequencer does; their leaf hashes."""
    head = LogHead.objects.get(pk=1)
    bodies = [json.dumps({"n": head.size + n}) for n in range(count)]
    records = PublicRecord.objects.bulk_create(
        PublicRecord(
            kind="test", subject=f"T{head.size + n}", object_id=head.size + n, branch_code="33", record=body,
            leaf_hash=leaf_hash(body.encode()), created_at=now(),
        )
        for n, body in enumerate(bodies)
    )  # fmt: skip
    LogLeaf.objects.bulk_create(
        LogLeaf(index=head.size + n, record=record, sequenced_at=now()) for n, record in enumerate(records)
    )
    LogHead.objects.filter(pk=1).update(size=head.size + count)
    return [leaf_hash(body.encode()) for body in bodies]


def grow(*counts: int) -> list[bytes]:
    """Let the log grow and be signed step by step; all leaf hashes."""
    leaves: list[bytes] = []
    for count in counts:
        leaves += place(count)
        tile_leaves()
        sign_checkpoint()
    return leaves
