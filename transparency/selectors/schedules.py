"""Series on the calendar, with the campaigns that they are about, how far they have come and what is next."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import F, Max

from core.clock import SHANGHAI
from donations.selectors.public.campaigns import PublicCampaign, own_campaigns
from organizations.choices import Right
from organizations.permissions import branches_with
from transparency.choices import CAMPAIGN_KINDS, ReportKind, ReportScope, RunStatus
from transparency.definitions import ReportDefinition, definition_of
from transparency.models import ReportRun, ReportSchedule
from transparency.models.report import period_label
from transparency.selectors.calendar import Slot, last_due_slot, next_slot
from transparency.selectors.series import Series
from transparency.selectors.series import series_on_calendar as series_of_schedule

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class SeriesOnCalendar:
    """One series that a schedule makes; of a kind about campaigns, one for each campaign."""

    schedule: ReportSchedule
    campaign: PublicCampaign | None

    @property
    def series(self) -> Series:
        """The series."""
        return series_of_schedule(self.schedule, self.campaign.id if self.campaign else None)


def series_on_calendar(schedules: Iterable[ReportSchedule], *, with_idle: bool = False) -> list[SeriesOnCalendar]:
    """The series that these schedules make, only active ones by default.

    A schedule of one campaign stands before that for all campaigns of its branch. One query, and four where any is
    about campaigns.
    """
    found = list(schedules)
    branches = {one.branch_id for one in found if one.kind in CAMPAIGN_KINDS}
    campaigns = own_campaigns(branches) if branches else {}
    own = {(one.kind, one.campaign_id) for one in found if one.campaign_id is not None}
    listed = []
    for one in found:
        if not (one.is_active or with_idle):
            continue
        if one.kind not in CAMPAIGN_KINDS:
            listed.append(SeriesOnCalendar(one, None))
            continue
        for campaign in campaigns[one.branch_id]:
            taken = one.campaign_id == campaign.id if one.campaign_id else (one.kind, campaign.id) not in own
            if taken:
                listed.append(SeriesOnCalendar(one, campaign))
    return listed


def reached() -> dict[Series, datetime.date]:
    """The last day that each series has come to; one query. Whatever lies before is not due any more."""
    rows = (
        ReportRun.objects.unscoped("the calendar sees all")
        .order_by()
        .values_list("kind", "branch_id", "scope", "campaign_id", "period_kind")
        .annotate(last=Max("period_end"))
    )
    return {
        Series(*key): (last - datetime.timedelta(microseconds=1)).astimezone(SHANGHAI).date() for *key, last in rows
    }


@dataclass(frozen=True)
class ScheduleLine:
    """A schedule as the desk shows it: what it is, how far it has come, what is next and when."""

    schedule: ReportSchedule
    campaign_name: str
    first: str
    last_period: str
    next: Slot | None

    @property
    def definition(self) -> ReportDefinition:
        """What the kind is."""
        return definition_of(self.schedule.kind)


def schedules_for(person: User) -> list[ScheduleLine]:
    """The schedules of the branches whose drafts the person sees; two queries, four more where any is about campaigns.

    Of a schedule about campaigns `next` is the earliest of all of them.
    """
    found = list(
        ReportSchedule.objects.filter(branch__in=branches_with(person, Right.VIEW_DRAFT_REPORTS))
        .select_related("branch", "campaign")
        .annotate(order=F("branch__path"))
        .order_by("order", "kind", "scope", "period_kind", "campaign_id")
    )
    last = _last_runs(found)
    series = series_on_calendar(found)
    return [_line(one, [each for each in series if each.schedule.pk == one.pk], last) for one in found]


def _line(schedule: ReportSchedule, series: list[SeriesOnCalendar], last: dict[Series, ReportRun]) -> ScheduleLine:
    nexts = [slot for one in series if (slot := next_slot(one.schedule, one.campaign)) is not None]
    runs = [
        run
        for key, run in last.items()
        if (key.kind, key.branch_id, key.scope, key.period_kind)
        == (schedule.kind, schedule.branch_id, schedule.scope, schedule.period_kind)
        and (schedule.campaign_id is None or key.campaign_id == schedule.campaign_id)
    ]
    newest = max(runs, key=lambda run: run.period_end, default=None)
    return ScheduleLine(
        schedule=schedule,
        campaign_name=schedule.campaign.name if schedule.campaign else "",
        first=period_label(schedule.first_period),
        last_period=newest.period_label if newest else "",
        next=min(nexts, key=lambda slot: slot.due.at, default=None),
    )


def _last_runs(schedules: Sequence[ReportSchedule]) -> dict[Series, ReportRun]:
    if not schedules:
        return {}
    rows = (
        ReportRun.objects.unscoped("periods of series that the person sees")
        .filter(branch_id__in={one.branch_id for one in schedules})
        .order_by("kind", "branch_id", "scope", "campaign_id", "period_kind", "-period_end")
        .distinct("kind", "branch_id", "scope", "campaign_id", "period_kind")
    )
    return {Series(run.kind, run.branch_id, run.scope, run.campaign_id, run.period_kind): run for run in rows}


@dataclass(frozen=True)
class DutyLine:
    """The last report that fell due in a series, and whether it is out."""

    schedule: ReportSchedule
    slot: Slot
    run: ReportRun | None

    @property
    def kind_label(self) -> str:
        """The kind of report in words, with its campaign."""
        label = str(ReportKind(self.schedule.kind).label)
        return f"{label}：{self.slot.campaign.name}" if self.slot.campaign else label

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
        return self.slot.days_waiting


def desk_duties(person: User) -> list[DutyLine]:
    """The last due report of every active series whose drafts the person sees.

    At most three queries, and four where any is about campaigns.
    """
    schedules = ReportSchedule.objects.filter(
        is_active=True, branch__in=branches_with(person, Right.VIEW_DRAFT_REPORTS)
    ).select_related("branch")[:100]
    due = [
        (one, slot)
        for one in series_on_calendar(schedules)
        if (slot := last_due_slot(one.schedule, one.campaign)) is not None
    ]
    newest = _newest([(one.series, slot.code) for one, slot in due])
    return [DutyLine(one.schedule, slot, newest.get((one.series, slot.code))) for one, slot in due]


def _newest(wanted: list[tuple[Series, str]]) -> dict[tuple[Series, str], ReportRun]:
    if not wanted:
        return {}
    rows = ReportRun.objects.unscoped("series of branches the person sees").filter(
        branch_id__in={series.branch_id for series, _code in wanted}, period__in={code for _series, code in wanted}
    )
    return {
        (Series(run.kind, run.branch_id, run.scope, run.campaign_id, run.period_kind), run.period): run
        for run in rows.order_by("version")
    }
