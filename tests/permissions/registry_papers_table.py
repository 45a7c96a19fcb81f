"""The part of the table for papers, consents and exports of the registries."""

from tests.permissions.registry_table import KEEPS, PROVES, WISH
from tests.permissions.rules import Route, everybody, holds, seen

PAPER = {"number": "wish", "paper_id": "wish_paper"}
CONSENT = {"number": "wish", "subject": "consent_subject"}
READS = seen("view_registries", "read_wishes", door=("read_wishes",))
EXPORT = {"number": "export"}

REGISTRY_PAPERS: dict[str, Route] = {
    "registry_mine_consent": Route(everybody(), everybody(), CONSENT, gives=PROVES),
    "desk_wish_correct": Route(KEEPS, KEEPS, WISH),
    "desk_wish_consent": Route(KEEPS, KEEPS, CONSENT),
    "desk_wish_there": Route(KEEPS, KEEPS, WISH),
    "desk_wish_paper_new": Route(KEEPS, KEEPS, WISH),
    "desk_wish_blank": Route(holds("keep_registries")),
    "desk_wish_print": Route(None, READS, {"number": "wish", "kind": "print_kind"}),
    "desk_wish_paper": Route(None, READS, PAPER),
}
