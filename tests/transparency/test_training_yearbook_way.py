"""The way of a training yearbook: by the calendar, published, read, verified, corrected; forgeries are found."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from core.clock import frozen_at
from core.errors import DomainError
from core.files import path_of
from core.models import PublicRecord
from core.progress import NoProgress
from tests import databases
from tests.standing import Standing
from tests.transparency.ground import moment, place_all
from tests.transparency.other_hands import REPLICA
from tests.transparency.test_training_yearbook import snapshot_of
from tests.transparency.training_ground import YEAR, YEARBOOK, Year
from tests.transparency.verify_ground import sign_log
from transparency.choices import FileVerdict, ReportScope, RunStatus
from transparency.models import Anomaly, DisclosureItem, ReportRun
from transparency.rendering.package import field_meanings
from transparency.selectors.report_files import belongings
from transparency.services.publishing import withdraw_run
from transparency.services.publishing_checks import publishing_checks
from transparency.services.runs import correct_run, render_run
from transparency.services.schedules import make_due_reports, set_schedule
from transparency.services.verifying_reports import check_report, verify_files
from transparency.services.verifying_rows import verify_rows


@pytest.fixture(scope="session")
def the_ground() -> Standing[Year]:
    """The ground that each of these tests takes fresh."""
    return YEAR


@pytest.fixture
def year(committed_db: str, the_ground: Standing[Year]) -> Year:
    """2025 as it was worked through."""
    return the_ground.fresh()


@pytest.fixture
def no_second_factor(settings: Any) -> None:
    """These tests sign in without one."""
    settings.MFA_REQUIRED = False


def fresh(run: ReportRun) -> ReportRun:
    """A run as it is stored now."""
    return ReportRun.objects.unscoped("a test").select_related("branch", "corrects").get(pk=run.pk)


def found_in(run: ReportRun) -> dict[str, list[dict[str, Any]]]:
    """What is wrong with a report, by check."""
    found: dict[str, list[dict[str, Any]]] = {}
    for problem in check_report(fresh(run)).problems:
        found.setdefault(problem["check"], []).append(problem)
    return found


def test_the_calendar_makes_it_on_the_tenth_working_day_and_it_is_due_until_may(year: Year) -> None:
    with frozen_at(moment("2025-02-01")):
        set_schedule(
            kind=YEARBOOK, branch=year.branch("33"), scope=ReportScope.BELOW, first_period="2025", is_active=True,
            actor=year.people["clerk"],
        )  # fmt: skip
    place_all()
    with frozen_at(moment("2026-01-14", 3)):
        assert make_due_reports() == []
    with frozen_at(moment("2026-01-15", 3)):
        (run,) = make_due_reports()
        assert make_due_reports() == []
    assert (run.kind, run.period, run.requested_by_id) == (YEARBOOK, "2025", None)
    assert "amount" not in run.summary


def test_it_goes_the_whole_way_and_everybody_can_read_and_verify_it(year: Year) -> None:
    run = year.ready()
    assert all(not check.problem for check in publishing_checks(fresh(run)))
    run = year.publish(run)
    assert run.status == RunStatus.PUBLISHED
    assert DisclosureItem.objects.filter(report=run, kind=YEARBOOK).exists()
    assert not Anomaly.objects.filter(run=run).exists()
    record = json.loads(PublicRecord.objects.get(kind="report", object_id=run.pk).record)
    assert record["training"]["audience"] == 500
    assert not {"count", "amount", "use"} & set(record)
    sign_log()
    found = verify_files([path_of_signed(run)])
    assert (found.problems, found.files[0][1].verdict) == ([], FileVerdict.VALID)
    assert found_in(run) == {}
    assert verify_rows().problems == []


def path_of_signed(run: ReportRun) -> Any:
    """The report as the public gets it."""
    return path_of(run.files.select_related("file").get(role="signed", part=0).file.sha256)


def test_its_pages_say_training_and_nothing_of_amounts(year: Year, no_second_factor: None) -> None:
    run = year.publish(year.ready())
    client = Client()
    page = client.get(f"/reports/{run.number}/").content.decode()
    for words in ("新发证书", "人次", "第十一条", "/training/coverage/?branch=33&amp;year=2025", "应急救护培训年报"):
        assert words in page, words
    for words in ("¥", "笔数", "公开前发现的异常"):
        assert words not in page, words
    assert run.title in client.get("/reports/").content.decode()
    assert "普及培训 4 场 500 人次" in client.get("/feed/reports.xml").content.decode()
    row = client.get(f"/api/v1/reports/{run.number}/").json()
    assert (row["use"], row["training"]["certificates"]) == (None, 12)
    for name in ("certificates", "ends", "lessons", "training"):
        answer = client.get(f"/reports/{run.number}/{name}.csv")
        assert answer.status_code == 200, name
        assert b"".join(answer.streaming_content)  # type: ignore[attr-defined]
        answer.close()
    client.force_login(year.people["second"])
    for path in ("", "preview/", "correct/", "withdraw/"):
        page = client.get(f"/desk/reports/{run.number}/{path}").content.decode()
        assert "¥" not in page, path
    assert "12 张证书" in client.get("/desk/reports/").content.decode()


def test_a_person_asks_for_it_at_the_desk(year: Year, no_second_factor: None) -> None:
    place_all()
    client = Client()
    client.force_login(year.people["clerk"])
    page = client.get("/desk/reports/new/?kind=training_yearbook").content.decode()
    assert "红十字会法第十一条" in page
    asked = {"kind": YEARBOOK, "branch": "33", "scope": "below", "period": "2025"}
    assert client.post("/desk/reports/new/", asked).status_code == 302
    run = ReportRun.objects.unscoped("a test").get(kind=YEARBOOK)
    assert (run.requested_by, run.summary["training"]["lessons"]) == (year.people["clerk"], 4)


def test_a_draft_is_checked_by_its_own_figures(year: Year, no_second_factor: None) -> None:
    run = year.ready()
    client = Client()
    client.force_login(year.people["publisher"])
    page = client.get(f"/desk/reports/{run.number}/check/").content.decode()
    assert "将公开：新发证书 12 张，普及培训 4 场 500 人次" in page
    assert "¥" not in page
    assert "文字中没有身份证号码和手机号码" in page


def test_its_package_holds_its_tables_and_says_what_each_column_means(year: Year) -> None:
    run = year.publish(year.ready())
    content = b"".join(Client().get(f"/reports/{run.number}.zip").streaming_content)  # type: ignore[attr-defined]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    assert {"certificates.csv", "ends.csv", "lessons.csv", "training.csv", "snapshot.json", "checkpoint.txt"} <= set(
        files
    )
    assert "新发证书 12 张" in files["README.txt"].decode()
    assert "¥" not in files["README.txt"].decode()
    for name in ("certificates.csv", "ends.csv", "lessons.csv", "training.csv"):
        head = next(csv.reader(io.StringIO(files[name].decode("utf-8-sig"))))
        assert set(head) <= set(field_meanings()), name
    for text in files.values():
        for one in year.certificates:
            assert one.code.encode() not in text


def test_a_correction_is_a_new_version_over_the_same_records(year: Year) -> None:
    first = year.publish(year.ready())
    year.teach("2026-01-25", 999)
    with frozen_at(moment("2026-02-10")):
        again = correct_run(run_id=first.pk, note="示例：首版漏印一表", actor=year.people["second"])
    second = year.publish(render_run(run_id=again.pk, job=NoProgress()))
    assert (second.version, second.log_from, second.log_to) == (2, first.log_from, first.log_to)
    assert snapshot_of(second)["lessons"] == snapshot_of(first)["lessons"]
    assert found_in(first).keys() <= {"not_signed", "record_not_in_log"}
    sign_log()
    assert found_in(second) == {}
    page = Client().get(f"/reports/{first.number}/").content.decode()
    assert "首版漏印一表" in page
    withdraw_run(run_id=first.pk, actor=year.people["second"], reason="示例：文件里有不应出现的姓名")
    assert Client().get(f"/reports/{first.number}/lessons.csv").status_code == 410
    assert found_in(first) == {}


def forge(database: str, table: str, change: str, *ids: int) -> None:
    """Change rows past every trigger, as whoever owns the database can; with no change they are gone."""
    what = f"UPDATE {table} SET {change}" if change else f"DELETE FROM {table}"  # noqa: S608 - the tests' own words
    databases.as_superuser(REPLICA, f"{what} WHERE id IN ({', '.join(map(str, ids))})", database=database)


def test_a_forged_row_is_found_by_verification_and_stops_a_yearbook(year: Year, committed_db: str) -> None:
    run = year.publish(year.ready())
    sign_log()
    lesson, certificate = year.lessons["plain"], year.certificates[5]
    forge(committed_db, "training_masslesson", "audience_count = 6000", lesson.pk)
    (problem,) = found_in(run)["figures_differ"]
    assert lesson.number in problem["message"]
    forge(committed_db, "training_masslesson", "audience_count = 60", lesson.pk)
    assert found_in(run) == {}
    forge(committed_db, "training_certificate", "kind = 'special'", certificate.pk)
    (problem,) = found_in(run)["figures_differ"]
    assert certificate.number in problem["message"]
    forge(committed_db, "training_certificate", "kind = 'cpr_aed'", certificate.pk)
    forge(committed_db, "training_masslesson", "", lesson.pk)
    (problem,) = found_in(run)["figures_differ"]
    assert lesson.number in problem["message"]
    with pytest.raises(DomainError) as refused:
        year.make(code="330182")
    assert lesson.number in refused.value.message
    assert not ReportRun.objects.unscoped("a test").filter(branch__code="330182").exists()


def test_a_forged_group_is_found_too(year: Year, committed_db: str) -> None:
    run = year.publish(year.ready())
    sign_log()
    forge(committed_db, "training_certificate", "key_group = 'police'", *(one.pk for one in year.certificates[:6]))
    fields = {problem["field"] for problem in found_in(run)["figures_differ"]}
    assert {"key_groups.none", "key_groups.police"} <= fields


def test_the_command_tells_the_figures_of_training(year: Year, tmp_path: Any) -> None:
    place_all()
    said = io.StringIO()
    argv = [YEARBOOK, "--branch", "330182", "--period", "2025", "--scope", "below", "--out", str(tmp_path), "--json"]
    call_command("build_report", *argv, stdout=said)
    answer = json.loads(said.getvalue())
    assert answer["training"]["audience"] == 200
    assert not {"count", "amount", "use"} & set(answer)
    assert {path.suffix for path in tmp_path.iterdir()} >= {".pdf", ".csv", ".json"}
    assert belongings(answer["files"][0]["sha256"])
    assert Decimal(answer["training"]["certificates"]) == 12
