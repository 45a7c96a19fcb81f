"""Reading files that strangers bring: their digest, and what a PDF says of itself, read by a process of its own."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import UnsupportedOperation
from pathlib import Path
from typing import IO, Any, BinaryIO

from django.utils.translation import gettext as _

from core.errors import DomainError
from transparency.services.verifying_reports import pdf_contents

# A larger file is refused before it is looked into: the largest report so far has a hundredth of it.
MOST_BYTES = 64 * 1024 * 1024
# By the clock; the process itself stops after its share of processor time. Two such readings fit into a request.
PATIENCE_SECONDS = 25
_PIECE = 1 << 20


@dataclass(frozen=True)
class EmbeddedFile:
    """A file inside a PDF; `size` in bytes."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class PdfContents:
    """What a PDF says of itself; `problem` says why nothing could be read (not_a_pdf, encrypted, broken, too_much)."""

    problem: str = ""
    title: str = ""
    subject: str = ""
    embedded: tuple[EmbeddedFile, ...] = ()
    snapshot: dict[str, Any] | None = None


@contextmanager
def on_disk(source: Path | BinaryIO) -> Iterator[IO[bytes]]:
    """Give a file as one that another process can read; one that lies in memory is copied and gone afterwards.

    Raises DomainError `file_unreadable` where it cannot be opened, `file_too_large` beyond MOST_BYTES.
    """
    try:
        with source.open("rb") if isinstance(source, Path) else _with_descriptor(source) as file:
            if file.seek(0, 2) > MOST_BYTES:
                raise DomainError(
                    "file_too_large",
                    _("文件超过 %(limit)d MB，请改用 SHA-256 核对。") % {"limit": MOST_BYTES // (1024 * 1024)},
                )
            file.seek(0)
            yield file
    except OSError:
        raise DomainError("file_unreadable", _("文件 %(name)s 读不出来。") % {"name": source}) from None


@contextmanager
def _with_descriptor(source: BinaryIO) -> Iterator[IO[bytes]]:
    try:
        source.fileno()
    except (AttributeError, UnsupportedOperation):
        with tempfile.TemporaryFile() as copy:
            source.seek(0)
            for piece in iter(lambda: source.read(_PIECE), b""):
                copy.write(piece)
            copy.flush()
            yield copy
    else:
        yield source


def digest_of(file: IO[bytes]) -> str:
    """The SHA-256 of a file from its beginning, in hex."""
    file.seek(0)
    digest = hashlib.sha256()
    for piece in iter(lambda: file.read(_PIECE), b""):
        digest.update(piece)
    return digest.hexdigest()


def read_pdf(file: IO[bytes]) -> PdfContents:
    """Read what a PDF says of itself; whatever goes wrong is a `problem`, never an exception."""
    try:
        # Opened anew: two processes that share one position in a file would move it under each other's feet.
        with Path(f"/proc/self/fd/{file.fileno()}").open("rb") as own:
            done = subprocess.run(
                [sys.executable, "-I", pdf_contents.__file__],
                stdin=own,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=PATIENCE_SECONDS,
                check=False,
                env={},
            )
        said: dict[str, Any] = json.loads(done.stdout) if done.returncode == 0 else {"problem": "too_much"}
    except (OSError, subprocess.TimeoutExpired, ValueError, RecursionError):
        said = {"problem": "too_much"}
    if said.get("problem"):
        return PdfContents(problem=said["problem"])
    return PdfContents(
        title=said["title"],
        subject=said["subject"],
        embedded=tuple(EmbeddedFile(**one) for one in said["embedded"]),
        snapshot=_snapshot(said["snapshot"]),
    )


def _snapshot(text: str | None) -> dict[str, Any] | None:
    try:
        found = json.loads(text) if text else None
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
