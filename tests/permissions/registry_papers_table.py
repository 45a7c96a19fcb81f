"""The part of the table for papers, consents and exports of the registries."""

from tests.permissions.people import Who
from tests.permissions.registry_table import KEEPS, PROVES, WISH
from tests.permissions.rules import FORBIDDEN, LOGIN, MISSING, OK, Answer, Route, Rule, everybody, holds, seen

PAPER = {"number": "wish", "paper_id": "wish_paper"}
CONSENT = {"number": "wish", "subject": "consent_subject"}
READS = seen("view_registries", "read_wishes", door=("read_wishes",))
EXPORT = {"number": "registry_export"}
EITHER = ("export_registrants", "approve_exports")
# Who registered the wish of the table.
REGISTERED = "registry_clerk.own"
# Who asked for the export of the table.
ASKED = "registry_coordinator.own"


def sees_export(*then: str, door: tuple[str, ...] = EITHER, own: bool = False) -> Rule:
    """Who asks for exports in HOME or decides on them there, else 404; then each of `then`, and whose it is, or 403."""

    def answer(who: Who) -> Answer:
        if not who.signed_in:
            return LOGIN
        if not who.holds(*door):
            return FORBIDDEN
        if not any(who.may(one) for one in EITHER):
            return MISSING
        return OK if all(who.may(one) for one in then) and (not own or who.login == ASKED) else FORBIDDEN

    return Rule(f"sees the export {then}", answer)


def _prints(who: Who) -> Answer:
    """Who may read the wish, and who registered it today, as the clerk of HOME did."""
    if who.login == REGISTERED:
        return OK
    seen_only = seen("view_registries", "read_wishes", door=("read_wishes", "keep_registries"))
    return seen_only.answer(who)


PRINTS = Rule("reads wishes, or registered it today", _prints)
DECIDES = sees_export("approve_exports", door=("approve_exports",))

REGISTRY_PAPERS: dict[str, Route] = {
    "registry_mine_consent": Route(everybody(), everybody(), CONSENT, gives=PROVES),
    "desk_wish_correct": Route(KEEPS, KEEPS, WISH),
    "desk_wish_consent": Route(KEEPS, KEEPS, CONSENT),
    "desk_wish_there": Route(KEEPS, KEEPS, WISH),
    "desk_wish_reference": Route(KEEPS, KEEPS, WISH),
    "desk_wish_paper_new": Route(KEEPS, KEEPS, WISH),
    "desk_wish_blank": Route(holds("keep_registries")),
    "desk_wish_print": Route(None, PRINTS, {"number": "wish", "kind": "print_kind"}),
    "desk_wish_paper": Route(None, READS, PAPER),
    "desk_registry_exports": Route(holds(*EITHER)),
    "desk_registry_export_new": Route(holds("export_registrants"), holds("export_registrants")),
    "desk_registry_export": Route(sees_export(), None, EXPORT),
    "desk_registry_export_decide": Route(DECIDES, DECIDES, EXPORT),
    "desk_registry_export_end": Route(sees_export(own=True), sees_export(own=True), EXPORT),
    "desk_registry_export_file": Route(None, sees_export(door=("export_registrants",), own=True), EXPORT),
}
