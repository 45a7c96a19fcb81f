"""A file is told for what it is, and whatever was changed in it is named; the command says the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter

from core.canonical import canonical_bytes
from tests import databases
from tests.transparency.verify_ground import DATABASE, NOTE, REPLICA, Reports, as_file, changed_row, checks, written
from transparency.choices import FileVerdict
from transparency.models import LogLeaf, ReportFile
from transparency.services.publishing import withdraw_run
from transparency.services.verifying_reports import (
    examine_file,
    examine_sha256,
    volume_orders,
)


@pytest.fixture(autouse=True)
def private_files(folder: Path, settings: Any) -> None:
    """The files of the module, in place of a folder for each test."""
    settings.PRIVATE_FILES_DIR = folder


def with_embedded(path: Path, change: Callable[[str, bytes], bytes]) -> bytes:
    """A report written anew with other files inside, as a forger would."""
    reader = PdfReader(path)
    inside = {name: found[0] for name, found in reader.attachments.items()}
    writer = PdfWriter(clone_from=reader)
    del writer.root_object["/Names"]
    for name, data in inside.items():
        writer.add_attachment(name, change(name, data))
    return written(writer)


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
