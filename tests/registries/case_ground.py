"""Cases for the tests: led from the notification to any state, by the services, all within one day."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import replace
from typing import Any

from core.clock import now, today
from organizations.models import Branch
from registries.choices.cases import NEEDED_POINTS, STEP_DAYS, CaseStatus, UnitKind
from registries.models import Case, CaseKin, CaseWitness, ReceivingUnit
from registries.services.cases.assigning import assign_coordinator
from registries.services.cases.basis import begin_family
from registries.services.cases.family import Kin, confirm_consent, write_decision, write_kin
from registries.services.cases.handing import end_case, go_on, hand_over_gift
from registries.services.cases.notifying import Notice, notify_case
from registries.services.cases.units import open_unit
from registries.services.cases.witnessing import Seen, newest_witness, sign_witness, write_witness
from tests.factories.people import branch_at, make_person
from tests.registries.ground import Ground, id_number

NAME, DOCUMENT = "示例捐献者甲", id_number(700)
CALLER, CALLER_PHONE = "示例报告人", "13700000001"
KIN = {"spouse": "示例配偶甲", "child": "示例子女乙", "parent": "示例父母丙", "kin": "示例亲戚丁"}
KIN_PHONE = "13600000001"
PLACE, TEXT, NOTE = "示例医院三号楼", "示例见证经过", "示例接报情况"
UNITS = {
    "organ": (UnitKind.PROCURING, "示例获取医院"),
    "cornea": (UnitKind.EYE_BANK, "示例眼库"),
    "tissue": (UnitKind.TISSUE_BANK, "示例组织库"),
    "body": (UnitKind.MEDICAL_SCHOOL, "示例医学院"),
}
EXITS = {
    "declined": "family_said_no",
    "refused_in_life": "refusal_found",
    "unsuitable": "medical",
    "stopped": "too_late",
}


def notice(branch: Branch, **over: Any) -> Notice:
    """What was said on the telephone today."""
    said = Notice(
        branch=branch,
        kinds=("organ", "cornea"),
        notifier="opo",
        caller_name=CALLER,
        caller_phone=CALLER_PHONE,
        on=today(),
        name=NAME,
        document=DOCUMENT,
        died_on=today(),
        note=NOTE,
        key=uuid.uuid4(),
    )
    return replace(said, **over)


def notified(ground: Ground, **over: Any) -> Case:
    """A case that was taken down by the coordinator of the branch."""
    return notify_case(notice=notice(ground.branch, **over), actor=ground.person("coordinator"))


def assign(ground: Ground, case: Case, *logins: str) -> None:
    """Send coordinators to a case, by the head."""
    for login in logins:
        assign_coordinator(case_id=case.pk, person=ground.person(login), on=today(), actor=ground.person("head"))


def listed(ground: Ground, case: Case, relation: str = "spouse", **over: Any) -> CaseKin:
    """One of the kin, written down."""
    kin = replace(Kin(relation=relation, name=KIN[relation], phone=KIN_PHONE, key=uuid.uuid4()), **over)
    return write_kin(case_id=case.pk, kin=kin, actor=ground.person("coordinator"))


def decide(ground: Ground, case: Case, kin: CaseKin, decision: str = "agree", **over: Any) -> Case:
    """What one of the kin signed today."""
    said = {"decision": decision, "signed_on": today(), "paper": "示例纸1号", **over}
    return write_decision(case_id=case.pk, kin_id=kin.pk, **said, actor=ground.person("coordinator"))


def begun(ground: Ground, case: Case, basis: str = "joint_kin", evidence: str = "") -> Case:
    """The family is spoken with."""
    return begin_family(case_id=case.pk, on=today(), basis=basis, evidence=evidence, actor=ground.person("coordinator"))


def confirmed(ground: Ground, case: Case, **over: Any) -> Case:
    """The consent is written down as whole."""
    said = {"on": today(), "is_confirmed": True, **over}
    return confirm_consent(case_id=case.pk, **said, actor=ground.person("coordinator"))


def seen(kinds: tuple[str, ...] | list[str] = ("organ",), **over: Any) -> Seen:
    """What must be seen, seen now."""
    points = sorted(frozenset().union(*(NEEDED_POINTS[kind] for kind in kinds)))
    record = Seen(place=PLACE, at=now(), points=tuple(points), text=TEXT, key=uuid.uuid4())
    return replace(record, **over)


def recorded(ground: Ground, case: Case, **over: Any) -> CaseWitness:
    """The witness record, unsigned."""
    case.refresh_from_db()
    return write_witness(case_id=case.pk, seen=seen(case.kinds, **over), actor=ground.person("coordinator"))


def signed(ground: Ground, case: Case, *logins: str) -> Case:
    """The newest record, signed by some."""
    for login in logins:
        record = newest_witness(case)
        assert record is not None
        case = sign_witness(case_id=case.pk, witness_id=record.pk, actor=ground.person(login))
    return case


def units(ground: Ground) -> dict[str, ReceivingUnit]:
    """A unit for each kind of gift, of the province."""
    province = branch_at("33")
    if "province_head" not in ground.people:
        ground.people["province_head"] = make_person("province_head", "registry_head", province, with_below=True)
    head = ground.person("province_head")
    found = {}
    for gift, (kind, name) in UNITS.items():
        there = ReceivingUnit.objects.filter(province=province, kind=kind, name=name, ended_at=None).first()
        found[gift] = there or open_unit(province=province, kind=kind, name=name, actor=head)
    return found


def handed(ground: Ground, case: Case, **over: Any) -> Case:
    """All that is given went to its unit."""
    there = units(ground)
    said = {"units": {kind: there[kind].pk for kind in case.kinds}, "on": today(), **over}
    return hand_over_gift(case_id=case.pk, **said, actor=ground.person("coordinator"))


def step(ground: Ground, case: Case, to: str) -> Case:
    """One step towards a state, with all that it asks for."""
    coordinator = ground.person("coordinator")
    if to in EXITS:
        return end_case(case_id=case.pk, to_status=to, reason=EXITS[to], on=today(), actor=coordinator)
    if to == CaseStatus.ASSIGNED:
        assign(ground, case, "coordinator", "second")
    elif to == CaseStatus.FAMILY_DECIDING:
        begun(ground, case)
    elif to == CaseStatus.CONSENTED:
        decide(ground, case, listed(ground, case))
        confirmed(ground, case)
    elif to == CaseStatus.WITNESSED:
        recorded(ground, case)
        signed(ground, case, "coordinator", "second")
    elif to == CaseStatus.HANDED_OVER:
        handed(ground, case)
    else:
        go_on(case_id=case.pk, to_status=to, on=today(), actor=coordinator)
    case.refresh_from_db()
    return case


def case_in(ground: Ground, state: str, **over: Any) -> Case:
    """A case that went its usual way to a state; to an end without a gift from the first state that leads there."""
    case = notified(ground, **over)
    way = [one for one in STEP_DAYS if one != CaseStatus.NOTIFIED]
    if state in EXITS:
        way = [CaseStatus.ASSIGNED, state]
    elif state == CaseStatus.NOTIFIED:
        way = []
    else:
        way = way[: way.index(state) + 1]
    for one in way:
        case = step(ground, case, one)
    return case


def earlier(days: int) -> datetime.date:
    """A day before today."""
    return today() - datetime.timedelta(days=days)
