"""Contracts of services: written down, what was delivered put under them, accepted once with the paper that says so."""

from __future__ import annotations

import datetime
import uuid
from typing import TYPE_CHECKING, Any, BinaryIO

from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import now, today
from core.models import StoredFile
from core.numbers import take_number
from core.uploads import keep_paper
from organizations.choices import Right
from organizations.permissions import require
from training.choices import CONTRACT_TRANSITIONS, ContractStatus, SessionStatus
from training.errors import TrainingError, WrongState
from training.models import ServiceContract, Session
from training.selectors.organisations import find_named_near

if TYPE_CHECKING:
    from accounts.models import User
    from organizations.models import Branch

LETTER = "G"


def sign_contract(
    *, branch: Branch, facts: dict[str, Any], key: uuid.UUID, actor: User, organisation: str = ""
) -> ServiceContract:
    """Write down a contract (`facts` are the model's columns); said twice with one key, it is the first one.

    `organisation` says whose people they are, by a name or credit code of the register. Raises TrainingError with
    fields.
    """
    held_for = find_named_near(organisation, branch) if organisation.strip() else None
    if organisation.strip() and held_for is None:
        raise _wrong("organisation", _("登记簿里没有这个单位，或有几个同名的；请先登记，或填统一社会信用代码。"))
    if facts["ends_on"] < facts["starts_on"]:
        raise _wrong("ends_on", _("服务结束不能早于服务开始。"))
    if facts["signed_on"] > today():
        raise _wrong("signed_on", _("签订日期不能晚于今天。"))
    with transaction.atomic():
        require(actor, Right.PLAN_TRAINING, branch)
        first: ServiceContract | None = ServiceContract.objects.unscoped("sent twice").filter(key=key).first()
        if first is not None:
            return first
        contract = ServiceContract.objects.create(
            **ServiceContract.lineage_of(branch),
            **facts,
            held_for=held_for,
            key=key,
            number=take_number(branch.code, today().year, LETTER),
            status=ContractStatus.RUNNING,
            created_by=actor,
            created_at=now(),
        )
        record_audit("training.contract.signed", actor=actor, obj=contract, branch_code=branch.code)
    return contract


def put_session_under(*, contract_id: int, number: str, actor: User) -> Session:
    """Put a session of the same branch under a running contract. Locks the contract. Raises TrainingError."""
    with transaction.atomic():
        contract = _locked(contract_id)
        require(actor, Right.PLAN_TRAINING, contract.branch)
        if contract.status != ContractStatus.RUNNING:
            raise _over(contract)
        rows = Session.objects.unscoped("of the contract's branch").filter(branch_id=contract.branch_id)
        session: Session | None = rows.filter(number=number.replace("\x00", "").strip()).first()
        if session is None:
            raise _wrong("number", _("本会没有这个编号的培训班，请核对。"))
        if session.contract_id not in (None, contract.pk):
            raise _wrong("number", _("这个班已算在另一份合同里。"))
        if session.status in (SessionStatus.SIGNED, SessionStatus.FINISHED, SessionStatus.CANCELLED):
            raise _wrong("number", _("这个班已签字、结班或取消，不能再列入合同；请在开班时列入。"))
        session.contract = contract
        session.save(update_fields=["contract"])
        record_audit(
            "training.contract.session_added",
            actor=actor,
            obj=contract,
            branch_code=contract.branch.code,
            reason=session.number,
        )
    return session


def keep_acceptance(*, upload: BinaryIO, actor: User) -> StoredFile:
    """Keep the paper of an acceptance (JPG, PNG, PDF, at most 10 MB) as a private file."""
    return keep_paper(upload=upload, field="acceptance", data_class=StoredFile.DataClass.INTERNAL, actor=actor)


def accept_contract(
    *, contract_id: int, quantity: int, accepted_on: datetime.date, paper: StoredFile, actor: User
) -> ServiceContract:
    """Write down what the buyer accepted. Locks the contract. Raises TrainingError, WrongState."""
    with transaction.atomic():
        contract = _locked(contract_id)
        require(actor, Right.PLAN_TRAINING, contract.branch)
        if not contract.signed_on <= accepted_on <= today():
            raise _wrong("accepted_on", _("验收日期应在签订之后、不晚于今天。"))
        _move(
            contract,
            ContractStatus.ACCEPTED,
            actor=actor,
            accepted_quantity=quantity,
            accepted_on=accepted_on,
            acceptance=paper,
        )
    return contract


def end_contract(*, contract_id: int, actor: User, reason: str) -> ServiceContract:
    """End a contract before it was accepted, with the reason. Locks it."""
    with transaction.atomic():
        contract = _locked(contract_id)
        require(actor, Right.PLAN_TRAINING, contract.branch)
        if len(reason.strip()) < 2:
            raise _wrong("reason", _("请写明终止的原因。"))
        _move(contract, ContractStatus.ENDED, actor=actor, end_reason=reason.strip()[:200])
    return contract


def _locked(contract_id: int) -> ServiceContract:
    found: ServiceContract = (
        ServiceContract.objects.unscoped("lock of one known contract")
        .select_for_update(of=("self",))
        .select_related("branch")
        .get(pk=contract_id)
    )
    return found


def _move(contract: ServiceContract, to_status: str, *, actor: User, **changes: Any) -> None:
    if to_status not in CONTRACT_TRANSITIONS[contract.status]:
        raise _over(contract)
    contract.status = to_status
    for name, value in changes.items():
        setattr(contract, name, value)
    contract.save(update_fields=["status", *changes])
    record_audit(
        f"training.contract.{to_status}",
        actor=actor,
        obj=contract,
        branch_code=contract.branch.code,
        changed_fields=["status", *changes],
    )


def _over(contract: ServiceContract) -> WrongState:
    text = _("合同 %(number)s 现在是“%(now)s”，不能再办这一步，请刷新页面查看。")
    return WrongState(
        "contract_wrong_state", text % {"number": contract.number, "now": ContractStatus(contract.status).label}
    )


def _wrong(field: str, sentence: str) -> TrainingError:
    return TrainingError(f"contract_{field}", sentence, {field: sentence})
