"""What of the stem-cell donors stands in somebody's day at the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from organizations.choices import Right
from organizations.permissions import holds_anywhere
from registries.choices.donors import ACCOMPANIED
from registries.models import Donor
from registries.selectors.day_sections import DayRow, DaySection
from registries.selectors.donors import MOST_COUNTED, WORK_LISTS, work_counts

if TYPE_CHECKING:
    from accounts.models import User

# Nobody goes along with more at once.
MOST_OF_MINE = 50


def donor_work(person: User) -> DaySection | None:
    """The lists of work of donors in which somebody waits, each with how many; one query."""
    if not holds_anywhere(person, Right.KEEP_REGISTRIES):
        return None
    where, counts = reverse("desk_donors"), work_counts(person)
    rows = [
        DayRow(
            url=f"{where}?show={name}",
            number=str(kept.label),
            what=_("%(n)s 位") % {"n": f"{MOST_COUNTED - 1}+" if counts[name] >= MOST_COUNTED else counts[name]},
        )
        for name, kept in WORK_LISTS.items()
        if counts[name]
    ]
    return DaySection(slug="donors", title=_("造血干细胞志愿者"), rows=rows, more_url=where) if rows else None


def my_donors(person: User) -> DaySection | None:
    """The donors from a match to the collection with whom somebody goes along, the longest waiting first; one query."""
    visible = Donor.objects.visible_to(person, Right.KEEP_REGISTRIES)
    mine = visible.filter(coordinator=person, ended_at=None, status__in=sorted(ACCOMPANIED))
    rows = [
        DayRow(url=reverse("desk_donor", args=[one.number]), number=one.number, what=str(one.get_status_display()))
        for one in mine.order_by("stepped_on", "pk")[:MOST_OF_MINE]
    ]
    return DaySection(slug="my_donors", title=_("我负责的捐献者"), rows=rows) if rows else None
