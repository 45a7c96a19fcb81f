"""The keys of a running portal: recognised at the start, changed while it works."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import call_command
from django.db import IntegrityError, InternalError, connection, transaction

from accounts.models import User
from accounts.sealing import seal_secret, unseal_secret
from core.crypto import PURPOSES, KeyringError, key_id_of, keyring, new_keyring, seal, unseal
from core.diagnosis import Level, examine
from core.errors import DomainError
from core.keys import key_problems, record_keys, retire_old_keys, rotate_keys, stale_count, unfinished_rotation
from core.keys.keyfile import following_id
from core.models import AuditEvent, KeyFingerprint, KeyRotation, LookupKeys, PublicRecord
from core.outbox import SALT_FIELD, write_record
from core.sealed import matching, open_many_for_work, seal_into, seal_into_many
from core.sealed.digests import LOCK
from tests.core.payer import Payer, make_table
from tests.workers import ROOT, database_url, wait_for

RUNNER = "import django; django.setup(); import tests.core.payer; from core.keys import rotate_keys; rotate_keys(print)"


@pytest.fixture
def key_file(tmp_path: Path, settings: Any) -> Path:
    """The keys stand in a file, as `make setup` writes it."""
    path = tmp_path / "keyring.json"
    path.write_text(json.dumps(new_keyring()), encoding="utf-8")
    path.chmod(0o600)
    settings.PORTAL_KEYS = path
    return path


@pytest.fixture
def own_db(committed_db: str, key_file: Path, django_db_blocker: Any) -> Iterator[str]:
    """A database of its own in which tests commit, with the made-up table and keys in a file."""
    with django_db_blocker.unblock():
        make_table()
        record_keys()
        yield committed_db


def _payers(count: int, first: int = 0) -> None:
    with transaction.atomic():
        rows = [Payer(number=str(number)) for number in range(first, first + count)]
        seal_into_many(rows, "account", [f"62220000{row.number:0>8}" for row in rows])
        seal_into_many(rows, "phone", ["13800138000"] * count)
        seal_into_many(rows, "note", [f"备注{row.number}" for row in rows])
        Payer.objects.bulk_create(rows)


def _assert_whole(count: int) -> None:
    """Every value opens and is found, both columns agree, and the unique ones hold."""
    rows = list(Payer.objects.order_by("pk"))
    assert len(rows) == count
    accounts = open_many_for_work(rows, "account", work="tests:whole")
    assert accounts == [f"62220000{row.number:0>8}" for row in rows]
    assert all(row.account_digest == row.account_digest_next != None for row in rows)  # noqa: E711
    for row, account in list(zip(rows, accounts, strict=True))[:: max(1, count // 20)]:
        assert Payer.objects.filter(matching(Payer, "account", str(account))).get() == row
    assert Payer.objects.filter(matching(Payer, "phone", "13800138000")).count() == count
    with transaction.atomic():
        again = Payer(number="x")
        seal_into(again, account=accounts[0])
        with pytest.raises(IntegrityError), transaction.atomic():
            again.save()


def _say_nothing(_line: str) -> None:
    """Progress that nobody reads."""


# --- at the start ----------------------------------------------------------------------------------------------------


def test_a_missing_or_replaced_key_is_told_in_one_line(db: None, settings: Any) -> None:
    settings.PORTAL_KEYS = keys = new_keyring()
    assert key_problems() == []
    record_keys()
    assert KeyFingerprint.objects.count() == len(PURPOSES)
    assert all(len(row.fingerprint) == 16 for row in KeyFingerprint.objects.all())
    settings.PORTAL_KEYS = {**keys, "keys": new_keyring()["keys"]}
    with pytest.raises(KeyringError, match="data/k1 与数据库用过的不是同一把"):
        record_keys()
    other = new_keyring()["lookup"]["keys"]["l1"]
    settings.PORTAL_KEYS = {**keys, "lookup": {"active": "l9", "keys": {"l9": other}}}
    with pytest.raises(KeyringError, match="缺少密钥 lookup/l1"):
        record_keys()
    findings = [finding for finding in examine() if finding.subject == "密钥"]
    assert [finding.level for finding in findings] == [Level.WRONG]
    settings.PORTAL_KEYS = keys
    assert key_problems() == []


def test_no_command_runs_with_other_keys(db: None, settings: Any, capsys: Any) -> None:
    settings.PORTAL_KEYS = new_keyring()
    call_command("check_keys")
    settings.PORTAL_KEYS = new_keyring()
    for command in ("check_keys", "verify_ledger", "rotate_keys"):
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            call_command(command)
        assert left.value.code == 2
        assert len(capsys.readouterr().err.strip().splitlines()) == 1


@pytest.mark.parametrize(
    "program",
    [
        ["gunicorn", "--config", "python:redcross_portal.gunicorn", "--bind", "127.0.0.1:0", "redcross_portal.wsgi"],
        ["celery", "--app", "redcross_portal", "worker", "--pool", "solo", "--without-gossip", "--without-mingle"],
        ["celery", "--app", "redcross_portal", "beat", "--pidfile=", "--schedule", "SCHEDULE"],
    ],
    ids=["web", "worker", "beat"],
)
def test_no_process_starts_with_other_keys(own_db: str, program: list[str], tmp_path: Path) -> None:
    program = [str(tmp_path / "schedule") if word == "SCHEDULE" else word for word in program]
    environment = {
        **os.environ,
        "DATABASE_URL": database_url(own_db),
        "PORTAL_KEYS": json.dumps(new_keyring()),
        "DJANGO_SETTINGS_MODULE": "redcross_portal.settings",
    }
    done = subprocess.run(
        [sys.executable, "-m", *program], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode != 0
    assert "不是同一把" in done.stderr
    assert "Traceback" not in done.stderr


# --- a file of keys --------------------------------------------------------------------------------------------------


def test_a_changed_file_reaches_a_running_process(key_file: Path) -> None:
    assert keyring().data.active == "k1"
    raw = json.loads(key_file.read_text())
    raw["keys"]["k2"] = new_keyring()["keys"]["k1"]
    raw["active"] = "k2"
    beside = key_file.with_name("new")
    beside.write_text(json.dumps(raw))
    beside.replace(key_file)
    assert keyring().data.active == "k2"
    key_file.unlink()
    with pytest.raises(KeyringError):
        keyring()


@pytest.mark.parametrize(
    ("key_id", "taken", "following"),
    [("k1", [], "k2"), ("k9", ["k10"], "k11"), ("spring", [], "spring-1"), ("2026", [], "2027")],
)
def test_a_new_key_has_the_next_id(key_id: str, taken: list[str], following: str) -> None:
    assert following_id(key_id, dict.fromkeys(taken)) == following


# --- the change ------------------------------------------------------------------------------------------------------


def test_everything_is_sealed_anew_and_the_old_keys_can_go(own_db: str, key_file: Path) -> None:
    _payers(1203)
    record = write_record(kind="gift", subject="甲", object_id=1, branch_code="33", body={"a": 1}, private={"b": 2})
    salt = unseal(record.sealed_salt, field=SALT_FIELD, row=record.uuid, purpose="salts")
    person = User.objects.create_user("jia.shili", None, name="示例甲")
    data = {"secret": seal_secret("JBSWY3DPEHPK3PXP"), "n": 1}
    Authenticator.objects.create(user=person, type="totp", data=data)
    said: list[str] = []
    assert rotate_keys(said.append) == 0
    assert unfinished_rotation() is None
    ring = keyring()
    assert (ring.data.active, ring.lookup.active, ring.salts.active) == ("k2", "l2", "s2")
    assert {key_id_of(row.note) for row in Payer.objects.all()} == {"k2"}
    assert LookupKeys.objects.values_list("current", "following").get() == ("l2", "l2")
    assert key_file.stat().st_mode & 0o777 == 0o600
    assert any("tests.payer.account：1203" in line for line in said)
    retire_old_keys(said.append)
    assert {key_id for purpose in ("data", "lookup", "salts") for key_id in keyring().of(purpose).by_id} == {
        "k2",
        "l2",
        "s2",
    }
    assert key_problems() == []
    _assert_whole(1203)
    record.refresh_from_db()
    assert unseal(record.sealed_salt, field=SALT_FIELD, row=record.uuid, purpose="salts") == salt
    assert unseal_secret(Authenticator.objects.get().data["secret"]) == "JBSWY3DPEHPK3PXP"
    verbs = list(AuditEvent.objects.filter(verb__startswith="core.keys").order_by("id").values_list("verb", flat=True))
    assert verbs == ["core.keys.rotation_begun", "core.keys.rotation_finished", "core.keys.retired"]
    assert rotate_keys(said.append) == 0
    assert keyring().data.active == "k3"


def test_a_rotation_that_is_killed_is_taken_up_again(own_db: str, key_file: Path) -> None:
    _payers(3000)
    environment = {
        **os.environ,
        "DATABASE_URL": database_url(own_db),
        "PORTAL_KEYS": "",
        "PORTAL_KEYS_FILE": str(key_file),
        "DJANGO_SETTINGS_MODULE": "redcross_portal.settings",
    }
    process = subprocess.Popen([sys.executable, "-c", RUNNER], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    # In the middle of the first column of digests.
    wait_for(lambda: _mixed(), what="a half done column", seconds=30)
    process.send_signal(signal.SIGKILL)
    process.wait()
    rotation = unfinished_rotation()
    assert rotation is not None
    assert LookupKeys.objects.values_list("current", "following").get() == ("l1", "l2")
    wait_for(lambda: not _rotation_is_held(), what="the dead session's lock to go")
    assert next(finding.level for finding in examine() if finding.subject == "密钥") == Level.ATTENTION
    _payers(5, first=3000)
    assert rotate_keys(_say_nothing) == 0
    assert KeyRotation.objects.get().pk == rotation.pk
    assert keyring().data.active == "k2"
    retire_old_keys(_say_nothing)
    _assert_whole(3005)


def _mixed() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM tests_payer WHERE account_digest <> account_digest_next")
        return 0 < cursor.fetchone()[0] < 3000


def _rotation_is_held() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks JOIN pg_database AS d ON d.oid = database"
            " WHERE datname = current_database() AND locktype = 'advisory' AND pid <> pg_backend_pid()"
        )
        return bool(cursor.fetchone()[0])


def test_writers_go_on_meanwhile_and_what_is_unique_stays_unique(own_db: str, key_file: Path) -> None:
    _payers(2000)
    stop, errors, written, refused = threading.Event(), [], [], []

    def write(lane: int) -> None:
        number = 100_000 * (lane + 1)
        try:
            while not stop.is_set():
                number += 1
                with transaction.atomic():
                    fresh = Payer(number=str(number))
                    seal_into(fresh, account=f"62220000{number:0>8}", phone="13800138000", note="并行")
                    fresh.save()
                written.append(number)
                # The same account as an old row, then as the one just written: refused at each step of the rotation.
                for taken in (number % 2000, number):
                    try:
                        with transaction.atomic():
                            again = Payer(number="x")
                            seal_into(again, account=f"62220000{taken:0>8}")
                            again.save()
                        errors.append(f"{taken} twice")
                    except IntegrityError:
                        refused.append(taken)
                if not Payer.objects.filter(matching(Payer, "account", f"62220000{number % 2000:0>8}")).exists():
                    errors.append(f"{number % 2000} not found")
                Payer.objects.filter(number=str(number % 2000)).update(branch_code="3301")
        except Exception as error:
            errors.append(repr(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(lane,)) for lane in range(2)]
    for thread in threads:
        thread.start()
    try:
        wait_for(lambda: len(written) > 20)
        assert rotate_keys(_say_nothing) == 0
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert errors == []
    assert len(refused) == 2 * len(written)
    retire_old_keys(_say_nothing)
    _assert_whole(2000 + len(written))


def test_a_step_waits_for_writers_of_the_step_before(own_db: str, key_file: Path) -> None:
    """Without the lock this writer would leave a row whose second digest is under the old key."""
    _payers(10)
    begun, go, done = threading.Event(), threading.Event(), []

    def write_slowly() -> None:
        try:
            with transaction.atomic():
                late = Payer(number="10")
                seal_into(late, account="6222000000000010", phone="13800138000")
                begun.set()
                go.wait(30)
                late.save()
        finally:
            connection.close()

    def rotate() -> None:
        try:
            done.append(rotate_keys(_say_nothing))
        finally:
            connection.close()

    writer, rotator = threading.Thread(target=write_slowly), threading.Thread(target=rotate)
    writer.start()
    begun.wait(10)
    rotator.start()
    wait_for(_waits_for_the_lock, what="the rotation to wait")
    assert LookupKeys.objects.values_list("current", "following").get() == ("l1", "l1")
    go.set()
    writer.join()
    rotator.join()
    assert done == [0]
    retire_old_keys(_say_nothing)
    _assert_whole(11)


def _waits_for_the_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks JOIN pg_database AS d ON d.oid = database"
            " WHERE datname = current_database() AND locktype = 'advisory' AND objid = %s AND NOT granted)",
            [LOCK],
        )
        return bool(cursor.fetchone()[0])


def test_only_one_rotation_runs(own_db: str, key_file: Path) -> None:
    held, go = threading.Event(), threading.Event()

    def hold() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(7301002)")
            held.set()
            go.wait(30)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(10)
    try:
        with pytest.raises(DomainError, match="另一个轮换"):
            rotate_keys(_say_nothing)
    finally:
        go.set()
        holder.join()


def test_a_value_that_does_not_open_is_left_and_keeps_the_old_key(own_db: str, key_file: Path, capsys: Any) -> None:
    _payers(3)
    with transaction.atomic():
        broken = Payer(number="3", note=seal(b"x", field="another.field", row=Payer().row_key))
        broken.save()
    with pytest.raises(SystemExit) as left:
        call_command("rotate_keys")
    assert left.value.code == 1
    assert "1 个值解不开" in capsys.readouterr().err
    with pytest.raises(DomainError, match="还没有完成"):
        retire_old_keys(_say_nothing)
    Payer.objects.filter(number="3").update(note=None)
    call_command("rotate_keys")
    call_command("rotate_keys", retire=True)
    assert stale_count("data") == 0


def test_keys_in_the_environment_are_changed_there(committed_db: str, settings: Any, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock():
        make_table()
        settings.PORTAL_KEYS = keys = new_keyring()
        _payers(10)
        with pytest.raises(DomainError, match="没有新的密钥"):
            rotate_keys(_say_nothing)
        fresh = new_keyring()
        settings.PORTAL_KEYS = both = {
            **keys,
            "active": "k2",
            "keys": {**keys["keys"], "k2": fresh["keys"]["k1"]},
            "lookup": {"active": "l2", "keys": {**keys["lookup"]["keys"], "l2": fresh["lookup"]["keys"]["l1"]}},
        }
        assert rotate_keys(_say_nothing) == 0
        with pytest.raises(DomainError, match="没有新的密钥"):
            rotate_keys(_say_nothing)
        settings.PORTAL_KEYS = {**both, "keys": {"k2": fresh["keys"]["k1"]}}
        with pytest.raises(KeyringError, match="缺少密钥 data/k1"):
            record_keys()
        settings.PORTAL_KEYS = both
        assert retire_old_keys(_say_nothing) == {"data": ["k1"], "lookup": ["l1"]}
        record_keys()
        settings.PORTAL_KEYS = {
            **both,
            "keys": {"k2": fresh["keys"]["k1"]},
            "lookup": {"active": "l2", "keys": {"l2": fresh["lookup"]["keys"]["l1"]}},
        }
        record_keys()
        _assert_whole(10)


def test_a_process_that_has_not_the_new_key_yet_is_refused_and_writes_nothing_wrong(
    committed_db: str, settings: Any, django_db_blocker: Any
) -> None:
    with django_db_blocker.unblock():
        make_table()
        settings.PORTAL_KEYS = new_keyring()
        _payers(2)
        LookupKeys.objects.update(following="l2")
        with pytest.raises(KeyringError, match="l2"):
            _payers(1, first=2)
        assert Payer.objects.count() == 2


# --- what the database lets through ----------------------------------------------------------------------------------


def test_a_salt_may_be_sealed_under_another_key_and_otherwise_only_be_emptied(db: None, settings: Any) -> None:
    record = write_record(kind="gift", subject="甲", object_id=1, branch_code="33", body={"a": 1}, private={"b": 2})
    same = seal(b"0" * 16, field=SALT_FIELD, row=record.uuid, purpose="salts")
    with pytest.raises((IntegrityError, InternalError), match="append-only"), transaction.atomic():
        PublicRecord.objects.update(sealed_salt=same)
    keys = settings.PORTAL_KEYS
    fresh = new_keyring()["salts"]["keys"]["s1"]
    settings.PORTAL_KEYS = {**keys, "salts": {"active": "s2", "keys": {**keys["salts"]["keys"], "s2": fresh}}}
    other = seal(b"0" * 16, field=SALT_FIELD, row=record.uuid, purpose="salts")
    with pytest.raises((IntegrityError, InternalError), match="append-only"), transaction.atomic():
        PublicRecord.objects.update(sealed_salt=other, subject="乙")
    PublicRecord.objects.update(sealed_salt=other)
    PublicRecord.objects.update(sealed_salt=None)
    with pytest.raises((IntegrityError, InternalError), match="append-only"), transaction.atomic():
        PublicRecord.objects.update(sealed_salt=other)
