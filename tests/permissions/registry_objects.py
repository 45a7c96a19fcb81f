"""What the table needs of the registries: a wish in HOME, made through the service."""

from __future__ import annotations

import uuid
from typing import Any

from accounts.models import User
from core.clock import today
from registries.models import Wish
from registries.services.contacts import plan_contact
from registries.services.duty import place_on_duty
from registries.services.requests import arrange_request, file_request
from registries.services.wishes import register_wish
from tests.factories.people import branch_at
from tests.permissions.people import HOME
from tests.permissions.registry_donor_objects import make_donors
from tests.registries.asking import arranged, asking
from tests.registries.ground import form


def make_registries(people: dict[str, User]) -> dict[str, Any]:
    """The objects by their names in the table."""
    wish = register_wish(registration=form(branch_at(HOME)), actor=people["registry_clerk.own"])
    return {
        "wish": wish.number,
        **make_contacts(wish, people),
        **make_donors(people),
        **_requests(people["registry_clerk.own"]),
    }


def make_contacts(wish: Wish, people: dict[str, User]) -> dict[str, Any]:
    """A contact that is due and nobody's yet, and somebody on duty."""
    due = plan_contact(about=wish, reason="visit", due_on=today())
    assert due is not None
    shift = place_on_duty(
        branch=branch_at(HOME), person=people["registry_coordinator.own"], on=today(), part="night",
        phone="0571-00000001", actor=people["registry_head.own"],
    )  # fmt: skip
    return {"due_contact": due.key, "contact_reason": "visit", "duty_shift": shift.pk}


def _requests(clerk: User) -> dict[str, str]:
    """A new request and one that is arranged for today."""
    branch = branch_at(HOME)
    made = [file_request(asked=asking(branch), phone=f"1390000000{at}", key=uuid.uuid4()).request for at in range(2)]
    arrange_request(request_id=made[1].pk, arranged=arranged(), actor=clerk)
    return {"registry_request": made[0].number, "registry_request_arranged": made[1].number}
