"""A case begins: the notification, often by telephone at night; who it is follows or is put right later."""

from __future__ import annotations

import datetime
import json
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import now, today
from core.documents import Document, read_document
from core.errors import DomainError, NotAllowed, NotFound
from core.identifiers import normalise_phone
from core.numbers import take_number
from core.sealed import holds, seal_into
from core.throttling import Limit, count_once
from organizations.choices import Right
from organizations.permissions import reaches
from registries.choices.cases import CASE_LETTER, Basis, CaseStatus, GiftKind, Notifier
from registries.errors import RegistryError
from registries.models import Case, CaseDecision, CasePerson
from registries.permissions.cases import holds_within, require_worker
from registries.services.cases.basis import decide_basis_anew
from registries.services.cases.blind import check_blind
from registries.services.cases.departing import cancel_contacts_of_dead
from registries.services.cases.moving import OLDEST_DAY, check_day, lock_case, note_case, wrong_state
from registries.services.cases.scope import ask_for, asked_items, faults_of_organs, wanted_items
from registries.services.cases.wish_in_life import heed_said
from registries.services.form_keys import require_sealed, sent_before

if TYPE_CHECKING:
    from accounts.models import User
    from organizations.models import Branch

LONGEST_NAME = 60
LEAST_DIGITS = 7
# Notifications and corrections of one person within an hour.
LOOK_UPS = Limit("registries_case_document", 30, 3_600)


@dataclass(frozen=True)
class Notice:
    """What was said on the telephone: of whom, by whom, on which day; `key` is the form's own.

    `organs`: those that are asked for, none for all of them.
    """

    branch: Branch
    kinds: tuple[str, ...]
    notifier: str
    caller_name: str
    caller_phone: str
    on: datetime.date
    name: str = ""
    document_kind: str = ""
    document: str = ""
    died_on: datetime.date | None = None
    note: str = ""
    organs: tuple[str, ...] = ()
    key: uuid.UUID = field(default_factory=uuid.uuid4)


def notify_case(*, notice: Notice, actor: User) -> Case:
    """Write a notification down; said twice with one key, it is the first one.

    A refusal in life that is found by the document ends the case at once: the caller looks at its state. Raises
    RegistryError with fields, NotAllowed, WrongState for another notification on a form that was used. Source:
    人体器官捐献和移植条例 Arts. 9, 16.
    """
    with transaction.atomic():
        _require_keeper(actor, notice.branch)
        if first := _sent_before(notice, actor):
            return first
        document = _checked(notice)
        case = Case(
            **Case.lineage_of(notice.branch),
            key=notice.key,
            kinds=[one for one in GiftKind.values if one in notice.kinds],
            status=CaseStatus.NOTIFIED,
            notifier=notice.notifier,
            notified_on=notice.on,
            died_on=notice.died_on,
            notified_by=actor,
            notified_at=now(),
        )
        seal_into(case, note=check_blind(notice.note, field="note") or None)
        ask_for(case, wanted_items(None, notice.kinds, notice.organs))
        case.number = take_number(notice.branch.code, today().year, CASE_LETTER)
        case.save(force_insert=True)
        person = CasePerson(case=case)
        _seal_person(person, _plain(notice.name), document)
        seal_into(person, caller=_caller_text(notice))
        person.save(force_insert=True)
        note_case(case, "notified", on=notice.on, actor=actor, from_status="", fields=["kinds", "person"])
        _note_look_up(case, document, actor)
        if document is not None and case.died_on is not None:
            cancel_contacts_of_dead(document=document, actor=actor)
        heed_said(case, actor=actor)
    return case


def write_person(
    *,
    case_id: int,
    name: str,
    document_kind: str,
    document: str,
    died_on: datetime.date | None,
    kinds: tuple[str, ...],
    organs: tuple[str, ...] = (),
    actor: User,
) -> Case:
    """Write down or put right who died, when, and what is given, until it was witnessed. Locks the case.

    `organs`: none leaves those that are asked for. What is given, and who it is by document, stands once the family has
    consented; before, on what it rests is looked up anew. A refusal in life ends or limits the case at once: the caller
    looks at its state. Raises RegistryError with fields, WrongState.
    """
    with transaction.atomic():
        case = lock_case(case_id)
        require_worker(actor, case)
        if case.is_ended or case.witnessed_on is not None:
            raise wrong_state(case)
        faults = {**_faults_of_person(name, kinds, organs), **_faults_of_days(case, died_on)}
        found = _read_document(faults, document_kind, document)
        person = CasePerson.objects.select_for_update().get(case_id=case.pk)
        if person.document is not None and not document.strip():
            faults["document"] = _("证件号码已登记，可以更正，不能清空。")
        change = _change_of(case, person, found, () if faults else wanted_items(case, kinds, organs))
        faults = {**_faults_of_change(case, change), **faults}
        if faults:
            raise RegistryError("case_person_incomplete", _("还不完整，请按提示填写。"), faults)
        # After the consent the same number is not sealed anew (trigger).
        columns = _seal_person(person, _plain(name), found if change.is_other_person else None)
        person.save(update_fields=[*columns, "document_kind"])
        case.died_on, columns = died_on, ask_for(case, change.items)
        case.save(update_fields=["died_on", *columns])
        _note_look_up(case, found, actor)
        if found is not None and died_on is not None:
            cancel_contacts_of_dead(document=found, actor=actor)
        note_case(case, "person_written", on=today(), actor=actor, fields=["name", "document", "died_on", *columns])
        heed_said(case, actor=actor, is_other_person=change.is_other_person)
        if change.is_other_person or change.is_other_gift:
            decide_basis_anew(case, is_other=change.is_other_person or change.is_more, actor=actor)
    return case


@dataclass(frozen=True)
class _Change:
    """What a correction makes of a case: what it asks for then, and whether that is another gift or person."""

    items: frozenset[str]
    is_other_person: bool
    is_other_gift: bool
    is_more: bool


def _change_of(case: Case, person: CasePerson, document: Document | None, items: frozenset[str] | tuple[()]) -> _Change:
    before, after = asked_items(case), frozenset(items)
    is_same = document is not None and (
        person.document_kind == document.kind
        and person.document is not None
        and holds(person, "document", document.number)
    )
    return _Change(after, document is not None and not is_same, after != before, not after <= before)


def _faults_of_change(case: Case, change: _Change) -> dict[str, str]:
    """What may not be another any more: all once the family consented; once one of it signed, who and what more."""
    if case.consented_on is not None:
        faults = {}
        if change.is_other_gift:
            faults["kinds"] = _("家属已书面同意，捐献项目不能再改；要改请停办后重新接报。")
        if change.is_other_person:
            faults["document"] = _("已书面同意，证件号码不能再改成别的；写错的，请停办后重新接报。")
        return faults
    if not (change.is_more or change.is_other_person):
        return {}
    if not CaseDecision.objects.filter(kin__case=case).exists():
        return {}
    sentence = _("已有家属就原来登记的人和项目签字，这里不能再改；要改请停办后重新接报。")
    return {"document" if change.is_other_person else "kinds": sentence}


def _note_look_up(case: Case, document: Document | None, actor: User) -> None:
    """Whoever writes a document down learns whether its owner refused: nobody tries numbers through, or unseen."""
    if document is not None:
        count_once(LOOK_UPS, str(actor.pk))
        record_audit("registries.case.looked_up", actor=actor, obj=case, branch_code=case.branch.code)


def _sent_before(notice: Notice, actor: User) -> Case | None:
    """The case that this very form made; of who called and of whom the rows of the people alone can tell."""
    rows = Case.objects.unscoped("the same form sent twice").select_related("branch", "person")
    same: dict[str, Any] = {"notified_by_id": actor.pk, "branch_id": notice.branch.pk, "notified_on": notice.on}
    first = sent_before(rows, notice.key, **same)
    if first is not None:
        require_sealed(first.person, caller=_caller_text(notice))
        if _plain(notice.name):
            require_sealed(first.person, name=_plain(notice.name))
    return first


def _caller_text(notice: Notice) -> str:
    said = {"name": _plain(notice.caller_name), "phone": normalise_phone(notice.caller_phone)}
    return json.dumps(said, ensure_ascii=False)


def _require_keeper(actor: User, branch: Branch) -> None:
    if holds_within(actor, Right.KEEP_CASES, branch):
        return
    if not reaches(actor, branch):
        raise NotFound
    raise NotAllowed("right_missing", _("您在这个红十字会没有办理捐献案例的权限，请联系该会的管理员。"))


def _checked(notice: Notice) -> Document | None:
    faults = faults_of_organs(notice.kinds, notice.organs)
    if not notice.kinds or not frozenset(notice.kinds) <= frozenset(GiftKind.values):
        faults["kinds"] = _("请至少选择一项。")
    if notice.notifier not in Notifier.values:
        faults["notifier"] = _("请选择是谁报告的。")
    if not 2 <= len(_plain(notice.caller_name)) <= LONGEST_NAME:
        faults["caller_name"] = _("请填写报告人的姓名或单位，至少两个字。")
    if len(normalise_phone(notice.caller_phone)) < LEAST_DIGITS:
        faults["caller_phone"] = _("请填写能打通的电话，方便协调员马上联系。")
    if len(_plain(notice.name)) > LONGEST_NAME:
        faults["name"] = _("请写在 60 字以内。")
    if notice.died_on is not None and notice.died_on > today():
        faults["died_on"] = _("日期不能晚于今天。")
    try:
        check_day(notice.on, first=today() - OLDEST_DAY)
        check_blind(notice.note, field="note")
    except RegistryError as error:
        faults.update(error.fields)
    document = _read_document(faults, notice.document_kind, notice.document)
    if faults:
        raise RegistryError("notice_incomplete", _("还不完整，请按提示填写。"), faults)
    return document


def _faults_of_person(name: str, kinds: tuple[str, ...], organs: tuple[str, ...]) -> dict[str, str]:
    faults = faults_of_organs(kinds, organs)
    if not 2 <= len(_plain(name)) <= LONGEST_NAME:
        faults["name"] = _("请填写与证件一致的姓名，至少两个字。")
    if not kinds or not frozenset(kinds) <= frozenset(GiftKind.values):
        faults["kinds"] = _("请至少选择一项。")
    return faults


def _faults_of_days(case: Case, died_on: datetime.date | None) -> dict[str, str]:
    if died_on is not None and died_on > today():
        return {"died_on": _("日期不能晚于今天。")}
    if case.consented_on is None or case.basis != Basis.JOINT_KIN:
        return {}
    if died_on is None or died_on > case.consented_on:
        return {"died_on": _("家属在死亡后才能共同决定：死亡日期不能晚于书面同意的日期，请核对。")}
    return {}


def _read_document(faults: dict[str, str], kind: str, written: str) -> Document | None:
    if not written.strip():
        return None
    try:
        return read_document(kind, written)
    except DomainError as error:
        faults["document"] = error.message
        return None


def _seal_person(person: CasePerson, name: str, document: Document | None) -> list[str]:
    """Seal the name, and the document where another is given."""
    columns = seal_into(person, name=name or None)
    if document is not None:
        person.document_kind = document.kind
        columns += seal_into(person, document=document.number)
    return columns


def _plain(text: str) -> str:
    return " ".join(text.replace("\x00", "").split())
