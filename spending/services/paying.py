"""Paying what was approved: posted into the ledger, with its public record, in one transaction."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from core.clock import now, today
from core.outbox import write_record
from ledger.choices import EntryKind, WorldParty
from ledger.models import Entry
from ledger.selectors.funds import unit_of_money
from ledger.services import EntryDraft, MovementDraft, money_holding, post_entry, world_account
from organizations.choices import Right
from organizations.permissions import require
from spending.choices import PaymentKind, PaymentStatus
from spending.errors import OwnWork, SpendingError
from spending.models import Approval, Payment
from spending.services.moving_payments import lock_payment, move_payment, require_payment_step
from spending.services.recorded import PAYEE_COMMITMENT, RECORD_KIND, payee_text, record_body, record_private

if TYPE_CHECKING:
    from accounts.models import User

# What each kind is in the books, and to whom outside.
ENTRIES: dict[str, tuple[str, str]] = {
    PaymentKind.PURCHASE: (EntryKind.PURCHASE, WorldParty.SUPPLIERS),
    PaymentKind.AID: (EntryKind.AID, WorldParty.BENEFICIARIES),
    PaymentKind.UNIT: (EntryKind.AID, WorldParty.BODIES),
    PaymentKind.FEE: (EntryKind.FEE, WorldParty.FEES),
}


def pay_payment(
    *, payment_id: int, actor: User, paid_on: datetime.date | None = None, bank_reference: str = ""
) -> Payment:
    """Record that an approved payment was paid, and post it. From then on it is public.

    Locks the payment, then the fund's balance, then the branch's counter. Raises OwnWork for who approved it (and for
    its makers where the payer must be another), NotEnough with the sums, WrongState where somebody was first.
    """
    with transaction.atomic():
        payment = lock_payment(payment_id)
        require(actor, Right.PAY_SPENDING, payment.branch)
        require_payment_step(payment, PaymentStatus.PAID)
        _require_apart(payment, actor)
        day = paid_on or today()
        if day > today():
            raise _refused("paid_on", _("付款日期不能晚于今天，请核对。"))
        if len(bank_reference.strip()) < 2:
            raise _refused("bank_reference", _("请填写银行流水号或支票号，便于核对。"))
        entry = post_entry(draft=_entry(payment, day), actor=actor)
        move_payment(
            payment,
            PaymentStatus.PAID,
            actor=actor,
            paid_by=actor,
            paid_on=day,
            paid_at=now(),
            bank_reference=bank_reference.strip()[:80],
            entry=entry,
        )
        _write_record(payment, entry)
    return payment


def _require_apart(payment: Payment, actor: User) -> None:
    approved = Approval.objects.filter(payment=payment, round=payment.round, person=actor).exists()
    if approved or actor.pk == payment.approved_by_id:
        raise OwnWork(_("您审批过这一笔，须由另一位有付款权限的同事付款。"))
    if payment.payer_apart and actor.pk in payment.maker_ids:
        raise OwnWork(_("这个金额的付款人不能是制单人，须由另一位有付款权限的同事付款。"))


def _entry(payment: Payment, day: datetime.date) -> EntryDraft:
    assert payment.submitted_by is not None  # noqa: S101 -- an approved payment has both (CHECK)
    assert payment.approved_by is not None  # noqa: S101
    kind, party = ENTRIES[payment.kind]
    target = world_account(party, unit_of_money())
    return EntryDraft(
        branch=payment.branch,
        kind=kind,
        occurred_on=day,
        made_by=payment.submitted_by,
        approved_by=payment.approved_by,
        document=payment.number,
        key=f"payment:{payment.pk}",
        movements=(MovementDraft(money_holding(payment.fund), target, payment.amount),),
    )


def _write_record(payment: Payment, entry: Entry) -> None:
    write_record(
        kind=RECORD_KIND,
        subject=payment.number,
        object_id=payment.pk,
        branch_code=payment.branch.code,
        body=record_body(payment, entry_number=entry.number),
        private=record_private(payment),
        texts={PAYEE_COMMITMENT: payee_text(payment, work=f"spending.paying:{payment.pk}")},
    )


def _refused(field: str, sentence: str) -> SpendingError:
    return SpendingError(f"payment_{field}", sentence, {field: sentence})
