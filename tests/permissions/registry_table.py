"""The part of the table for the registries: what each address asks of a person."""

from tests.permissions.rules import Route, everybody, holds, seen

WISH = {"number": "wish"}
KEEPS = seen("view_registries", "keep_registries", door=("keep_registries",))
# One's own registrations: whoever has not shown a telephone, code and name is sent to do so.
PROVES = frozenset({302})

REGISTRIES: dict[str, Route] = {
    "organ": Route(everybody()),
    "organ_check": Route(everybody(), everybody()),
    "registry_mine": Route(everybody(), everybody()),
    "registry_mine_code": Route(everybody(), everybody(), gives=PROVES),
    "registry_mine_wishes": Route(everybody(), everybody(), gives=PROVES),
    "registry_mine_readings": Route(everybody(), gives=PROVES),
    "registry_mine_withdraw": Route(everybody(), everybody(), WISH, gives=PROVES),
    "registry_mine_contact": Route(everybody(), everybody(), gives=PROVES),
    "desk_wishes": Route(holds("view_registries")),
    "desk_wish_new": Route(holds("keep_registries"), holds("keep_registries")),
    "desk_wish_find": Route(holds("view_registries"), holds("view_registries")),
    "desk_wish": Route(seen("view_registries"), seen("view_registries"), WISH),
    "desk_wish_change": Route(KEEPS, KEEPS, WISH),
    "desk_wish_withdraw": Route(KEEPS, KEEPS, WISH),
    "desk_wish_hand_over": Route(KEEPS, KEEPS, WISH),
}
