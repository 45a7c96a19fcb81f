"""What the table needs of the registries: a wish in HOME, made through the service."""

from __future__ import annotations

from accounts.models import User
from registries.services.wishes import register_wish
from tests.factories.people import branch_at
from tests.permissions.people import HOME
from tests.permissions.registry_donor_objects import make_donors
from tests.permissions.registry_figures_objects import make_figures
from tests.registries.ground import form


def make_registries(people: dict[str, User]) -> dict[str, str]:
    """The objects by their names in the table."""
    wish = register_wish(registration=form(branch_at(HOME)), actor=people["registry_clerk.own"])
    return {"wish": wish.number, **make_donors(people), **make_figures(people)}
