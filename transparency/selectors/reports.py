"""Reports and their calendar as they stand at the desk, drafts included."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from core.clock import now
from core.models import Job
from core.money import yuan
from core.periods import Period, parse_period
from organizations.choices import Right
from organizations.models import Branch
from organizations.models.lineage import rows_of
from organizations.permissions import branches_with
from transparency.choices import FileRole, RecordSection, ReportKind, ReportScope, RunStatus
from transparency.models import ReportEvent, ReportFile, ReportRun, ReportSchedule
from transparency.selectors.calendar import due_at

if TYPE_CHECKING:
    from accounts.models import User

PAGE_SIZE = 30


@dataclass(frozen=True)
class RunFilter:
    """Which reports: of a branch (with all below), a state, a scope, a month."""

    branch: Branch | None = None
    status: str = ""
    scope: str = ""
    period: str = ""

    @property
    def is_set(self) -> bool:
        """Whether anything narrows the list."""
        return bool(self.branch or self.status or self.scope or self.period)

    def condition(self) -> Q:
        """The same as a condition on runs."""
        exact = {"status": self.status, "scope": self.scope, "period": self.period}
        condition = Q(**{name: value for name, value in exact.items() if value})
        return condition & rows_of(self.branch, with_below=True) if self.branch is not None else condition


@dataclass(frozen=True)
class RunPage:
    """A page of runs, newest first; `next` is the id to go on from, None on the last page."""

    runs: list[ReportRun]
    next: int | None


def runs_for(person: User, asked: RunFilter, *, before: int | None = None, limit: int = PAGE_SIZE) -> RunPage:
    """A page of the runs a person may see, newest first by keyset; one query."""
    rows = ReportRun.objects.visible_to(person, Right.VIEW_DRAFT_REPORTS).filter(asked.condition())
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.select_related("branch").order_by("-pk")[: limit + 1])
    return RunPage(found[:limit], found[limit - 1].pk if len(found) > limit else None)


@dataclass(frozen=True)
class SectionLine:
    """A section's figures; `amount` in yuan."""

    label: str
    count: int
    amount: Decimal


@dataclass(frozen=True)
class Difference:
    """The report of the period before and what changed since; amounts in yuan."""

    previous: ReportRun
    count: int
    amount: Decimal
    count_change: int
    amount_change: Decimal


@dataclass(frozen=True)
class UseFigures:
    """Receipts and use of a run in yuan: opening + received - spent = closing, under way included."""

    opening: Decimal
    received: Decimal
    spent: Decimal
    used: Decimal
    closing: Decimal
    in_transit: Decimal


def use_of(run: ReportRun) -> UseFigures | None:
    """Receipts and use as a run froze them; None for one that was frozen before reports knew use. No query."""
    use = run.summary.get("use")
    if use is None:
        return None
    names = ("opening", "in", "out", "used", "closing", "in_transit")
    return UseFigures(*(yuan(use[name]) for name in names))


@dataclass(frozen=True)
class ReportSheet:
    """Everything the page of a report shows."""

    run: ReportRun
    count: int
    amount: Decimal
    sections: list[SectionLine]
    use: UseFigures | None
    difference: Difference | None
    files: list[ReportFile]
    events: list[ReportEvent]
    versions: list[ReportRun]
    job: Job | None


def report_sheet(run: ReportRun) -> ReportSheet:
    """The page of a report; five queries."""
    summary = run.summary or {"count": 0, "amount": "0.00", "sections": {}}
    return ReportSheet(
        run=run,
        count=summary["count"],
        amount=yuan(summary["amount"]),
        sections=[
            SectionLine(str(name.label), summary["sections"][name]["count"], yuan(summary["sections"][name]["amount"]))
            for name in RecordSection
            if name in summary["sections"]
        ],
        use=use_of(run),
        difference=difference_of(run),
        files=report_files(run),
        events=list(ReportEvent.objects.filter(run=run).select_related("actor").order_by("pk")),
        versions=versions_of(run),
        job=last_job(run),
    )


def difference_of(run: ReportRun) -> Difference | None:
    """What changed since the period before in the same series (its newest version); one query."""
    before = (
        ReportRun.objects.unscoped("the series of a run that the person may see")
        .filter(
            kind=run.kind, branch_id=run.branch_id, scope=run.scope, period=parse_period(run.period).previous().code
        )
        .order_by("-version")
        .first()
    )
    if before is None or not before.summary or not run.summary:
        return None
    count, amount = before.summary["count"], yuan(before.summary["amount"])
    return Difference(before, count, amount, run.summary["count"] - count, yuan(run.summary["amount"]) - amount)


def report_files(run: ReportRun) -> list[ReportFile]:
    """All files of a run, the report first, volumes in order; one query."""
    order = {role.value: at for at, role in enumerate(FileRole)}
    files = ReportFile.objects.filter(run=run).select_related("file")
    return sorted(files, key=lambda one: (order[one.role], one.part))


def versions_of(run: ReportRun) -> list[ReportRun]:
    """All versions of the same report, drafts included, newest first; one query."""
    return list(
        ReportRun.objects.unscoped("versions of a run that the person may see")
        .filter(kind=run.kind, branch_id=run.branch_id, scope=run.scope, period=run.period)
        .order_by("-version")
    )


def last_job(run: ReportRun) -> Job | None:
    """The last job that sets a run which is not set yet; one query, none for a finished run."""
    if run.status not in (RunStatus.FREEZING, RunStatus.RENDERING, RunStatus.FAILED):
        return None
    return render_jobs(run).first()


def render_jobs(run: ReportRun) -> QuerySet[Job]:
    """The jobs that set a run, newest first."""
    return Job.objects.filter(idempotency_key__startswith=f"render:{run.number}:").order_by("-created_at", "-pk")


def waiting_to_publish(person: User) -> list[ReportRun]:
    """Reports that wait for this person's publication, oldest period first; one query."""
    return list(
        ReportRun.objects.visible_to(person, Right.PUBLISH_REPORTS)
        .filter(status=RunStatus.READY)
        .exclude(requested_by=person)
        .select_related("branch")
        .order_by("period_start", "pk")[:100]
    )


@dataclass(frozen=True)
class DutyLine:
    """The last report that fell due in a series, and whether it is out."""

    schedule: ReportSchedule
    period: Period
    run: ReportRun | None

    @property
    def kind_label(self) -> str:
        """The kind of report in words."""
        return str(ReportKind(self.schedule.kind).label)

    @property
    def scope_label(self) -> str:
        """The scope in words."""
        return str(ReportScope(self.schedule.scope).label)

    @property
    def is_published(self) -> bool:
        """Whether it is out."""
        return self.run is not None and self.run.status == RunStatus.PUBLISHED

    @property
    def days_waiting(self) -> int:
        """Days since it fell due."""
        return (now() - due_at(self.period)).days


def desk_duties(person: User) -> list[DutyLine]:
    """The last due report of every active series whose drafts the person sees; at most three queries."""
    schedules = list(
        ReportSchedule.objects.filter(
            is_active=True, branch__in=branches_with(person, Right.VIEW_DRAFT_REPORTS)
        ).select_related("branch")[:100]
    )
    period = last_due_period()
    runs = ReportRun.objects.unscoped("series of branches the person sees").filter(
        branch_id__in=[schedule.branch_id for schedule in schedules], period=period.code
    )
    newest = {(run.branch_id, run.kind, run.scope): run for run in runs.order_by("version")} if schedules else {}
    return [
        DutyLine(schedule, period, newest.get((schedule.branch_id, schedule.kind, schedule.scope)))
        for schedule in schedules
        if schedule.first_period <= period.code
    ]


def last_due_period() -> Period:
    """The last month whose report has fallen due by now."""
    month = parse_period(f"{now():%Y-%m}").next()
    while due_at(month) > now():
        month = month.previous()
    return month


def schedules_for(person: User) -> list[ReportSchedule]:
    """The series on the calendar of the branches whose drafts the person sees, each with `last_period`; one query."""
    last = (
        ReportRun.objects.unscoped("periods of a series only")
        .filter(branch=OuterRef("branch"), kind=OuterRef("kind"), scope=OuterRef("scope"))
        .order_by("-period")
        .values("period")[:1]
    )
    return list(
        ReportSchedule.objects.filter(branch__in=branches_with(person, Right.VIEW_DRAFT_REPORTS))
        .select_related("branch")
        .annotate(last_period=Subquery(last), order=F("branch__path"))
        .order_by("order", "kind", "scope")
    )
