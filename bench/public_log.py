"""`log_append`, `verify_py`, `log_proof`: leaves into tiles and a signed head, an auditor's check, single proofs.

Appending counts from records that have their place to a checkpoint that is committed. A proof counts the whole of
`inclusion_of`, from the newest head to the last hash, database and Python.
"""

from __future__ import annotations

import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg2
from django.db import connection

from bench.context import Context, figure
from transparency.merkle.proofs import root_by_inclusion
from transparency.merkle.tiles import WIDTH, index_path, level_sizes, width_at
from transparency.selectors.public_log import (
    entry_bundle,
    inclusion_of,
    latest_checkpoint,
    log_verifiers,
    tile_bytes,
)
from transparency.services.signing import sign_checkpoint
from transparency.services.tiling import tile_leaves

TOOL = Path(__file__).resolve().parent.parent / "tools" / "verify.py"
LEAVES, ALL_LEAVES, PROOFS = 1_000_000, 10_000_000, 1_000
APPEND_GOAL_S, VERIFY_GOAL_S, PROOF_GOAL_MS = 40, 20, 10
_RECORDS = """
    INSERT INTO core_publicrecord (uuid, kind, subject, object_id, branch_code, record, leaf_hash, created_at)
    SELECT gen_random_uuid(), 'bench', n::text, n, '33', r, sha256('\\x00'::bytea || convert_to(r, 'UTF8')), now()
      FROM (SELECT n, '{"number":"33-2026-' || lpad(n::text, 8, '0') || '","amount":"10.00"}' AS r
              FROM generate_series(%s, %s) n) made
"""
_LEAVES = """
    INSERT INTO transparency_logleaf (index, record_id, sequenced_at)
    SELECT object_id, id, created_at FROM core_publicrecord WHERE object_id >= %s AND object_id <= %s
"""


def run(context: Context) -> list[dict[str, Any]]:
    """Append 1,000,000 leaves, then 9,000,000 more, and prove some of them."""
    with context.database("public_log"):
        _place(0, LEAVES)
        began = time.perf_counter()
        tile_leaves()
        sign_checkpoint()
        took = time.perf_counter() - began
        verified = _verify()
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        _place(LEAVES, ALL_LEAVES)
        tile_leaves()
        sign_checkpoint()
        times = _proofs()
    return [
        figure("log_append", round(took, 1), f"s ({LEAVES / took:,.0f} leaves/s)", rows=LEAVES,
               goal=f"<= {APPEND_GOAL_S} s", met=took <= APPEND_GOAL_S),
        figure("log_append_memory", round(memory), "MB", rows=LEAVES),
        figure("verify_py", round(verified, 1), "s (tools/verify.py log, the whole process)", rows=LEAVES,
               goal=f"<= {VERIFY_GOAL_S} s", met=verified <= VERIFY_GOAL_S),
        figure("log_proof", round(times[int(len(times) * 0.99) - 1], 2),
               f"ms (p99; p50 {times[len(times) // 2]:.2f}, max {times[-1]:.2f})", rows=ALL_LEAVES,
               goal=f"<= {PROOF_GOAL_MS} ms", met=times[int(len(times) * 0.99) - 1] <= PROOF_GOAL_MS),
    ]  # fmt: skip


def _verify() -> float:
    """How long the auditor's program needs for the whole log, from files, in seconds."""
    with tempfile.TemporaryDirectory(prefix="bench-log-") as name:
        folder, size = Path(name), LEAVES
        head = latest_checkpoint()
        assert head is not None
        (folder / "checkpoint").write_text(head.note, encoding="utf-8")
        for level, count in enumerate(level_sizes(size)):
            for index in range((count + WIDTH - 1) // WIDTH):
                width = width_at(size, level, index)
                place = index_path(index) + ("" if width == WIDTH else f".p/{width}")
                _write(folder / "tile" / str(level) / place, tile_bytes(level, index, width))
                if level == 0:
                    _write(folder / "tile" / "entries" / place, entry_bundle(index, width))
        began = time.perf_counter()
        subprocess.run([sys.executable, "-I", str(TOOL), "log", name, "--key", log_verifiers()[0]], check=True)
        return time.perf_counter() - began


def _write(path: Path, data: bytes | None) -> None:
    assert data is not None
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _proofs() -> list[float]:
    """How long each of many proofs took, in ms, shortest first; each leads to the signed root."""
    drawn, times, head = random.Random(7), [], latest_checkpoint()  # noqa: S311 -- a benchmark
    assert head is not None
    for _round in range(PROOFS):
        index = drawn.randrange(ALL_LEAVES)
        began = time.perf_counter()
        found = inclusion_of(index)
        times.append((time.perf_counter() - began) * 1000)
        assert found is not None
        assert root_by_inclusion(found.leaf_hash, index, head.size, found.proof) == bytes(head.root)
    return sorted(times)


def _place(first: int, after_last: int) -> None:
    """Records [first, after_last) with their places, written by the superuser with triggers off."""
    name = connection.settings_dict["NAME"]
    url = urlsplit(os.environ["DATABASE_SUPERUSER_URL"])._replace(path=f"/{name}").geturl()
    with closing(psycopg2.connect(url)) as owner, owner, owner.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(_RECORDS, [first, after_last - 1])
        cursor.execute(_LEAVES, [first, after_last - 1])
        cursor.execute("UPDATE transparency_loghead SET size = %s", [after_last])
    with closing(psycopg2.connect(url)) as owner:
        owner.autocommit = True
        with owner.cursor() as cursor:
            cursor.execute("VACUUM (ANALYZE) core_publicrecord")
            cursor.execute("VACUUM (ANALYZE) transparency_logleaf")
