"""When reports fall due, and until when they must be public."""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from core.clock import SHANGHAI, now
from core.periods import Period, PeriodKind, parse_period, period_of
from core.workdays import add_workdays
from donations.selectors.public.campaigns import PublicCampaign
from transparency.choices import ReportKind, ReportPeriod
from transparency.definitions import ReportDefinition, Term, definition_of
from transparency.models import ReportSchedule
from transparency.models.report import period_label

_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Due:
    """A moment that a term ends at; `assured` is False where holidays that nobody announced yet were guessed."""

    at: datetime.datetime
    assured: bool


@dataclass(frozen=True)
class Slot:
    """A report of a series that falls due: its period, the last day of that, and when it is made."""

    kind: str
    code: str
    last_day: datetime.date
    due: Due
    campaign: PublicCampaign | None = None

    @property
    def label(self) -> str:
        """The period in words."""
        return period_label(self.code)

    @property
    def public_until(self) -> datetime.date:
        """The last day on which it is public in time."""
        return (term_end(definition_of(self.kind).deadline, self.last_day).at - _DAY).date()

    @property
    def is_due(self) -> bool:
        """Whether it has fallen due by now."""
        return self.due.at <= now()

    @property
    def days_waiting(self) -> int:
        """Days since it fell due."""
        return (now() - self.due.at).days


def term_end(term: Term, last_day: datetime.date) -> Due:
    """When a term after a last day ends."""
    on, assured = add_months(last_day, term.months) + term.days * _DAY, True
    if term.workdays:
        found = add_workdays(on, term.workdays)
        on, assured = found.on, found.assured
    midnight = datetime.datetime.combine(on, datetime.time(), tzinfo=SHANGHAI)
    return Due(midnight + datetime.timedelta(hours=term.hour), assured)


def add_months(on: datetime.date, count: int) -> datetime.date:
    """The same day `count` months later, or the last of that month where it has no such day (民法典 Art. 202)."""
    if not count:
        return on
    years, month = divmod(on.month - 1 + count, 12)
    year = on.year + years
    return datetime.date(year, month + 1, min(on.day, calendar.monthrange(year, month + 1)[1]))


def due_at(period: Period, kind: str = ReportKind.MONTHLY_RECEIPTS) -> datetime.datetime:
    """When the report of a period of the calendar falls due; of a month the 1st of the next at 02:00 in Shanghai."""
    return term_end(definition_of(kind).due, period.last_day).at


def slots(schedule: ReportSchedule, campaign: PublicCampaign | None) -> Iterator[Slot]:
    """What falls due in a series on the calendar, oldest first; of a campaign until it ends, else without end.

    Of a campaign nothing falls due that would have before it was opened, and nothing where it is too short for the kind
    or no emergency; a campaign that is closed early is as short as it was. No query.
    """
    definition = definition_of(schedule.kind)
    first = parse_period(schedule.first_period).first_day
    if campaign is None:
        yield from (_slot(definition, one) for one in _periods(schedule.period_kind, first, None))
    elif concerns(definition, campaign):
        for slot in _campaign_slots(definition, schedule.period_kind, first, campaign):
            if slot.due.at > campaign.opened_at:
                yield slot


def concerns(definition: ReportDefinition, campaign: PublicCampaign) -> bool:
    """Whether the calendar makes a kind for a campaign at all."""
    if definition.emergency_only and not campaign.is_emergency:
        return False
    shortest = add_months(campaign.starts_on, definition.min_months)
    return not definition.min_months or campaign.last_day >= shortest


def last_due_slot(schedule: ReportSchedule, campaign: PublicCampaign | None) -> Slot | None:
    """The last that has fallen due; None before the first."""
    found = None
    for slot in slots(schedule, campaign):
        if not slot.is_due:
            break
        found = slot
    return found


def next_slot(schedule: ReportSchedule, campaign: PublicCampaign | None) -> Slot | None:
    """The next that falls due; None once a campaign has none any more."""
    return next((slot for slot in slots(schedule, campaign) if not slot.is_due), None)


def finished_periods(kind: ReportPeriod | str, definition: ReportDefinition, count: int) -> list[Period]:
    """The last `count` periods that a report may be asked for, newest first: those that are over."""
    period = period_of(PeriodKind(kind), now().astimezone(SHANGHAI).date())
    if cut_of(definition, period) > now():
        period = period.previous()
    found = [period]
    while len(found) < count:
        found.append(found[-1].previous())
    return found


def cut_of(definition: ReportDefinition, period: Period) -> datetime.datetime:
    """Until when a report of a period takes records: its end, or the hour of the day at which a bulletin is cut."""
    if definition.cut_hour is None:
        return period.end
    return period.start + datetime.timedelta(hours=definition.cut_hour)


def _campaign_slots(
    definition: ReportDefinition, kind: str, first: datetime.date, campaign: PublicCampaign
) -> Iterator[Slot]:
    if kind == ReportPeriod.WHOLE:
        if campaign.last_day >= first:
            yield _slot(definition, None, campaign)
        return
    for period in _periods(kind, max(first, campaign.starts_on), campaign.last_day):
        yield _slot(definition, period, campaign)


def _slot(definition: ReportDefinition, period: Period | None, campaign: PublicCampaign | None = None) -> Slot:
    if period is not None:
        code, last_day = period.code, period.last_day
    elif campaign is not None:
        code, last_day = ReportPeriod.WHOLE.value, campaign.last_day
    else:
        raise ValueError("a whole campaign needs the campaign")
    return Slot(definition.kind.value, code, last_day, term_end(definition.due, last_day), campaign)


def _periods(kind: str, first: datetime.date, last: datetime.date | None) -> Iterator[Period]:
    period = period_of(PeriodKind(kind), first)
    while last is None or period.first_day <= last:
        yield period
        period = period.next()
