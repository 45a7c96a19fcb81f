"""Cases of the demo, with made-up people: one of tonight, some on their way, one with its years of care, three ends."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from core.clock import frozen_at, now, today
from core.identifiers import id_check_digit
from organizations.models import Branch
from registries.choices.cases import (
    NEEDED_POINTS,
    BodyUse,
    CaseStatus,
    Decision,
    EntitlementKind,
    ExitReason,
    Notifier,
    Outcome,
    Relation,
    UnitKind,
)
from registries.choices.contacts import ContactMeans, ContactOutcome
from registries.demo.wishes import document_of
from registries.models import Case, DueContact, ReceivingUnit
from registries.services.cases.accepting import write_acceptance
from registries.services.cases.assigning import assign_coordinator
from registries.services.cases.basis import begin_family
from registries.services.cases.caring import Entitled, write_entitlement, write_use
from registries.services.cases.family import Kin, confirm_consent, write_decision, write_kin
from registries.services.cases.granting import grant_case
from registries.services.cases.handing import end_case, give_certificate, go_on, hand_over_gift
from registries.services.cases.notifying import Notice, notify_case
from registries.services.cases.units import open_unit
from registries.services.cases.witnessing import Seen, sign_witness, write_witness
from registries.services.contacts import log_contact

_UNITS = (
    (UnitKind.PROCURING, "示例省人民医院器官获取组织", "organ"),
    (UnitKind.EYE_BANK, "示例省眼库", "cornea"),
    (UnitKind.MEDICAL_SCHOOL, "示例医学院", "body"),
)
_FAMILY = ((Relation.SPOUSE, "示例配偶"), (Relation.CHILD, "示例子女"))
# The one who declared a refusal in the demo's registrations (registries/demo/wishes.py).
_REFUSES = 3
# How many gave in a year that is over: enough to be shown.
_GIVEN = 6


@dataclass(frozen=True)
class Desk:
    """Who works at the demo's cases."""

    branch: Branch
    first: User
    second: User
    head: User


def leave_cases(branch: Branch, province: Branch, people: dict[str, User]) -> None:
    """Leave cases in a branch in all parts of their way; its registrations are there already."""
    desk = Desk(branch, people["hangzhou.coordinator"], people["registry.coordinator"], people["hangzhou.head"])
    units = {
        gift: open_unit(province=province, kind=kind, name=name, actor=people["registry.head"])
        for kind, name, gift in _UNITS
    }
    _carried(desk, units)
    for days, at, end, reason in (
        (40, 2, CaseStatus.UNSUITABLE, ExitReason.MEDICAL),
        (25, 3, CaseStatus.DECLINED, ExitReason.FAMILY_SAID_NO),
    ):
        case = _assigned(desk, at, ("organ", "cornea"), days=days)
        with frozen_at(_days_ago(days - 1)):
            end_case(case_id=case.pk, to_status=end, reason=reason, on=today(), actor=desk.first)
    _notified(desk, 4, ("organ",), days=12, document=document_of(branch, _REFUSES))
    _asked(desk, _assigned(desk, 5, ("cornea", "body"), days=2), signatures=1)
    waiting = _asked(desk, _assigned(desk, 6, ("organ", "cornea"), days=1), signatures=2)
    confirm_consent(case_id=waiting.pk, on=today(), is_confirmed=True, actor=desk.first)
    _witnessed(desk, waiting, desk.first)
    _notified(desk, 7, ("cornea", "body"), days=0, document="")
    until = today() + datetime.timedelta(days=30)
    grant_case(
        case_id=waiting.pk, person=people["supervisor"], purpose=_("年度抽查见证工作"), until=until, actor=desk.head
    )


def leave_given_year(year: int, branch: Branch, people: dict[str, User]) -> None:
    """Leave gifts of a year that is over, accompanied to their end, so that its figures tell of some."""
    desk = Desk(branch, people["hangzhou.coordinator"], people["registry.coordinator"], people["hangzhou.head"])
    units = {one.kind: one.pk for one in ReceivingUnit.objects.all()}
    taken = {"organ": units[UnitKind.PROCURING], "cornea": units[UnitKind.EYE_BANK]}
    for at in range(_GIVEN):
        days = (today() - datetime.date(year, 1 + at, 20)).days
        case = _assigned(desk, 10 + at, tuple(taken), days=days)
        with frozen_at(_days_ago(days)):
            _asked(desk, case, signatures=2)
            confirm_consent(case_id=case.pk, on=today(), is_confirmed=True, actor=desk.first)
            _witnessed(desk, case, desk.first, desk.second)
            hand_over_gift(case_id=case.pk, units=taken, on=today(), actor=desk.first)
            go_on(case_id=case.pk, to_status=CaseStatus.CARE, on=today(), actor=desk.first)
        with frozen_at(_days_ago(days - 120)):
            go_on(case_id=case.pk, to_status=CaseStatus.CLOSED, on=today(), actor=desk.first)


def _carried(desk: Desk, units: dict[str, ReceivingUnit]) -> None:
    """A body that was given three months ago, with all that followed: no demo is younger."""
    case = _assigned(desk, 1, ("cornea", "body"), days=90)
    with frozen_at(_days_ago(89)):
        _asked(desk, case, signatures=2)
        confirm_consent(case_id=case.pk, on=today(), is_confirmed=True, actor=desk.first)
        _witnessed(desk, case, desk.first, desk.second)
        taken = {kind: units[kind].pk for kind in ("cornea", "body")}
        hand_over_gift(case_id=case.pk, units=taken, on=today(), actor=desk.first)
        write_acceptance(case_id=case.pk, number="示例医接 2026-12", on=today(), actor=desk.first)
    with frozen_at(_days_ago(87)):
        go_on(case_id=case.pk, to_status=CaseStatus.FAREWELL, on=today(), actor=desk.first)
        go_on(case_id=case.pk, to_status=CaseStatus.CARE, on=today(), actor=desk.first)
    with frozen_at(_days_ago(70)):
        first = case.kin.order_by("pk")[0]
        give_certificate(case_id=case.pk, kin_id=first.pk, on=today(), actor=desk.first)
        for kind, outcome, amount, paper in (
            (EntitlementKind.FUNERAL, Outcome.GIVEN, "1200.00", "示例减免 2026-1"),
            (EntitlementKind.CONSOLATION, Outcome.GIVEN, "2000.00", "示例慰问 2026-1"),
            (EntitlementKind.RELIEF, Outcome.DECLINED, "", ""),
        ):
            row = Entitled(kind=kind, outcome=outcome, on=today(), amount=amount, paper=paper)
            write_entitlement(case_id=case.pk, entitled=row, actor=desk.first)
    for days, use, note in (
        (88, BodyUse.RECEIVED, "示例：已妥善保存"),
        (30, BodyUse.TEACHING, "示例：系统解剖学教学，师生课前默哀致敬"),
    ):
        with frozen_at(_days_ago(days)):
            write_use(case_id=case.pk, use=use, on=today(), note=note, actor=desk.first)
    _called(case, desk)


def _called(case: Case, desk: Desk) -> None:
    """The family was called each time that it was due."""
    rows = DueContact.objects.unscoped("of the demo's own case").filter(case=case, due_on__lt=today())
    for due in rows.order_by("due_on"):
        with frozen_at(_days_ago((today() - due.due_on).days)):
            log_contact(
                due_id=due.pk,
                means=ContactMeans.PHONE,
                outcome=ContactOutcome.REACHED,
                note=_("示例：家属平安，转达慰问。"),
                next_on=None,
                key=uuid.uuid4(),
                actor=desk.first,
            )


def _notified(desk: Desk, at: int, kinds: tuple[str, ...], *, days: int, document: str | None = None) -> Case:
    with frozen_at(_days_ago(days)):
        notice = Notice(
            branch=desk.branch,
            kinds=kinds,
            notifier=Notifier.OPO if "organ" in kinds else Notifier.KIN,
            caller_name=_("示例报告人"),
            caller_phone=str(13_700_000_100 + at),
            on=today(),
            name=_("示例捐献者%(n)d") % {"n": at},
            document=_document(at) if document is None else document,
            died_on=today() if document != "" else None,
            note=_("示例：在示例医院三号楼，家属已到。"),
        )
        return notify_case(notice=notice, actor=desk.first)


def _assigned(desk: Desk, at: int, kinds: tuple[str, ...], *, days: int) -> Case:
    case = _notified(desk, at, kinds, days=days)
    with frozen_at(_days_ago(days)):
        for person in (desk.first, desk.second):
            assign_coordinator(case_id=case.pk, person=person, on=today(), actor=desk.head)
    return case


def _asked(desk: Desk, case: Case, *, signatures: int) -> Case:
    """The family is asked; so many of it have signed."""
    said: dict[str, Any] = {"basis": "joint_kin", "evidence": ""}
    begin_family(case_id=case.pk, on=today(), **said, actor=desk.first)
    for at, (relation, name) in enumerate(_FAMILY):
        kin = Kin(relation=relation, name=name, phone=f"1360000010{at}", is_executor=at == 0)
        row = write_kin(case_id=case.pk, kin=kin, actor=desk.first)
        if at < signatures:
            paper = _("示例卷宗 %(n)d 页") % {"n": at + 1}
            write_decision(
                case_id=case.pk,
                kin_id=row.pk,
                decision=Decision.AGREE,
                signed_on=today(),
                paper=paper,
                actor=desk.first,
            )
    return case


def _witnessed(desk: Desk, case: Case, *people: User) -> None:
    points = tuple(sorted(frozenset().union(*(NEEDED_POINTS[kind] for kind in case.kinds))))
    seen = Seen(place=_("示例医院三号楼"), at=now(), points=points, text=_("示例：全程在场，肃立默哀。"))
    record = write_witness(case_id=case.pk, seen=seen, actor=desk.first)
    for person in people:
        sign_witness(case_id=case.pk, witness_id=record.pk, actor=person)


def _document(at: int) -> str:
    number = f"33010619{40 + at}0{1 + at % 9}1{at % 9}88{at % 10}"
    return number + id_check_digit(number)


def _days_ago(days: int) -> datetime.datetime:
    return now() - datetime.timedelta(days=days)
