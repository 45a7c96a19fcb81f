"""The mover of cases: locks, checks the step and its day, saves, writes what happened."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import now, today
from registries.choices.cases import CASE_TRANSITIONS, EXITS, STEP_DAYS, CaseStatus
from registries.errors import RegistryError, WrongState
from registries.models import Case, CaseEvent

if TYPE_CHECKING:
    from accounts.models import User

# Nobody writes a case down years later; an older day is a slip of the keyboard.
OLDEST_DAY = datetime.timedelta(days=3660)


def lock_case(case_id: int) -> Case:
    """Read a case under its row lock; the caller is in a transaction and checks next who asks."""
    found: Case = (
        Case.objects.unscoped("lock of one known case")
        .select_for_update(of=("self",))
        .select_related("branch", "province")
        .get(pk=case_id)
    )
    return found


def require_state(case: Case, *states: str) -> None:
    """Raise WrongState unless a locked case is in one of these states."""
    if case.status not in states:
        raise wrong_state(case)


def wrong_state(case: Case) -> WrongState:
    """What is said where a case is not in the state that a step needs."""
    return WrongState(
        "case_wrong_state",
        _("案例 %(number)s 现在是“%(now)s”，这一步已由他人办理或不能办理，请刷新页面查看。")
        % {"number": case.number, "now": CaseStatus(case.status).label},
    )


def last_day(case: Case) -> datetime.date:
    """The day of the last step that a case took."""
    days = [getattr(case, name) for name in dict.fromkeys(STEP_DAYS.values())]
    return max(day for day in days if day is not None)


def check_day(on: datetime.date | None, *, first: datetime.date, field: str = "on") -> datetime.date:
    """A day that lies neither in the future nor before `first`. Raises RegistryError at the field."""
    if on is None:
        raise _wrong_day(field, _("请填写日期。"))
    if on > today():
        raise _wrong_day(field, _("日期不能晚于今天。"))
    if on < max(first, today() - OLDEST_DAY):
        raise _wrong_day(field, _("日期不能早于前一步的日期 %(day)s。") % {"day": first.isoformat()})
    return on


def move_case(case: Case, to_status: str, *, on: datetime.date, verb: str, actor: User, **changes: Any) -> None:
    """Move a locked case to another state on a day, with other columns, an event and an audit row.

    Raises WrongState, RegistryError for a day in the future or before the step that it follows.
    """
    if to_status not in CASE_TRANSITIONS[case.status]:
        raise wrong_state(case)
    check_day(on, first=last_day(case))
    from_status, case.status = case.status, to_status
    column = "ended_on" if to_status in EXITS else STEP_DAYS[to_status]
    for name, value in {column: on, **changes}.items():
        setattr(case, name, value)
    case.save(update_fields=["status", column, *changes])
    note_case(case, verb, on=on, actor=actor, from_status=from_status, fields=["status", column, *changes])


def note_case(
    case: Case,
    verb: str,
    *,
    on: datetime.date,
    actor: User | None,
    from_status: str | None = None,
    fields: list[str] | None = None,
) -> None:
    """Write the event and the audit row of something that was done in a case: fields' names, never their values."""
    CaseEvent.objects.create(
        case=case,
        from_status=case.status if from_status is None else from_status,
        to_status=case.status,
        verb=verb,
        on=on,
        actor=actor,
        at=now(),
    )
    record_audit(
        f"registries.case.{verb}", actor=actor, obj=case, branch_code=case.branch.code, changed_fields=fields or []
    )


def _wrong_day(field: str, sentence: str) -> RegistryError:
    return RegistryError("case_day_wrong", sentence, {field: sentence})
