"""A backup brings everything back or nothing; whoever holds it alone learns nothing; a changed one is refused."""

import base64
import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import ProgrammingError, connection, transaction
from django.db.models import Sum

from core.backup import make_backup, restore_backup
from core.backup.making import PARTIAL, count_rows
from core.backup.manifest import BackupError
from core.crypto import new_keyring
from core.files import open_stored, open_stored_for_work, store_file
from core.keys import record_keys
from core.models import AuditEvent, PublicRecord, RestoreMark, StoredFile
from core.sealed import matching, open_for_work, seal_into
from donations.models import Donation
from ledger.models import AccountBalance, Entry, Movement
from ledger.services.verifying import verify_books
from tests import databases
from tests.core.payer import Payer, make_table
from tests.donations.ground import Ground, make_ground
from tests.transparency.ground import place_all
from tests.workers import ROOT, database_url
from transparency.models import LogHead, LogLeaf
from transparency.services.sequencing import records_without_place, sequence_records

SECRETS = ("6222000011112222", "13800138000", "110101190001010010", "示例备注不公开")
TARGET = f"{databases.PREFIX}_restored"


@pytest.fixture
def portal(committed_db: str, settings: Any, tmp_path: Path, django_db_blocker: Any) -> Iterator[tuple[Ground, Path]]:
    """A portal with imported and posted gifts, sealed values and files, and a place for its backup."""
    settings.PORTAL_KEYS = new_keyring()
    settings.BACKUP_KEY = base64.b64encode(os.urandom(32)).decode()
    with django_db_blocker.unblock():
        record_keys()
        make_table()
        ground = make_ground()
        rows = [f"2026-01-0{1 + number % 9},示例{number},{number + 1}.05," for number in range(40)]
        ground.post(ground.read_file(ground.text_list(tmp_path, *rows)))
        ground.posted(("虚构示例有限公司", "1000"))
        place_all()
        with transaction.atomic():
            payer = Payer(number="甲一")
            seal_into(payer, account=SECRETS[0], phone=SECRETS[1], note=SECRETS[3])
            payer.save()
        content = "、".join(SECRETS).encode()
        facts = {"name": "示例.csv", "content_type": "text/csv", "actor": None}
        store_file([content * 3000], data_class="P3", **facts)
        store_file([b"voucher"], data_class="P2", **facts)
        yield ground, tmp_path / "backups"


@pytest.fixture
def empty_portal(settings: Any, tmp_path: Path) -> Iterator[str]:
    """Another server's worth of emptiness: a database without tables, owned by the owner, and no files."""
    databases.drop(TARGET)
    owner = databases.role("DATABASE_OWNER_URL")["USER"]
    databases.as_superuser(f'CREATE DATABASE "{TARGET}" OWNER "{owner}" TEMPLATE template0')
    yield TARGET
    connection.close()
    databases.drop(TARGET)


def _say_nothing(_line: str) -> None:
    """Progress that nobody reads."""


def _facts() -> dict[str, Any]:
    """What must be equal before and after."""
    return {
        "gifts": Donation.objects.unscoped("test").aggregate(total=Sum("amount"))["total"],
        "moved": Movement.objects.aggregate(total=Sum("quantity"))["total"],
        "balances": list(AccountBalance.objects.order_by("account_id").values_list()),
        "entries": list(Entry.objects.unscoped("test").order_by("pk").values_list("number", flat=True)),
        "records": list(PublicRecord.objects.order_by("pk").values_list("uuid", "leaf_hash")),
        "order": list(LogLeaf.objects.order_by("index").values_list("index", "record_id")),
        "files": sorted(StoredFile.objects.values_list("sha256", "size")),
    }


def _restore_into(name: str, folder: Path, settings: Any, tmp_path: Path, **options: Any) -> None:
    settings.PRIVATE_FILES_DIR = tmp_path / "restored-files"
    databases.point_at(name, "DATABASE_OWNER_URL")
    call_command("restore", str(folder), **options)
    databases.point_at(name)


def test_a_destroyed_portal_comes_back_with_equal_counts_and_sums(
    portal: tuple[Ground, Path], empty_portal: str, settings: Any, tmp_path: Path, capsys: Any
) -> None:
    target = portal[1]
    before, rows = _facts(), count_rows()
    cache.set("old", "x")
    call_command("backup", str(target))
    said = capsys.readouterr().out
    assert "数据库：" in said
    assert "备份完成" in said
    (folder,) = target.iterdir()
    assert sorted(path.name for path in folder.iterdir()) == ["database.sealed", "files.sealed", "manifest.json"]
    # Destroyed: the database emptied of everything, the files gone.
    name = str(connection.settings_dict["NAME"])
    connection.close()
    databases.drop(name)
    shutil.rmtree(settings.PRIVATE_FILES_DIR)
    _restore_into(empty_portal, folder, settings, tmp_path)
    said = capsys.readouterr().out
    assert "各表行数与备份时相同" in said
    assert "resume_log" in said
    assert "不符" not in said
    assert _facts() == before
    assert {table: count for table, count in count_rows().items() if rows[table] != count} == {
        "core_auditevent": rows["core_auditevent"] + 1,
        "core_restoremark": 1,
    }
    assert cache.get("old") is None
    assert not any(verify_books().values())
    payer = Payer.objects.get()
    assert open_for_work(payer, "note", work="tests:1") == SECRETS[3]
    assert Payer.objects.filter(matching(Payer, "account", SECRETS[0])).get() == payer
    sealed, plain = StoredFile.objects.get(name="示例.csv", data_class="P3"), StoredFile.objects.get(size=7)
    with open_stored_for_work(sealed, work="tests:1") as file:
        assert file.read(16).decode() == SECRETS[0]
    with open_stored(plain) as file:
        assert file.read() == b"voucher"
    databases.point_at(name)


def test_after_a_restore_roles_grants_and_triggers_hold(
    portal: tuple[Ground, Path], empty_portal: str, settings: Any, tmp_path: Path
) -> None:
    name = str(connection.settings_dict["NAME"])
    folder = make_backup(portal[1], _say_nothing)
    _restore_into(empty_portal, folder, settings, tmp_path)
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        AuditEvent.objects.all()._raw_delete(connection.alias)
    with pytest.raises(ProgrammingError, match="must be owner"), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE core_auditevent DISABLE TRIGGER ALL")
    with pytest.raises(Exception, match="append-only"):
        databases.as_superuser("UPDATE core_publicrecord SET subject = 'x'", database=empty_portal)
    databases.point_at(name)


def test_after_a_restore_the_log_stands_still_until_it_is_known_not_to_fork(
    portal: tuple[Ground, Path], empty_portal: str, settings: Any, tmp_path: Path, capsys: Any
) -> None:
    ground, target = portal
    name = str(connection.settings_dict["NAME"])
    ground.posted(("示例尚未排序", "5"))
    placed, waiting = LogLeaf.objects.count(), PublicRecord.objects.filter(leaf__isnull=True).count()
    assert waiting > 0
    folder = make_backup(target, _say_nothing)
    _restore_into(empty_portal, folder, settings, tmp_path)
    assert sequence_records() == 0
    assert records_without_place(PublicRecord.objects.latest("created_at").created_at.replace(year=2100))
    by = ground.clerk.login
    with pytest.raises(SystemExit) as left:
        call_command("resume_log", known_size=placed + 1, by=by)
    assert left.value.code == 1
    assert "分叉" in capsys.readouterr().err
    assert sequence_records() == 0
    call_command("resume_log", known_size=placed, by=by)
    assert RestoreMark.objects.get().cleared_by == by
    place_all()
    assert LogHead.objects.get().size == placed + waiting
    ground.posted(("示例恢复以后", "6"))
    place_all()
    assert LogHead.objects.get().size > placed + waiting
    # Every record has its place once, without gap, in the order of posting.
    leaves = list(LogLeaf.objects.order_by("index").values_list("index", "record_id"))
    assert [index for index, _record in leaves] == list(range(len(leaves)))
    assert [record for _index, record in leaves] == sorted(PublicRecord.objects.values_list("pk", flat=True))
    assert LogHead.objects.get().size == len(leaves)
    assert sequence_records() == 0
    databases.point_at(name)


# --- what is refused -------------------------------------------------------------------------------------------------


@pytest.fixture
def backup(portal: tuple[Ground, Path]) -> Path:
    """A whole backup."""
    return make_backup(portal[1], _say_nothing)


def _refused(folder: Path, **options: Any) -> str:
    """The one line with which a restore into the database in use ends, nothing of it changed."""
    name = str(connection.settings_dict["NAME"])
    before = count_rows()
    databases.point_at(name, "DATABASE_OWNER_URL")
    done: list[str] = []

    class Lines:
        def write(self, line: str) -> None:
            done.append(line)

    with pytest.raises(SystemExit) as left:
        call_command("restore", str(folder), stderr=Lines(), **options)
    databases.point_at(name)
    assert left.value.code == 2
    assert count_rows() == before
    return "".join(done)


@pytest.mark.parametrize("name", ["database.sealed", "files.sealed"])
@pytest.mark.parametrize("at", [0, 0.5, 0.999])
def test_a_flipped_byte_is_refused_before_anything_is_touched(backup: Path, name: str, at: float) -> None:
    content = bytearray((backup / name).read_bytes())
    content[int(at * len(content))] ^= 1
    (backup / name).write_bytes(content)
    assert name in _refused(backup, force=True, confirm=str(connection.settings_dict["NAME"]))


def test_parts_cut_short_swapped_or_missing_are_refused(backup: Path) -> None:
    database, files = backup / "database.sealed", backup / "files.sealed"
    whole = database.read_bytes()
    for content in (whole[:-1], whole[: len(whole) // 2], files.read_bytes()):
        database.write_bytes(content)
        assert "database.sealed" in _refused(backup)
    database.unlink()
    assert "database.sealed" in _refused(backup)


def test_a_part_that_was_made_to_fit_the_digest_still_does_not_open(backup: Path, settings: Any) -> None:
    """Somebody with the backup key of another backup puts its part here: the part is bound to its own backup."""
    other = make_backup(backup.parent / "second", _say_nothing)
    shutil.copyfile(other / "database.sealed", backup / "database.sealed")
    assert "database.sealed" in _refused(backup)


def test_a_changed_manifest_is_refused(backup: Path) -> None:
    path = backup / "manifest.json"
    content = json.loads(path.read_text())
    content["tables"]["donations_donation"] += 1
    path.write_text(json.dumps(content))
    assert "清单被改动过" in _refused(backup)
    path.unlink()
    assert "不是完整的备份" in _refused(backup)


def test_another_backup_key_or_other_data_keys_are_refused_first(backup: Path, settings: Any) -> None:
    right, keys = settings.BACKUP_KEY, settings.PORTAL_KEYS
    settings.BACKUP_KEY = base64.b64encode(os.urandom(32)).decode()
    assert "另一把备份密钥" in _refused(backup)
    settings.BACKUP_KEY = right
    settings.PORTAL_KEYS = new_keyring()
    assert "没有这份备份的密钥 data/k1" in _refused(backup)
    settings.PORTAL_KEYS = {**keys, "keys": {**keys["keys"], "k2": new_keyring()["keys"]["k1"]}, "active": "k2"}
    assert "已有数据" in _refused(backup)


def test_a_portal_with_data_is_replaced_only_when_it_is_confirmed(backup: Path, settings: Any) -> None:
    name = str(connection.settings_dict["NAME"])
    assert "--force" in _refused(backup)
    assert "没有确认" in _refused(backup, force=True, confirm="another")
    gone = store_file([b"later"], name="x", content_type="x", data_class="P1", actor=None)
    databases.point_at(name, "DATABASE_OWNER_URL")
    call_command("restore", str(backup), force=True, confirm=name)
    databases.point_at(name)
    assert not StoredFile.objects.filter(pk=gone.pk).exists()
    with pytest.raises(FileNotFoundError):
        open_stored(gone)


def test_a_running_portal_and_a_role_that_owns_nothing_are_refused(backup: Path) -> None:
    name = str(connection.settings_dict["NAME"])
    with pytest.raises(BackupError, match="DATABASE_OWNER_URL"):
        restore_backup(backup, _say_nothing, confirm=None)
    databases.point_at(name, "DATABASE_OWNER_URL")
    alias = connection.copy()
    try:
        with alias.cursor() as cursor:
            cursor.execute("SELECT 1")
        databases.point_at(name)
        assert "请先停止门户" in _refused(backup)
    finally:
        alias.close()


# --- what is never left ----------------------------------------------------------------------------------------------


def test_without_its_keys_a_backup_shows_nothing_of_anybody(backup: Path) -> None:
    content = b"".join(path.read_bytes() for path in sorted(backup.iterdir()))
    names = ("示例0", "虚构示例有限公司", "jia.clerk", "PGDMP", "CREATE TABLE", "ustar")
    assert [text for text in (*SECRETS, *names) if text.encode() in content] == []


def test_a_backup_that_fails_leaves_nothing(portal: tuple[Ground, Path], settings: Any, tmp_path: Path) -> None:
    target = portal[1]
    settings.PG_BIN_DIR = str(tmp_path / "bin")
    (tmp_path / "bin").mkdir()
    with pytest.raises(BackupError, match="postgresql-client"):
        make_backup(target, _say_nothing)
    for text, ends in (("exit 1", 1), ("head -c 100000 /dev/zero; echo 'pg_dump: error: gone' >&2; exit 1", 1)):
        dump = tmp_path / "bin" / "pg_dump"
        dump.write_text(f"#!/bin/sh\n[ \"$1\" = --version ] && echo 'pg_dump (PostgreSQL) 99.0' && exit 0\n{text}\n")
        dump.chmod(0o755)
        with pytest.raises(BackupError, match="pg_dump 没有完成"):
            make_backup(target, _say_nothing)
        assert ends
        assert list(target.iterdir()) == []


def test_a_disk_that_is_full_is_told_and_leaves_nothing(portal: tuple[Ground, Path]) -> None:
    """The kernel refuses to write more than 64 KiB into one file."""
    target = portal[1]
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (65536, hard))
    try:
        with pytest.raises(BackupError, match="没有写成"):
            make_backup(target, _say_nothing)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(target.iterdir()) == []
    assert not AuditEvent.objects.filter(verb="core.backup.made").exists()


def test_a_backup_that_is_killed_is_not_taken_for_one(portal: tuple[Ground, Path], settings: Any) -> None:
    target = portal[1]
    target.mkdir()
    (target / f"{PARTIAL}portal-backup-x").mkdir()
    assert "不是完整的备份" in _refused(target / f"{PARTIAL}portal-backup-x")


def test_the_backup_key_is_one_of_its_own(portal: tuple[Ground, Path], settings: Any) -> None:
    for key, said in (
        ("", "没有设置备份密钥"),
        ("x", "32 字节"),
        (settings.PORTAL_KEYS["keys"]["k1"], "与数据密钥相同"),
    ):
        settings.BACKUP_KEY = key
        with pytest.raises(BackupError, match=said):
            make_backup(portal[1], _say_nothing)


def test_gifts_posted_while_it_is_made_are_in_it_whole_or_not_at_all(
    portal: tuple[Ground, Path], empty_portal: str, settings: Any, tmp_path: Path
) -> None:
    name = str(connection.settings_dict["NAME"])
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER],
        cwd=ROOT,
        env={
            **os.environ,
            "DATABASE_URL": database_url(name),
            "PORTAL_KEYS": json.dumps(settings.PORTAL_KEYS),
            "DJANGO_SETTINGS_MODULE": "redcross_portal.settings",
        },
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert writer.stdout is not None
        assert writer.stdout.readline().strip() == "posted"
        folder = make_backup(portal[1], _say_nothing)
    finally:
        writer.kill()
        writer.communicate()
    _restore_into(empty_portal, folder, settings, tmp_path)
    assert not any(verify_books().values())
    databases.point_at(name)


WRITER = """
import os, uuid
import django
django.setup()
from core.crypto import new_keyring
from django.conf import settings
from accounts.models import User
from core.progress import NoProgress
from donations.services.batches import approve_batch, open_counter_batch, submit_batch
from donations.services.posting import post_batch
from donations.services.rows import add_row
from ledger.models import Fund
clerk, approver = (User.objects.get(login=login) for login in ("jia.clerk", "yi.approver"))
fund = Fund.objects.get(code="330182-F1")
while True:
    batch = open_counter_batch(branch=fund.branch, fund=fund, actor=clerk)
    typed = {"donor": "示例并行", "amount": "3", "received_on": "2026-01-05"}
    add_row(batch_id=batch.pk, typed=typed, actor=clerk, entry_key=uuid.uuid4())
    submit_batch(batch_id=batch.pk, actor=clerk)
    approve_batch(batch_id=batch.pk, actor=approver, queue=False)
    post_batch(batch_id=batch.pk, job=NoProgress())
    print("posted", flush=True)
"""
