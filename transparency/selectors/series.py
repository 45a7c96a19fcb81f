"""The series that a report stands in: kind, branch, scope, campaign and length of the period."""

from __future__ import annotations

import datetime
from dataclasses import asdict, dataclass

from django.db.models import QuerySet

from transparency.models import ReportRun, ReportSchedule


@dataclass(frozen=True)
class Series:
    """What the runs of a series have in common; they tile the log."""

    kind: str
    branch_id: int
    scope: str
    campaign_id: int | None
    period_kind: str

    def runs(self) -> QuerySet[ReportRun]:
        """All versions of its runs."""
        return ReportRun.objects.unscoped("a series is one whole").filter(**asdict(self))

    def last(self) -> ReportRun | None:
        """Its last run (first version), whose end the next one goes on from; one query."""
        return self.runs().filter(version=1).order_by("-period_end").first()

    def before(self, moment: datetime.datetime) -> ReportRun | None:
        """Its last run (first version) that began before a moment; one query."""
        return self.runs().filter(version=1, period_start__lt=moment).order_by("-period_start").first()


def series_of(run: ReportRun) -> Series:
    """The series of a run."""
    return Series(run.kind, run.branch_id, run.scope, run.campaign_id, run.period_kind)


def series_on_calendar(schedule: ReportSchedule, campaign_id: int | None) -> Series:
    """The series that a schedule makes, of one campaign where it is about campaigns."""
    return Series(schedule.kind, schedule.branch_id, schedule.scope, campaign_id, schedule.period_kind)


def run_before(run: ReportRun) -> ReportRun | None:
    """The run before it in its series, in its first version; one query."""
    return series_of(run).before(run.period_start)


def newest_before(run: ReportRun) -> ReportRun | None:
    """The run before it in its series, in its newest version; one query."""
    rows = series_of(run).runs().filter(period_start__lt=run.period_start)
    return rows.order_by("-period_start", "-version").first()
