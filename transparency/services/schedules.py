"""The calendar of reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import now
from core.errors import DomainError
from core.periods import months_between, parse_period
from organizations.choices import Right
from organizations.models import Branch
from organizations.permissions import require
from transparency.models import ReportRun, ReportSchedule
from transparency.selectors.calendar import due_at
from transparency.services.runs import make_run

if TYPE_CHECKING:
    from accounts.models import User


def make_due_reports() -> list[ReportRun]:
    """Make every report that is due and not there yet, each once, oldest first; also those missed while nothing ran.

    What is due is decided by rows, so a tick that comes twice, late or never does no harm. Each run is a transaction of
    its own: one that fails leaves the others.
    """
    made: list[ReportRun] = []
    for schedule in ReportSchedule.objects.filter(is_active=True).select_related("branch"):
        for period in months_between(parse_period(schedule.first_period).first_day, now().date()):
            if now() < due_at(period) or _is_made(schedule, period.code):
                continue
            made.append(
                make_run(kind=schedule.kind, branch=schedule.branch, scope=schedule.scope, period=period, actor=None)
            )
    return made


def _is_made(schedule: ReportSchedule, period: str) -> bool:
    """Whether the period has a run, or a later one has: the series never goes back."""
    series = ReportRun.objects.unscoped("the calendar sees all").filter(
        kind=schedule.kind, branch=schedule.branch, scope=schedule.scope
    )
    return series.filter(period__gte=period).exists()


def set_schedule(
    *, kind: str, branch: Branch, scope: str, first_period: str, is_active: bool, actor: User
) -> ReportSchedule:
    """Put a branch's series on the calendar, or take it off; its past reports stay."""
    require(actor, Right.REQUEST_REPORTS, branch)
    if parse_period(first_period).kind != "month":
        raise DomainError(
            "period_not_a_month", _("首期请写成 2026-01 这样的月份。"), {"first_period": _("请选择月份。")}
        )
    with transaction.atomic():
        schedule, _created = ReportSchedule.objects.update_or_create(
            kind=kind, branch=branch, scope=scope, defaults={"first_period": first_period, "is_active": is_active}
        )
        record_audit(
            "transparency.schedule.set",
            actor=actor,
            obj=schedule,
            branch_code=branch.code,
            changed_fields=["first_period", "is_active"],
        )
    return schedule
