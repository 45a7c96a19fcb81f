"""What the table needs of the registries: a wish and what is kept of remembrance in HOME, made through services."""

from __future__ import annotations

from accounts.models import User
from registries.services.wishes import register_wish
from tests.factories.people import branch_at
from tests.permissions.people import HOME
from tests.registries.ground import Ground, form
from tests.registries.memorial_ground import booked, left, opened_place, planned, published, shown_message, written


def make_registries(people: dict[str, User]) -> dict[str, str]:
    """The objects by their names in the table."""
    wish = register_wish(registration=form(branch_at(HOME)), actor=people["registry_clerk.own"])
    return {"wish": wish.number, **_memorial(people)}


def _memorial(people: dict[str, User]) -> dict[str, str]:
    """A place with a gathering and a booking, a page with messages, a draft."""
    who = {"clerk": people["registry_clerk.own"], "coordinator": people["registry_coordinator.own"]}
    ground = Ground(branch_at(HOME), branch_at("3303"), who)
    place = opened_place(ground)
    gathering, page = planned(ground, place), published(ground)
    said: dict[str, object] = {
        "memorial_place": place.pk,
        "memorial_gathering": gathering.pk,
        "memorial_booking": booked(gathering).number,
        "memorial_page": page.code,
        "memorial_page_number": page.number,
        "memorial_draft": written(ground).number,
        "memorial_shown": shown_message(ground, page).code,
        "memorial_waiting": left(page).code,
    }
    return {name: str(value) for name, value in said.items()}
