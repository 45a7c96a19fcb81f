"""The part of the table for files exchanged with the national library: what each address asks of a person."""

from tests.permissions.people import Who
from tests.permissions.rules import FORBIDDEN, LOGIN, MISSING, OK, Answer, Route, Rule, holds

FILE = {"number": "exchange_file"}
EITHER = ("keep_registries", "approve_exports")


def sees_file(*then: str, door: tuple[str, ...] = ("keep_registries",)) -> Rule:
    """Who keeps the registries of HOME or releases its files that go out, else 404; then each of `then` or 403."""

    def answer(who: Who) -> Answer:
        if not who.signed_in:
            return LOGIN
        if not who.holds(*door):
            return FORBIDDEN
        if not any(who.may(one) for one in EITHER):
            return MISSING
        return OK if all(who.may(one) for one in then) else FORBIDDEN

    return Rule(f"sees the file {then} {door}", answer)


KEEPS = sees_file()
READS = sees_file("read_registrants")
SEES = sees_file(door=EITHER)

REGISTRY_EXCHANGE: dict[str, Route] = {
    "desk_exchange": Route(holds(*EITHER)),
    "desk_exchange_out": Route(None, holds("keep_registries")),
    "desk_exchange_in": Route(None, holds("keep_registries")),
    "desk_exchange_file": Route(SEES, arguments=FILE),
    # Without a purpose the file is not opened and the person is told so.
    "desk_exchange_download": Route(None, READS, FILE),
    # The table's file still waits for its release: there is nothing to check it by, and one is led back.
    "desk_exchange_manifest": Route(KEEPS, arguments=FILE, gives=frozenset({302})),
    "desk_exchange_problems": Route(KEEPS, arguments=FILE),
    "desk_exchange_step": Route(None, SEES, {**FILE, "step": "exchange_step"}),
}
