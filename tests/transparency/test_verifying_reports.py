"""A file is told for what it is, and whatever was changed in it, in the store, the tables or the log is found."""

from __future__ import annotations

import io
import json
import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject

from core.canonical import canonical_bytes
from core.errors import DomainError
from core.files import path_of, store_file
from core.models import PublicRecord, StoredFile
from donations.models import Donation
from tests import databases
from tests.transparency.verify_ground import NOTE, REPORTS, Reports
from transparency.choices import FileVerdict
from transparency.models import LogLeaf, ReportFile, ReportRun
from transparency.services.publishing import withdraw_run
from transparency.services.verifying_reports import (
    check_report,
    examine_file,
    examine_sha256,
    verify_files,
    volume_orders,
)
from transparency.services.verifying_reports.pdf_contents import contents
from transparency.services.verifying_reports.reading import MOST_BYTES, read_pdf

REPLICA = "SET session_replication_role = replica"
DATABASE = f"{databases.PREFIX}_verify"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the files of all tests here lie."""
    return tmp_path_factory.mktemp("verify")


@pytest.fixture(scope="module")
def reports(django_db_setup: None, django_db_blocker: Any, folder: Path) -> Iterator[Reports]:
    """Committed once for all tests here: they only read, or put back what they change."""
    with REPORTS.copy(django_db_blocker, DATABASE), django_db_blocker.unblock():
        REPORTS.copy_files(folder)
        with override_settings(PRIVATE_FILES_DIR=folder):
            yield REPORTS.fresh()


@pytest.fixture(autouse=True)
def private_files(folder: Path, settings: Any) -> None:
    """The files of the module, in place of a folder for each test."""
    settings.PRIVATE_FILES_DIR = folder


def as_file(data: bytes) -> io.BytesIO:
    return io.BytesIO(data)


def written(writer: PdfWriter) -> bytes:
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def with_embedded(path: Path, change: Callable[[str, bytes], bytes]) -> bytes:
    """A report written anew with other files inside, as a forger would."""
    reader = PdfReader(path)
    inside = {name: found[0] for name, found in reader.attachments.items()}
    writer = PdfWriter(clone_from=reader)
    del writer.root_object["/Names"]
    for name, data in inside.items():
        writer.add_attachment(name, change(name, data))
    return written(writer)


@contextmanager
def changed_row(table: str, where: str, column: str, value: Any) -> Iterator[None]:
    """One value changed by whoever may switch triggers off, and put back."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column}::text FROM {table} WHERE {where}")  # noqa: S608
        (before,) = cursor.fetchone()
    # Only what the tests themselves say.
    update = f"UPDATE {table} SET {column} = {{}} WHERE {where}"  # noqa: S608

    def literal(text: Any) -> str:
        return "'" + str(text).replace("'", "''") + "'"

    databases.as_superuser(REPLICA, update.format(literal(value)), database=DATABASE)
    try:
        yield
    finally:
        databases.as_superuser(REPLICA, update.format(literal(before)), database=DATABASE)


# What a file is ---------------------------------------------------------------------------------------------------


def test_the_newest_original_is_valid_with_its_report_and_its_place_in_the_log(reports: Reports) -> None:
    for answer in (
        examine_file(reports.path(reports.second)),
        examine_file(as_file(reports.path(reports.second).read_bytes())),
        examine_sha256(f"{reports.sha256(reports.second).upper()}  report.pdf\n"),
    ):
        assert answer.verdict == FileVerdict.VALID
        assert answer.report is not None
        assert answer.file is not None
        assert (answer.report.number, answer.report.version) == (reports.second.number, 2)
        assert answer.file.url == f"/reports/{reports.second.number}.pdf"
        assert answer.differences == ()
        leaf = LogLeaf.objects.get(record__kind="report", record__object_id=reports.second.pk)
        assert answer.record_index == leaf.index


def test_every_file_of_a_report_is_known(reports: Reports) -> None:
    for row in ReportFile.objects.filter(run=reports.second, file__size__gt=0).select_related("file"):
        answer = examine_sha256(row.file.sha256)
        assert answer.file is not None
        # The table of gifts is the same in both versions, and then the newest counts.
        is_unsigned = row.role in ("pdf", "volume")
        assert answer.verdict == (FileVerdict.UNSIGNED if is_unsigned else FileVerdict.VALID), row.role
        assert bool(answer.file.url) == (not is_unsigned and row.role not in ("rows", "checkpoint"))


def test_an_older_version_names_the_newer_one_with_its_note(reports: Reports) -> None:
    answer = examine_file(reports.path(reports.first))
    assert answer.verdict == FileVerdict.SUPERSEDED
    assert answer.newest is not None
    assert (answer.newest.number, answer.newest.correction_note) == (reports.second.number, NOTE)
    assert NOTE in answer.why
    assert answer.file is not None
    assert answer.file.url == f"/reports/{reports.first.number}.pdf"


def test_a_volume_says_which_it_is_and_which_rows_it_holds(reports: Reports) -> None:
    for part, rows in ((1, (1, 2)), (2, (3, 4)), (3, (5, 5))):
        answer = examine_file(reports.path(reports.second, "signed", part))
        assert answer.verdict == FileVerdict.VALID
        assert answer.file is not None
        assert (answer.file.volume, answer.file.first_row, answer.file.last_row) == (part, *rows)
        assert f"第 {part} 册，载明细第 {rows[0]} 至 {rows[1]} 行" in answer.why


def test_to_the_public_a_draft_looks_exactly_like_a_file_of_a_stranger(reports: Reports) -> None:
    draft = reports.path(reports.draft)
    stranger = PdfWriter()
    stranger.add_blank_page(100, 100)
    others = examine_file(as_file(written(stranger)))
    for source in (draft, as_file(draft.read_bytes() + b"\n% more")):
        told = examine_file(source)
        assert (told.verdict, told.why, told.advice) == (FileVerdict.NOT_OURS, others.why, others.advice)
        assert (told.report, told.file, told.right, told.differences, told.run_id) == (None, None, None, (), None)
    by_hash, unknown = examine_sha256(draft.name), examine_sha256("0" * 64)
    assert by_hash.as_dict() | {"sha256": ""} == unknown.as_dict() | {"sha256": ""}
    staff = examine_file(draft, for_staff=True)
    assert staff.verdict == FileVerdict.NOT_PUBLISHED
    assert staff.file is not None
    assert staff.file.url == ""
    assert "没有公开过" in staff.why


def test_a_report_that_was_withdrawn_for_a_name_is_said_to_be_so_with_the_reason(reports: Reports) -> None:
    withdraw_run(run_id=reports.first.pk, actor=reports.ground.people["publisher"], reason="示例：明细中出现了姓名")
    try:
        answer = examine_file(reports.path(reports.first))
        assert (answer.verdict, answer.file and answer.file.url) == (FileVerdict.WITHDRAWN, "")
        assert "示例：明细中出现了姓名" in answer.why
        assert checks(reports.first) == {}
    finally:
        databases.as_superuser(REPLICA, "DELETE FROM transparency_reportwithdrawal", database=DATABASE)


def test_where_there_are_signed_files_they_are_the_originals(reports: Reports) -> None:
    signed = reports.path(reports.second)
    main = examine_file(signed)
    assert main.verdict == FileVerdict.VALID
    assert main.file is not None
    assert main.file.url == f"/reports/{reports.second.number}.pdf"
    before = examine_file(reports.path(reports.second, "pdf"))
    assert before.verdict == FileVerdict.UNSIGNED
    assert before.right is not None
    assert (before.right.sha256, before.right.url) == (signed.name, main.file.url)
    assert before.file is not None
    assert before.file.url == ""
    broken = examine_file(as_file(signed.read_bytes() + b"more"))
    assert broken.verdict == FileVerdict.CHANGED
    assert broken.right is not None
    assert broken.right.sha256 == signed.name
    assert "追加" in broken.differences[-1]


# What was changed -------------------------------------------------------------------------------------------------


def test_another_figure_inside_is_named_with_both_values(reports: Reports) -> None:
    def change(name: str, data: bytes) -> bytes:
        if name != "snapshot.json":
            return data
        snapshot = json.loads(data)
        snapshot["totals"]["amount"] = "9999.00"
        return canonical_bytes(snapshot)

    answer = examine_file(as_file(with_embedded(reports.path(reports.second), change)))
    assert answer.verdict == FileVerdict.CHANGED
    assert answer.right is not None
    assert answer.right.url == f"/reports/{reports.second.number}.pdf"
    assert answer.right.sha256 == reports.sha256(reports.second)
    assert "内嵌数据 totals.amount：原件是“1500.00”，这份是“9999.00”。" in answer.differences
    assert any("snapshot.json 与原件不同" in said for said in answer.differences)


def test_another_table_inside_is_named(reports: Reports) -> None:
    changed = with_embedded(
        reports.path(reports.second),
        lambda name, data: data.replace(b"100.00", b"999.00") if name.endswith("2.csv") else data,
    )
    answer = examine_file(as_file(changed))
    assert answer.verdict == FileVerdict.CHANGED
    assert [said for said in answer.differences if ".csv 与原件不同" in said]
    assert not [said for said in answer.differences if "内嵌数据" in said]


def test_other_pages_around_the_same_figures_are_said_to_be_just_that(reports: Reports) -> None:
    writer = PdfWriter(clone_from=PdfReader(reports.path(reports.second)))
    writer.pages[0].rotate(90)
    answer = examine_file(as_file(written(writer)))
    assert answer.verdict == FileVerdict.CHANGED
    assert "内嵌的数据与原件相同" in answer.differences[0]


def test_a_changed_volume_is_held_against_the_volume_that_it_was(reports: Reports) -> None:
    data = bytearray(reports.path(reports.second, "signed", 2).read_bytes())
    place = data.index(b"endstream") - 30
    data[place] ^= 1
    answer = examine_file(as_file(bytes(data)))
    assert answer.verdict == FileVerdict.CHANGED
    assert answer.right is not None
    assert (answer.right.volume, answer.right.url) == (2, f"/reports/{reports.second.number}/volumes/2.pdf")
    assert f"从第 {place + 1:,} 字节起不同" in answer.differences[-1]


def test_what_was_added_behind_the_original_is_said(reports: Reports) -> None:
    answer = examine_file(as_file(reports.path(reports.second).read_bytes() + b"\n% added\n"))
    assert answer.verdict == FileVerdict.CHANGED
    assert "字节之后被追加了内容" in answer.differences[-1]


def test_an_old_version_that_was_changed_names_the_newest_too(reports: Reports) -> None:
    answer = examine_file(as_file(reports.path(reports.first).read_bytes() + b" "))
    assert answer.verdict == FileVerdict.CHANGED
    assert answer.newest is not None
    assert answer.newest.number == reports.second.number


@pytest.mark.parametrize(("role", "part"), [("pdf", 0), ("volume", 3)])
def test_no_byte_of_a_report_can_be_changed_unseen(reports: Reports, role: str, part: int) -> None:
    whole = reports.path(reports.second, role, part).read_bytes()

    @settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.integers(0, len(whole) - 1), st.integers(1, 255))
    def flip(place: int, bits: int) -> None:
        answer = examine_file(
            as_file(whole[:place] + bytes([whole[place] ^ bits]) + whole[place + 1 :]), for_staff=True
        )
        assert answer.verdict in (FileVerdict.CHANGED, FileVerdict.NOT_OURS)
        assert answer.verdict == FileVerdict.NOT_OURS or (answer.right and answer.right.part == part)

    flip()


# Files of strangers -----------------------------------------------------------------------------------------------


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


# What only the portal can check -----------------------------------------------------------------------------------


def checks(run: ReportRun) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    fresh = ReportRun.objects.unscoped("a test").select_related("branch", "corrects").get(pk=run.pk)
    for problem in check_report(fresh).problems:
        assert problem["message"]
        found.setdefault(problem["check"], []).append(problem)
    return found


def test_published_reports_that_nobody_touched_are_in_order(reports: Reports) -> None:
    assert checks(reports.first) == {}
    assert checks(reports.second) == {}
    found = verify_files(
        [reports.path(reports.second), *(reports.path(reports.second, "signed", n) for n in (1, 2, 3))]
    )
    assert (found.problems, found.notes) == ([], [])


def test_a_changed_or_lost_file_in_the_store_is_named(reports: Reports) -> None:
    for role, part in (("pdf", 0), ("snapshot", 0), ("rows", 0), ("csv", 2), ("volume", 2)):
        path = reports.path(reports.second, role, part)
        whole = path.read_bytes()
        try:
            path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
            (problem,) = checks(reports.second)["file_changed"]
            assert (problem["role"], problem["part"]) == (role, part)
            path.unlink()
            (problem,) = checks(reports.second)["file_missing"]
            assert (problem["role"], problem["part"]) == (role, part)
        finally:
            path.write_bytes(whole)
    assert checks(reports.second) == {}


def test_volumes_in_each_others_place_are_named(reports: Reports) -> None:
    rows = {row.part: row for row in ReportFile.objects.filter(run=reports.second, role="signed")}
    with (
        changed_row("transparency_reportfile", f"id = {rows[1].pk}", "file_id", rows[2].file_id),
        changed_row("transparency_reportfile", f"id = {rows[2].pk}", "file_id", rows[1].file_id),
    ):
        found = checks(reports.second)["files_differ"]
        assert [problem["part"] for problem in found] == [1, 2]
        assert "第 2 册" in found[0]["message"].partition("位置上")[2]
        # What the log says goes before the rows.
        answer = examine_file(path_of(rows[1].file.sha256))
        assert answer.verdict == FileVerdict.VALID
        assert answer.file is not None
        assert answer.file.volume == 1
    assert checks(reports.second) == {}


def test_a_volume_replaced_by_one_of_another_report_is_named(reports: Reports) -> None:
    other = ReportFile.objects.get(run=reports.first, role="volume", part=1)
    row = ReportFile.objects.get(run=reports.second, role="volume", part=1)
    with changed_row("transparency_reportfile", f"id = {row.pk}", "file_id", other.file_id):
        (problem,) = checks(reports.second)["files_differ"]
        assert (problem["role"], problem["part"]) == ("volume", 1)
        # The portal's own rows do not make a forged file genuine.
        forged = store_file([b"%PDF-1.7 forged"], name="a.pdf", content_type="x", data_class="P1", actor=None)
    with changed_row("transparency_reportfile", f"id = {row.pk}", "file_id", forged.pk):
        answer = examine_sha256(forged.sha256)
        assert answer.verdict == FileVerdict.CHANGED
        assert answer.right is not None
        assert (answer.right.sha256, answer.right.url) == (row.file.sha256, "")
    with changed_row("transparency_reportfile", f"id = {row.pk}", "file_id", other.file_id):
        (problem,) = checks(reports.second)["files_differ"]
        assert (problem["record"], problem["today"]) == (row.file.sha256, other.file.sha256)


def test_a_file_whose_row_was_changed_is_still_known_by_the_public_record(reports: Reports) -> None:
    path, stored = reports.path(reports.second), ReportFile.objects.get(run=reports.second, role="pdf").file
    with changed_row("core_storedfile", f"id = '{stored.pk}'", "sha256", "0" * 64):
        assert examine_file(path).verdict == FileVerdict.VALID
        found = checks(reports.second)
        assert (found["files_differ"][0]["role"], found["file_missing"][0]["role"]) == ("pdf", "pdf")


def test_other_figures_in_the_row_of_a_report_are_named(reports: Reports) -> None:
    where = f"id = {reports.second.pk}"
    with changed_row("transparency_reportrun", where, "log_to", reports.second.log_to + 1):
        assert [one["field"] for one in checks(reports.second)["record_differs"]] == ["log_to"]
    summary = json.dumps({**reports.second.summary, "amount": "1.00"})
    with changed_row("transparency_reportrun", where, "summary", summary):
        assert [one["field"] for one in checks(reports.second)["record_differs"]] == ["amount"]
    with changed_row("transparency_reportrun", where, "status", "ready"):
        assert "status_differs" in checks(reports.second)


def test_a_changed_public_record_is_named(reports: Reports) -> None:
    record = PublicRecord.objects.get(kind="report", object_id=reports.second.pk)
    other = record.record.replace('"amount":"1500.00"', '"amount":"1.00"')
    with changed_row("core_publicrecord", f"id = {record.pk}", "record", other):
        found = checks(reports.second)
        assert {"record_changed", "record_differs", "tile_differs", "root_differs"} <= set(found)
    with changed_row("core_publicrecord", f"id = {record.pk}", "leaf_hash", "\\x" + "00" * 32):
        assert set(checks(reports.second)) == {"record_changed"}
    with changed_row("core_publicrecord", f"id = {record.pk}", "object_id", 999_999):
        assert set(checks(reports.second)) == {"record_missing"}
    assert checks(reports.second) == {}


def test_a_changed_log_is_named(reports: Reports) -> None:
    index = LogLeaf.objects.get(record__kind="report", record__object_id=reports.second.pk).index
    with connection.cursor() as cursor:
        cursor.execute("SELECT encode(hashes, 'hex') FROM transparency_logtile WHERE level = 0 AND index = 0")
        (hashes,) = cursor.fetchone()
    own, others = index * 64, (0 if index else 1) * 64
    for at, expected in ((own, {"tile_differs"}), (others, {"root_differs"})):
        forged = hashes[:at] + ("00" if hashes[at : at + 2] != "00" else "11") + hashes[at + 2 :]
        with changed_row("transparency_logtile", "level = 0 AND index = 0", "hashes", "\\x" + forged):
            assert set(checks(reports.second)) == expected
    with changed_row(
        "transparency_logcheckpoint", "size = (SELECT max(size) FROM transparency_logcheckpoint)", "note", "x"
    ):
        assert set(checks(reports.second)) == {"bad_checkpoint"}
    with changed_row("transparency_logleaf", f"index = {index}", "record_id", 999_999):
        assert set(checks(reports.second)) == {"record_not_in_log"}


def test_books_that_were_changed_afterwards_disagree_with_the_report(reports: Reports) -> None:
    gift = Donation.objects.unscoped("a test").order_by("pk")[0]
    with changed_row("donations_donation", f"id = {gift.pk}", "amount", "99.00"):
        found = checks(reports.second)
        assert "figures_differ" in found


def test_an_organisation_renamed_since_is_a_note_and_no_fault(reports: Reports) -> None:
    with changed_row("organizations_branch", "code = '33'", "name", "示例改名红十字会"):
        fresh = ReportRun.objects.unscoped("a test").select_related("branch", "corrects").get(pk=reports.second.pk)
        found = check_report(fresh)
        assert found.problems == []
        assert "名称是报告固定以后改的" in found.notes[0]


def test_a_signed_file_that_does_not_begin_with_the_unsigned_one_is_named(reports: Reports) -> None:
    row = ReportFile.objects.get(run=reports.second, role="signed", part=0)
    other = StoredFile.objects.get(pk=ReportFile.objects.get(run=reports.first, role="pdf").file_id)
    with changed_row("transparency_reportfile", f"id = {row.pk}", "file_id", other.pk):
        assert {"prefix_differs", "snapshot_differs", "files_differ"} <= set(checks(reports.second))


# The command ------------------------------------------------------------------------------------------------------


def command(*paths: Path) -> tuple[int, dict[str, Any]]:
    said, status = StringIO(), 0
    try:
        call_command("verify_report", *map(str, paths), json=True, stdout=said, stderr=StringIO())
    except SystemExit as ended:
        status = int(str(ended.code))
    return status, json.loads(said.getvalue())


def named(path: Path, folder: Path, name: str) -> Path:
    target = folder / name
    target.write_bytes(path.read_bytes())
    return target


def test_the_command_ends_with_0_1_and_2(reports: Reports, tmp_path: Path) -> None:
    status, said = command(reports.path(reports.second))
    assert (status, said["ok"], said["checked"], said["problems"]) == (0, True, 1, [])
    assert said["files"][0]["verdict"] == "valid"
    status, said = command(reports.path(reports.first))
    assert (status, [one["check"] for one in said["problems"]]) == (1, ["superseded"])
    status, said = command(reports.path(reports.draft))
    assert (status, [one["check"] for one in said["problems"]]) == (1, ["not_published"])
    changed = tmp_path / "changed.pdf"
    changed.write_bytes(reports.path(reports.second).read_bytes() + b" ")
    status, said = command(changed)
    assert (status, [one["check"] for one in said["problems"]]) == (1, ["changed"])
    status, said = command(tmp_path / "nothing.pdf")
    assert (status, said["code"]) == (2, "file_unreadable")
    plain = StringIO()
    call_command("verify_report", str(reports.path(reports.second)), stdout=plain)
    assert "全部相符" in plain.getvalue()


def test_a_signature_that_does_not_hold_or_is_anothers_is_named(reports: Reports) -> None:
    with changed_row("transparency_reportrun", f"id = {reports.second.pk}", "signer_sha256", "0" * 64):
        reports.second.refresh_from_db()
        found = checks(reports.second)
        assert {one["part"] for one in found["signer_differs"]} == {0, 1, 2, 3}
        assert "record_differs" in found
    reports.second.refresh_from_db()
    unsigned = ReportFile.objects.get(run=reports.second, role="pdf").file_id
    row = ReportFile.objects.get(run=reports.second, role="signed", part=0)
    with changed_row("transparency_reportfile", f"id = {row.pk}", "file_id", unsigned):
        assert "signature_broken" in checks(reports.second)
    assert checks(reports.second) == {}


def test_a_volume_handed_over_as_another_is_named(reports: Reports, tmp_path: Path) -> None:
    volumes = [reports.path(reports.second, "signed", part) for part in (1, 2, 3)]
    assert command(*volumes)[0] == 0
    status, said = command(volumes[0], volumes[2], volumes[1])
    assert (status, [one["check"] for one in said["problems"]]) == (1, ["volume_order"])
    number = reports.second.number
    rightly = [named(path, tmp_path, f"{number}-{part}.pdf") for part, path in enumerate(volumes, start=1)]
    assert command(*rightly[::-1])[0] == 0
    status, said = command(named(volumes[0], tmp_path, f"{number}-2.pdf"))
    assert (status, said["problems"][0]["volume"]) == (1, 1)


def test_names_and_places_say_which_volume_is_meant() -> None:
    assert volume_orders([("a.pdf", 1), ("main.pdf", None), ("b.pdf", 2), ("c.pdf", 3)]) == []
    assert volume_orders([("a.pdf", 2), ("b.pdf", 1)]) == [(2, "b.pdf", 1)]
    assert volume_orders([("33-2025-R00000001-2.pdf", 1)]) == [(1, "33-2025-R00000001-2.pdf", 1)]
    assert volume_orders([("33-2025-R00000001-2 (1).pdf", 2), ("33-2025-R00000001-10.pdf", 10)]) == []
