"""The receiving end of a transfer: what arrived is recorded by one person and confirmed by another."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, BinaryIO

from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import now, today
from core.errors import DomainError, NotFound
from core.files import open_stored
from core.models import StoredFile
from core.money import ZERO_YUAN, yuan
from core.uploads import keep_paper
from ledger.choices import EntryKind, WorldParty
from ledger.models import Entry, Fund, Movement
from ledger.selectors.funds import open_successor
from ledger.services import EntryDraft, MovementDraft, money_holding, post_entry, world_account
from ledger.services.rules import is_as_narrow
from organizations.choices import Right
from organizations.permissions import require
from spending.choices import TransferStatus
from spending.errors import OwnWork, SpendingError
from spending.models import Transfer
from spending.permissions import may_read_evidence
from spending.services.moving import lock_transfer, move_transfer, require_transfer_step

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Arrival:
    """What became of a transfer, in yuan: `accepted` into `fund`, `lost` with evidence, `sent_back` to the sender."""

    received_on: datetime.date
    accepted: Decimal
    fund: Fund | None = None
    lost: Decimal = ZERO_YUAN
    sent_back: Decimal = ZERO_YUAN
    note: str = ""
    evidence: StoredFile | None = None


def keep_evidence(*, upload: BinaryIO, actor: User) -> StoredFile:
    """Keep the proof of a loss as a private file; raises DomainError with the field `evidence`."""
    return keep_paper(upload=upload, field="evidence", data_class=StoredFile.DataClass.INTERNAL, actor=actor)


def count_transfer(*, transfer_id: int, arrival: Arrival, actor: User) -> Transfer:
    """Record what arrived of a transfer, for a second person of the receiving branch to confirm; posts nothing.

    Locks the transfer. Raises WrongState where somebody recorded it already, SpendingError naming each wrong field.
    """
    with transaction.atomic():
        transfer = lock_transfer(transfer_id)
        require(actor, Right.RECEIVE_TRANSFERS, transfer.to_branch)
        require_transfer_step(transfer, TransferStatus.COUNTED)
        _check(transfer, arrival)
        move_transfer(
            transfer,
            TransferStatus.COUNTED,
            actor=actor,
            reason=arrival.note,
            counted_by=actor,
            received_on=arrival.received_on,
            accepted=yuan(arrival.accepted),
            lost=yuan(arrival.lost),
            sent_back=yuan(arrival.sent_back),
            to_fund=arrival.fund if arrival.accepted else None,
            receipt_note=arrival.note.strip()[:300],
            evidence=arrival.evidence,
        )
    return transfer


def refuse_count(*, transfer_id: int, actor: User, reason: str) -> Transfer:
    """Do not confirm what was recorded: the transfer is under way again and can be recorded anew."""
    if len(reason.strip()) < 2:
        raise _refused("reason", _("请写明不确认的理由。"))
    with transaction.atomic():
        transfer = lock_transfer(transfer_id)
        require(actor, Right.RECEIVE_TRANSFERS, transfer.to_branch)
        move_transfer(transfer, TransferStatus.SENT, actor=actor, reason=reason)
    return transfer


def confirm_transfer(*, transfer_id: int, actor: User) -> Transfer:
    """Confirm as another person what was recorded, and post it: TRANSFER_IN with losses, TRANSFER_BACK.

    Locks the transfer, then balances, then counters. A transfer that two confirm at once is posted once: the second
    reads WrongState. Raises OwnWork for the person who recorded it, LedgerError where the fund is too wide.
    """
    with transaction.atomic():
        transfer = lock_transfer(transfer_id)
        require(actor, Right.RECEIVE_TRANSFERS, transfer.to_branch)
        end = _end_of(transfer)
        require_transfer_step(transfer, end)
        if actor.pk == transfer.counted_by_id:
            raise OwnWork(_("到账情况由您登记，须由本会另一位有签收权限的同事确认。"))
        sent = Movement.objects.select_related("destination__unit", "destination__fund").get(
            entry=transfer.out_entry_id
        )
        move_transfer(
            transfer,
            end,
            actor=actor,
            confirmed_by=actor,
            confirmed_at=now(),
            in_entry=_post_in(transfer, sent, actor),
            back_entry=_post_back(transfer, sent, actor),
        )
    return transfer


def open_evidence(*, transfer: Transfer, actor: User) -> tuple[StoredFile, BinaryIO]:
    """Open the proof of a loss for those who work at the transfer; the reading is recorded."""
    if not may_read_evidence(actor, transfer):
        require(actor, Right.RECEIVE_TRANSFERS, transfer.to_branch)
    if transfer.evidence is None:
        raise NotFound("no_evidence", _("这张拨付单没有损失证明。"))
    record_audit("spending.transfer.evidence_read", actor=actor, obj=transfer, branch_code=transfer.branch.code)
    try:
        return transfer.evidence, open_stored(transfer.evidence)
    except FileNotFoundError as error:
        raise NotFound("file_lost", _("文件在存储里找不到了，请联系系统管理员。")) from error


def _post_in(transfer: Transfer, sent: Movement, actor: User) -> Entry | None:
    lines: list[MovementDraft] = []
    if transfer.accepted and transfer.to_fund is not None:
        lines.append(MovementDraft(sent.destination, money_holding(transfer.to_fund), transfer.accepted, answers=sent))
    if transfer.lost:
        losses = world_account(WorldParty.LOSSES, sent.destination.unit)
        lines.append(MovementDraft(sent.destination, losses, transfer.lost, answers=sent))
    return _post(transfer, EntryKind.TRANSFER_IN, lines, "in", actor) if lines else None


def _post_back(transfer: Transfer, sent: Movement, actor: User) -> Entry | None:
    if not transfer.sent_back:
        return None
    home = money_holding(open_successor(transfer.fund))
    line = MovementDraft(sent.destination, home, transfer.sent_back, answers=sent)
    return _post(transfer, EntryKind.TRANSFER_BACK, [line], "back", actor)


def _post(transfer: Transfer, kind: str, lines: list[MovementDraft], part: str, actor: User) -> Entry:
    # What comes home is written in the sender's books, what stays in the receiver's.
    branch = transfer.branch if kind == EntryKind.TRANSFER_BACK else transfer.to_branch
    assert transfer.counted_by is not None  # noqa: S101 -- a counted transfer has one (CHECK)
    assert transfer.received_on is not None  # noqa: S101
    return post_entry(
        draft=EntryDraft(
            branch=branch,
            kind=kind,
            occurred_on=transfer.received_on,
            made_by=transfer.counted_by,
            approved_by=actor,
            document=transfer.number,
            key=f"transfer:{transfer.pk}:{part}",
            movements=tuple(lines),
        )
    )


def _end_of(transfer: Transfer) -> str:
    if transfer.accepted == transfer.amount:
        return TransferStatus.RECEIVED
    return TransferStatus.SENT_BACK if transfer.sent_back == transfer.amount else TransferStatus.RECEIVED_IN_PART


def _check(transfer: Transfer, arrival: Arrival) -> None:
    wrong: dict[str, str] = {}
    parts = {"accepted": arrival.accepted, "lost": arrival.lost, "sent_back": arrival.sent_back}
    for name, value in parts.items():
        try:
            if yuan(value) < 0:
                wrong[name] = _("金额不能小于零。")
        except DomainError as error:
            wrong[name] = error.message
    whole = sum(parts.values(), ZERO_YUAN)
    if not wrong and whole != transfer.amount:
        wrong["accepted"] = _(
            "签收 %(accepted)s、损失 %(lost)s、退还 %(sent_back)s 合计 %(whole)s 元，与拨付 %(amount)s 元不符，请核对。"
        ) % {**parts, "whole": whole, "amount": transfer.amount}
    if transfer.sent_on is None or not transfer.sent_on <= arrival.received_on <= today():
        wrong["received_on"] = _("到账日期不能早于拨出日期，也不能晚于今天。")
    wrong |= _check_fund(transfer, arrival) | _check_proof(arrival)
    if wrong:
        raise SpendingError(
            "arrival_wrong", _("到账情况还不能保存：%(what)s") % {"what": " ".join(wrong.values())}, wrong
        )


def _check_fund(transfer: Transfer, arrival: Arrival) -> dict[str, str]:
    if not arrival.accepted:
        return {}
    fund = arrival.fund
    if fund is None or fund.branch_id != transfer.to_branch_id or not fund.is_open:
        return {"fund": _("请选择本会一个未关闭的资金池来接收。")}
    if not is_as_narrow(fund, transfer.fund):
        return {
            "fund": _(
                "“%(origin)s”是定向资金池，只能进入限定相同或更窄的资金池，“%(fund)s”的用途更宽，请改选或先设立。"
            )
            % {"origin": transfer.fund.name, "fund": fund.name}
        }
    return {}


def _check_proof(arrival: Arrival) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if arrival.lost and arrival.evidence is None:
        wrong["evidence"] = _("有损失的，请上传损失证明。")
    if (arrival.lost or arrival.sent_back) and len(arrival.note.strip()) < 2:
        wrong["note"] = _("没有全额签收的，请写明原因（不要写个人姓名）。")
    return wrong


def _refused(field: str, sentence: str) -> SpendingError:
    return SpendingError(f"transfer_{field}", sentence, {field: sentence})
