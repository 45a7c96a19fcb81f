"""The private files of a backup: brought in beside those that are there, the others removed afterwards."""

import hashlib
import os
import re
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from core.backup.manifest import FILES, BackupError, Manifest
from core.streams import open_stream

_SAFE = re.compile(r"[0-9a-z]+(?:/[0-9a-z]+)*")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_READ_BYTES = 1 << 20


def stored_file_count() -> int:
    """Return how many files the private store holds, one at most."""
    root = Path(settings.PRIVATE_FILES_DIR)
    return int(root.is_dir() and any(path.is_file() for path in root.rglob("*")))


def bring_files(sealed: Path, manifest: Manifest, key: bytes, say: Callable[[str], None]) -> frozenset[str]:
    """Write the files of a backup into the private store, each beside its place and renamed; return their names.

    What the store holds already stays until `remove_other_files`. Raises BackupError for a disk that refuses, a name
    that leads elsewhere, content that is not what its name says, and a count that is not the manifest's.
    """
    say(_("恢复文件"))
    root, names = Path(settings.PRIVATE_FILES_DIR), set[str]()
    try:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        with sealed.open("rb") as file:
            pieces = open_stream(file, key=manifest.stream_key(key, FILES), context=manifest.context(FILES))
            source: Any = _Reader(pieces)
            with tarfile.open(fileobj=source, mode="r|") as archive:
                for facts in archive:
                    _bring(root, facts, archive.extractfile(facts))
                    names.add(facts.name)
            source.drain()
        os.sync()
    except (OSError, tarfile.TarError) as error:
        message = _("文件没有恢复（%(reason)s），数据库没有改动。请检查磁盘空间和权限后再来一次。")
        raise BackupError("files_not_restored", message % {"reason": type(error).__name__}) from None
    if len(names) != manifest.file_count:
        raise BackupError("files_incomplete", _("备份中的文件数与清单不符，数据库没有改动。"))
    return frozenset(names)


def remove_other_files(names: frozenset[str]) -> None:
    """Remove what the restored database does not know."""
    root = Path(settings.PRIVATE_FILES_DIR)
    for path in list(root.rglob("*")):
        if path.is_file() and path.relative_to(root).as_posix() not in names:
            path.unlink()


def _bring(root: Path, facts: tarfile.TarInfo, content: Any) -> None:
    if not facts.isreg() or content is None or not _SAFE.fullmatch(facts.name):
        raise BackupError("file_name_wrong", _("备份中有不该有的文件名，没有恢复。"))
    final = root / facts.name
    final.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside, digest = root / f"incoming-{os.getpid()}", hashlib.sha256()
    try:
        with beside.open("wb") as target:
            os.fchmod(target.fileno(), 0o600)
            for chunk in iter(lambda: content.read(_READ_BYTES), b""):
                digest.update(chunk)
                target.write(chunk)
        if _DIGEST.fullmatch(final.name) and digest.hexdigest() != final.name:
            raise BackupError("file_changed", _("备份中的文件 %(name)s 内容与它的摘要不符。") % {"name": final.name})
        beside.replace(final)
    finally:
        beside.unlink(missing_ok=True)


class _Reader:
    """An opened stream as a file to read from."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._held = pieces, b""

    def read(self, size: int) -> bytes:
        """Up to so many bytes."""
        while len(self._held) < size:
            piece = next(self._pieces, None)
            if piece is None:
                break
            self._held += piece
        taken, self._held = self._held[:size], self._held[size:]
        return taken

    def drain(self) -> None:
        """Read to the end, which proves that the stream is whole."""
        for _piece in self._pieces:
            pass
