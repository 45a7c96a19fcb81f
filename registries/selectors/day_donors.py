"""The part of somebody's day that stem-cell donors have: the lists of work in which somebody waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from organizations.choices import Right
from organizations.permissions import holds_anywhere
from registries.selectors.day_sections import DayRow, DaySection
from registries.selectors.donors import MOST_COUNTED, WORK_LISTS, work_counts

if TYPE_CHECKING:
    from accounts.models import User


def donor_work(person: User) -> DaySection | None:
    """How many donors wait in each list of work of one's branches, without those where nobody does; one query."""
    if not holds_anywhere(person, Right.KEEP_REGISTRIES):
        return None
    rows = [
        DayRow(
            url=f"{reverse('desk_donors')}?show={name}",
            number=str(WORK_LISTS[name].label),
            what=_("%(count)s 人") % {"count": f"{MOST_COUNTED - 1}+" if count >= MOST_COUNTED else count},
        )
        for name, count in work_counts(person).items()
        if count
    ]
    return DaySection(slug="donors", title=_("造血干细胞待办"), rows=rows) if rows else None
