"""What was written down wrongly after the hand-over: a new row takes the place of the old, which stays."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from core.clock import now
from registries.choices.cases import GIVEN_CASE, GiftKind
from registries.errors import RegistryError, WrongState
from registries.models import CaseCertificate, CaseHandOver, CaseKin
from registries.permissions.cases import require_coordinator
from registries.selectors.cases import certificate_of, hand_overs_of
from registries.services.cases.handing import checked_units
from registries.services.cases.moving import check_day, lock_case, note_case, require_state

if TYPE_CHECKING:
    from accounts.models import User


def correct_hand_over(*, case_id: int, kind: str, unit_id: int, on: datetime.date, actor: User) -> CaseHandOver:
    """Put right which unit took a kind of gift, or on which day; said twice, it is once. Locks the case.

    The case's own days stand, and so do the calls that were planned. Raises RegistryError with fields, WrongState.
    """
    with transaction.atomic():
        case = lock_case(case_id)
        require_coordinator(actor, case)
        require_state(case, *sorted(GIVEN_CASE))
        old = next((one for one in hand_overs_of(case) if one.kind == kind), None)
        if old is None:
            raise WrongState("kind_not_handed_over", _("这一项没有移交过，不能更正。"))
        unit = old.unit if unit_id == old.unit_id else checked_units(case, {kind: unit_id})[kind]
        check_day(on, first=case.witnessed_on or case.notified_on)
        if (old.unit_id, old.on) == (unit.pk, on):
            return old
        row = CaseHandOver.objects.create(
            case=case, kind=GiftKind(kind), unit=unit, on=on, replaces=old, written_by=actor, written_at=now()
        )
        note_case(case, "hand_over_corrected", on=on, actor=actor, fields=["unit", "on"])
    return row


def correct_certificate(*, case_id: int, kin_id: int, on: datetime.date, actor: User) -> CaseCertificate:
    """Put right whom the certificate was given to, or on which day; said twice, it is once. Locks the case.

    Raises RegistryError with fields, WrongState where none was given.
    """
    with transaction.atomic():
        case = lock_case(case_id)
        require_coordinator(actor, case)
        old = certificate_of(case)
        if old is None:
            raise WrongState("no_certificate", _("还没有登记颁发，没有可更正的。"))
        kin = CaseKin.objects.filter(pk=kin_id, case=case, struck_at=None).first()
        if kin is None:
            sentence = _("请选择领取证书的家属。")
            raise RegistryError("kin_not_listed", sentence, {"kin": sentence})
        check_day(on, first=case.witnessed_on or case.notified_on)
        if (old.kin_id, old.given_on) == (kin.pk, on):
            return old
        row = CaseCertificate.objects.create(
            case=case, kin=kin, given_on=on, replaces=old, written_by=actor, written_at=now()
        )
        note_case(case, "certificate_corrected", on=on, actor=actor, fields=["kin", "given_on"])
    return row
