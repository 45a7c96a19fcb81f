"""Keeping private files: by their SHA-256; sensitive ones sealed, each under a key of its own."""

import hashlib
import io
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from core.clock import now
from core.crypto import SealBroken, seal, unseal
from core.errors import DomainError, NotFound
from core.fields import Sealed
from core.models import StoredFile
from core.sealed.reading import log_read, log_work
from core.streams import OpenStream, new_stream_key, seal_stream

_KEY_FIELD = "core.storedfile.key"
_READ_BYTES = 1 << 20


def path_of(sha256: str) -> Path:
    """Where the bytes with this digest lie, unless they are sealed."""
    return Path(settings.PRIVATE_FILES_DIR) / sha256[:2] / sha256[2:4] / sha256


def sealed_path_of(stored: StoredFile) -> Path:
    """Where the sealed bytes of a sensitive file lie."""
    return Path(settings.PRIVATE_FILES_DIR) / "sealed" / stored.id.hex[:2] / stored.id.hex


def open_stored(stored: StoredFile) -> BinaryIO:
    """Open a stored file for reading; raises FileNotFoundError when the store has lost it.

    Raises DomainError `file_destroyed` after its time, `file_sealed` for a sensitive one, which opens only by
    `reveal_stored` and `open_stored_for_work`.
    """
    _require_there(stored)
    if stored.is_sealed:
        raise DomainError("file_sealed", _("这份文件含敏感个人信息，须写明用途才能打开。"))
    return path_of(stored.sha256).open("rb")


def reveal_stored(stored: StoredFile, *, reader: Any, purpose: str, branch_code: str = "") -> BinaryIO:
    """Open a file for a person; a sealed one with a row of the read log, committed before it opens, as `reveal` does.

    Raises what `open_stored` and `core.sealed.reveal` raise, SealBroken where the bytes were changed.
    """
    if not stored.is_sealed:
        return open_stored(stored)
    _require_there(stored)
    log_read([stored], "content", reader=reader, purpose=purpose, branch_code=branch_code)
    return _opened(stored)


def open_stored_for_work(stored: StoredFile, *, work: str) -> BinaryIO:
    """Open a file for work that shows it to nobody; a sealed one with one row of the read log for the work."""
    if not stored.is_sealed:
        return open_stored(stored)
    _require_there(stored)
    log_work(StoredFile, "content", work=work)
    return _opened(stored)


@contextmanager
def path_for_work(stored: StoredFile, *, work: str) -> Iterator[Path]:
    """Give a file a path for the length of the block, for readers that want one; a sealed one opens in memory only."""
    if not stored.is_sealed:
        _require_there(stored)
        yield path_of(stored.sha256)
        return
    # Nothing of it reaches a disk: the path is that of a descriptor of this process.
    descriptor = os.memfd_create("stored", os.MFD_CLOEXEC)
    try:
        with open_stored_for_work(stored, work=work) as source, os.fdopen(os.dup(descriptor), "wb") as target:
            for chunk in iter(lambda: source.read(_READ_BYTES), b""):
                target.write(chunk)
        yield Path(f"/proc/{os.getpid()}/fd/{descriptor}")
    finally:
        os.close(descriptor)


def store_file(
    source: BinaryIO | Iterable[bytes] | Path,
    *,
    name: str,
    content_type: str,
    data_class: str,
    actor: Any,
    max_bytes: int | None = None,
    purge_on: Any = None,
) -> StoredFile:
    """Keep a file under its SHA-256 and return its row; the same bytes are kept once on disk, sensitive ones sealed.

    The bytes are written to a temporary file beside their place, flushed to disk and renamed, so a crash leaves no half
    file under a digest. Locks the digest until the caller's transaction ends, so that nobody destroys the same bytes
    meanwhile. Raises DomainError `file_too_large` above `max_bytes` and `disk_full` when there is no room.
    """
    root = Path(settings.PRIVATE_FILES_DIR)
    stored = StoredFile(
        name=Path(name).name[:255] or "file",
        content_type=content_type,
        data_class=data_class,
        purge_on=purge_on,
        created_by_id=getattr(actor, "pk", None),
        created_at=now(),
    )
    temporary = ""
    try:
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, temporary = tempfile.mkstemp(dir=root, prefix="incoming-")
        counted = _Counted(_chunks(source), max_bytes)
        with os.fdopen(handle, "wb") as target:
            for chunk in _sealing(stored, counted) if data_class == StoredFile.DataClass.SENSITIVE else counted:
                target.write(chunk)
            target.flush()
            os.fsync(target.fileno())
        stored.sha256, stored.size = counted.digest.hexdigest(), counted.size
        with transaction.atomic():
            lock_digest(stored.sha256)
            final = sealed_path_of(stored) if stored.is_sealed else path_of(stored.sha256)
            final.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            Path(temporary).replace(final)
            stored.save(force_insert=True)
    except OSError as error:
        raise DomainError("disk_full", _("文件没有存下来（磁盘空间不足或不可写），请联系系统管理员后重试。")) from error
    finally:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
    return stored


def lock_digest(sha256: str) -> None:
    """Keep others from storing or destroying the same bytes until the caller's transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(7301003, hashtext(%s))", [sha256])


class _Counted:
    """Chunks on their way, measured and digested; refuses at a limit."""

    def __init__(self, source: Iterable[bytes], max_bytes: int | None) -> None:
        self._source, self._max_bytes = source, max_bytes
        self.digest, self.size = hashlib.sha256(), 0

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._source:
            self.size += len(chunk)
            if self._max_bytes is not None and self.size > self._max_bytes:
                raise DomainError(
                    "file_too_large",
                    _("文件超过 %(limit)d MB，请拆成几个较小的文件再上传。")
                    % {"limit": self._max_bytes // (1024 * 1024)},
                )
            self.digest.update(chunk)
            yield chunk


def _sealing(stored: StoredFile, source: Iterable[bytes]) -> Iterator[bytes]:
    key = new_stream_key()
    stored.sealed_key = Sealed(seal(key, field=_KEY_FIELD, row=stored.id))
    return seal_stream(source, key=key, context=stored.id.bytes)


def _opened(stored: StoredFile) -> BinaryIO:
    key = unseal(stored.sealed_key or b"", field=_KEY_FIELD, row=stored.id)
    file = sealed_path_of(stored).open("rb")
    try:
        return io.BufferedReader(OpenStream(file, key=key, context=stored.id.bytes), 64 * 1024)
    except SealBroken:
        file.close()
        raise


def _require_there(stored: StoredFile) -> None:
    if stored.destroyed_at is not None:
        raise NotFound("file_destroyed", _("这份文件已按保存期限销毁。"))


def _chunks(source: BinaryIO | Iterable[bytes] | Path) -> Iterable[bytes]:
    if isinstance(source, Path):
        with source.open("rb") as file:
            yield from iter(lambda: file.read(_READ_BYTES), b"")
    elif hasattr(source, "read"):
        yield from iter(lambda: source.read(_READ_BYTES), b"")
    else:
        yield from source
