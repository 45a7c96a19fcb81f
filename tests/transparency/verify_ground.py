"""Published reports for the tests of verification, the log signed over them, and hands that change what is stored."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from django.db import connection
from pypdf import PdfWriter

from core.files import path_of
from core.progress import NoProgress
from tests import databases
from tests.standing import Standing
from tests.transparency.ground import Ground, make_ground, place_all
from tests.transparency.ground import publish as publish_run
from transparency.models import ReportRun
from transparency.rendering import report, volumes
from transparency.services.runs import correct_run, render_run
from transparency.services.signing import sign_checkpoint
from transparency.services.tiling import tile_leaves
from transparency.services.verifying_reports import check_report

NOTE = "示例：首版漏印一栏"
REPLICA = "SET session_replication_role = replica"
# Where the reports lie that the tests of a file read.
DATABASE = f"{databases.PREFIX}_verify"


@dataclass(frozen=True)
class Reports:
    """The first version, the one that corrects it, and the next month's draft."""

    ground: Ground
    first: ReportRun
    second: ReportRun
    draft: ReportRun

    def path(self, run: ReportRun, role: str = "", part: int = 0) -> Path:
        """A stored file; by default the report as the public gets it."""
        role = role or ("signed" if run.signer_sha256 else "pdf")
        return path_of(run.files.select_related("file").get(role=role, part=part).file.sha256)

    def sha256(self, run: ReportRun, role: str = "", part: int = 0) -> str:
        """The digest of a stored file."""
        return self.path(run, role, part).name


@contextmanager
def short_volumes() -> Iterator[None]:
    """Few rows make a volume, so that a small report has three."""
    with mock.patch.object(report, "ANNEX_ROWS", 4), mock.patch.object(volumes, "ROWS_PER_VOLUME", 2):
        yield


def publish(ground: Ground, run: ReportRun) -> ReportRun:
    """Send a finished report out, as another person."""
    return publish_run(run, checker=ground.clerks["33"], approver=ground.people["publisher"])


def sign_log() -> None:
    """Give every record its place and sign the head."""
    place_all()
    tile_leaves()
    sign_checkpoint()


def make_reports() -> Reports:
    """Five gifts of January in three volumes, published, corrected and published again; February waits."""
    ground = make_ground()
    for day in range(1, 6):
        ground.give("33", f"{day}00.00", on=f"2025-01-0{day}", posted=f"2025-01-1{day}", donor=f"虚构第{day}公司")
    with short_volumes():
        first = publish(ground, ground.ready("2025-01"))
        again = correct_run(run_id=first.pk, note=NOTE, actor=ground.people["second"])
        second = publish(ground, render_run(run_id=again.pk, job=NoProgress()))
        ground.give("33", "7.00", on="2025-02-02", posted="2025-02-03")
        draft = ground.ready("2025-02")
    sign_log()
    return Reports(ground, first, second, draft)


REPORTS = Standing("reports", make_reports)


def as_file(data: bytes) -> io.BytesIO:
    """Bytes as a file that is handed over."""
    return io.BytesIO(data)


def written(writer: PdfWriter) -> bytes:
    """The bytes of a PDF."""
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


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


def checks(run: ReportRun) -> dict[str, list[dict[str, Any]]]:
    """What is wrong with a report, by check."""
    found: dict[str, list[dict[str, Any]]] = {}
    fresh = ReportRun.objects.unscoped("a test").select_related("branch", "corrects").get(pk=run.pk)
    for problem in check_report(fresh).problems:
        assert problem["message"]
        found.setdefault(problem["check"], []).append(problem)
    return found
