"""`reports_102`: the monthly reports of all 102 associations of the province, set by one worker process and by two.

Two months with the same gifts; each month's reports are frozen and queued while no worker runs, then a real Celery
worker (prefork) sets them. The time is that from the first job's start to the last one's end, as the jobs' rows say.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from celery import current_app
from django.conf import settings
from django.core.management import call_command
from django.db.models import Max, Min

from bench.context import Context, figure
from bench.data import DIVISIONS
from core.clock import frozen_at
from core.models import Job
from core.periods import Period, parse_period
from organizations.choices import Role
from organizations.models import Branch
from organizations.services import create_associations
from tests.factories.gifts import post_gifts
from tests.factories.people import make_person
from tests.transparency.ground import moment, place_all
from tests.workers import celery_process, wait_for
from transparency.choices import ReportKind, ReportScope, RunStatus
from transparency.models import ReportRun
from transparency.services.runs import make_run

BRANCHES, GIFTS, GOAL = 102, 12, 1.7
MONTHS = ("2026-01", "2026-02")
PATIENCE_SECONDS = 1800


def run(context: Context) -> list[dict[str, Any]]:
    """Set the first month's reports with one process and the second month's with two."""
    with context.database("reports") as database, tempfile.TemporaryDirectory() as folder:
        settings.PRIVATE_FILES_DIR = Path(folder) / "files"
        branches = _branches()
        rates = []
        for processes, code in enumerate(MONTHS, start=1):
            month = parse_period(code)
            _give(branches, month)
            _queue(branches, month)
            rates.append(_work_off(month, processes, database, Path(folder)))
    one, two = rates
    return [
        figure(
            "reports_102", round(two, 2), "reports/s", rows=BRANCHES, compared_with=f"one process: {one:.2f} reports/s",
            ratio=round(two / one, 2), goal=f"≥ {GOAL} ×", met=two >= GOAL * one,
        )
    ]  # fmt: skip


def _branches() -> list[Branch]:
    call_command("load_divisions", str(DIVISIONS), verbosity=0)
    create_associations(actor=None, on=parse_period(MONTHS[0]).first_day)
    branches = list(Branch.objects.order_by("code"))
    assert len(branches) == BRANCHES
    return branches


def _give(branches: list[Branch], month: Period) -> None:
    """The same gifts in each branch, by people of its own."""
    for branch in branches:
        first = month.code == MONTHS[0]
        clerk, approver = (
            make_person(f"{role}.{branch.code}", role, branch) if first else _person(f"{role}.{branch.code}")
            for role in (Role.CLERK, Role.APPROVER)
        )
        rows = [
            {"donor": f"示例企业{at}有限公司", "amount": f"{at}23.45", "received_on": f"{month.code}-{at:02d}",
             "donor_kind": "organisation"}
            for at in range(1, GIFTS + 1)
        ]  # fmt: skip
        with frozen_at(moment(f"{month.code}-20")):
            post_gifts(branch, rows, clerk, approver)


def _person(login: str) -> Any:
    from accounts.models import User  # noqa: PLC0415 - only after set-up

    return User.objects.get(login=login)


def _queue(branches: list[Branch], month: Period) -> None:
    place_all()
    with current_app.connection_for_write() as connection:
        connection.default_channel.client.flushdb()
    with frozen_at(moment(month.next().first_day.isoformat())):
        for branch in branches:
            make_run(kind=ReportKind.MONTHLY_RECEIPTS, branch=branch, scope=ReportScope.ALONE, period=month, actor=None)


def _work_off(month: Period, processes: int, database: str, folder: Path) -> float:
    """Let a worker set all of a month's reports; reports a second."""
    runs = ReportRun.objects.unscoped("bench").filter(period=month.code)
    arguments = ["worker", "-P", "prefork", "-c", str(processes), "--loglevel", "WARNING"]
    arguments += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    with celery_process(arguments, database=database, folder=folder, ready=""):
        wait_for(
            lambda: not runs.exclude(status=RunStatus.READY).exists(), seconds=PATIENCE_SECONDS, what="all reports set"
        )
    jobs = Job.objects.filter(params__run__in=list(runs.values_list("pk", flat=True)))
    span = jobs.aggregate(first=Min("started_at"), last=Max("finished_at"))
    return BRANCHES / (span["last"] - span["first"]).total_seconds()
