"""What follows the witness record: the hand-over, farewell, care, the end; and the ends without a gift."""

from __future__ import annotations

import calendar
import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from core.clock import now
from registries.choices.cases import (
    CASE_TRANSITIONS,
    EXITS,
    GIVEN_CASE,
    REASONS_OF_EXIT,
    UNITS_OF_GIFT,
    CaseStatus,
    GiftKind,
)
from registries.choices.contacts import ContactReason
from registries.errors import RegistryError
from registries.models import Case, CaseCertificate, CaseHandOver, CaseKin, ReceivingUnit
from registries.permissions.cases import (
    is_coordinator,
    is_taker,
    require_coordinator,
    require_head,
)
from registries.selectors.cases import certificate_of
from registries.selectors.contacts import callers_of
from registries.services.cases.moving import check_day, lock_case, move_case, note_case, require_state, wrong_state
from registries.services.cases.wish_in_life import heed_said
from registries.services.contacts import cancel_contacts, plan_contact

if TYPE_CHECKING:
    from accounts.models import User

# Steps that ask for their day alone, with what is noted.
PLAIN_STEPS: dict[str, str] = {
    CaseStatus.FAREWELL: "farewell",
    CaseStatus.CARE: "care_begun",
    CaseStatus.CLOSED: "closed",
}


def hand_over_gift(*, case_id: int, units: dict[str, int], on: datetime.date, actor: User) -> Case:
    """Write down which unit took which kind of gift; where an organ went from there is nowhere here. Locks the case.

    `units`: ids of units by kind of gift; a kind that was not taken after all is left out. A refusal in life ends the
    case (the caller looks at its state). Raises RegistryError with fields, WrongState.
    """
    with transaction.atomic():
        case = lock_case(case_id)
        require_coordinator(actor, case)
        require_state(case, CaseStatus.WITNESSED)
        if heed_said(case, actor=actor, is_covered=True):
            return case
        taken = checked_units(case, units)
        move_case(case, CaseStatus.HANDED_OVER, on=on, verb="handed_over", actor=actor)
        moment = now()
        CaseHandOver.objects.bulk_create(
            CaseHandOver(case=case, kind=kind, unit=unit, on=on, written_by=actor, written_at=moment)
            for kind, unit in taken.items()
        )
        _plan_care(case, on)
    return case


def go_on(*, case_id: int, to_status: str, on: datetime.date, actor: User) -> Case:
    """Take a step that asks for its day alone: farewell, care, closed. Locks the case.

    Raises WrongState, RegistryError.
    """
    with transaction.atomic():
        case = lock_case(case_id)
        require_coordinator(actor, case)
        if to_status not in PLAIN_STEPS:
            raise wrong_state(case)
        if to_status == CaseStatus.CLOSED:
            cancel_contacts(about=case, actor=actor)
        move_case(case, to_status, on=on, verb=PLAIN_STEPS[to_status], actor=actor)
    return case


def end_case(*, case_id: int, to_status: str, reason: str, on: datetime.date, actor: User) -> Case:
    """End a case without a gift, by who works on it or who assigns. Locks the case.

    Raises RegistryError with fields for a reason that does not fit, WrongState.
    """
    with transaction.atomic():
        case = lock_case(case_id)
        if not (is_coordinator(actor, case) or is_taker(actor, case)):
            require_head(actor, case)
        if to_status not in EXITS or to_status not in CASE_TRANSITIONS[case.status]:
            raise wrong_state(case)
        if reason not in REASONS_OF_EXIT[to_status]:
            sentence = _("请选择与结果相符的原因。")
            raise RegistryError("exit_reason_wrong", sentence, {"reason": sentence})
        move_case(case, to_status, on=on, verb=str(to_status), actor=actor, exit_reason=reason)
    return case


def give_certificate(*, case_id: int, kin_id: int, on: datetime.date, actor: User) -> CaseCertificate:
    """Write down that one of the kin was given the certificate; the second time it is the first one. Locks the case.

    Raises RegistryError with fields, WrongState. Source: 人体器官捐献和移植条例 Art. 14; 宁波市遗体捐献条例 Art. 11.
    """
    with transaction.atomic():
        case = lock_case(case_id)
        require_coordinator(actor, case)
        require_state(case, *sorted(GIVEN_CASE))
        first = certificate_of(case)
        if first is not None:
            return first
        kin = CaseKin.objects.filter(pk=kin_id, case=case, struck_at=None).first()
        if kin is None:
            sentence = _("请选择领取证书的家属。")
            raise RegistryError("kin_not_listed", sentence, {"kin": sentence})
        check_day(on, first=case.handed_over_on or case.notified_on)
        row = CaseCertificate.objects.create(case=case, kin=kin, given_on=on, written_by=actor, written_at=now())
        note_case(case, "certificate_given", on=on, actor=actor, fields=["certificate"])
    return row


def care_days(on: datetime.date) -> list[datetime.date]:
    """The days on which a family is called after a farewell: a week, a month, a hundred days, a year."""
    month_later = on.replace(day=1) + datetime.timedelta(days=31)
    last = calendar.monthrange(month_later.year, month_later.month)[1]
    month = month_later.replace(day=min(on.day, last))
    year = on.replace(year=on.year + 1, day=28 if (on.month, on.day) == (2, 29) else on.day)
    return [on + datetime.timedelta(days=7), month, on + datetime.timedelta(days=100), year]


def _plan_care(case: Case, on: datetime.date) -> None:
    """Plan the calls to the family, by the coordinator who was assigned first, whatever their branch (Art. 19)."""
    whose = next(iter(callers_of(case)), None)
    for day in care_days(on):
        plan_contact(about=case, reason=ContactReason.CARE, due_on=day, coordinator=whose)


def checked_units(case: Case, units: dict[str, int]) -> dict[str, ReceivingUnit]:
    """The units by kind of gift, locked. Raises RegistryError at the kinds that do not fit."""
    rows = {
        one.pk: one
        for one in ReceivingUnit.objects.filter(
            pk__in=units.values(), province_id=case.province_id, ended_at=None
        ).select_for_update()
    }
    faults: dict[str, str] = {}
    taken: dict[str, ReceivingUnit] = {}
    for kind in GiftKind.values:
        if kind not in units:
            continue
        unit = rows.get(units[kind])
        if unit is None or kind not in case.kinds or unit.kind not in UNITS_OF_GIFT[kind]:
            faults[kind] = _("请从名单里选择接受这一项的单位。")
        else:
            taken[kind] = unit
    if not taken and not faults:
        raise RegistryError("nothing_handed_over", _("请至少选择一项的接受单位；一项也没有移交的，请办理“停办”。"))
    if faults:
        raise RegistryError("units_wrong", _("还不完整，请按提示填写。"), faults)
    return taken
