"""What the table needs of the registries: a wish in HOME, made through the service."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from accounts.models import User
from core.clock import today
from registries.models import Wish
from registries.services.contacts import plan_contact
from registries.services.duty import place_on_duty
from registries.services.wishes import register_wish
from tests.factories.people import branch_at
from tests.permissions.people import HOME
from tests.permissions.registry_cases_objects import make_cases
from tests.registries.ground import form


def make_registries(people: dict[str, User]) -> dict[str, Any]:
    """The objects by their names in the table."""
    wish = register_wish(registration=form(branch_at(HOME)), actor=people["registry_clerk.own"])
    return {"wish": wish.number, **make_contacts(wish, people), **make_cases(people)}


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
