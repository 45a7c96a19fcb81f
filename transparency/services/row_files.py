"""Frozen rows in temporary files: one for each section, then one behind another."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable
from contextlib import ExitStack
from typing import IO


def row_file(stack: ExitStack) -> IO[bytes]:
    """A temporary file that `stack` closes."""
    return stack.enter_context(tempfile.TemporaryFile())


def joined(parts: Iterable[IO[bytes]], stack: ExitStack) -> tuple[IO[bytes], str]:
    """The parts behind one another in one file, from its start, and its SHA-256; memory stays flat."""
    rows, digest = row_file(stack), hashlib.sha256()
    for part in parts:
        part.seek(0)
        while chunk := part.read(1 << 20):
            rows.write(chunk)
            digest.update(chunk)
    rows.seek(0)
    return rows, digest.hexdigest()
