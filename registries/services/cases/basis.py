"""On what a gift rests: a wish in life that covers all of it, or the joint decision of those who decide."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from core.clock import today
from core.sealed import seal_into
from registries.choices.cases import Basis, CaseStatus
from registries.errors import RegistryError
from registries.models import Case, CasePerson
from registries.permissions.cases import require_coordinator, require_head
from registries.services.cases.blind import check_blind
from registries.services.cases.moving import (
    check_day,
    last_day,
    lock_case,
    move_case,
    note_case,
    require_state,
    wrong_state,
)
from registries.services.cases.scope import asked_items
from registries.services.cases.wish_in_life import Said, heed_said, is_in_doubt, said_of
from registries.services.cases.witnessing import finish_witness

if TYPE_CHECKING:
    from accounts.models import User


def begin_family(*, case_id: int, on: datetime.date, basis: str, evidence: str, actor: User) -> Case:
    """Begin to speak with the family, or decide anew on what a gift would rest, until the consent. Locks the case.

    A refusal in life that is found ends or limits the case (the caller looks at its state). A wish in life that is
    found and covers all is the basis; one on paper alone names its paper in `evidence`. Raises RegistryError with
    fields, WrongState. Source: 人体器官捐献和移植条例 Art. 9.
    """
    with transaction.atomic():
        case = lock_case(case_id)
        require_coordinator(actor, case)
        require_state(case, CaseStatus.ASSIGNED, CaseStatus.FAMILY_DECIDING)
        _require_document(case)
        if heed_said(case, actor=actor):
            return case
        said = said_of(case)
        paper = check_blind(evidence, field="evidence", longest=200)
        is_found = asked_items(case) <= said.willing
        if is_found:
            basis = Basis.WISH
        elif basis == Basis.WISH and len(paper) < 2:
            sentence = _(
                "本系统没有查到覆盖全部项目的有效登记：只登记了一部分的，可查看生前登记的意愿，只办这一部分；"
                "有全国系统登记号、遗嘱或登记卡的，请填写编号。"
            )
            raise RegistryError("evidence_missing", sentence, {"evidence": sentence})
        if basis not in Basis.values:
            sentence = _("请选择依据。")
            raise RegistryError("basis_missing", sentence, {"basis": sentence})
        _name_registrant(case, said.registrant if is_found else None)
        seal_into(case, evidence=paper if basis == Basis.WISH and paper else None)
        _rest_on(case, basis, on=on, actor=actor)
    return case


def decide_basis_anew(case: Case, *, is_other: bool, actor: User) -> None:
    """Look up anew on what a locked case rests, once what it asks for or who it is has changed.

    `is_other`: it is more than before or of somebody else, so that a paper says nothing about it any more.
    """
    if case.status != CaseStatus.FAMILY_DECIDING:
        return
    said: Said = said_of(case)
    is_found = asked_items(case) <= said.willing
    person = CasePerson.objects.get(case_id=case.pk)
    on_paper = case.basis == Basis.WISH and person.registrant is None
    if not is_found and on_paper and not is_other:
        return
    _name_registrant(case, said.registrant if is_found else None)
    basis = Basis.WISH if is_found else Basis.JOINT_KIN
    if basis == case.basis:
        return
    case.basis = basis
    seal_into(case, evidence=None)
    case.save(update_fields=["basis", "evidence"])
    note_case(case, "basis_decided", on=today(), actor=actor, fields=["basis"])
    case.heeded = case.heeded or "rebased"


def settle_doubt(*, case_id: int, is_checked: bool, actor: User) -> Case:
    """Write down that the papers were checked and no refusal stands; the items in doubt count as not declared.

    By who assigns. Locks the case. A refusal that does stand ends the case by its page. Raises RegistryError with
    fields, WrongState where there is no doubt.
    """
    with transaction.atomic():
        case = lock_case(case_id)
        require_head(actor, case)
        if case.is_ended or case.handed_over_on is not None or not is_in_doubt(case):
            raise wrong_state(case)
        if not is_checked:
            sentence = _("请先核对书面原件；查明本人不同意的，请办理终止。")
            raise RegistryError("doubt_not_checked", sentence, {"is_checked": sentence})
        note_case(case, "doubt_settled", on=today(), actor=actor)
        # All who were there may have signed meanwhile.
        finish_witness(case, actor=actor)
    return case


def _rest_on(case: Case, basis: str, *, on: datetime.date, actor: User) -> None:
    if case.status == CaseStatus.ASSIGNED:
        changes = {"basis": basis, "evidence": case.evidence}
        move_case(case, CaseStatus.FAMILY_DECIDING, on=on, verb="family_asked", actor=actor, **changes)
        return
    check_day(on, first=last_day(case))
    case.basis = basis
    case.save(update_fields=["basis", "evidence"])
    note_case(case, "basis_decided", on=on, actor=actor, fields=["basis", "evidence"])


def _name_registrant(case: Case, registrant: str | None) -> None:
    person = CasePerson.objects.select_for_update().get(case_id=case.pk)
    if registrant is not None or person.registrant is not None:
        person.save(update_fields=seal_into(person, registrant=registrant))


def _require_document(case: Case) -> None:
    person = CasePerson.objects.get(case_id=case.pk)
    if person.document is None or person.name is None:
        raise RegistryError(
            "person_unknown", _("请先补写捐献人的姓名和证件号码：须凭证件核对本人生前有没有表示不同意。")
        )
