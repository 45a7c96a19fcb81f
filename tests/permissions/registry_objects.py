"""What the table needs of the registries: a wish in HOME, made through the service."""

from __future__ import annotations

from accounts.models import User
from registries.models import Wish
from registries.services.evidence import add_wish_paper
from registries.services.exports import ExportRequest, request_export
from registries.services.wishes import register_wish
from tests.factories.people import branch_at
from tests.permissions.people import HOME
from tests.registries.ground import form
from tests.registries.papers import photo


def make_registries(people: dict[str, User]) -> dict[str, str]:
    """The objects by their names in the table."""
    wish = register_wish(registration=form(branch_at(HOME)), actor=people["registry_clerk.own"])
    return {"wish": wish.number, **make_registry_papers(wish, people)}


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
