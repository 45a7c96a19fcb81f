"""What the doctor says of the public log, and what pages say of a record that no signed head covers."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from core.clock import frozen_at, now
from core.diagnosis import Finding, Level, examine
from core.models import RestoreMark
from core.outbox import write_record
from tests.transparency.log_ground import grow, place
from transparency.models import LogMirror
from transparency.selectors.public_log import is_signed
from transparency.services.diagnosis import log_key, log_progress
from transparency.services.mirroring import copy_log
from transparency.services.tiling import tile_leaves

pytestmark = pytest.mark.django_db


@pytest.fixture
def key_file(settings: Any, tmp_path: Path) -> Path:
    """The key of the tests in a file of its own, as it should be."""
    path = tmp_path / "log_keys.json"
    path.write_text(Path(settings.LOG_KEY_FILE).read_text())
    path.chmod(0o600)
    settings.LOG_KEY_FILE = path
    return path


def later(minutes: int) -> Any:
    return frozen_at(now() + datetime.timedelta(minutes=minutes))


def said(findings: Iterator[Finding]) -> list[tuple[Level, str]]:
    return [(one.level, one.text) for one in findings]


def test_the_doctor_has_a_line_for_the_key_and_one_for_the_log(key_file: Path) -> None:
    grow(3)
    lines = {finding.subject: finding.level for finding in examine()}
    assert lines["日志密钥"] == Level.FINE
    assert lines["公开日志"] == Level.FINE


def test_a_key_that_others_can_read_is_wrong(key_file: Path) -> None:
    assert [level for level, _text in said(log_key())] == [Level.FINE]
    for mode in (0o640, 0o604):
        key_file.chmod(mode)
        [(level, text)] = said(log_key())
        assert level == Level.WRONG
        assert "能被别的用户读取" in text


def test_a_key_of_another_origin_is_wrong(key_file: Path) -> None:
    grow(3)
    raw = json.loads(key_file.read_text())
    key_file.write_text(json.dumps({**raw, "origin": "other.example/log"}))
    [(level, text)] = said(log_key())
    assert level == Level.WRONG
    assert "other.example/log" in text


def test_a_key_that_is_not_here_is_wrong_only_where_something_waits_for_it(settings: Any, key_file: Path) -> None:
    grow(3)
    settings.LOG_KEY_FILE = key_file.with_name("gone.json")
    assert [level for level, _text in said(log_key())] == [Level.ATTENTION]
    place(1)
    assert [level for level, _text in said(log_key())] == [Level.WRONG]
    key_file.write_text("{}")
    settings.LOG_KEY_FILE = key_file
    assert [level for level, _text in said(log_key())] == [Level.WRONG]


def test_a_head_that_is_not_signed_for_ten_minutes_is_wrong() -> None:
    grow(3)
    place(1)
    tile_leaves()
    with later(9):
        assert [level for level, _text in said(log_progress())] == [Level.FINE]
    with later(12):
        [(level, text)] = said(log_progress())
    assert level == Level.WRONG
    assert "还没有签名" in text


def test_a_record_without_a_place_for_ten_minutes_is_wrong() -> None:
    write_record(kind="test", subject="T1", object_id=1, branch_code="33", body={"n": 1})
    with later(9):
        assert [level for level, _text in said(log_progress())] == [Level.FINE]
    with later(12):
        [(level, text)] = said(log_progress())
    assert level == Level.WRONG
    assert "排号" in text


def test_a_log_that_is_held_says_what_to_run_and_serves_no_head() -> None:
    grow(3)
    assert Client().get("/log/checkpoint").status_code == 200
    RestoreMark.objects.create(
        backup_id="00000000-0000-0000-0000-000000000001", backup_made_at=now(), restored_at=now()
    )
    [finding] = log_progress()
    assert (finding.level, "resume_log" in finding.remedy) == (Level.ATTENTION, True)
    answer = Client().get("/log/checkpoint")
    assert (answer.status_code, answer["Retry-After"]) == (503, "600")
    assert "备份恢复" in answer.content.decode()


def test_a_copy_that_is_behind_or_broken_is_said(settings: Any, tmp_path: Path) -> None:
    settings.LOG_MIRROR_DIR = tmp_path / "mirror"
    grow(3)
    copy_log()
    assert [level for level, _text in said(log_progress())] == [Level.FINE]
    grow(3)
    with later(9):
        assert [level for level, _text in said(log_progress())] == [Level.FINE]
    with later(12):
        [(level, text)] = said(log_progress())
        assert level == Level.ATTENTION
        assert "已复制 3 条，已签名 6 条" in text
    settings.LOG_MIRROR_DIR.chmod(0o700)
    (settings.LOG_MIRROR_DIR / "tile/0/000.p/6").write_bytes(b"x")
    copy_log()
    [(level, text)] = said(log_progress())
    assert level == Level.WRONG
    assert "mirror_differs" in text
    assert LogMirror.objects.get().size == 3


def test_a_record_is_signed_once_a_head_covers_it() -> None:
    assert not is_signed(None)
    assert not is_signed(0)
    grow(3)
    place(1)
    assert [is_signed(index) for index in (0, 2, 3)] == [True, True, False]
