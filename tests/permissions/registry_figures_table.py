"""The part of the table for the figures of the registries: what each address asks of a person."""

from tests.permissions.people import Who
from tests.permissions.rules import FORBIDDEN, LOGIN, OK, Answer, Route, Rule, everybody, holds

NATIONAL = {"figure_id": "national"}


def keeps_province() -> Rule:
    """Who keeps registries for the provincial association itself."""

    def answer(who: Who) -> Answer:
        if not who.signed_in:
            return LOGIN
        return OK if who.may("keep_registries", "33") else FORBIDDEN

    return Rule("keeps the registries of the province", answer)


REGISTRY_FIGURES: dict[str, Route] = {
    "registry_figures": Route(everybody()),
    "registry_figures_csv": Route(everybody()),
    "registry_figures_json": Route(everybody()),
    "desk_registry_figures": Route(holds("count_registries")),
    "desk_national": Route(holds("count_registries", "keep_registries")),
    "desk_national_new": Route(keeps_province(), keeps_province()),
    "desk_national_confirm": Route(keeps_province(), keeps_province(), NATIONAL),
}
