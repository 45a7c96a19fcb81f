"""The part of the table for cases: who opens one by work, by office, by grant, and what each then may."""

from __future__ import annotations

from tests.permissions.people import HOME, Who, above
from tests.permissions.rules import FORBIDDEN, LOGIN, MISSING, OK, Answer, Route, Rule, holds

DOOR = ("keep_cases", "assign_coordinators", "count_registries")
# A supervisor who was let in reads no list of calls.
CALLS = ("keep_cases", "assign_coordinators")
# Assigned to the cases of the table, and let into them (tests/permissions/registry_cases_objects.py).
WORKERS = ("registry_coordinator.own", "registry_coordinator.above")
LOOKER = "supervisor.own"
CASE, OPEN_CASE = {"number": "case"}, {"number": "case_open"}


def _heads(who: Who) -> bool:
    """Whether somebody assigns in HOME or above it, with or without all below."""
    places = [HOME, *above(HOME)]
    return any(held.gives("assign_coordinators", held.branch) and held.branch in places for held in who.grants)


def opens(*then: str, door: tuple[str, ...] = DOOR) -> Rule:
    """A case in HOME: 404 for who may not open it; then 403 for who is none of `then` (worker, head)."""

    def answer(who: Who) -> Answer:
        if not who.signed_in:
            return LOGIN
        if not who.holds(*door):
            return FORBIDDEN
        roles = {"worker": who.login in WORKERS, "head": _heads(who), "looker": who.login == LOOKER}
        if not any(roles.values()):
            return MISSING
        return OK if not then or any(roles[one] for one in then) else FORBIDDEN

    return Rule(f"opens a case {then}", answer)


WORKS, ASSIGNS = opens("worker"), opens("head")

REGISTRY_CASES: dict[str, Route] = {
    "desk_cases": Route(holds(*DOOR)),
    "desk_case_new": Route(holds("keep_cases"), holds("keep_cases")),
    "desk_receiving_units": Route(holds("assign_coordinators"), holds("assign_coordinators")),
    "desk_case": Route(opens(), opens(), CASE),
    "desk_case:open": Route(opens(), opens(), OPEN_CASE),
    "desk_case_person": Route(WORKS, WORKS, OPEN_CASE),
    "desk_case_end": Route(opens("worker", "head"), opens("worker", "head"), OPEN_CASE),
    "desk_case_assign": Route(ASSIGNS, ASSIGNS, OPEN_CASE),
    "desk_case_doubt": Route(ASSIGNS, ASSIGNS, OPEN_CASE),
    "desk_case_grants": Route(ASSIGNS, ASSIGNS, CASE),
    "desk_case_family": Route(WORKS, WORKS, OPEN_CASE),
    "desk_case_kin": Route(WORKS, WORKS, OPEN_CASE),
    "desk_case_decide": Route(WORKS, WORKS, {**OPEN_CASE, "kin": "case_kin"}),
    "desk_case_consent": Route(WORKS, WORKS, OPEN_CASE),
    "desk_case_witness": Route(WORKS, WORKS, OPEN_CASE),
    "desk_case_sign": Route(None, WORKS, {**OPEN_CASE, "record": "case_record"}),
    "desk_case_witness_print": Route(WORKS, WORKS, CASE),
    "desk_case_hand_over": Route(WORKS, WORKS, CASE),
    "desk_case_step": Route(WORKS, WORKS, {**CASE, "step": "step_farewell"}),
    "desk_case_acceptance": Route(WORKS, WORKS, CASE),
    "desk_case_contacts": Route(opens("worker", "head", door=CALLS), opens("worker", door=CALLS), CASE),
    "desk_case_certificate": Route(WORKS, WORKS, CASE),
    "desk_case_entitlements": Route(WORKS, WORKS, CASE),
    "desk_case_use": Route(WORKS, WORKS, CASE),
    "desk_case_use_print": Route(WORKS, WORKS, CASE),
}
