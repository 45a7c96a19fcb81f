"""The certificate that a receiving unit gives out for a body: by it the family is paid what it is due."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.clock import now
from registries.errors import RegistryError, WrongState
from registries.models import Case, CaseAcceptance
from registries.permissions.cases import require_coordinator
from registries.selectors.cases import acceptance_of, body_unit
from registries.services.cases.blind import check_blind
from registries.services.cases.moving import check_day, lock_case, note_case
from registries.services.clear_texts import check_clear

LONGEST_NUMBER = 60


def write_acceptance(*, case_id: int, number: str, on: datetime.date, actor: User) -> CaseAcceptance:
    """Write down the unit's certificate for a body; another number or day takes the place of the one before.

    Said twice, it is once. Locks the case. Raises RegistryError with fields, WrongState where no body was handed over.
    Source: 宁波市遗体捐献条例 Art. 14.
    """
    with transaction.atomic():
        case: Case = lock_case(case_id)
        require_coordinator(actor, case)
        body = body_unit(case)
        if body is None:
            raise WrongState("no_body_given", _("这个案例没有移交遗体，没有接受遗体的证明。"))
        plain = check_blind(number, field="number", longest=LONGEST_NUMBER)
        if not plain:
            sentence = _("请照证明填写编号；证明上没有编号的，填“无编号”。")
            raise RegistryError("number_missing", sentence, {"number": sentence})
        check_clear(number=plain)
        check_day(on, first=body.on)
        old = acceptance_of(case)
        if old is not None and (old.number, old.issued_on, old.unit_id) == (plain, on, body.unit_id):
            return old
        row = CaseAcceptance.objects.create(
            case=case,
            unit=body.unit,
            number=plain,
            issued_on=on,
            replaces=old,
            written_by=actor,
            written_at=now(),
        )
        note_case(case, "acceptance_written", on=on, actor=actor, fields=["number", "issued_on"])
    return row
