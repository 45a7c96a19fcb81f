"""What a family is entitled to and what became of a body: rows that are added and never changed."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.clock import now
from core.errors import DomainError
from core.money import yuan
from core.sealed import open_many_for_work, seal_into
from registries.choices import Item, Purpose
from registries.choices.cases import GIVEN_CASE, WITH_AMOUNT, Basis, BodyUse, EntitlementKind, Outcome
from registries.errors import RegistryError, WrongState
from registries.models import Case, CaseEntitlement, CaseUse, Wish
from registries.permissions.cases import require_coordinator
from registries.selectors.cases import body_unit
from registries.services.cases.blind import check_blind
from registries.services.cases.moving import check_day, lock_case, note_case, require_state
from registries.services.cases.wish_in_life import said_of
from registries.services.clear_texts import clear_faults
from registries.services.form_keys import sent_before
from registries.services.wish_content import content_of

if TYPE_CHECKING:
    from accounts.models import User

LONGEST_PAPER, LONGEST_NOTE = 60, 500


@dataclass(frozen=True)
class Entitled:
    """What a family was given or declined, as typed; `amount` in yuan; `key` is the form's own."""

    kind: str
    outcome: str
    on: datetime.date
    amount: str = ""
    paper: str = ""
    key: uuid.UUID = field(default_factory=uuid.uuid4)


def write_entitlement(
    *, case_id: int, entitled: Entitled, replaces_id: int | None = None, actor: User
) -> CaseEntitlement:
    """Write down what a family was given or declined, or put a mistaken row right. Locks the case.

    Raises RegistryError with fields, WrongState. Source: 人体器官捐献和移植条例 Arts. 8, 20.
    """
    with transaction.atomic():
        case = lock_case(case_id)
        require_coordinator(actor, case)
        require_state(case, *sorted(GIVEN_CASE))
        same: dict[str, Any] = {
            "case_id": case.pk,
            "kind": entitled.kind,
            "outcome": entitled.outcome,
            "on": entitled.on,
        }
        if first := sent_before(CaseEntitlement.objects.all(), entitled.key, **same):
            return first
        amount = _checked_amount(entitled)
        check_day(entitled.on, first=case.handed_over_on or case.notified_on)
        old = None
        if replaces_id is not None:
            old = CaseEntitlement.objects.filter(pk=replaces_id, case=case, replaced_by=None).first()
            if old is None:
                raise WrongState("entitlement_replaced", _("这一条已更正过，请刷新页面查看。"))
        row = CaseEntitlement.objects.create(
            case=case,
            key=entitled.key,
            kind=entitled.kind,
            outcome=entitled.outcome,
            amount=amount,
            on=entitled.on,
            paper=check_blind(entitled.paper, field="paper"),
            replaces=old,
            written_by=actor,
            written_at=now(),
        )
        verb = "entitlement_corrected" if old else "entitlement_written"
        note_case(case, verb, on=entitled.on, actor=actor, fields=["kind", "outcome", "amount", "paper"])
    return row


def write_use(
    *,
    case_id: int,
    use: str,
    on: datetime.date,
    note: str,
    actor: User,
    key: uuid.UUID | None = None,
    replaces_id: int | None = None,
) -> CaseUse:
    """Write down a line of the report of use that the unit filed on a body, or put one right. Locks the case.

    Raises RegistryError with fields, WrongState where no body was handed over. Source: 宁波市遗体捐献条例 Art. 16.
    """
    with transaction.atomic():
        case = lock_case(case_id)
        require_coordinator(actor, case)
        same: dict[str, Any] = {"case_id": case.pk, "use": use, "on": on}
        if key is not None and (first := sent_before(CaseUse.objects.all(), key, **same)):
            return first
        body = body_unit(case)
        if body is None:
            raise WrongState("no_body_given", _("这个案例没有移交遗体，没有利用记录。"))
        if use not in BodyUse.values:
            sentence = _("请选择利用情况。")
            raise RegistryError("use_missing", sentence, {"use": sentence})
        check_day(on, first=body.on)
        old = None
        if replaces_id is not None:
            old = CaseUse.objects.filter(pk=replaces_id, case=case, replaced_by=None).first()
            if old is None:
                raise WrongState("use_replaced", _("这一条已更正过，请刷新页面查看。"))
        said: dict[str, Any] = {"use": use, "on": on, "replaces": old}
        row = CaseUse(case=case, key=key or uuid.uuid4(), **said, written_by=actor, written_at=now())
        seal_into(row, note=check_blind(note, field="note", longest=LONGEST_NOTE) or None)
        row.save(force_insert=True)
        note_case(case, "use_corrected" if old else "use_written", on=on, actor=actor, fields=["use", "on", "note"])
    return row


def _checked_amount(entitled: Entitled) -> Decimal | None:
    faults: dict[str, str] = {}
    if entitled.kind not in EntitlementKind.values:
        faults["kind"] = _("请选择待遇。")
    if entitled.outcome not in Outcome.values:
        faults["outcome"] = _("请选择已给付或家属谢绝。")
    is_given = entitled.outcome == Outcome.GIVEN
    if is_given and not 2 <= len(entitled.paper.strip()) <= LONGEST_PAPER:
        faults["paper"] = _("请填写凭据编号（2 至 60 字），不要写姓名。")
    faults |= clear_faults(paper=entitled.paper)
    amount = None
    if is_given and entitled.kind in WITH_AMOUNT:
        try:
            amount = yuan(entitled.amount.strip().replace(",", ""))
        except DomainError as error:
            faults["amount"] = error.message
        if amount is not None and amount <= 0:
            faults["amount"] = _("金额须大于零。")
    elif entitled.amount.strip():
        faults["amount"] = _("这一项不填金额。")
    if faults:
        raise RegistryError("entitlement_incomplete", _("还不完整，请按提示填写。"), faults)
    return amount


def is_use_wished(*, case: Case, use: str) -> bool:
    """Whether a use is among those that the dead person named, or is none that they had to name; opens as work.

    True where no wish in life is the basis or it stands on paper alone. Not in a transaction.
    """
    if case.basis != Basis.WISH or use not in Purpose.values:
        return True
    said = said_of(case)
    rows = Wish.objects.unscoped("what a body may be used for").filter(pk__in=said.wishes)
    work = f"registries.cases:{uuid.uuid4()}"
    contents = [content_of(text) for text in open_many_for_work(list(rows), "content", work=work) if text]
    bodies = [one for one in contents if Item.BODY in one.items]
    return not bodies or any(use in one.purposes for one in bodies)
