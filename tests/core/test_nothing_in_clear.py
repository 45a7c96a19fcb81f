"""Known sensitive values go their whole way through the portal, and then are looked for everywhere they might lie."""

import base64
import logging
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from django.conf import settings as django_settings
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from core.backup.programs import connection_arguments, program
from core.files import open_stored_for_work, reveal_stored, store_file
from core.jobs import start_job
from core.models import ReadLog
from core.phone_codes import ask_for_code
from core.sealed import matching, open_for_work, reveal, seal_into
from donations.choices import RequestKind
from donations.services.givers import ask_about_gift, record_contact
from organizations.choices import Role
from tests.core.payer import Payer, make_table
from tests.donations.ground import Ground, make_ground
from tests.factories.people import make_person

ACCOUNT, PHONE, IDENTITY = "6222021234567890128", "13912345678", "110101190001010037"
WORDS = "示例请求内容不得外泄"
VALUES = (ACCOUNT, PHONE, IDENTITY, WORDS)


def _forms(value: str) -> set[bytes]:
    """A value as it might lie somewhere: as text, as JSON, as hex of its bytes, in base64, as UTF-16."""
    raw = value.encode()
    escaped = value.encode("unicode_escape")
    bases = {base64.b64encode(b"." * shift + raw)[4:-4] for shift in range(3)}
    return {raw, escaped, raw.hex().encode(), raw.hex().upper().encode(), value.encode("utf-16-le"), *bases}


def found_in(content: bytes) -> list[str]:
    """The values that lie in some bytes in one form or another."""
    return [value for value in VALUES for form in _forms(value) if form in content]


@pytest.fixture
def travelled(committed_db: str, broker: Any, django_db_blocker: Any, caplog: Any) -> Iterator[Ground]:
    """A portal through which the values went: written, found, read, refused, failed at, put into files and messages."""
    caplog.set_level(logging.DEBUG)
    with django_db_blocker.unblock():
        make_table()
        ground = make_ground()
        gift = ground.posted(("示例甲", "100"))[0]
        service = make_person("fu.wu", Role.CLERK, ground.jiande)
        reader = User.objects.get(login=ground.clerk.login)
        with transaction.atomic():
            payer = Payer(number="甲一")
            seal_into(payer, account=ACCOUNT, phone=PHONE, note=IDENTITY)
            payer.save()
        assert Payer.objects.filter(matching(Payer, "account", ACCOUNT)).exists()
        assert reveal(payer, "account", reader=reader, purpose="核对退款账号") == ACCOUNT
        assert open_for_work(payer, "note", work="tests.match:1") == IDENTITY
        _fail(payer)
        content = "\n".join(VALUES).encode() * 500
        stored = store_file([content], name="名单.csv", content_type="text/csv", data_class="P3", actor=reader)
        with reveal_stored(stored, reader=reader, purpose="核对名单") as file:
            assert file.read(len(ACCOUNT)).decode() == ACCOUNT
        with open_stored_for_work(stored, work="tests.match:1") as file:
            file.read()
        record_contact(donation=gift, phone=PHONE, actor=service)
        ask_about_gift(donation=gift, kind=RequestKind.COPIES, text=WORDS)
        ask_for_code(phone=PHONE, purpose="tests", place="192.0.2.7", is_known=True)
        params = {"payer": payer.pk, "items": 1}
        start_job(kind="tests.tasks.count", label="示例", params=params, idempotency_key="tests:1", actor=reader)
        client = Client()
        client.force_login(ground.clerk)
        assert client.get(reverse("desk_gifts")).status_code == 200
        yield ground


def test_neither_the_dump_nor_the_files_nor_redis_nor_the_logs_hold_one_of_them(
    travelled: Ground, caplog: Any, capsys: Any
) -> None:
    assert found_in(_dump()) == []
    files = [path for path in Path(django_settings.PRIVATE_FILES_DIR).rglob("*") if path.is_file()]
    assert files
    assert [path.name for path in files if found_in(path.read_bytes())] == []
    assert found_in(_redis()) == []
    said = capsys.readouterr()
    assert found_in((caplog.text + said.out + said.err).encode()) == []


def test_the_search_finds_what_does_lie_in_clear(travelled: Ground) -> None:
    """It would find them: a value that is not sealed stands in the dump, in Redis and on the disk."""
    Payer.objects.create(number=ACCOUNT[:20])
    client = redis.Redis.from_url(django_settings.REDIS_URL)
    client.set("tests:clear", IDENTITY)
    client.close()
    store_file([PHONE.encode()], name="x", content_type="text/plain", data_class="P2", actor=None)
    assert ACCOUNT in found_in(_dump())
    assert IDENTITY in found_in(_redis())
    files = [path for path in Path(django_settings.PRIVATE_FILES_DIR).rglob("*") if path.is_file()]
    assert any(PHONE in found_in(path.read_bytes()) for path in files)
    for shape in (WORDS.encode().hex(), base64.b64encode(b"ab" + WORDS.encode() + b"cd").decode()):
        assert WORDS in found_in(shape.encode())


def _fail(payer: Payer) -> None:
    """Errors with the value at hand: of the database, and of a service, both logged."""
    log = logging.getLogger("tests")
    try:
        with transaction.atomic():
            again = Payer(number="乙二")
            seal_into(again, account=ACCOUNT)
            again.save()
    except IntegrityError:
        log.exception("refused %r %s", payer, payer.account)
    try:
        Payer(number="丙三", note=b"clear").save()
    except TypeError:
        log.exception("refused")


def _dump() -> bytes:
    arguments, environment = connection_arguments()
    argv = [program("pg_dump"), *arguments, "--format", "plain"]
    done = subprocess.run(argv, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert b"donations_donation" in done.stdout
    return done.stdout


def _redis() -> bytes:
    """Every key with its value: the broker's messages, sessions, caches, counters."""
    client = redis.Redis.from_url(django_settings.REDIS_URL)
    try:
        parts = []
        for key in client.scan_iter(count=1000):
            kind = client.type(key)
            parts += [key, client.dump(key) or b""]
            if kind == b"list":
                parts += client.lrange(key, 0, -1)
            elif kind == b"hash":
                parts += [part for pair in client.hgetall(key).items() for part in pair]
            elif kind == b"string":
                parts.append(client.get(key) or b"")
        assert parts
        return b"\0".join(parts) + _bodies(parts)
    finally:
        client.close()


def _bodies(parts: list[bytes]) -> bytes:
    """The bodies of the broker's messages, which are base64 inside JSON."""
    found = []
    for part in parts:
        for piece in part.split(b'"'):
            try:
                found.append(base64.b64decode(piece, validate=True))
            except ValueError:
                continue
    return b"\0".join(found)


def test_columns_of_an_imported_list_that_nobody_asked_for_lie_nowhere_in_clear(
    committed_db: str, broker: Any, django_db_blocker: Any, tmp_path: Path, settings: Any
) -> None:
    with django_db_blocker.unblock():
        ground = make_ground()
        path = tmp_path / "list.csv"
        header = "捐赠日期,捐赠人,金额,备注,手机号,身份证号,付款账号"
        rows = [f"2026-01-05,示例甲{number},{number + 1}.00,,{PHONE},{IDENTITY},{ACCOUNT}" for number in range(30)]
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        batch = ground.post(ground.read_file(path))
        path.unlink()
        assert ground.gifts(batch).count() == 30
        answer = ground.client(ground.clerk).get(reverse("desk_batch_file", args=[batch.number]))
        assert ACCOUNT in b"".join(answer.streaming_content).decode()
        assert ReadLog.objects.filter(reader_id=ground.clerk.pk).count() == 1
        files = [one for one in Path(settings.PRIVATE_FILES_DIR).rglob("*") if one.is_file()]
        assert [one.name for one in files if found_in(one.read_bytes())] == []
        assert len(files) == 1
        assert found_in(_dump()) == []
