"""The part of the table for stem-cell donors: what each address asks of a person."""

from tests.permissions.rules import Route, everybody, holds, seen

DONOR = {"number": "donor"}
BATCH = {"number": "sample_batch"}
KEEPS = seen("view_registries", "keep_registries", door=("keep_registries",))
ASSIGNS = seen("view_registries", "assign_coordinators", door=("assign_coordinators",))

REGISTRY_DONORS: dict[str, Route] = {
    # One's own registration: whoever has not shown a telephone, code and name is sent to do so.
    "registry_mine_donor_withdraw": Route(everybody(), everybody(), DONOR, gives=frozenset({302})),
    "registry_mine_donor_consent": Route(
        everybody(), everybody(), {**DONOR, "subject": "donor_consent"}, gives=frozenset({302})
    ),
    "registry_mine_donor_kin": Route(everybody(), everybody(), DONOR, gives=frozenset({302})),
    "desk_donors": Route(holds("view_registries")),
    "desk_donor_find": Route(holds("view_registries"), holds("view_registries")),
    "desk_donor_new": Route(holds("keep_registries"), holds("keep_registries")),
    "desk_drives": Route(holds("view_registries")),
    "desk_drive_new": Route(holds("keep_registries"), holds("keep_registries")),
    "desk_drive": Route(seen("view_registries"), arguments={"drive_id": "drive"}),
    "desk_sample_batches": Route(holds("view_registries")),
    "desk_sample_batch_new": Route(holds("keep_registries"), holds("keep_registries")),
    "desk_sample_batch": Route(seen("view_registries"), arguments=BATCH),
    "desk_sample_batch_sheet": Route(seen("view_registries"), arguments=BATCH),
    "desk_sample_batch_send": Route(KEEPS, KEEPS, BATCH),
    "desk_sample_batch_receipt": Route(KEEPS, KEEPS, BATCH),
    "desk_sample_batch_lost": Route(KEEPS, KEEPS, BATCH),
    "desk_donor": Route(seen("view_registries"), seen("view_registries"), DONOR),
    "desk_donor_assign": Route(ASSIGNS, ASSIGNS, DONOR),
    "desk_donor_correct": Route(KEEPS, KEEPS, DONOR),
    "desk_donor_there": Route(KEEPS, KEEPS, DONOR),
    "desk_donor_consent": Route(KEEPS, KEEPS, {**DONOR, "subject": "donor_consent"}),
    "desk_donor_contacts": Route(seen("view_registries"), seen("view_registries", "keep_registries"), DONOR),
    "desk_donor_departed": Route(KEEPS, KEEPS, DONOR),
    "desk_donor_kin": Route(KEEPS, KEEPS, DONOR),
    "desk_donor_entry": Route(KEEPS, KEEPS, {**DONOR, "what": "donor_entry_kind", "entry_id": "donor_entry"}),
    "desk_donor_step": Route(KEEPS, KEEPS, {**DONOR, "step": "donor_step"}),
}
