"""A real worker and a real beat make, set, sign and publish a report that is due."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from core.choices import JobStatus
from core.clock import frozen_at
from core.jobs.reaping import requeue_stale_jobs
from core.models import Job
from core.periods import parse_period
from tests import databases
from tests.transparency.ground import MONTHLY, make_ground, moment
from tests.transparency.verify_ground import sign_log
from tests.workers import CeleryProcess, celery_process, wait_for
from transparency.choices import ReportScope, RunStatus
from transparency.models import ReportRun
from transparency.selectors.reports import last_due_period
from transparency.services.publishing import approve_run, check_run
from transparency.services.runs import make_run
from transparency.services.schedules import set_schedule

pytestmark = pytest.mark.worker


def runs() -> list[ReportRun]:
    """Every run."""
    return list(ReportRun.objects.unscoped("a test looks at all").order_by("pk"))


def test_beat_makes_the_run_that_is_due_and_a_worker_sets_signs_and_publishes_it(
    committed_db: str, celery_worker_process: CeleryProcess, celery_beat_process: CeleryProcess
) -> None:
    ground = make_ground()
    month = last_due_period()
    day = month.first_day.replace(day=5).isoformat()
    with frozen_at(moment(day)):
        ground.give("33", "12.00", on=day, posted=day)
    set_schedule(
        kind=MONTHLY, branch=ground.branches["33"], scope=ReportScope.BELOW, first_period=month.code, is_active=True,
        actor=ground.clerks["33"],
    )  # fmt: skip
    wait_for(lambda: [run for run in runs() if run.status == RunStatus.READY], seconds=180, what="a report set")
    (run,) = runs()
    assert (run.period, run.requested_by_id, run.summary["amount"]) == (month.code, None, "12.00")
    job = wait_for(lambda: Job.objects.filter(status=JobStatus.DONE).first(), what="the job's end")
    pid = int(job.worker.split(":")[1])
    assert pid != os.getpid()
    assert Path(f"/proc/{celery_beat_process.pid}").exists()
    assert "make-due-reports" in celery_beat_process.log
    assert {one.role for one in run.files.all()} == {"pdf", "html", "csv", "checkpoint", "snapshot", "rows"}
    check_run(run_id=run.pk, actor=ground.clerks["33"])
    approve_run(run_id=run.pk, actor=ground.people["publisher"])
    wait_for(lambda: runs()[0].status == RunStatus.PUBLISHED, seconds=120, what="the report signed and published")
    assert run.files.filter(role="signed").count() == 1


def bytes_set_by(processes: int, database: str, folder: Path) -> dict[tuple[str, str, int], str]:
    """What so many worker processes make of the runs that wait in a database: a digest for each file."""
    requeue_stale_jobs()
    arguments = ["worker", "-P", "prefork", "-c", str(processes), "--loglevel", "INFO"]
    with celery_process(arguments, database=database, folder=folder, ready=" ready."):
        wait_for(lambda: {run.status for run in runs()} == {RunStatus.READY}, seconds=240, what="all reports set")
    return {(run.number, file.role, file.part): file.file.sha256 for run in runs() for file in run.files.all()}


def test_however_many_processes_set_them_reports_have_the_same_bytes(
    committed_db: str, broker: Any, settings: Any, tmp_path: Path
) -> None:
    ground = make_ground()
    for code in ("33", "3301", "330182"):
        ground.give(code, "12.00", on="2025-01-05", posted="2025-01-05", donor=f"虚构{code}公司")
    sign_log()
    month = parse_period("2025-01")
    with frozen_at(moment("2025-02-02")):
        for code in ("33", "3301", "330182"):
            make_run(kind=MONTHLY, branch=ground.branches[code], scope=ReportScope.ALONE, period=month, actor=None)
    broker.flushdb()
    settings.JOB_STALE_SECONDS = 0
    twin, files = f"{committed_db}_twin", settings.PRIVATE_FILES_DIR
    connection.close()
    databases.drop(twin)
    owner = databases.role("DATABASE_OWNER_URL")["USER"]
    databases.as_superuser(f'CREATE DATABASE "{twin}" TEMPLATE "{committed_db}" OWNER "{owner}"')
    shutil.copytree(files, tmp_path / "twin")
    try:
        one = bytes_set_by(1, committed_db, tmp_path)
        settings.PRIVATE_FILES_DIR = tmp_path / "twin"
        databases.point_at(twin)
        two = bytes_set_by(2, twin, tmp_path)
    finally:
        connection.close()
        databases.point_at(committed_db)
        databases.drop(twin)
    assert {role for _number, role, _part in one} >= {"pdf", "html", "csv", "checkpoint", "snapshot", "rows"}
    assert len({number for number, _role, _part in one}) == 3
    assert one == two
