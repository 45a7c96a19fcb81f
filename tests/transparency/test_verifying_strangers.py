"""Files of strangers: whatever they are, they do no harm and are never taken for ours."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject

from core.errors import DomainError
from tests.transparency.verify_ground import Reports, as_file, written
from transparency.choices import FileVerdict
from transparency.services.verifying_reports import (
    examine_file,
    examine_sha256,
)
from transparency.services.verifying_reports.pdf_contents import contents
from transparency.services.verifying_reports.reading import MOST_BYTES, read_pdf


@pytest.fixture(autouse=True)
def private_files(folder: Path, settings: Any) -> None:
    """The files of the module, in place of a folder for each test."""
    settings.PRIVATE_FILES_DIR = folder


def zip_bomb(size: int) -> bytes:
    """A PDF whose embedded file is small and unpacks to `size` bytes."""
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.add_attachment("snapshot.json", b"MARKER")
    data = written(writer)
    packing = zlib.compressobj(9)
    piece = b"0" * (1 << 20)
    packed = b"".join([*(packing.compress(piece) for _n in range(size >> 20)), packing.flush()])
    head = re.search(rb"/Length 6\n?>>\nstream\nMARKER\nendstream|/Length 6[^>]*>>\s*stream\s+MARKER\s+endstream", data)
    assert head is not None
    body = head[0].replace(b"/Length 6", b"/Filter /FlateDecode /Length %d" % len(packed)).replace(b"MARKER", packed)
    return data[: head.start()] + body + data[head.end() :]


def encrypted() -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.encrypt("示例")
    return written(writer)


def round_in_a_circle() -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.add_attachment("snapshot.json", b"{}")
    tree = writer._add_object(DictionaryObject())
    tree.get_object()[NameObject("/Kids")] = ArrayObject([tree, tree])
    writer.root_object["/Names"][NameObject("/EmbeddedFiles")] = tree
    return written(writer)


def deeply_nested() -> bytes:
    return b"%PDF-1.7\n1 0 obj\n" + b"[" * 200_000 + b"\nendobj\ntrailer\n<</Root 1 0 R>>\n%%EOF\n"


@pytest.mark.parametrize(
    ("name", "made", "problem"),
    [
        ("nothing", lambda: b"", "not_a_pdf"),
        ("text", lambda: "虚构文字".encode() * 1000, "not_a_pdf"),
        ("encrypted", encrypted, "encrypted"),
        ("head alone", lambda: b"%PDF-1.7\n", "broken"),
        ("nested", deeply_nested, "broken"),
        ("in a circle", round_in_a_circle, "too_much"),
        ("bomb", lambda: zip_bomb(600 << 20), "too_much"),
    ],
)
def test_a_hostile_file_is_none_of_ours_and_does_no_harm(
    reports: Reports, name: str, made: Callable[[], bytes], problem: str, tmp_path: Path
) -> None:
    path = tmp_path / "file"
    path.write_bytes(made())
    with path.open("rb") as file:
        assert read_pdf(file).problem == problem, name
    answer = examine_file(path)
    assert answer.verdict == FileVerdict.NOT_OURS
    assert answer.why
    assert answer.report is None


def test_a_truncated_report_is_never_valid_and_says_so(reports: Reports) -> None:
    whole = reports.path(reports.second).read_bytes()
    for length in (10, len(whole) // 2, len(whole) - 1):
        answer = examine_file(as_file(whole[:length]))
        assert answer.verdict in (FileVerdict.CHANGED, FileVerdict.NOT_OURS)
        if answer.verdict == FileVerdict.CHANGED:
            assert "没有下载完整" in answer.differences[-1]


def test_a_snapshot_of_a_forger_with_other_types_breaks_nothing(reports: Reports) -> None:
    for said in (b"[]", b"7", b"{", b'{"number": {"a": []}}', b'{"number": "33-2025-R99999999"}', b"[" * 100_000):
        writer = PdfWriter()
        writer.add_blank_page(100, 100)
        writer.add_attachment("snapshot.json", said)
        assert examine_file(as_file(written(writer))).verdict == FileVerdict.NOT_OURS
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.add_attachment("snapshot.json", json.dumps({"number": reports.second.number, "totals": [1, [2]]}).encode())
    answer = examine_file(as_file(written(writer)))
    assert answer.verdict == FileVerdict.CHANGED
    assert any("缺少内嵌的文件" in said for said in answer.differences)


def test_a_file_that_is_too_large_is_refused_before_it_is_read(reports: Reports, tmp_path: Path) -> None:
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    with pytest.raises(DomainError) as refusal:
        examine_file(path)
    assert refusal.value.code == "file_too_large"
    with pytest.raises(DomainError, match="读不出来"):
        examine_file(tmp_path / "missing")
    for text in ("", "abc", "g" * 64, "0" * 63, "0" * 65):
        with pytest.raises(DomainError, match="64 位"):
            examine_sha256(text)


def test_the_reader_of_strangers_files_works_by_itself(reports: Reports) -> None:
    with reports.path(reports.second).open("rb") as file:
        found = contents(file)
    assert reports.second.number in found["subject"]
    assert json.loads(found["snapshot"])["number"] == reports.second.number
    assert {one["name"] for one in found["embedded"]} >= {"snapshot.json", f"{reports.second.number}-v2.csv"}
