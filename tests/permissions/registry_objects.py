"""What the table needs of the registries: a wish and what is kept of remembrance in HOME, made through services."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from django.db import transaction

from accounts.models import User
from core.clock import today
from registries.models import Wish
from registries.services.contacts import plan_contact
from registries.services.duty import place_on_duty
from registries.services.evidence import add_wish_paper
from registries.services.exchange.files import open_outgoing
from registries.services.exports import ExportRequest, request_export
from registries.services.memorial.half_days import close_half_day
from registries.services.requests.filing import arrange_request, file_request
from registries.services.wishes import register_wish
from tests.factories.people import branch_at
from tests.permissions.people import HOME
from tests.permissions.registry_cases_objects import make_cases
from tests.permissions.registry_donor_objects import make_donors
from tests.permissions.registry_figures_objects import make_figures
from tests.registries.asking import arranged, asking
from tests.registries.ground import Ground, form
from tests.registries.intake_ground import cells, checked, csv_of
from tests.registries.memorial_ground import booked, left, opened_place, planned, published, shown_message, written
from tests.registries.papers import photo


def make_registries(people: dict[str, User]) -> dict[str, Any]:
    """The objects by their names in the table."""
    wish = register_wish(registration=form(branch_at(HOME)), actor=people["registry_clerk.own"])
    return {
        "wish": wish.number,
        **make_contacts(wish, people),
        **make_cases(people),
        **make_donors(people),
        **make_figures(people),
        **_intake(people),
        **_memorial(people),
        **_requests(people["registry_clerk.own"]),
        **make_registry_papers(wish, people),
    }


def make_contacts(wish: Wish, people: dict[str, User]) -> dict[str, Any]:
    """A contact that is due and nobody's yet, and somebody on duty."""
    with transaction.atomic():
        due = plan_contact(about=wish, reason="visit", due_on=today())
    assert due is not None
    shift = place_on_duty(
        branch=branch_at(HOME), person=people["registry_coordinator.own"], on=today(), part="night",
        phone="0571-00000001", actor=people["registry_head.own"],
    )  # fmt: skip
    return {"due_contact": due.key, "contact_reason": "visit", "duty_shift": shift.pk}


def _intake(people: dict[str, User]) -> dict[str, str]:
    """A file of donors who joined on paper, checked, with a good line and one that is not."""
    ground = Ground(branch_at(HOME), branch_at("3303"), {"clerk": people["registry_clerk.own"]})
    row = checked(ground, csv_of(cells(61), cells(62, 手机号="")))
    return {"donor_intake": row.number, "intake_step": "drop"}


def _requests(clerk: User) -> dict[str, str]:
    """A new request, one that is arranged for today, and a file for the national library."""
    branch = branch_at(HOME)
    made = [file_request(asked=asking(branch), phone=f"1390000000{at}", key=uuid.uuid4()).request for at in range(2)]
    arrange_request(request_id=made[1].pk, arranged=arranged(), actor=clerk)
    file = open_outgoing(branch=branch, key=uuid.uuid4(), actor=clerk)
    exchange = {"exchange_file": file.number, "exchange_step": "drop"}
    return {**exchange, "registry_request": made[0].number, "registry_request_arranged": made[1].number}


def make_registry_papers(wish: Wish, people: dict[str, User]) -> dict[str, str]:
    """A picture of its form, and an export that was asked for."""
    add_wish_paper(wish_id=wish.pk, upload=photo(), actor=people["registry_clerk.own"])
    asked = ExportRequest(wish.branch, "in_force", ("name",), "核对纸质档案", 3)
    export = request_export(asked=asked, actor=people["registry_coordinator.own"])
    return {
        "wish_paper": str(wish.papers.get().pk),
        "consent_subject": "contact",
        "print_kind": "letter",
        "registry_export": export.number,
    }


def _memorial(people: dict[str, User]) -> dict[str, str]:
    """A place with a gathering and a booking, a page with messages, a draft."""
    who = {"clerk": people["registry_clerk.own"], "coordinator": people["registry_coordinator.own"]}
    ground = Ground(branch_at(HOME), branch_at("3303"), who)
    place = opened_place(ground)
    gathering, page = planned(ground, place), published(ground)
    day = today() + datetime.timedelta(days=3)
    half_day = close_half_day(place_id=place.pk, on=day, part="morning", actor=ground.person("clerk"))
    said: dict[str, object] = {
        "memorial_place": place.pk,
        "memorial_gathering": gathering.pk,
        "memorial_half_day": half_day.pk,
        "memorial_booking": booked(gathering).number,
        "memorial_page": page.code,
        "memorial_page_number": page.number,
        "memorial_draft": written(ground).number,
        "memorial_shown": shown_message(ground, page).code,
        "memorial_waiting": left(page).code,
    }
    return {name: str(value) for name, value in said.items()}
