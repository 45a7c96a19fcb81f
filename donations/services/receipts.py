"""Fiscal receipts: recorded one by one, cancelled, and taken over from the finance bureau's list."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import now, today
from core.errors import Conflict, DomainError
from core.identifiers import normalise_identifier
from donations.choices import RECEIPT_TRANSITIONS, ReceiptState
from donations.errors import WrongState
from donations.models import Donation, Receipt
from organizations.choices import Right
from organizations.permissions import require

if TYPE_CHECKING:
    from accounts.models import User

# 8 digits of code, 10 of number and 6 characters of check code are usual for financial e-receipts; provinces differ.
_CODE = re.compile(r"[0-9A-Z]{4,20}", re.ASCII)
_NUMBER = re.compile(r"[0-9]{6,20}", re.ASCII)
_CHECK_CODE = re.compile(r"[0-9A-Z]{4,20}", re.ASCII)


@dataclass(frozen=True)
class ReceiptDraft:
    """What is to be recorded of a gift's receipt: its numbers and day where issued, else why there is none."""

    state: str
    code: str = ""
    number: str = ""
    check_code: str = ""
    issued_on: datetime.date | None = None
    note: str = ""


def record_receipt(*, donation: Donation, draft: ReceiptDraft, actor: User) -> Receipt:
    """Record what is known of a gift's fiscal receipt.

    Locks the gift. Raises DomainError with a sentence for each wrong field, Conflict where the number was used before
    or the gift has a receipt that stands.
    """
    require(actor, Right.MANAGE_RECEIPTS, donation.branch)
    draft = checked(draft, donation)
    with transaction.atomic():
        Donation.objects.unscoped("lock of one known gift").select_for_update(of=("self",)).get(pk=donation.pk)
        _require_free(donation, draft)
        receipt = _insert(donation, draft, actor)
        record_audit("donations.receipt.recorded", actor=actor, obj=donation, branch_code=donation.branch.code)
    return receipt


def cancel_receipt(*, receipt_id: int, reason: str, actor: User) -> Receipt:
    """Mark a receipt as cancelled (红冲 or 作废 in the finance bureau's system); the gift may then get another.

    Locks the receipt. Raises WrongState where it was cancelled already, DomainError without a reason.
    """
    with transaction.atomic():
        receipt: Receipt = (
            Receipt.objects.unscoped("lock of one known receipt")
            .select_for_update(of=("self",))
            .select_related("branch", "donation")
            .get(pk=receipt_id)
        )
        require(actor, Right.MANAGE_RECEIPTS, receipt.branch)
        if ReceiptState.CANCELLED not in RECEIPT_TRANSITIONS[receipt.state]:
            raise WrongState("receipt_cancelled", _("这张票据已经作废，不能再次作废。"))
        if len(reason.strip()) < 2:
            sentence = _("请写明作废的理由，例如“金额开错，已在财政系统红冲”。")
            raise DomainError("reason_missing", sentence, {"reason": sentence})
        receipt.was_state, receipt.state = receipt.state, ReceiptState.CANCELLED
        receipt.cancelled_by, receipt.cancelled_at = actor, now()
        receipt.cancel_reason = reason.strip()[:300]
        receipt.save(update_fields=["state", "was_state", "cancelled_by", "cancelled_at", "cancel_reason"])
        record_audit(
            "donations.receipt.cancelled",
            actor=actor,
            obj=receipt.donation,
            branch_code=receipt.branch.code,
            changed_fields=["state"],
            reason=receipt.cancel_reason,
        )
    return receipt


def checked(draft: ReceiptDraft, donation: Donation) -> ReceiptDraft:
    """Return the draft in its stored form. Raises DomainError with a sentence for each wrong field."""
    if draft.state == ReceiptState.ISSUED:
        return _checked_issued(draft, donation)
    if draft.state not in (ReceiptState.WAIVED, ReceiptState.ANONYMOUS):
        sentence = _("请选择：已开具、捐赠人放弃，或匿名捐赠。")
        raise DomainError("receipt_state", sentence, {"state": sentence})
    note = draft.note.strip()[:300]
    if len(note) < 2:
        sentence = _("没有开票的，请写明依据，例如“捐赠人来电放弃，1 月 5 日”。")
        raise DomainError("receipt_note", sentence, {"note": sentence})
    return ReceiptDraft(state=draft.state, note=note)


def _checked_issued(draft: ReceiptDraft, donation: Donation) -> ReceiptDraft:
    code, number, check_code = (normalise_identifier(one) for one in (draft.code, draft.number, draft.check_code))
    fields = {}
    if not _CODE.fullmatch(code):
        fields["code"] = _("票据代码应为 4 至 20 位数字或字母（常见为 8 位数字），请对照票据填写。")
    if not _NUMBER.fullmatch(number):
        fields["number"] = _("票据号码应为 6 至 20 位数字（常见为 10 位），请对照票据填写。")
    if not _CHECK_CODE.fullmatch(check_code):
        fields["check_code"] = _("校验码应为 4 至 20 位数字或字母（常见为 6 位），请对照票据填写。")
    if draft.issued_on is None:
        fields["issued_on"] = _("请填写开票日期。")
    elif draft.issued_on > today():
        fields["issued_on"] = _("开票日期不能在今天之后。")
    elif draft.issued_on < donation.received_on:
        fields["issued_on"] = _("开票日期早于捐赠日期 %(day)s，请核对。") % {"day": donation.received_on.isoformat()}
    if fields:
        raise DomainError("receipt_invalid", _("票据信息有误，请按提示改正。"), fields)
    return ReceiptDraft(ReceiptState.ISSUED, code, number, check_code, draft.issued_on, draft.note.strip()[:300])


def _require_free(donation: Donation, draft: ReceiptDraft) -> None:
    receipts = Receipt.objects.unscoped("asked for one gift and one number")
    if receipts.filter(donation=donation).exclude(state=ReceiptState.CANCELLED).exists():
        raise Conflict("receipt_exists", _("这笔捐赠已有登记的票据。要更换，请先把原来的作废。"))
    if draft.number and receipts.filter(code=draft.code, number=draft.number).exists():
        raise _number_used()


def _insert(donation: Donation, draft: ReceiptDraft, actor: User) -> Receipt:
    try:
        with transaction.atomic():
            return Receipt.objects.create(
                **Receipt.lineage_of(donation.branch),
                donation=donation,
                state=draft.state,
                code=draft.code,
                number=draft.number,
                check_code=draft.check_code,
                issued_on=draft.issued_on,
                amount=donation.amount,
                note=draft.note,
                recorded_by=actor,
                recorded_at=now(),
            )
    except IntegrityError as error:
        # Two people typed the same number for two gifts at the same moment.
        if "receipt_number_once" in str(error):
            raise _number_used() from None
        raise


def _number_used() -> Conflict:
    sentence = _("这个票据号码已经登记在另一笔捐赠上（作废的号码也不能再用），请核对代码和号码。")
    return Conflict("receipt_number_used", sentence, {"number": sentence})
