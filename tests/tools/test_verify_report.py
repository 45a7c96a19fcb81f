"""tools/verify.py report: a downloaded file, its public record and a kept checkpoint, without the portal."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.clock import now
from core.outbox import write_record
from tests.tools.test_verify import run
from tests.transparency.log_ground import grow
from transparency.models import LogCheckpoint, LogHead, LogLeaf
from transparency.notes import Checkpoint, Note, parse_checkpoint, parse_note
from transparency.selectors.public_log import log_verifiers
from transparency.services.log_keys import read_log_keys
from transparency.services.signing import sign_checkpoint
from transparency.services.tiling import tile_leaves

pytestmark = pytest.mark.django_db

UNSIGNED, VOLUME = b"%PDF-1.7 the report " * 50, b"%PDF-1.7 a volume " * 70
SIGNED, SIGNED_VOLUME = UNSIGNED + b"\nsignature", VOLUME + b"\nsignature"
FILES = {("pdf", 0): UNSIGNED, ("signed", 0): SIGNED, ("signed", 2): SIGNED_VOLUME, ("volume", 2): VOLUME}
OTHER_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"


def write_report(files: dict[tuple[str, int], bytes], **over: Any) -> int:
    """Put the public record of a report into the log; its place."""
    body = {
        "schema": "report-published/1",
        "number": "33-2026-R00000007",
        "version": 2,
        "files": [
            {"role": role, "part": part, "sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
            for (role, part), data in files.items()
        ],
        **over,
    }
    head = LogHead.objects.get(pk=1)
    record = write_record(kind="report", subject="R", object_id=10_000 + head.size, branch_code="33", body=body)
    LogLeaf.objects.create(index=head.size, record=record, sequenced_at=now())
    LogHead.objects.filter(pk=1).update(size=head.size + 1)
    tile_leaves()
    sign_checkpoint()
    return int(head.size)


@pytest.fixture
def save(client: Client, tmp_path: Path) -> Callable[..., Path]:
    """Save an address or bytes as a file."""

    def write(name: str, source: str | bytes) -> Path:
        path = tmp_path / name
        data = source
        if isinstance(source, str):
            response = client.get(source)
            assert response.status_code == 200, source
            data = response.content
        path.write_bytes(data)  # type: ignore[arg-type]
        return path

    return write


@pytest.fixture
def place() -> int:
    """A log of 8 records, the report's, and 40 more."""
    grow(8)
    index = write_report(FILES)
    grow(40)
    return index


@pytest.fixture
def record(place: int, save: Callable[..., Path]) -> Path:
    """The report's record with its proof."""
    return save("record.json", f"/api/v1/log/records/{place}/")


@pytest.fixture
def key(place: int) -> str:
    """The log's key."""
    return log_verifiers()[0]


def test_each_file_that_the_record_lists_is_accepted_for_what_it_is(
    record: Path, key: str, save: Callable[..., Path]
) -> None:
    for data, words in (
        (SIGNED, f"已签名的文件，前 {len(UNSIGNED)} 字节就是签名前的文件"),
        (SIGNED_VOLUME, f"已签名的文件第 2 册，前 {len(VOLUME)} 字节就是签名前的文件"),
        (UNSIGNED, "是签名以前的文件"),
        (VOLUME, "明细分册第 2 册"),
    ):
        status, said = run("report", save("file.pdf", data), "--record", record, "--key", key)
        assert status == 0, said
        assert words in said
        assert "报告 33-2026-R00000007 第 2 版" in said
        assert [line[:2] for line in said.strip().splitlines()] == ["相符", "相符"]


def test_a_report_without_signed_files_is_accepted_too(place: int, key: str, save: Callable[..., Path]) -> None:
    index = write_report({("pdf", 0): b"%PDF-1.4 other"}, number="33-2026-R00000008")
    path = save("record.json", f"/api/v1/log/records/{index}/")
    status, said = run("report", save("file.pdf", b"%PDF-1.4 other"), "--record", path, "--key", key)
    assert (status, "主报告（PDF）" in said, "签名以前" in said) == (0, True, False)


def test_no_byte_can_be_changed_unseen(record: Path, key: str, save: Callable[..., Path]) -> None:
    @settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.integers(0, len(SIGNED) - 1), st.integers(1, 255))
    def flip(at: int, bits: int) -> None:
        path = save("file.pdf", SIGNED[:at] + bytes([SIGNED[at] ^ bits]) + SIGNED[at + 1 :])
        assert run("report", path, "--record", record, "--key", key)[0] == 1

    flip()
    status, said = run("report", save("file.pdf", SIGNED + b"more"), "--record", record, "--key", key)
    assert (status, "后面被追加了 4 字节" in said or "后面被追加了" in said) == (1, True)
    status, said = run("report", save("file.pdf", b"other"), "--record", record, "--key", key)
    assert (status, "没有列在" in said) == (1, True)


def test_a_signed_file_that_does_not_begin_with_the_unsigned_one_is_found(
    place: int, key: str, save: Callable[..., Path]
) -> None:
    swapped = b"%PDF-1.7 another report" * 60
    for files, words in (
        ({("pdf", 0): UNSIGNED, ("signed", 0): swapped}, "不是以签名前的文件开头"),
        ({("signed", 0): swapped}, "没有列出签名前的文件"),
    ):
        index = write_report(files)
        path = save("record.json", f"/api/v1/log/records/{index}/")
        status, said = run("report", save("file.pdf", swapped), "--record", path, "--key", key)
        assert (status, words in said) == (1, True), said


def test_a_changed_record_proof_or_key_is_refused(record: Path, key: str, save: Callable[..., Path]) -> None:
    file, whole = save("file.pdf", SIGNED), json.loads(record.read_text())
    for changes in (
        {"record": whole["record"].replace('"version":2', '"version":3')},
        {"index": whole["index"] + 1},
        {"proof": whole["proof"][::-1]},
        {"checkpoint": whole["checkpoint"].replace("\n49\n", "\n48\n")},
    ):
        changed = save("changed.json", json.dumps({**whole, **changes}).encode())
        assert run("report", file, "--record", changed, "--key", key)[0] == 1, changes
    assert run("report", file, "--record", record, "--key", OTHER_KEY)[0] == 1
    for missing in (["--record", record.parent / "none.json"], []):
        assert run("report", file, *missing, "--key", key)[0] == 2
    assert run("report", record.parent / "none.pdf", "--record", record, "--key", key)[0] == 2


def test_a_record_of_something_else_proves_no_report(place: int, key: str, save: Callable[..., Path]) -> None:
    path = save("record.json", "/api/v1/log/records/0/")
    status, said = run("report", save("file.pdf", SIGNED), "--record", path, "--key", key)
    assert (status, "不是一份报告的公开记录" in said) == (1, True)


def test_a_kept_checkpoint_must_lead_to_that_of_the_record(
    place: int, record: Path, key: str, save: Callable[..., Path]
) -> None:
    file = save("file.pdf", SIGNED)
    ask = ("report", file, "--record", record, "--key", key, "--checkpoint")
    notes = {one.size: one.note for one in LogCheckpoint.objects.all()}
    old, mine = save("old", notes[8].encode()), save("mine", notes[49].encode())
    assert run(*ask, mine)[0] == 0
    status, said = run(*ask, old)
    assert (status, "from=8&size=49" in said) == (2, True)
    growth = save("growth.json", "/api/v1/log/consistency/?from=8&size=49")
    status, said = run(*ask, old, "--growth", growth)
    assert (status, "只增加、没有改写" in said) == (0, True)
    # A later head than the record's works the other way round.
    grow(20)
    later = save("later", LogCheckpoint.objects.get(size=69).note.encode())
    between = save("between.json", "/api/v1/log/consistency/?from=49&size=69")
    assert run(*ask, later, "--growth", between)[0] == 0
    # The right proof of two other heads says nothing about these.
    assert run(*ask, old, "--growth", between)[0] == 2


def test_a_kept_checkpoint_of_a_log_that_was_written_anew_is_found(
    place: int, record: Path, key: str, save: Callable[..., Path]
) -> None:
    own = read_log_keys().keys[0]

    def rewritten(size: int) -> bytes:
        said = parse_checkpoint(parse_note(LogCheckpoint.objects.get(size=size).note).text)
        other = Checkpoint(said.origin, said.size, b"\x07" * 32)
        return str(Note(other.text, (own.sign(other.text),))).encode()

    ask = ("report", save("file.pdf", SIGNED), "--record", record, "--key", key, "--checkpoint")
    status, said = run(*ask, save("mine", rewritten(49)))
    assert (status, "日志被改写过" in said) == (1, True)
    growth = save("growth.json", "/api/v1/log/consistency/?from=8&size=49")
    status, said = run(*ask, save("old", rewritten(8)), "--growth", growth)
    assert (status, "日志被改写过" in said) == (1, True)
