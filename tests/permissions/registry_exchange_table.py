"""The part of the table for files exchanged with the national library: what each address asks of a person."""

from tests.permissions.rules import Route, holds, seen

FILE = {"number": "exchange_file"}
KEEPS = seen("keep_registries")
READS = seen("keep_registries", "read_registrants")

REGISTRY_EXCHANGE: dict[str, Route] = {
    "desk_exchange": Route(holds("keep_registries")),
    "desk_exchange_out": Route(None, holds("keep_registries")),
    "desk_exchange_in": Route(None, holds("keep_registries")),
    "desk_exchange_file": Route(KEEPS, arguments=FILE),
    # Without a purpose the file is not opened and the person is told so.
    "desk_exchange_download": Route(None, READS, FILE),
    # The table's file is still being made: there is nothing to check it by, and one is led back.
    "desk_exchange_manifest": Route(KEEPS, arguments=FILE, gives=frozenset({302})),
    "desk_exchange_problems": Route(KEEPS, arguments=FILE),
    "desk_exchange_step": Route(None, KEEPS, {**FILE, "step": "exchange_step"}),
}
