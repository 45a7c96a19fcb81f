"""What the table needs of cases: one that was given and one that waits to be signed, in HOME, and who was let in."""

from __future__ import annotations

import datetime
from typing import Any

from accounts.models import User
from core.clock import today
from registries.choices.cases import CaseStatus
from registries.services.cases.granting import grant_case
from tests.factories.people import branch_at
from tests.permissions.people import HOME
from tests.permissions.registry_cases_table import LOOKER, WORKERS
from tests.registries.case_ground import case_in, recorded
from tests.registries.ground import Ground, id_number


def make_cases(people: dict[str, User]) -> dict[str, Any]:
    """The objects by their names in the table."""
    logins = {
        "coordinator": WORKERS[0],
        "second": WORKERS[1],
        "head": "registry_head.own",
        "province_head": "registry_head.above",
    }
    ground = Ground(branch_at(HOME), branch_at("330302"), {name: people[login] for name, login in logins.items()})
    given = case_in(ground, CaseStatus.HANDED_OVER, kinds=("cornea", "body"))
    waiting = case_in(ground, CaseStatus.CONSENTED, document=id_number(710))
    record = recorded(ground, waiting)
    until = today() + datetime.timedelta(days=30)
    for case in (given, waiting):
        grant_case(case_id=case.pk, person=people[LOOKER], purpose="示例检查", until=until, actor=ground.person("head"))
    return {
        "case": given.number,
        "case_open": waiting.number,
        "case_kin": waiting.kin.get().pk,
        "case_record": record.pk,
        "step_farewell": "farewell",
    }
