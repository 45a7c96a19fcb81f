"""The part of somebody's day that cases have: those that one witnesses and accompanies, and what comes next in each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from organizations.choices import Right
from organizations.permissions import holds_anywhere
from registries.choices.cases import STEP_DAYS
from registries.selectors.cases import NEXT_STEP, cases_for
from registries.selectors.day_sections import DayRow, DaySection

if TYPE_CHECKING:
    from accounts.models import User
    from registries.models import Case


def my_cases(person: User) -> DaySection | None:
    """The open cases that somebody is assigned to, the newest first; one query."""
    if not holds_anywhere(person, Right.KEEP_CASES):
        return None
    found = cases_for(person, "mine")
    if not found:
        return None
    return DaySection(
        slug="cases", title=_("我的案例"), rows=[_row(one) for one in found], more_url=reverse("desk_cases")
    )


def _row(case: Case) -> DayRow:
    step = NEXT_STEP.get(case.status)
    return DayRow(
        url=reverse("desk_case", kwargs={"number": case.number}),
        number=case.number,
        what=str(case.get_status_display()),
        on=getattr(case, STEP_DAYS[case.status]) if case.status in STEP_DAYS else None,
        note=_("下一步：%(step)s") % {"step": step[0]} if step else "",
    )
