"""The family: who of it lives, what each signed, and when that is a consent."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.clock import now, today
from core.identifiers import normalise_phone
from core.sealed import seal_into
from registries.choices.cases import (
    DECIDABLE_CASE,
    DECIDING_KIN,
    EXITS,
    Basis,
    CaseStatus,
    Decision,
    ExitReason,
    Relation,
)
from registries.errors import RegistryError, WrongState
from registries.models import Case, CaseDecision, CaseKin
from registries.permissions.cases import require_coordinator
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
from registries.services.cases.wish_in_life import heed_said, is_partly_willed
from registries.services.clear_texts import clear_faults
from registries.services.form_keys import require_sealed, sent_before

if TYPE_CHECKING:
    from accounts.models import User

LONGEST_NAME, LONGEST_PAPER = 60, 60
LEAST_DIGITS = 7


@dataclass(frozen=True)
class Kin:
    """One of the living kin, or the executor, as typed; `key` is the form's own."""

    relation: str
    name: str
    phone: str
    is_executor: bool = False
    lacks_capacity: bool = False
    key: uuid.UUID = field(default_factory=uuid.uuid4)


def write_kin(*, case_id: int, kin: Kin, actor: User) -> CaseKin:
    """List one of the living kin, or the executor; said twice with one key, it is the first one. Locks the case.

    Also once it was closed: who comes later to ask what became of a body.

    Raises RegistryError with fields, WrongState. Source: 民法典 Art. 1006; 宁波市遗体捐献条例 Art. 12.
    """
    with transaction.atomic():
        case = lock_case(case_id)
        require_coordinator(actor, case)
        if case.status in EXITS | {CaseStatus.NOTIFIED}:
            raise wrong_state(case)
        first = sent_before(CaseKin.objects.all(), kin.key, case_id=case.pk, relation=kin.relation)
        if first is not None:
            require_sealed(first, name=" ".join(kin.name.replace("\x00", "").split()))
            return first
        name, phone = " ".join(kin.name.replace("\x00", "").split()), normalise_phone(kin.phone)
        faults: dict[str, str] = {}
        if kin.is_executor and kin.lacks_capacity:
            faults["is_executor"] = _("执行人须有完全民事行为能力。")
        if kin.relation not in Relation.values:
            faults["relation"] = _("请选择与捐献人的关系。")
        if not 2 <= len(name) <= LONGEST_NAME:
            faults["name"] = _("请填写姓名，至少两个字。")
        if len(phone) < LEAST_DIGITS:
            faults["phone"] = _("请填写能打通的电话。")
        if faults:
            raise RegistryError("kin_incomplete", _("还不完整，请按提示填写。"), faults)
        row = CaseKin(
            case=case,
            key=kin.key,
            relation=kin.relation,
            is_executor=kin.is_executor,
            lacks_capacity=kin.lacks_capacity,
            written_by=actor,
            written_at=now(),
        )
        seal_into(row, name=name, phone=phone)
        row.save(force_insert=True)
        note_case(case, "kin_listed", on=today(), actor=actor, fields=["relation", "name", "phone"])
    return row


def strike_kin(*, case_id: int, kin_id: int, actor: User) -> CaseKin:
    """Strike somebody who was listed by mistake and has not decided; the row stays. Locks the case."""
    with transaction.atomic():
        case, kin = _locked_kin(case_id, kin_id, actor)
        if case.is_ended:
            raise wrong_state(case)
        if kin.decisions.exists():
            raise WrongState("kin_has_decided", _("这位家属已签字表示过意见，不能划去。"))
        kin.struck_by, kin.struck_at = actor, now()
        kin.save(update_fields=["struck_by", "struck_at"])
        note_case(case, "kin_struck", on=today(), actor=actor, fields=["struck_at"])
    return kin


def write_decision(
    *,
    case_id: int,
    kin_id: int,
    decision: str,
    signed_on: datetime.date,
    paper: str,
    actor: User,
    key: uuid.UUID | None = None,
) -> Case:
    """Write down what one of those who decide together has signed; one "no" ends the case. Locks the case.

    Raises RegistryError with fields, WrongState: nobody is asked where the dead person wished it in writing, nobody
    before the death, and no "no" is about the part that was wished. Source: 人体器官捐献和移植条例 Art. 9; 民法典
    Art. 1006.
    """
    with transaction.atomic():
        case, kin = _locked_kin(case_id, kin_id, actor)
        same: dict[str, Any] = {"kin_id": kin.pk, "decision": decision, "signed_on": signed_on}
        if key is not None and sent_before(CaseDecision.objects.all(), key, **same):
            return case
        require_state(case, *DECIDABLE_CASE)
        if case.basis != Basis.JOINT_KIN:
            raise WrongState("wish_in_life", _("本人生前已书面愿意捐献，不由家属决定；请告知家属并写明执行人。"))
        if heed_said(case, actor=actor, is_covered=True):
            return case
        if kin.lacks_capacity:
            raise RegistryError("kin_lacks_capacity", _("这位家属没有完全民事行为能力，依法不参加决定，不能签字。"))
        if kin.relation not in DECIDING_KIN:
            raise RegistryError("kin_does_not_decide", _("依法只由配偶、成年子女、父母共同决定，其他人不能签字决定。"))
        if case.died_on is None:
            raise RegistryError("death_day_missing", _("请先补写死亡日期：法律规定家属在公民死亡后共同决定。"))
        _check_decision(decision, paper)
        check_day(signed_on, first=max(last_day(case), case.died_on), field="signed_on")
        if decision == Decision.REFUSE and case.status == CaseStatus.FAMILY_DECIDING and is_partly_willed(case):
            raise WrongState(
                "part_is_willed",
                _(
                    "本人生前已书面愿意捐献其中一部分，不由家属决定。家属不同意其余部分的，"
                    "请先更正捐献项目，只留下本人愿意的。"
                ),
            )
        CaseDecision.objects.create(
            kin=kin,
            key=key or uuid.uuid4(),
            decision=decision,
            signed_on=signed_on,
            paper=paper.strip(),
            written_by=actor,
            written_at=now(),
        )
        note_case(case, "kin_decided", on=signed_on, actor=actor, fields=["decision"])
        if decision == Decision.REFUSE:
            move_case(
                case,
                CaseStatus.DECLINED,
                on=signed_on,
                verb="declined",
                actor=actor,
                exit_reason=ExitReason.FAMILY_SAID_NO,
            )
    return case


def confirm_consent(*, case_id: int, on: datetime.date, is_confirmed: bool, actor: User) -> Case:
    """Write down that the consent is whole: all who decide have agreed and nobody is missing. Locks the case.

    With a wish in life: that the kin were told, and who carries it out. A refusal in life ends the case (the caller
    looks at its state). Raises RegistryError with fields, WrongState. Source: 民法典 Art. 1006.
    """
    with transaction.atomic():
        case = lock_case(case_id)
        require_coordinator(actor, case)
        require_state(case, CaseStatus.FAMILY_DECIDING)
        if heed_said(case, actor=actor, is_covered=True):
            return case
        first = _joint_day(case) if case.basis == Basis.JOINT_KIN else _wish_day(case)
        if not is_confirmed:
            sentence = (
                _("请确认：在世的配偶、全部成年子女、父母都已列出，没有遗漏。")
                if case.basis == Basis.JOINT_KIN
                else _("请确认：已告知家属，执行人愿意执行。")
            )
            raise RegistryError("consent_not_confirmed", sentence, {"is_confirmed": sentence})
        check_day(on, first=first)
        move_case(case, CaseStatus.CONSENTED, on=on, verb="consented", actor=actor, confirmed_by=actor)
    return case


@dataclass(frozen=True)
class Standing:
    """Where one of the kin stands: the newest decision, None where there is none or none is asked."""

    kin: CaseKin
    decision: CaseDecision | None

    @property
    def decides(self) -> bool:
        """Whether this one is among those who decide together."""
        return self.kin.decides


def standings_of(case: Case) -> list[Standing]:
    """The kin who are listed and not struck, with what they signed last; two queries."""
    rows = list(case.kin.filter(struck_at=None).order_by("pk"))
    newest: dict[int, CaseDecision] = {}
    for decision in CaseDecision.objects.filter(kin__in=rows).order_by("pk"):
        newest[decision.kin_id] = decision
    return [Standing(one, newest.get(one.pk)) for one in rows]


def _joint_day(case: Case) -> datetime.date:
    """The day from which a joint decision is whole: that of the last signature."""
    if case.died_on is None:
        raise RegistryError("death_day_missing", _("请先补写死亡日期：法律规定家属在公民死亡后共同决定。"))
    deciding = [one for one in standings_of(case) if one.decides]
    if not deciding:
        raise RegistryError("nobody_decides", _("还没有列出配偶、成年子女或父母；没有他们的共同决定，不能捐献。"))
    signed = [one.decision.signed_on for one in deciding if one.decision and one.decision.decision == Decision.AGREE]
    if len(signed) != len(deciding):
        raise RegistryError(
            "not_all_agree", _("列出的家属还有 %(n)d 位没有签字同意，须全部同意。") % {"n": len(deciding) - len(signed)}
        )
    return max(case.died_on, last_day(case), *signed)


def _wish_day(case: Case) -> datetime.date:
    if not case.kin.filter(struck_at=None, is_executor=True).exists():
        raise RegistryError("executor_missing", _("请先在家属名单里写明执行人。"))
    return last_day(case)


def _locked_kin(case_id: int, kin_id: int, actor: User) -> tuple[Case, CaseKin]:
    case = lock_case(case_id)
    require_coordinator(actor, case)
    kin = CaseKin.objects.filter(pk=kin_id, case=case, struck_at=None).first()
    if kin is None:
        raise WrongState("kin_not_listed", _("这位家属不在名单里，请刷新页面查看。"))
    return case, kin


def _check_decision(decision: str, paper: str) -> None:
    faults: dict[str, str] = {}
    if decision not in Decision.values:
        faults["decision"] = _("请选择同意或不同意。")
    if not 2 <= len(paper.strip()) <= LONGEST_PAPER:
        faults["paper"] = _("请填写签字材料的编号或存放位置，不要写姓名。")
    faults |= clear_faults(paper=paper)
    if faults:
        raise RegistryError("decision_incomplete", _("还不完整，请按提示填写。"), faults)
    check_blind(paper, field="paper")
