"""The calendar of reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import now, today
from core.errors import DomainError
from core.incidents import log_incident
from core.periods import Period, months_between, parse_period
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
    its own: a series that fails is written to the log with a reference and leaves the others. Two queries where nothing
    is due.
    """
    made: list[ReportRun] = []
    reached = _reached()
    for schedule in ReportSchedule.objects.filter(is_active=True).select_related("branch").order_by("pk"):
        last = reached.get((schedule.kind, schedule.branch_id, schedule.scope), "")
        try:
            for period in _due_after(schedule, last):
                made.append(
                    make_run(
                        kind=schedule.kind, branch=schedule.branch, scope=schedule.scope, period=period, actor=None
                    )
                )
        except Exception as error:
            log_incident(error, what=f"report series {schedule.pk}")
    return made


def _reached() -> dict[tuple[str, int, str], str]:
    """The last period that each series has; a series never goes back, so whatever lies before is not due any more."""
    rows = (
        ReportRun.objects.unscoped("the calendar sees all")
        .order_by()
        .values_list("kind", "branch_id", "scope")
        .annotate(last=Max("period"))
    )
    return {(kind, branch_id, scope): last for kind, branch_id, scope, last in rows}


def _due_after(schedule: ReportSchedule, last: str) -> list[Period]:
    months = months_between(parse_period(schedule.first_period).first_day, today())
    return [month for month in months if month.code > last and due_at(month) <= now()]


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
