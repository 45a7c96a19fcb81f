"""What the table needs of the registries: a wish in HOME, made through the service."""

from __future__ import annotations

import uuid

from accounts.models import User
from registries.services.exchange.files import open_outgoing
from registries.services.requests import arrange_request, file_request
from registries.services.wishes import register_wish
from tests.factories.people import branch_at
from tests.permissions.people import HOME
from tests.registries.asking import arranged, asking
from tests.registries.ground import form


def make_registries(people: dict[str, User]) -> dict[str, str]:
    """The objects by their names in the table."""
    wish = register_wish(registration=form(branch_at(HOME)), actor=people["registry_clerk.own"])
    return {"wish": wish.number, **_requests(people["registry_clerk.own"])}


def _requests(clerk: User) -> dict[str, str]:
    """A new request, one that is arranged for today, and a file for the national library."""
    branch = branch_at(HOME)
    made = [file_request(asked=asking(branch), phone=f"1390000000{at}", key=uuid.uuid4()).request for at in range(2)]
    arrange_request(request_id=made[1].pk, arranged=arranged(), actor=clerk)
    file = open_outgoing(branch=branch, key=uuid.uuid4(), actor=clerk)
    exchange = {"exchange_file": file.number, "exchange_step": "drop"}
    return {**exchange, "registry_request": made[0].number, "registry_request_arranged": made[1].number}
