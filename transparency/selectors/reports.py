"""Reports and their calendar as they stand at the desk, drafts included."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from core.clock import now
from core.models import Job
from core.money import yuan
from core.periods import Period, parse_period
from organizations.choices import Right
from organizations.models import Branch
from organizations.models.lineage import rows_of
from registries.choices.figures import FLOWS, Gift
from transparency.choices import FileRole, RecordSection, RunStatus
from transparency.definitions import definition_of
from transparency.models import ReportEvent, ReportFile, ReportRun
from transparency.selectors.calendar import due_at
from transparency.selectors.series import newest_before, series_of

if TYPE_CHECKING:
    from accounts.models import User

PAGE_SIZE = 30


@dataclass(frozen=True)
class RunFilter:
    """Which reports: of a branch (with all below), a kind, a state, a scope, a period."""

    branch: Branch | None = None
    kind: str = ""
    status: str = ""
    scope: str = ""
    period: str = ""

    @property
    def is_set(self) -> bool:
        """Whether anything narrows the list."""
        return bool(self.branch or self.kind or self.status or self.scope or self.period)

    def condition(self) -> Q:
        """The same as a condition on runs."""
        exact = {"kind": self.kind, "status": self.status, "scope": self.scope, "period": self.period}
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
    """The report before in the series and what changed since; amounts in yuan."""

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
class TrainingFigures:
    """What a yearbook says in short: certificates newly issued, reissued, late and ended; mass lessons."""

    certificates: int
    reissued: int
    late: int
    ended: int
    lessons: int
    audience: int

    @property
    def words(self) -> str:
        """In one sentence: 新发证书 120 张，普及培训 36 场 4,200 人次."""
        return _("新发证书 %(certificates)s 张，普及培训 %(lessons)s 场 %(audience)s 人次") % {
            "certificates": f"{self.certificates:,}", "lessons": f"{self.lessons:,}", "audience": f"{self.audience:,}",
        }  # fmt: skip


def training_of(run: ReportRun) -> TrainingFigures | None:
    """The figures of training as a run froze them; None for a report about money. No query."""
    told = run.summary.get("training")
    return None if told is None else TrainingFigures(**told)


@dataclass(frozen=True)
class RegistriesFigures:
    """What a registries yearbook says in short: who joined by gift, None where that is not shown."""

    joined: list[tuple[str, int | None]]

    @property
    def words(self) -> str:
        """In one sentence: 新登记：器官 60 份，眼角膜 55 份，遗体 —."""
        said = [
            _("%(gift)s %(n)s 份") % {"gift": label, "n": f"{count:,}"} if count is not None else f"{label} —"
            for label, count in self.joined
        ]
        return _("新登记：%(said)s") % {"said": _("，").join(said)}


def registries_of(run: ReportRun) -> RegistriesFigures | None:
    """The figures of the registries as a run froze them; None for another report. No query."""
    told = run.summary.get("registries")
    if told is None:
        return None
    return RegistriesFigures([(str(gift.label), told.get(FLOWS[gift].joined.value)) for gift in Gift])


@dataclass(frozen=True)
class ReportSheet:
    """Everything the page of a report shows; `training` or `registries` is set for one that is not about money."""

    run: ReportRun
    count: int
    amount: Decimal
    training: TrainingFigures | None
    training_before: TrainingFigures | None
    registries: RegistriesFigures | None
    sections: list[SectionLine]
    use: UseFigures | None
    difference: Difference | None
    files: list[ReportFile]
    events: list[ReportEvent]
    versions: list[ReportRun]
    job: Job | None


def report_sheet(run: ReportRun) -> ReportSheet:
    """The page of a report; five queries."""
    summary = {"count": 0, "amount": "0.00", "sections": {}, **run.summary}
    training = training_of(run)
    before = newest_before(run) if training is not None else None
    return ReportSheet(
        run=run,
        count=summary["count"],
        amount=yuan(summary["amount"]),
        training=training,
        training_before=training_of(before) if before is not None else None,
        registries=registries_of(run),
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
    """What changed since the report before in the same series (its newest version), of one about money; one query."""
    if not definition_of(run.kind).has_amounts:
        return None
    before = newest_before(run)
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
    return list(series_of(run).runs().filter(period=run.period).order_by("-version"))


def last_job(run: ReportRun) -> Job | None:
    """The last job of a run that is not set, or not signed, yet; one query, none for any other."""
    if run.status == RunStatus.APPROVED:
        return sign_jobs(run).first()
    if run.status not in (RunStatus.FREEZING, RunStatus.RENDERING, RunStatus.FAILED):
        return None
    return render_jobs(run).first()


def render_jobs(run: ReportRun) -> QuerySet[Job]:
    """The jobs that set a run, newest first."""
    return Job.objects.filter(idempotency_key__startswith=f"render:{run.number}:").order_by("-created_at", "-pk")


def sign_jobs(run: ReportRun) -> QuerySet[Job]:
    """The jobs that sign a run, newest first."""
    return Job.objects.filter(idempotency_key__startswith=f"sign:{run.number}:").order_by("-created_at", "-pk")


def newest_job(run: ReportRun) -> Job | None:
    """The last job that set or signed a run, finished or not; one query."""
    return (render_jobs(run) | sign_jobs(run)).first()


def waiting_to_publish(person: User) -> list[ReportRun]:
    """Reports that wait for this person's check or approval, oldest period first; one query."""
    return list(
        ReportRun.objects.visible_to(person, Right.PUBLISH_REPORTS)
        .filter(Q(status=RunStatus.READY) | Q(status=RunStatus.CHECKED) & ~_is_own(person))
        .select_related("branch")
        .order_by("period_start", "pk")[:100]
    )


def _is_own(person: User) -> Q:
    # Not `exclude`: NULL is nobody.
    return Q(requested_by__isnull=False, requested_by=person) | Q(checked_by__isnull=False, checked_by=person)


def last_due_period() -> Period:
    """The last month whose report has fallen due by now."""
    month = parse_period(f"{now():%Y-%m}").next()
    while due_at(month) > now():
        month = month.previous()
    return month
