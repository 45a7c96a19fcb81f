"""The sending end of a transfer: drafted, submitted, approved and sent by two people."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import SHANGHAI, now, today
from core.errors import DomainError
from core.money import yuan
from core.numbers import take_number
from ledger.choices import EntryKind
from ledger.models import Fund
from ledger.selectors.funds import unit_of_money
from ledger.services import EntryDraft, MovementDraft, money_holding, open_transit, post_entry
from organizations.choices import ASSOCIATION_KINDS, Right
from organizations.models import Branch, stands_in
from organizations.permissions import is_recorded_for, require
from spending.choices import TRANSFER_LETTER, TransferStatus
from spending.errors import OwnWork, SpendingError, WrongState
from spending.models import Transfer
from spending.services.moving import lock_transfer, move_transfer, note_transfer, require_transfer_step

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class TransferDraft:
    """What is to be sent: yuan out of a fund to another association, for what, on whose decision, there by when."""

    fund: Fund
    to_branch: Branch
    amount: Decimal
    use: str
    decision: str
    expected_on: datetime.date


def create_transfer(*, draft: TransferDraft, key: uuid.UUID, actor: User) -> Transfer:
    """Draft a transfer in the branch of its fund; idempotent by `key`, so that one form makes one transfer.

    Takes the branch's counter of the year. Raises SpendingError naming each wrong field.
    """
    require(actor, Right.ENTER_SPENDING, draft.fund.branch)
    _check(draft)
    branch = draft.fund.branch
    with transaction.atomic():
        number = take_number(branch.code, now().astimezone(SHANGHAI).year, TRANSFER_LETTER)
        # Under the counter's lock: who comes second with the same key finds what the first made.
        standing = Transfer.objects.unscoped("the key of the form just sent").filter(key=key).first()
        if standing is None:
            transfer = Transfer.objects.create(
                **Transfer.lineage_of(branch),
                **_end_of(draft.to_branch),
                **_columns(draft),
                number=number,
                key=key,
                status=TransferStatus.DRAFT,
                authority=is_recorded_for(actor, branch),
                maker_ids=[actor.pk],
                created_by=actor,
                created_at=now(),
            )
            note_transfer(transfer, "", actor=actor)
            record_audit("spending.transfer.created", actor=actor, obj=transfer, branch_code=branch.code)
            return transfer
        # The number goes back with the transaction.
        transaction.set_rollback(True)
    return standing


def change_transfer(*, transfer_id: int, draft: TransferDraft, actor: User) -> Transfer:
    """Change a draft or a returned transfer; the person becomes one of its makers. Locks the transfer."""
    with transaction.atomic():
        transfer = lock_transfer(transfer_id)
        require(actor, Right.ENTER_SPENDING, transfer.branch)
        if not transfer.is_editable:
            raise WrongState("transfer_not_editable", _("这张拨付单已提交或已拨出，不能再改，请先撤回或请审核人退回。"))
        if draft.fund.branch_id != transfer.branch_id:
            raise _refused("fund", _("资金池须属于原来的红十字会，请改选，或作废后重新制单。"))
        _check(draft)
        values = {**_columns(draft), **_end_of(draft.to_branch), "maker_ids": _with(transfer.maker_ids, actor)}
        for name, value in values.items():
            setattr(transfer, name, value)
        transfer.save(update_fields=list(values))
        record_audit(
            "spending.transfer.changed",
            actor=actor,
            obj=transfer,
            branch_code=transfer.branch.code,
            changed_fields=list(values),
        )
    return transfer


def submit_transfer(*, transfer_id: int, actor: User, note: str = "") -> Transfer:
    """Hand a transfer to its approver; what it says is checked again. Locks the transfer."""
    with transaction.atomic():
        transfer = lock_transfer(transfer_id)
        require(actor, Right.ENTER_SPENDING, transfer.branch)
        require_transfer_step(transfer, TransferStatus.SUBMITTED)
        _check(_draft_of(transfer))
        move_transfer(
            transfer,
            TransferStatus.SUBMITTED,
            actor=actor,
            reason=note,
            submitted_by=actor,
            submitted_at=now(),
            maker_ids=_with(transfer.maker_ids, actor),
        )
    return transfer


def withdraw_transfer(*, transfer_id: int, actor: User) -> Transfer:
    """Take a submitted transfer back to change it."""
    with transaction.atomic():
        transfer = lock_transfer(transfer_id)
        require(actor, Right.ENTER_SPENDING, transfer.branch)
        move_transfer(transfer, TransferStatus.DRAFT, actor=actor)
    return transfer


def cancel_transfer(*, transfer_id: int, actor: User, reason: str) -> Transfer:
    """Drop a transfer that was never sent; its number is not used again."""
    with transaction.atomic():
        transfer = lock_transfer(transfer_id)
        require(actor, Right.ENTER_SPENDING, transfer.branch)
        move_transfer(transfer, TransferStatus.CANCELLED, actor=actor, reason=_reason(reason))
    return transfer


def return_transfer(*, transfer_id: int, actor: User, reason: str) -> Transfer:
    """Send a submitted transfer back to its makers, with the reason."""
    with transaction.atomic():
        transfer = lock_transfer(transfer_id)
        require(actor, Right.APPROVE_SPENDING, transfer.branch)
        move_transfer(transfer, TransferStatus.RETURNED, actor=actor, reason=_reason(reason))
    return transfer


def send_transfer(
    *, transfer_id: int, actor: User, sent_on: datetime.date | None = None, bank_reference: str = ""
) -> Transfer:
    """Approve a transfer as another person and post it into its own transit account (TRANSFER_OUT).

    Locks the transfer, then the fund's balance, then the branch's counter. Raises OwnWork for a maker, NotEnough with
    the sums where the fund holds less, WrongState where somebody was first.
    """
    with transaction.atomic():
        transfer = lock_transfer(transfer_id)
        require(actor, Right.APPROVE_SPENDING, transfer.branch)
        require_transfer_step(transfer, TransferStatus.SENT)
        if actor.pk in transfer.maker_ids:
            raise OwnWork
        day = sent_on or today()
        if transfer.submitted_by is None or day > today():
            raise _refused("sent_on", _("拨出日期不能晚于今天，请核对。"))
        _check(_draft_of(transfer))
        entry = post_entry(draft=_entry_out(transfer, actor, day))
        move_transfer(
            transfer,
            TransferStatus.SENT,
            actor=actor,
            approved_by=actor,
            sent_on=day,
            bank_reference=bank_reference.strip()[:80],
            out_entry=entry,
        )
    return transfer


def _entry_out(transfer: Transfer, approver: User, day: datetime.date) -> EntryDraft:
    assert transfer.submitted_by is not None  # noqa: S101 -- asked by the caller
    transit = open_transit(transfer_key=f"transfer:{transfer.pk}", fund=transfer.fund, unit=unit_of_money())
    return EntryDraft(
        branch=transfer.branch,
        kind=EntryKind.TRANSFER_OUT,
        occurred_on=day,
        made_by=transfer.submitted_by,
        approved_by=approver,
        document=transfer.number,
        key=f"transfer:{transfer.pk}:out",
        movements=(MovementDraft(money_holding(transfer.fund), transit, transfer.amount),),
    )


def _check(draft: TransferDraft) -> None:
    wrong: dict[str, str] = {}
    try:
        if yuan(draft.amount) <= 0:
            wrong["amount"] = _("金额必须大于零。")
    except DomainError as error:
        wrong["amount"] = error.message
    if not draft.fund.is_open:
        wrong["fund"] = _("这个资金池已经关闭，请改选它的后续资金池。")
    if draft.to_branch.pk == draft.fund.branch_id:
        wrong["to_branch"] = _("接收单位就是本会；本会资金池之间的调整请用变更用途。")
    elif not may_send(draft.fund.branch, draft.to_branch):
        wrong["to_branch"] = _("拨付只在上下级红十字会之间办理，请选择本会的上级或下级。")
    elif draft.to_branch.valid_to is not None:
        wrong["to_branch"] = _("接收单位已经撤销，请改选承接它的红十字会。")
    if len(draft.use.strip()) < 2:
        wrong["use"] = _("请写明这笔拨付用在什么地方（不要写个人姓名）。")
    if len(draft.decision.strip()) < 2:
        wrong["decision"] = _("请写明审批依据，例如会议纪要或文件编号。")
    if wrong:
        raise SpendingError(
            "transfer_incomplete", _("拨付单还不能保存：%(what)s") % {"what": " ".join(wrong.values())}, wrong
        )


def may_send(sender: Branch, receiver: Branch) -> bool:
    """Whether two associations stand in one line, the one above the other at any distance."""
    if sender.kind not in ASSOCIATION_KINDS or receiver.kind not in ASSOCIATION_KINDS:
        return False
    return stands_in(receiver, sender, with_below=True) or stands_in(sender, receiver, with_below=True)


def _draft_of(transfer: Transfer) -> TransferDraft:
    return TransferDraft(
        transfer.fund, transfer.to_branch, transfer.amount, transfer.use, transfer.decision, transfer.expected_on
    )


def _columns(draft: TransferDraft) -> dict[str, object]:
    return {
        "fund": draft.fund,
        "amount": yuan(draft.amount),
        "use": draft.use.strip()[:300],
        "decision": draft.decision.strip()[:120],
        "expected_on": draft.expected_on,
    }


def _end_of(branch: Branch) -> dict[str, object]:
    return {f"to_{name}": value for name, value in Transfer.lineage_of(branch).items()}


def _with(maker_ids: list[int], actor: User) -> list[int]:
    return maker_ids if actor.pk in maker_ids else [*maker_ids, actor.pk]


def _reason(reason: str) -> str:
    if len(reason.strip()) < 2:
        raise _refused("reason", _("请写明理由。"))
    return reason


def _refused(field: str, sentence: str) -> SpendingError:
    return SpendingError(f"transfer_{field}", sentence, {field: sentence})
