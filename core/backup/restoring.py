"""Bringing a backup back: everything or nothing of the database, then the files that it names."""

import subprocess
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.backup.filing import bring_files, remove_other_files, stored_file_count
from core.backup.making import count_rows
from core.backup.manifest import DATABASE, FILES, BackupError, Manifest, backup_key, read_manifest, verify_parts
from core.backup.programs import connection_arguments, program, start
from core.crypto import keyring
from core.keys import record_keys
from core.streams import open_stream

Say = Callable[[str], None]
_READ_BYTES = 1 << 20
# Somebody who still holds a table keeps the restore from waiting for ever.
_PRELUDE = b"BEGIN;\nSET lock_timeout = '20s';\nDROP SCHEMA IF EXISTS public CASCADE;\nCREATE SCHEMA public;\n"
# After these the restored tables may differ from the manifest's counts.
_MARK = "core_restoremark"


def restore_backup(folder: Path, say: Say, *, confirm: Callable[[str], bool] | None) -> Manifest:
    """Put the database and the private files back as they were when the backup was made.

    Everything that can be known is checked before anything is touched: manifest, every part, keys, versions, roles,
    that nobody is connected, and that the portal is empty; `confirm`, asked with the name of the database, lets a full
    one be replaced. The database changes in one transaction. Raises BackupError with one line.
    """
    key = backup_key()
    manifest = read_manifest(folder, key)
    verify_parts(folder, manifest, say)
    programs = {name: program(name) for name in ("pg_restore", "psql")}
    _check_keys(manifest)
    _check_versions(manifest)
    _check_roles()
    _check_nobody_connected()
    _check_empty(confirm)
    names = bring_files(folder / FILES, manifest, key, say)
    _restore_database(folder / DATABASE, manifest, key, programs, say)
    _check_counts(manifest)
    remove_other_files(names)
    # Sessions, figures and tasks of the time before mean nothing to this database; tasks are rows and are queued again.
    cache.clear()
    call_command("migrate", interactive=False, verbosity=0)
    record_keys()
    record_audit("core.backup.restored", actor=None, object_label="core.backup", object_key=manifest.id)
    return manifest


def _check_keys(manifest: Manifest) -> None:
    have = keyring().fingerprints()
    missing = sorted(name for name, fingerprint in manifest.keys.items() if have.get(name) != fingerprint)
    if missing:
        message = _("PORTAL_KEYS 中没有这份备份的密钥 %(names)s，恢复后会有数据打不开：请先放回当时的密钥。")
        raise BackupError("backup_keys_missing", message % {"names": "、".join(missing)})


def _check_versions(manifest: Manifest) -> None:
    known = MigrationLoader(None).disk_migrations
    newer = sorted(f"{app}.{name}" for app, name in manifest.migrations.items() if (app, name) not in known)
    if newer:
        message = _("备份来自更新的版本（%(names)s），请先升级程序再恢复。")
        raise BackupError("backup_newer", message % {"names": "、".join(newer)})


def _check_roles() -> None:
    role = settings.APPLICATION_DB_ROLE
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_has_role(current_user, datdba, 'MEMBER'), EXISTS (SELECT FROM pg_roles WHERE rolname = %s)"
            " FROM pg_database WHERE datname = current_database()",
            [role],
        )
        owns, has_role = cursor.fetchone()
    if not owns:
        raise BackupError("not_owner", _("恢复要由数据库的所有者进行：请设置 DATABASE_OWNER_URL。"))
    if not has_role:
        message = _("数据库里没有应用角色 %(role)s：请先建立它（见 docs/running.md）。")
        raise BackupError("role_missing", message % {"role": role})


def _check_nobody_connected() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        count = cursor.fetchone()[0]
    if count:
        message = _("还有 %(count)d 个程序连着数据库：请先停止门户，再恢复。")
        raise BackupError("portal_running", message % {"count": count})


def _check_empty(confirm: Callable[[str], bool] | None) -> None:
    if not _holds_people() and not stored_file_count():
        return
    if confirm is None:
        raise BackupError(
            "portal_not_empty", _("这个门户里已有数据，没有恢复。确要用备份替换全部数据，请加 --force 并确认。")
        )
    if not confirm(str(connection.settings_dict["NAME"])):
        raise BackupError("not_confirmed", _("没有确认，什么都没有改动。"))


def _holds_people() -> bool:
    tables = connection.introspection.table_names()
    with connection.cursor() as cursor:
        for table in ("accounts_user", "core_publicrecord", "core_storedfile"):
            if table in tables:
                cursor.execute(f"SELECT EXISTS (SELECT FROM {connection.ops.quote_name(table)})")  # noqa: S608
                if cursor.fetchone()[0]:
                    return True
    return False


def _restore_database(path: Path, manifest: Manifest, key: bytes, programs: dict[str, str], say: Say) -> None:
    """Turn the dump into SQL and play it in one transaction, committed only when all of it has come through."""
    say(_("恢复数据库"))
    arguments, environment = connection_arguments()
    connection.close()
    argv = [programs["psql"], *arguments, "--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", "--file", "-"]
    reader = [programs["pg_restore"], "--no-owner", "--no-privileges", "--no-comments", "--file", "-"]
    with tempfile.TemporaryFile() as errors:
        player = _player(argv, environment, errors)
        try:
            with start(reader, environment, reads=True) as script:
                _play(path, manifest, key, script, player)
            player.stdin.write("".join(_closing(manifest)).encode())
            player.stdin.close()
            status = player.wait()
        except OSError:
            # psql went away: what it said is told below.
            status = 1
        finally:
            # Without COMMIT nothing has happened.
            player.kill()
            player.wait()
        if status != 0:
            errors.seek(0)
            lines = errors.read().decode("utf-8", "replace").strip().splitlines()
            reason = next((line for line in lines if "ERROR" in line or "FATAL" in line), lines[-1] if lines else "")
            message = _("数据库没有恢复，内容与之前一样：%(reason)s")
            raise BackupError("restore_failed", message % {"reason": reason})


def _player(argv: list[str], environment: dict[str, str], errors: Any) -> Any:
    return subprocess.Popen(argv, env=environment, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=errors)


def _play(path: Path, manifest: Manifest, key: bytes, script: Any, player: Any) -> None:
    """Feed the opened dump to pg_restore in a thread and hand its SQL to psql; BackupError where either end breaks."""
    failed: list[BaseException] = []

    def feed() -> None:
        try:
            with path.open("rb") as file:
                stream_key, context = manifest.stream_key(key, DATABASE), manifest.context(DATABASE)
                for chunk in open_stream(file, key=stream_key, context=context):
                    script.stdin.write(chunk)
            script.stdin.close()
        except BaseException as error:
            failed.append(error)
            script.kill()

    feeder = threading.Thread(target=feed)
    feeder.start()
    try:
        player.stdin.write(_PRELUDE)
        for chunk in iter(lambda: script.stdout.read(_READ_BYTES), b""):
            player.stdin.write(chunk)
    except BaseException:
        script.kill()
        raise
    finally:
        feeder.join()
    said = script.stderr.read()
    if script.wait() != 0 or failed:
        lines = said.decode("utf-8", "replace").strip().splitlines()
        reason = str(failed[0]) if failed else (lines[-1] if lines else "")
        raise BackupError("restore_failed", _("数据库没有恢复，内容与之前一样：%(reason)s") % {"reason": reason})


def _closing(manifest: Manifest) -> list[str]:
    """The end of the transaction: what a new server makes necessary, the mark of the restore, and COMMIT."""
    statements = [statement for source in settings.RESTORE_STATEMENTS for statement in import_string(source)()]
    mark = (
        "INSERT INTO core_restoremark (backup_id, backup_made_at, restored_at, cleared_by)"  # noqa: S608 -- a UUID
        f" VALUES ('{manifest.id}', '{manifest.made_at}', now(), '')"
    )
    return ["\nSET search_path = public;\n", *(f"{statement};\n" for statement in [*statements, mark]), "COMMIT;\n"]


def _check_counts(manifest: Manifest) -> None:
    found = count_rows()
    wrong = sorted(name for name, count in manifest.tables.items() if name != _MARK and found.get(name) != count)
    if wrong:
        message = _("恢复后这些表的行数与备份时不同：%(names)s。请不要开放门户，换一份备份。")
        raise BackupError("counts_differ", message % {"names": "、".join(wrong)})
