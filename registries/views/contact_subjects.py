"""What contacts may be about, as the desk shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from accounts.models import User
from registries.models import DueContact
from registries.services.reading import masked_names


@dataclass(frozen=True)
class Subject:
    """Where something stands (`url_name`, by its number), and whether its person is a registrant who is shown here."""

    url_name: str
    has_registrant: bool = True


# By the foreign key that is set; one for each of ABOUT_FIELDS.
SUBJECTS: dict[str, Subject] = {"wish": Subject("desk_wish"), "donor": Subject("desk_donor")}


def shown_subject(due: DueContact, *, reader: User) -> dict[str, Any]:
    """What a page about a contact shows of what it is about; the masked name is logged. Not in a transaction."""
    about, subject = due.about, SUBJECTS[due.about_field]
    name = masked_names([about], reader=reader).get(about.pk, "") if subject.has_registrant else ""
    return {
        "about": about,
        "about_url": reverse(subject.url_name, kwargs={"number": about.number}),
        "about_name": name,
        "has_registrant": subject.has_registrant,
    }
