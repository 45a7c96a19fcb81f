"""Making a backup while the portal runs."""

import datetime
import hashlib
import os
import shutil
import tarfile
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.utils.translation import gettext as _
from psycopg2 import sql

from core.audit import record_audit
from core.backup.manifest import DATABASE, FILES, BackupError, Manifest, Part, backup_key, derived, write_manifest
from core.backup.programs import connection_arguments, program, server_version, start
from core.clock import wall_clock
from core.crypto import keyring
from core.models import KeyFingerprint
from core.retention.running import ONE_AT_A_TIME as RETENTION_LOCK
from core.streams import StreamSealer

Say = Callable[[str], None]
_READ_BYTES = 1 << 20
_SAY_EVERY_SECONDS = 2.0
# What stands half written: never taken for a backup, and removed when it fails.
PARTIAL = ".partial-"


@dataclass(frozen=True)
class _Facts:
    """What the manifest says of the database, all from one snapshot."""

    server: str
    migrations: dict[str, str]
    keys: dict[str, str]
    tables: dict[str, int]


def make_backup(target: Path, say: Say) -> Path:
    """Write a backup of the database and the private files into a new folder below `target` and return it.

    One snapshot: the database as it was at one moment, and every file that it names (nothing is destroyed by the
    retention meanwhile). The folder gets its name only when all of it is on the disk. Raises BackupError with one line
    where there is no key, program or room; nothing is left then.
    """
    key, dump = backup_key(), program("pg_dump")
    moment = wall_clock()
    name = f"portal-backup-{moment:%Y%m%dT%H%M%SZ}"
    final, partial = target / name, target / f"{PARTIAL}{name}-{os.getpid()}"
    try:
        partial.mkdir(mode=0o700, parents=True)
        with _nothing_destroyed():
            manifest = _write_parts(partial, key, dump, moment, say)
        write_manifest(partial, manifest, key)
        _flush(partial)
        partial.rename(final)
        _flush_directory(target)
    except OSError as error:
        reason = {"folder": target, "reason": error.strerror or type(error).__name__}
        raise BackupError(
            "backup_not_written", _("备份没有写成（%(folder)s：%(reason)s），没有留下任何内容。") % reason
        ) from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    record_audit("core.backup.made", actor=None, object_label="core.backup", object_key=manifest.id)
    return final


def _write_parts(folder: Path, key: bytes, dump: str, moment: datetime.datetime, say: Say) -> Manifest:
    backup_id = str(uuid.uuid4())
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = str(cursor.fetchone()[0])
        facts = _Facts(server_version(), last_migrations(), _keys_in_use(), count_rows())
        database = _Part(folder, DATABASE, key, backup_id)
        with database as part:
            _dump(part, dump, snapshot, say)
    files = _Part(folder, FILES, key, backup_id)
    with files as part:
        count = _archive(part, say)
    return Manifest(
        id=backup_id,
        made_at=moment.isoformat(),
        file_count=count,
        parts=(database.facts(), files.facts()),
        server=facts.server,
        migrations=facts.migrations,
        keys=facts.keys,
        tables=facts.tables,
    )


def count_rows() -> dict[str, int]:
    """Return the rows of every table, in the caller's snapshot."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
        )
        names = sorted(row[0] for row in cursor.fetchall())
        counts = {}
        for name in names:
            cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name)))
            counts[name] = int(cursor.fetchone()[0])
    return counts


def last_migrations() -> dict[str, str]:
    """Return the last migration of each app that the database has."""
    applied = MigrationRecorder(connection).applied_migrations()
    return {
        app: max(name for label, name in applied if label == app) for app in sorted({label for label, _name in applied})
    }


def _keys_in_use() -> dict[str, str]:
    """The keys that open this database: those it remembers and has not retired, and those of now."""
    known = KeyFingerprint.objects.filter(retired_at__isnull=True).values_list("name", "fingerprint")
    return {**dict(known), **keyring().fingerprints()}


def _dump(part: "_Part", dump: str, snapshot: str, say: Say) -> None:
    arguments, environment = connection_arguments()
    argv = [dump, *arguments, "--format", "custom", "--snapshot", snapshot]
    argv += ["--no-owner", "--no-privileges", "--no-comments", "--lock-wait-timeout", "60000"]
    progress = _Progress(say, _("数据库"))
    with start(argv, environment) as process:
        try:
            for chunk in _output_of(process):
                part.write(chunk)
                progress.add(len(chunk))
        except BaseException:
            process.kill()
            raise
        said = process.stderr.read() if process.stderr else b""
    if process.returncode != 0:
        lines = said.decode("utf-8", "replace").strip().splitlines()
        told = [line for line in lines if "error" in line] or lines or [str(process.returncode)]
        raise BackupError("dump_failed", _("pg_dump 没有完成：%(reason)s") % {"reason": told[0]})
    progress.end()


def _archive(part: "_Part", say: Say) -> int:
    root, count, progress = Path(settings.PRIVATE_FILES_DIR), 0, _Progress(say, _("文件"))
    with tarfile.open(fileobj=part, mode="w|", format=tarfile.PAX_FORMAT) as archive:  # type: ignore[call-overload]
        for path in sorted(_kept_files(root)):
            facts = tarfile.TarInfo(path.relative_to(root).as_posix())
            with path.open("rb") as file:
                status = os.fstat(file.fileno())
                facts.size, facts.mtime, facts.mode = status.st_size, int(status.st_mtime), 0o600
                archive.addfile(facts, file)
            count += 1
            progress.add(facts.size)
    progress.end()
    return count


def _kept_files(root: Path) -> Iterable[Path]:
    # What is still coming in has no row yet.
    return (path for path in root.rglob("*") if path.is_file() and not path.name.startswith("incoming-"))


def _output_of(process: Any) -> Iterator[bytes]:
    yield from iter(lambda: process.stdout.read(_READ_BYTES), b"")


class _Part:
    """One sealed file of the backup, written from front to end, measured as it is written."""

    def __init__(self, folder: Path, name: str, key: bytes, backup_id: str) -> None:
        self._path, self._name = folder / name, name
        self._sealer = StreamSealer(key=derived(key, backup_id, name), context=f"{backup_id}/{name}".encode())
        self._digest, self._size = hashlib.sha256(), 0

    def __enter__(self) -> "_Part":
        self._file = self._path.open("xb")
        return self

    def __exit__(self, kind: Any, _error: Any, _trace: Any) -> None:
        with self._file:
            if kind is None:
                self._put(self._sealer.finish())
                self._file.flush()
                os.fsync(self._file.fileno())

    def write(self, data: bytes) -> int:
        """Seal a piece."""
        self._put(self._sealer.seal(data))
        return len(data)

    def facts(self) -> Part:
        """What the manifest says about it."""
        return Part(self._name, self._size, self._digest.hexdigest())

    def _put(self, sealed: bytes) -> None:
        self._file.write(sealed)
        self._digest.update(sealed)
        self._size += len(sealed)


@contextmanager
def _nothing_destroyed() -> Iterator[None]:
    """Keep the retention away: a file that the snapshot names must still be there when its turn comes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [RETENTION_LOCK])
        if not cursor.fetchone()[0]:
            raise BackupError("retention_running", _("到期销毁正在进行，请等它结束后再备份。"))
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [RETENTION_LOCK])


class _Progress:
    """Says every two seconds how much is written."""

    def __init__(self, say: Say, what: str) -> None:
        self._say, self._what, self._bytes, self._said = say, what, 0, time.monotonic()

    def add(self, size: int) -> None:
        """Count bytes."""
        self._bytes += size
        if time.monotonic() - self._said >= _SAY_EVERY_SECONDS:
            self._said = time.monotonic()
            self.end()

    def end(self) -> None:
        """Say the sum."""
        self._say(_("%(what)s：%(size).1f MB") % {"what": self._what, "size": self._bytes / 1024**2})


def _flush(folder: Path) -> None:
    for path in folder.iterdir():
        with path.open("rb") as file:
            os.fsync(file.fileno())
    _flush_directory(folder)


def _flush_directory(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
