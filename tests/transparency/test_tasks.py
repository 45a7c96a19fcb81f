"""A real worker and a real beat make and set a report that is due."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from core.choices import JobStatus
from core.clock import frozen_at
from core.models import Job
from tests.transparency.ground import MONTHLY, make_ground, moment
from tests.workers import CeleryProcess, wait_for
from transparency.choices import ReportScope, RunStatus
from transparency.models import ReportRun
from transparency.selectors.reports import last_due_period
from transparency.services.schedules import set_schedule

pytestmark = pytest.mark.worker


def runs() -> list[ReportRun]:
    """Every run."""
    return list(ReportRun.objects.unscoped("a test looks at all").order_by("pk"))


def test_beat_makes_the_run_that_is_due_and_a_worker_sets_it(
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
    assert {one.role for one in run.files.all()} == {"pdf", "html", "csv", "snapshot", "rows"}
