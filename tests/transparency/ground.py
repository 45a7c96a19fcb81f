"""A small network whose people give, post, reverse and report, for the tests of reports; every step is committed."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from accounts.models import User
from core.clock import SHANGHAI, frozen_at
from core.files import path_of
from core.models import PublicRecord
from core.periods import parse_period
from core.progress import NoProgress
from donations.choices import NameChoice
from donations.models import Batch, Donation
from donations.services.batches import approve_batch, open_counter_batch, submit_batch
from donations.services.corrections import approve_correction, request_correction
from donations.services.posting import post_batch
from donations.services.rows import add_row
from ledger.services import ensure_default_fund
from organizations.choices import Role
from organizations.models import Branch
from tests.factories.people import FOUNDED, make_person, make_province
from tests.standing import Standing
from tests.workers import wait_for
from transparency.choices import ReportKind, ReportScope
from transparency.models import LogHead, ReportRun
from transparency.services.freezing import read_rows
from transparency.services.publishing import approve_run, check_run, sign_run
from transparency.services.runs import make_run, render_run
from transparency.services.sequencing import sequence_records

MONTHLY = ReportKind.MONTHLY_RECEIPTS.value


def moment(day: str, hour: int = 10) -> datetime.datetime:
    """An hour of a day in Shanghai."""
    return datetime.datetime.combine(datetime.date.fromisoformat(day), datetime.time(hour), tzinfo=SHANGHAI)


@dataclass
class Ground:
    """Branches and people by code: `clerks`, `approvers`; and whoever reports for the province."""

    branches: dict[str, Branch]
    clerks: dict[str, User] = field(default_factory=dict)
    approvers: dict[str, User] = field(default_factory=dict)
    people: dict[str, User] = field(default_factory=dict)

    def give(
        self, code: str, amount: str, *, on: str, posted: str, donor: str = "甲示例乙", choice: str = NameChoice.MASKED
    ) -> Donation:
        """A gift received on a day and posted on another, through the hands of two people."""
        branch, clerk, approver = self.branches[code], self.clerks[code], self.approvers[code]
        with frozen_at(moment(posted)):
            fund = ensure_default_fund(branch=branch, on=FOUNDED, actor=None)
            batch = open_counter_batch(branch=branch, fund=fund, actor=clerk)
            typed = {"donor": donor, "amount": amount, "received_on": on, "name_choice": choice}
            add_row(batch_id=batch.pk, typed=typed, actor=clerk)
            Batch.objects.unscoped("a test's own").get(pk=batch.pk).rows.exclude(duplicate_of="").update(
                duplicate_decision="keep"
            )
            submit_batch(batch_id=batch.pk, actor=clerk)
            approve_batch(batch_id=batch.pk, actor=approver, queue=False)
            post_batch(batch_id=batch.pk, job=NoProgress())
        return Donation.objects.unscoped("a test's own").select_related("branch", "entry").get(batch=batch)

    def reverse(self, gift: Donation, *, on: str) -> None:
        """Take a gift back by two people."""
        code = gift.branch.code
        with frozen_at(moment(on)):
            asked = request_correction(
                donation=gift, reason="示例理由", public_note="示例更正说明", actor=self.clerks[code]
            )
            approve_correction(correction_id=asked.pk, actor=self.approvers[code])

    def make(
        self,
        period: str,
        *,
        code: str = "33",
        scope: str = ReportScope.BELOW,
        actor: User | None = None,
        hour: int = 3,
        wait: bool = True,
    ) -> ReportRun:
        """Freeze the report of a month on the first of the next, by default once every record has its place."""
        month = parse_period(period)
        if wait:
            place_all()
        with frozen_at(month.end + datetime.timedelta(hours=hour)):
            return make_run(
                kind=MONTHLY, branch=self.branches[code], scope=scope, period=month, actor=actor, queue=False
            )

    def ready(self, period: str, **over: Any) -> ReportRun:
        """A report with its files."""
        run = self.make(period, **over)
        return render_run(run_id=run.pk, job=NoProgress())


def publish(run: ReportRun, *, checker: User, approver: User) -> ReportRun:
    """Let two people and the worker's service bring a ready report out."""
    check_run(run_id=run.pk, actor=checker)
    approve_run(run_id=run.pk, actor=approver)
    return sign_run(run_id=run.pk, job=NoProgress())


def place_all() -> None:
    """Give every record its place; a transaction anywhere on the server may hold them back for a moment."""
    wait_for(
        lambda: sequence_records() + 1 and LogHead.objects.get().size == PublicRecord.objects.count(),
        what="the place of every record",
    )


def make_ground() -> Ground:
    """33, 3301, 330182 with a clerk and an approver each; a requester, two publishers, an auditor in the province."""
    ground = Ground(make_province())
    for code in ("33", "3301", "330182"):
        branch = ground.branches[code]
        ground.clerks[code] = make_person(f"clerk.{code}", Role.CLERK, branch)
        ground.approvers[code] = make_person(f"approver.{code}", Role.APPROVER, branch)
    top = ground.branches["33"]
    ground.people = {
        "publisher": make_person("publisher", Role.PUBLISHER, top),
        "second": make_person("second", Role.PUBLISHER, top),
        "auditor": make_person("auditor", Role.AUDITOR, top, with_below=True),
    }
    return ground


STANDING = Standing("network", make_ground)


def rows_of_run(run: ReportRun) -> list[dict[str, Any]]:
    """The frozen rows of gifts."""
    from_disk = run.files.select_related("file").get(role="rows", part=0)
    return list(read_rows(path_of(from_disk.file.sha256)))


def total(rows: list[dict[str, Any]]) -> Decimal:
    """The sum of rows in yuan."""
    return sum((Decimal(row["amount"]) for row in rows), Decimal("0.00"))
