"""The part of the table for the coordinators' desk."""

from tests.permissions.people import HOME
from tests.permissions.rules import Route, at_home, holds, seen

CONTACT = {"key": "due_contact"}
KEPT = seen("view_registries", "keep_registries", door=("keep_registries",))
HANDS_OVER = at_home("assign_coordinators", door=("keep_registries", "assign_coordinators"))
# The contact of the table is nobody's yet: who assigns says whose it is.
GIVES = seen("view_registries", "assign_coordinators", door=("keep_registries", "assign_coordinators"))
ROSTERS = seen("view_registries", "assign_coordinators", door=("assign_coordinators",))

REGISTRY_CONTACTS: dict[str, Route] = {
    "desk_registry_day": Route(holds("view_registries")),
    "desk_registry_find": Route(holds("view_registries"), holds("view_registries")),
    "desk_contacts": Route(holds("view_registries")),
    "desk_registry_contact": Route(seen("view_registries"), seen("view_registries"), CONTACT),
    "desk_contact_log": Route(KEPT, KEPT, CONTACT),
    "desk_contact_give": Route(GIVES, GIVES, CONTACT),
    "desk_contact_correct": Route(KEPT, KEPT, CONTACT),
    "desk_wish_contacts": Route(
        seen("view_registries"), seen("view_registries", "keep_registries"), {"number": "wish"}
    ),
    "desk_wish_departed": Route(KEPT, KEPT, {"number": "wish"}),
    "desk_contact_script": Route(holds("view_registries"), arguments={"reason": "contact_reason"}),
    "desk_hand_over": Route(holds("keep_registries", "assign_coordinators")),
    "desk_hand_over_confirm": Route(HANDS_OVER, HANDS_OVER, query=f"?branch={HOME}&from="),
    "desk_duty": Route(holds("view_registries")),
    "desk_duty_print": Route(holds("view_registries")),
    "desk_duty_edit": Route(holds("assign_coordinators"), holds("assign_coordinators")),
    "desk_duty_remove": Route(ROSTERS, ROSTERS, {"pk": "duty_shift"}),
    "desk_registry_counts": Route(holds("count_registries")),
}
