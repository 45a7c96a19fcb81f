"""What contacts may be about, as the desk shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from registries.models import DueContact
from registries.services.reading import masked_names

_OVER = _("本人已退出，不能再安排联系；以前的记录保留。")


@dataclass(frozen=True)
class Subject:
    """Where something stands (`url_name`, by its number), and whether its person is a registrant who is shown here.

    `list_url` and `list_label` lead there; `calendar` says what is planned without anybody, `over` why nobody is
    contacted any more.
    """

    url_name: str
    list_url: str
    list_label: str | Promise
    calendar: str | Promise = ""
    over: str | Promise = _OVER
    has_registrant: bool = True


# By the foreign key that is set; one for each of ABOUT_FIELDS.
SUBJECTS: dict[str, Subject] = {
    "wish": Subject("desk_wish", "desk_wishes", _("捐献登记"), _("同意联系的，每年签字日前后会自动安排回访慰问。")),
    "donor": Subject(
        "desk_donor",
        "desk_donors",
        _("造血干细胞"),
        _("在库的每年核对一次联系方式；初配相合、失联和每次随访到期，也会自动安排。"),
    ),
    # Of a case the family is called: who they are is shown on its own page, to its own coordinators.
    "case": Subject(
        "desk_case",
        "desk_cases",
        _("捐献案例"),
        _("登记移交以后，会自动安排四次家属关怀。"),
        _("案例已办结或没有捐成，不再安排联系；以前的记录保留。"),
        has_registrant=False,
    ),
}


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
