"""Whatever was changed in a report's files in the store, in its tables or in the log is found."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from core.files import path_of, store_file
from core.models import PublicRecord, StoredFile
from donations.models import Donation
from tests.transparency.verify_ground import Reports, changed_row, checks
from transparency.choices import FileVerdict
from transparency.models import LogLeaf, ReportFile, ReportRun
from transparency.services.verifying_reports import (
    check_report,
    examine_file,
    examine_sha256,
    verify_files,
)


@pytest.fixture(autouse=True)
def private_files(folder: Path, settings: Any) -> None:
    """The files of the module, in place of a folder for each test."""
    settings.PRIVATE_FILES_DIR = folder


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
