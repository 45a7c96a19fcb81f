"""The copy of the log in a directory that another machine's disk is mounted at: its files, named as below /log/.

Whoever serves the directory serves the log (c2sp.org/tlog-tiles), and `tools/verify.py log DIR` checks it.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from core.errors import DomainError
from transparency.merkle.hashing import HASH_BYTES
from transparency.merkle.tiles import WIDTH, index_path
from transparency.notes import BadNote, Checkpoint, Verifier, open_checkpoint

CHECKPOINT = "checkpoint"
# The head that is being copied: it was signed, so nothing shorter may follow it, even where the copy broke off.
ANNOUNCED = "checkpoint.next"
_PROGRESS = "progress.json"
_TEMPORARY = ".tmp-"


class MirrorDiffers(DomainError):
    """The copy holds something else than this log: nothing of it is overwritten, and people have to look."""

    http_status = 500


@dataclass(frozen=True)
class MirrorFiles:
    """The files of one copy; all reading gives None where a file is not there. Raises OSError where it cannot."""

    root: Path
    _touched: set[Path] = field(default_factory=set)

    def head(self, *verifiers: Verifier, name: str = CHECKPOINT) -> Checkpoint | None:
        """The signed head that the copy is complete for, or the announced one; MirrorDiffers for another's."""
        note = self.read(name)
        if note is None:
            return None
        try:
            return open_checkpoint(note.decode("utf-8", "replace"), *verifiers)
        except BadNote as error:
            raise MirrorDiffers("mirror_not_ours", f"{self.root / name}: {error}") from None

    def largest_head(self, *verifiers: Verifier) -> Checkpoint | None:
        """The larger of the head it is complete for and the announced one."""
        heads = [head for name in (CHECKPOINT, ANNOUNCED) if (head := self.head(*verifiers, name=name))]
        return max(heads, key=lambda head: head.size, default=None)

    def tile(self, level: int, index: int, width: int = WIDTH) -> bytes | None:
        """A tile, or the beginning of one: the partial file of this width, else the whole tile's."""
        found = self.read(tile_name(level, index, width))
        if found is None and width < WIDTH:
            found = self.read(tile_name(level, index, WIDTH))
        return None if found is None else found[: width * HASH_BYTES]

    def entries(self, index: int, width: int = WIDTH) -> list[bytes] | None:
        """The records of a tile of leaves, as far as `width`; None where no file has them."""
        found = self.read(entries_name(index, width))
        if found is None and width < WIDTH:
            found = self.read(entries_name(index, WIDTH))
        return None if found is None else unpacked(found)[:width]

    def read(self, name: str) -> bytes | None:
        """The bytes of a file."""
        try:
            return (self.root / name).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None

    def put(self, name: str, data: bytes) -> bool:
        """Write a file that never changes; whether it is new. MirrorDiffers where it holds something else."""
        there = self.read(name)
        if there is not None and there != data:
            raise MirrorDiffers("mirror_differs", f"{self.root / name}")
        if there is None:
            self.replace(name, data)
        return there is None

    def replace(self, name: str, data: bytes) -> None:
        """Write a file whole or not at all: under a temporary name, flushed, then renamed."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f"{_TEMPORARY}{path.name}-{os.getpid()}")
        try:
            with temporary.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.rename(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        self._touched.add(path.parent)

    def flush(self) -> None:
        """Make the names of all files written so far last as well."""
        folders = {folder for touched in self._touched for folder in (touched, *touched.parents)}
        for folder in sorted(folders):
            if folder == self.root or self.root in folder.parents:
                descriptor = os.open(folder, os.O_RDONLY)
                try:
                    os.fsync(descriptor)
                finally:
                    os.close(descriptor)
        self._touched.clear()

    def remove(self, name: str) -> None:
        """Remove a file or a folder that is not needed any more."""
        path = self.root / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)

    def progress(self) -> int:
        """How many whole tiles of leaves were copied in a run that is not finished."""
        try:
            return int(json.loads(self.read(_PROGRESS) or b"0"))
        except (ValueError, TypeError):
            return 0

    def note_progress(self, tiles: int) -> None:
        """Remember how far a run came."""
        self.flush()
        self.replace(_PROGRESS, json.dumps(tiles).encode())

    def end_progress(self) -> None:
        """Forget it: the copy is complete."""
        self.remove(_PROGRESS)


def mirror_of_settings() -> MirrorFiles | None:
    """The copy of `settings.LOG_MIRROR_DIR`; None where none is kept."""
    return MirrorFiles(settings.LOG_MIRROR_DIR) if settings.LOG_MIRROR_DIR else None


def tile_name(level: int, index: int, width: int) -> str:
    """The file of a tile below the root."""
    return f"tile/{level}/{index_path(index)}{_partial(width)}"


def entries_name(index: int, width: int) -> str:
    """The file of the records of a tile of leaves."""
    return f"tile/entries/{index_path(index)}{_partial(width)}"


def unpacked(bundle: bytes) -> list[bytes]:
    """The records of an entry bundle; what is cut off is left out."""
    records, at = [], 0
    while at + 2 <= len(bundle):
        length = int.from_bytes(bundle[at : at + 2], "big")
        record = bundle[at + 2 : at + 2 + length]
        if len(record) < length:
            break
        records.append(record)
        at += 2 + length
    return records


def _partial(width: int) -> str:
    return "" if width == WIDTH else f".p/{width}"
