"""The doctor, asked by a person at the command line about real servers."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg2
import pytest
from django.db import connection

from core import clock
from core.diagnosis import Level, examine
from core.models import Message
from core.notifying import bind_wechat, leave_message
from redcross_portal import environment as reading
from redcross_portal.environment import BASE_DIR
from redcross_portal.first_secrets import make_missing_secrets
from tests import databases
from tests.workers import wait_for

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def durable_server(django_db_setup: None) -> Iterator[None]:
    """The server of the tests waits for the disk, as one that is set up rightly does."""
    databases.make_durable(True)
    _until_durable("on")
    yield
    databases.make_durable(False)


def _until_durable(word: str) -> None:
    def told() -> bool:
        with closing(psycopg2.connect(databases.superuser_url("postgres"))) as asked, asked.cursor() as cursor:
            cursor.execute("SELECT current_setting('fsync'), current_setting('full_page_writes')")
            return bool(cursor.fetchone() == (word, word))

    wait_for(told, what=f"fsync {word}")


@pytest.fixture
def environment(clean_environment: dict[str, str], data_dir: Path) -> dict[str, str]:
    """A portal set up rightly: secrets, a migrated database as the application's role, a broker."""
    make_missing_secrets(data_dir)
    return {**clean_environment, "DATABASE_URL": _url("portal_app"), "REDIS_URL": reading.env_redis("REDIS_URL")}


def _url(role: str) -> str:
    settings = connection.settings_dict
    return reading.database_url(user=role, name=settings["NAME"], socket_dir=Path(settings["HOST"]))


def _doctor(environment: dict[str, str]) -> tuple[int, dict[str, Any]]:
    argv = [sys.executable, str(BASE_DIR / "manage.py"), "doctor", "--json"]
    done = subprocess.run(argv, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, json.loads(done.stdout)


def _wrong(report: dict[str, Any]) -> set[str]:
    return {problem["subject"] for problem in report["problems"] if problem["level"] == "wrong"}


def test_a_portal_that_is_set_up_rightly_has_nothing_wrong(environment: dict[str, str]) -> None:
    status, report = _doctor(environment)
    assert (status, report["ok"], _wrong(report)) == (0, True, set()), report


def test_each_subject_is_one_line_with_its_word(environment: dict[str, str]) -> None:
    argv = [sys.executable, str(BASE_DIR / "manage.py"), "doctor"]
    said = subprocess.run(argv, env=environment, capture_output=True, text=True, check=False).stdout.splitlines()
    assert all(line.split("  ")[0] in {"正常", "注意", "错误"} for line in said)
    for subject in ("设置", "数据库", "消息队列", "后台进程", "短消息", "字体", "密钥", "磁盘", "时钟"):
        assert any(f"  {subject}：" in line for line in said), subject


@pytest.mark.parametrize("role", ["portal_owner", "portal_superuser"])
def test_an_application_that_connects_with_too_many_rights_is_wrong(environment: dict[str, str], role: str) -> None:
    status, report = _doctor({**environment, "DATABASE_URL": _url(role)})
    assert status == 1
    assert _wrong(report) == {"数据库角色"}


@pytest.mark.skipif(
    not os.environ.get("TEST_DATABASE_IS_OURS"), reason="the server that is named is not ours to change"
)
def test_a_server_that_does_not_wait_for_the_disk_is_wrong(db: None) -> None:
    databases.make_durable(False)
    _until_durable("off")
    try:
        found = wait_for(
            lambda: [one for one in examine() if one.level == Level.WRONG and "断电" in one.text], what="it"
        )
        assert found[0].subject == "数据库"
    finally:
        databases.make_durable(True)
        _until_durable("on")


def test_servers_that_cannot_be_reached_are_named_and_the_rest_is_still_asked(environment: dict[str, str]) -> None:
    nowhere = {"DATABASE_URL": "postgresql://u@127.0.0.1:1/x", "REDIS_URL": "redis://127.0.0.1:1/0"}
    status, report = _doctor({**environment, **nowhere})
    assert status == 1
    assert {"数据库", "消息队列"} <= _wrong(report)
    assert "字体" not in _wrong(report)


def test_a_broken_keyring_is_wrong(environment: dict[str, str]) -> None:
    status, report = _doctor({**environment, "PORTAL_KEYS": '{"active": "k1", "keys": {"k1": "dG9vIHNob3J0"}}'})
    assert status == 1
    assert "密钥" in _wrong(report)


def test_a_secret_that_others_can_read_is_wrong(environment: dict[str, str], data_dir: Path) -> None:
    (data_dir / "secrets" / "secret_key").chmod(0o644)
    status, report = _doctor(environment)
    assert status == 1
    assert _wrong(report) == {"密钥"}


def test_an_unmigrated_database_is_wrong(environment: dict[str, str]) -> None:
    empty = urlsplit(environment["DATABASE_URL"])._replace(path="/postgres").geturl()
    status, report = _doctor({**environment, "DATABASE_URL": empty})
    assert status == 1
    assert "数据库结构" in _wrong(report)


def test_a_process_that_fell_silent_is_noted(db: None) -> None:
    findings = [finding for finding in examine() if finding.subject == "后台进程"]
    assert {finding.level for finding in findings} == {Level.ATTENTION}
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_heartbeat (name, at) VALUES ('worker', now()), ('beat', now() - interval '1 day')"
        )
    levels = [finding.level for finding in examine() if finding.subject == "后台进程"]
    assert levels == [Level.FINE, Level.ATTENTION]


def _messages() -> list[tuple[Level, str]]:
    return [(finding.level, finding.text) for finding in examine() if finding.subject == "短消息"]


def test_the_way_of_messages_is_told_with_what_is_missing(db: None, settings: Any) -> None:
    settings.NOTIFIER = "off"
    assert _messages() == [(Level.ATTENTION, "没有开通，捐赠人不能查看“我的捐赠”")]
    settings.NOTIFIER, settings.SMS_SIGN_NAME, settings.SMS_TEMPLATES = "aliyun", "示例会", {"code": ("S1", ())}
    way, missing = _messages()
    assert way == (Level.FINE, "阿里云短信，签名“示例会”")
    assert missing[0] == Level.ATTENTION
    assert "SMS_TEMPLATE_ANSWERED" in missing[1]
    settings.SMS_TEMPLATES = {"code": ("S1", ()), "answered": ("S2", ())}
    settings.WECHAT_APP_ID = "wx0000"
    bind_wechat(phone="13800000000", openid="示例账号", consent_version="示例版")
    assert _messages() == [way, (Level.FINE, "微信服务号已设置，1 人绑定")]


def test_messages_that_did_not_go_are_counted_by_their_code(db: None, settings: Any) -> None:
    settings.NOTIFIER = "gateway"
    failures = ("isv.AMOUNT_NOT_ENOUGH", "too_late", "too_late", "")
    for failure in failures:
        message = leave_message(phone="13800000000", text="示例", purpose="giver.code", give_up_at=clock.now())
        Message.objects.filter(pk=message.pk).update(failure=failure)
    Message.objects.filter(failure="isv.AMOUNT_NOT_ENOUGH").update(created_at=clock.now() - timedelta(days=2))
    assert _messages() == [(Level.FINE, "自建网关"), (Level.ATTENTION, "过去一天没有发出的：too_late 2")]
