"""Runs of reports: who moves them from state to state, what stops them on their way out, and that they stand."""

from __future__ import annotations

import io
import itertools
import json
from typing import Any

import psycopg2.errors
import pytest
from django.db import IntegrityError, InternalError, connection, transaction
from django.db.utils import DatabaseError
from pypdf import PdfReader

from core.clock import frozen_at
from core.errors import DomainError
from core.files import path_of
from core.models import Job, PublicRecord
from core.progress import NoProgress
from donations.choices import NameChoice
from tests import databases
from tests.standing import Standing
from tests.transparency.ground import MONTHLY, STANDING, Ground, moment, publish
from transparency.choices import RUN_TRANSITIONS, RunStatus
from transparency.errors import PublishingBlocked, RunWrongState
from transparency.models import DisclosureItem, ReportEvent, ReportFile, ReportRun
from transparency.rendering.figures import FiguresDisagree
from transparency.services.publishing import approve_run, check_run, decline_run, retry_run, sign_run
from transparency.services.publishing_checks import publishing_checks, publishing_problems
from transparency.services.runs import (
    correct_run,
    lock_run,
    move_run,
    render_run,
    request_report,
)


@pytest.fixture(scope="session")
def the_ground() -> Standing[Ground]:
    """The ground that each of these tests takes fresh."""
    return STANDING


@pytest.fixture
def ground(committed_db: str, the_ground: Standing[Ground]) -> Ground:
    """The small network, committed: records get their place only from transactions that are over."""
    return the_ground.fresh()


def all_runs() -> list[ReportRun]:
    """Every run, oldest first."""
    return list(ReportRun.objects.unscoped("a test looks at all").select_related("branch").order_by("pk"))


# Publishing -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", ["asked", "checked"])
def test_whoever_asked_for_a_report_or_checked_it_does_not_approve_it_not_even_past_the_service(
    ground: Ground, step: str
) -> None:
    publisher, second = ground.people["publisher"], ground.people["second"]
    ground.give("33", "1.00", on="2025-01-05", posted="2025-01-06")
    run = ground.ready("2025-01", actor=publisher if step == "asked" else None)
    with pytest.raises(RunWrongState, match="待复核"):
        approve_run(run_id=run.pk, actor=second)
    check_run(run_id=run.pk, actor=ground.clerks["33"] if step == "asked" else publisher)
    with pytest.raises(PublishingBlocked, match="另一位"):
        approve_run(run_id=run.pk, actor=publisher)
    name = "reportrun_approver_is_not_requester" if step == "asked" else "reportrun_approver_is_not_checker"
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        ReportRun.objects.unscoped("past the service").filter(pk=run.pk).update(approved_by=publisher)
    approve_run(run_id=run.pk, actor=second)
    published = sign_run(run_id=run.pk, job=NoProgress())
    assert published.status == RunStatus.PUBLISHED
    assert DisclosureItem.objects.get().report_id == run.pk
    record = json.loads(PublicRecord.objects.get(kind="report").record)
    assert record["amount"] == "1.00"
    assert {one["role"] for one in record["files"]} == {
        "signed",
        "pdf",
        "html",
        "csv",
        "checkpoint",
        "snapshot",
        "rows",
    }
    with pytest.raises(RunWrongState, match="已公开"):
        approve_run(run_id=run.pk, actor=second)


def test_a_published_report_its_files_and_its_history_never_change(ground: Ground, committed_db: str) -> None:
    ground.give("33", "1.00", on="2025-01-05", posted="2025-01-06")
    run = ground.ready("2025-01")
    publish(run, checker=ground.clerks["33"], approver=ground.people["publisher"])
    for statement in (
        "UPDATE transparency_reportrun SET title = 'x'",
        "DELETE FROM transparency_reportrun",
        "UPDATE transparency_reportfile SET part = 9",
        "DELETE FROM transparency_reportfile",
        "UPDATE transparency_reportevent SET reason = 'x'",
        "DELETE FROM transparency_disclosureitem",
        "DELETE FROM transparency_logleaf",
        "TRUNCATE transparency_reportrun CASCADE",
    ):
        # As the application's role the right is missing or the trigger refuses; as the superuser the trigger does.
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
        with pytest.raises(psycopg2.errors.RestrictViolation):
            databases.as_superuser(statement, database=committed_db)


def test_frozen_figures_stand_before_publication_too(ground: Ground) -> None:
    run = ground.make("2025-01")
    with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        ReportRun.objects.unscoped("past the service").filter(pk=run.pk).update(summary={})


def test_a_lost_or_altered_file_blocks_publication(ground: Ground) -> None:
    ground.give("33", "1.00", on="2025-01-05", posted="2025-01-06")
    run = ground.ready("2025-01")
    assert [check.problem for check in publishing_checks(run)] == [""] * 7
    csv = path_of(ReportFile.objects.select_related("file").get(run=run, role="csv", part=0).file.sha256)
    whole = csv.read_bytes()
    csv.write_bytes(whole.replace(b"1.00", b"9.00"))
    assert "已被改动" in publishing_problems(run)[0]
    csv.unlink()
    with pytest.raises(PublishingBlocked, match="找不到"):
        publish(run, checker=ground.clerks["33"], approver=ground.people["publisher"])
    csv.write_bytes(whole)
    assert publishing_problems(run) == []


def test_books_that_do_not_add_up_block_publication(ground: Ground) -> None:
    ground.give("33", "1.00", on="2025-01-05", posted="2025-01-06")
    run = ground.ready("2025-01")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE donations_dailytotal SET amount = amount + 1")
    with pytest.raises(PublishingBlocked, match="daily_totals_equal_gifts"):
        publish(run, checker=ground.clerks["33"], approver=ground.people["publisher"])


def test_no_name_of_a_person_stands_in_any_file_of_a_report(ground: Ground) -> None:
    names = {"癸示例庚": NameChoice.MASKED, "壬虚构辛": NameChoice.REAL, "虚构丙丁贸易有限公司": NameChoice.MASKED}
    for donor, choice in names.items():
        gift = ground.give("33", "7.00", on="2025-01-05", posted="2025-01-06", donor=donor, choice=choice)
    ground.reverse(gift, on="2025-01-08")
    run = ground.ready("2025-01")
    publish(run, checker=ground.clerks["33"], approver=ground.people["publisher"])
    for one in run.files.select_related("file"):
        content = path_of(one.file.sha256).read_bytes()
        if one.role in ("pdf", "signed"):
            text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
        else:
            text = content.decode("utf-8-sig")
        assert not [name for name in ("癸示例庚", "壬虚构辛", "癸**", "壬**") if name in text], one.role
        assert "虚构丙丁贸易有限公司" in text or one.role in ("snapshot", "checkpoint") or one.part
    for record in PublicRecord.objects.all():
        assert "示例庚" not in record.record
        assert "壬" not in record.record


# States -----------------------------------------------------------------------------------------------------------


def test_the_table_of_states_is_the_only_way_through(ground: Ground) -> None:
    run = ground.make("2025-01")
    walked = 0
    for start, target in itertools.product(RunStatus.values, RunStatus.values):
        with transaction.atomic():
            held = lock_run(run.pk)
            held.status = start
            if target in RUN_TRANSITIONS[start]:
                if target == RunStatus.PUBLISHED:
                    # What a trigger asks for; the row stands as it was when the walk began.
                    ReportFile.objects.create(run=run, role="signed", part=0, file=run.files.first().file)
                move_run(held, target, actor=None, **two_people(ground, target))
                walked += 1
                assert held.events.latest("pk").from_status == start
            else:
                with pytest.raises(RunWrongState):
                    move_run(held, target, actor=None)
            transaction.set_rollback(True)
    assert walked == sum(len(targets) for targets in RUN_TRANSITIONS.values()) == 12


def two_people(ground: Ground, target: str) -> dict[str, Any]:
    """The columns that approval and publication ask for."""
    if target not in (RunStatus.APPROVED, RunStatus.PUBLISHED):
        return {}
    at = moment("2025-02-02")
    return {
        "checked_by": ground.people["second"], "checked_at": at, "approved_by": ground.people["publisher"],
        "approved_at": at, "published_at": at,
    }  # fmt: skip


def test_a_failed_setting_resumes_from_the_same_frozen_figures(ground: Ground) -> None:
    ground.give("33", "1.00", on="2025-01-05", posted="2025-01-06")
    run = ground.make("2025-01")
    frozen = {one.role: one.file.sha256 for one in run.files.select_related("file").filter(part=0)}
    rows = path_of(frozen["rows"])
    whole = rows.read_bytes()
    rows.write_bytes(whole.replace(b'"1.00"', b'"2.00"'))
    with pytest.raises(FiguresDisagree):
        render_run(run_id=run.pk, job=NoProgress())
    failed = all_runs()[0]
    assert failed.status == RunStatus.FAILED
    assert "¥1.00" in failed.error or "1.00" in failed.error
    rows.write_bytes(whole)
    ground.give("33", "8.00", on="2025-01-09", posted="2025-02-09")
    retry_run(run_id=run.pk, actor=ground.clerks["33"])
    with pytest.raises(RunWrongState, match="正在制作"):
        retry_run(run_id=run.pk, actor=ground.clerks["33"])
    ready = render_run(run_id=run.pk, job=NoProgress())
    assert ready.status == RunStatus.READY
    assert ready.summary["amount"] == "1.00"
    assert {
        one.role: one.file.sha256 for one in run.files.select_related("file") if one.role in frozen and not one.part
    } == frozen


def test_a_setting_whose_job_was_cancelled_can_be_tried_again(ground: Ground) -> None:
    with frozen_at(moment("2025-02-03")):
        run = request_report(
            kind=MONTHLY, branch=ground.branches["33"], scope="below", period="2025-01", actor=ground.clerks["33"]
        )
    Job.objects.update(status="cancelled", finished_at=moment("2025-02-03"))
    retry_run(run_id=run.pk, actor=ground.clerks["33"])
    assert Job.objects.filter(status="queued").count() == 1


def test_a_correction_is_a_new_version_over_the_same_records_and_the_old_one_stays(ground: Ground) -> None:
    ground.give("33", "1.00", on="2025-01-05", posted="2025-01-06")
    old = ground.ready("2025-01")
    # Records are written in the order of time, so the publication stands between the two gifts.
    with frozen_at(moment("2025-02-03")):
        publish(old, checker=ground.clerks["33"], approver=ground.people["publisher"])
    ground.give("33", "2.00", on="2025-01-07", posted="2025-02-07")
    with pytest.raises(DomainError, match="更正说明"):
        correct_run(run_id=old.pk, note="", actor=ground.clerks["33"])
    new = correct_run(run_id=old.pk, note="更正机构名称的写法", actor=ground.clerks["33"])
    assert (new.version, new.log_from, new.log_to) == (2, old.log_from, old.log_to)
    assert new.summary["amount"] == "1.00"
    with pytest.raises(RunWrongState):
        correct_run(run_id=old.pk, note="更正机构名称的写法", actor=ground.clerks["33"])
    with frozen_at(moment("2025-02-08")):
        render_run(run_id=new.pk, job=NoProgress())
        publish(new, checker=ground.clerks["33"], approver=ground.people["publisher"])
    assert [run.status for run in all_runs()] == [RunStatus.PUBLISHED] * 2
    assert ground.make("2025-02").summary["amount"] == "2.00"


def test_a_declined_report_says_why_and_is_made_anew(ground: Ground) -> None:
    ground.give("33", "1.00", on="2025-01-05", posted="2025-01-06")
    run = ground.ready("2025-01")
    with pytest.raises(DomainError, match="理由"):
        decline_run(run_id=run.pk, actor=ground.people["publisher"], reason=" ")
    decline_run(run_id=run.pk, actor=ground.people["publisher"], reason="标题有误")
    assert ReportEvent.objects.latest("pk").reason == "标题有误"
    assert correct_run(run_id=run.pk, note="标题已改正", actor=ground.clerks["33"]).version == 2


def test_setting_the_same_frozen_figures_twice_gives_the_same_bytes(ground: Ground, tmp_path: object) -> None:
    ground.give("33", "1.00", on="2025-01-05", posted="2025-01-06")
    run = ground.make("2025-01")
    sha = []
    for _try in range(2):
        with transaction.atomic():
            made = render_run(run_id=run.pk, job=NoProgress())
            sha.append({one.role: one.file.sha256 for one in made.files.select_related("file")})
            transaction.set_rollback(True)
    assert sha[0] == sha[1]
    assert "pdf" in sha[0]
