"""The part of the table for donors who joined on paper: what each address asks of a person."""

from tests.permissions.registry_exchange_table import EITHER, sees_file
from tests.permissions.rules import Route, holds

INTAKE = {"number": "donor_intake"}
SEES = sees_file(door=EITHER)

REGISTRY_INTAKE: dict[str, Route] = {
    # Who may release and not keep is shown the list, and no form.
    "desk_intakes": Route(holds(*EITHER), holds(*EITHER)),
    "desk_intake_template": Route(holds(*EITHER)),
    "desk_intake": Route(SEES, arguments=INTAKE),
    "desk_intake_problems": Route(SEES, arguments=INTAKE),
    "desk_intake_step": Route(None, SEES, {**INTAKE, "step": "intake_step"}),
}
