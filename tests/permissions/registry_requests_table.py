"""The part of the table for stem cells in public and for requests: what each address asks of a person."""

from tests.permissions.rules import Route, everybody, holds, seen

REQUEST = {"number": "registry_request"}
KEEPS = seen("view_registries", "keep_registries", door=("keep_registries",))
# Whoever has not shown a telephone is sent to do so; without national pages one is led back to the facts.
PROVES = frozenset({302})

REGISTRY_REQUESTS: dict[str, Route] = {
    "stemcell": Route(everybody()),
    "stemcell_check": Route(everybody(), everybody()),
    "organ_leave": Route(everybody()),
    "stemcell_leave": Route(everybody()),
    "organ_book": Route(everybody(), everybody()),
    "stemcell_book": Route(everybody(), everybody()),
    "organ_book_details": Route(everybody(), everybody(), gives=PROVES),
    "stemcell_book_details": Route(everybody(), everybody(), gives=PROVES),
    "registry_request_find": Route(everybody(), everybody()),
    "registry_request_code": Route(everybody(), everybody(), gives=PROVES),
    "registry_request_own": Route(everybody(), everybody(), gives=PROVES),
    "registry_request_cancel": Route(everybody(), everybody(), gives=PROVES),
    "desk_registry_requests": Route(holds("view_registries")),
    "desk_registry_request": Route(seen("view_registries"), seen("view_registries"), REQUEST),
    "desk_registry_request_arrange": Route(KEEPS, KEEPS, REQUEST),
    "desk_registry_request_decline": Route(KEEPS, KEEPS, REQUEST),
    "desk_registry_request_finish": Route(KEEPS, KEEPS, {"number": "registry_request_arranged"}),
    "desk_registry_request_cancel": Route(KEEPS, KEEPS, {"number": "registry_request_arranged"}),
}
