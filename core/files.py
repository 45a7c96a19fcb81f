"""Keeping private files by their SHA-256."""

import hashlib
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.utils.translation import gettext as _

from core.clock import now
from core.errors import DomainError
from core.models import StoredFile


def path_of(sha256: str) -> Path:
    """Where the bytes with this digest lie."""
    return Path(settings.PRIVATE_FILES_DIR) / sha256[:2] / sha256[2:4] / sha256


def open_stored(stored: StoredFile) -> BinaryIO:
    """Open a stored file for reading; raises FileNotFoundError when the store has lost it."""
    return path_of(stored.sha256).open("rb")


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
    """Keep a file under its SHA-256 and return its row; the same bytes are kept once on disk.

    The bytes are written to a temporary file beside their place, flushed to disk and renamed, so a crash leaves no half
    file under a digest. Raises DomainError `file_too_large` above `max_bytes` and `disk_full` when there is no room.
    """
    root = Path(settings.PRIVATE_FILES_DIR)
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest, size = hashlib.sha256(), 0
    handle, temporary = tempfile.mkstemp(dir=root, prefix="incoming-")
    try:
        with os.fdopen(handle, "wb") as target:
            for chunk in _chunks(source):
                size += len(chunk)
                if max_bytes is not None and size > max_bytes:
                    raise DomainError(
                        "file_too_large",
                        _("文件超过 %(limit)d MB，请拆成几个较小的文件再上传。")
                        % {"limit": max_bytes // (1024 * 1024)},
                    )
                digest.update(chunk)
                target.write(chunk)
            target.flush()
            os.fsync(target.fileno())
        final = path_of(digest.hexdigest())
        final.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        Path(temporary).replace(final)
    except OSError as error:
        raise DomainError("disk_full", _("文件没有存下来（磁盘空间不足或不可写），请联系系统管理员后重试。")) from error
    finally:
        Path(temporary).unlink(missing_ok=True)
    return StoredFile.objects.create(
        sha256=digest.hexdigest(),
        size=size,
        name=Path(name).name[:255] or "file",
        content_type=content_type,
        data_class=data_class,
        purge_on=purge_on,
        created_by_id=getattr(actor, "pk", None),
        created_at=now(),
    )


def _chunks(source: BinaryIO | Iterable[bytes] | Path) -> Iterable[bytes]:
    if isinstance(source, Path):
        with source.open("rb") as file:
            yield from iter(lambda: file.read(1 << 20), b"")
    elif hasattr(source, "read"):
        yield from iter(lambda: source.read(1 << 20), b"")
    else:
        yield from source
