"""The calendar of reports."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.errors import DomainError
from core.incidents import log_incident
from core.periods import parse_period
from organizations.choices import Right
from organizations.models import Branch
from organizations.permissions import require
from transparency.choices import ReportPeriod
from transparency.definitions import ReportDefinition
from transparency.models import ReportRun, ReportSchedule
from transparency.selectors.calendar import Slot, slots
from transparency.selectors.schedules import SeriesOnCalendar, reached, series_on_calendar
from transparency.services.kinds import freezer_of
from transparency.services.runs import make_run
from transparency.services.series import check_asked, check_period, default_scope, read_campaign, read_kind

if TYPE_CHECKING:
    from accounts.models import User


def make_due_reports() -> list[ReportRun]:
    """Make every report that is due and not there yet, each once, oldest first; also those missed while nothing ran.

    What is due is decided by rows, so a tick that comes twice, late or never, or a clock that was set back, does no
    harm. Each run is a transaction of its own: a series that fails is written to the log with a reference and leaves
    the others. Two queries where nothing is due, four more where campaigns stand on the calendar.
    """
    made: list[ReportRun] = []
    ends = reached()
    active = ReportSchedule.objects.select_related("branch").order_by("pk")
    for one in series_on_calendar(active):
        try:
            for slot in _due_after(one, ends.get(one.series)):
                made.append(_made(one, slot))
        except Exception as error:
            log_incident(error, what=f"report series {one.schedule.pk}")
    return made


def _due_after(one: SeriesOnCalendar, end: datetime.date | None) -> Iterator[Slot]:
    """What has fallen due and lies behind what the series has; a series never goes back."""
    for slot in slots(one.schedule, one.campaign):
        if not slot.is_due:
            return
        if end is None or (slot.last_day > end and slot.code != ReportPeriod.WHOLE):
            yield slot


def _made(one: SeriesOnCalendar, slot: Slot) -> ReportRun:
    period = None if slot.code == ReportPeriod.WHOLE else parse_period(slot.code)
    plan = one.schedule
    return make_run(
        kind=plan.kind, branch=plan.branch, scope=plan.scope, period=period, campaign=one.campaign, actor=None
    )


def set_schedule(
    *,
    kind: str,
    branch: Branch,
    scope: str = "",
    first_period: str,
    is_active: bool,
    actor: User,
    campaign: str = "",
) -> ReportSchedule:
    """Put a branch's series on the calendar, or take it off; its past reports stay.

    A kind about campaigns goes on for all campaigns of the branch, or for that with this slug; `first_period` is then
    the day from which on. A series of one campaign stands before that of all. Raises DomainError for what does not fit.
    """
    require(actor, Right.REQUEST_REPORTS, branch)
    definition = read_kind(kind)
    freezer_of(kind)
    about = read_campaign(definition, campaign) if campaign else None
    scope = scope or default_scope(definition)
    if about is not None or not definition.of_campaign:
        check_asked(definition, branch, scope, None, about)
    series: dict[str, Any] = {
        "kind": definition.kind.value,
        "branch": branch,
        "scope": scope,
        "campaign_id": about.id if about is not None else None,
        "period_kind": _period_kind(definition, first_period),
    }
    with transaction.atomic():
        schedule, _created = ReportSchedule.objects.update_or_create(
            **series,
            defaults={"first_period": parse_period(first_period).code, "is_active": is_active},
        )
        record_audit(
            "transparency.schedule.set",
            actor=actor,
            obj=schedule,
            branch_code=branch.code,
            changed_fields=["first_period", "is_active"],
        )
    return schedule


def _period_kind(definition: ReportDefinition, first_period: str) -> str:
    """The length of the series' periods: that of the first, for campaigns the one that the kind has."""
    first = parse_period(first_period)
    if definition.of_campaign:
        if first.kind.value != ReportPeriod.DAY:
            sentence = _("起始日请写成 2026-01-20 这样的一天。")
            raise DomainError("period_does_not_fit", sentence, {"first_period": sentence})
        return definition.periods[0].value
    try:
        check_period(definition, first)
    except DomainError as error:
        raise DomainError(error.code, error.message, {"first_period": error.message}) from error
    return first.kind.value
