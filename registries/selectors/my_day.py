"""Somebody's day at the desk: its parts, each by a function of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from registries.selectors.cases import my_cases
from registries.selectors.contacts import coming_contacts, free_contacts, overdue_contacts, todays_contacts
from registries.selectors.day_sections import DaySection
from registries.selectors.donor_day import donor_work, my_donors
from registries.selectors.public_day import new_requests, waiting_messages_section

if TYPE_CHECKING:
    from accounts.models import User

# In the order of the page; a part gives None where it is nothing for this person. At most two queries each.
SECTIONS: tuple[Callable[[User], DaySection | None], ...] = (
    my_cases,
    my_donors,
    overdue_contacts,
    todays_contacts,
    coming_contacts,
    free_contacts,
    new_requests,
    waiting_messages_section,
    donor_work,
)


def day_sections(person: User) -> list[DaySection]:
    """The parts of somebody's day."""
    return [one for one in (section(person) for section in SECTIONS) if one is not None]
