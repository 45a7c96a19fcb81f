"""Payments in their makers' hands: drafted, changed, submitted, withdrawn, cancelled."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Count, Sum
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import SHANGHAI, now
from core.errors import DomainError
from core.money import ZERO_YUAN, round_yuan, yuan
from core.numbers import take_number
from core.sealed import seal_into
from ledger.models import Fund
from ledger.selectors.funds import fees_taken, gifts_received
from organizations.choices import DivisionLevel, Right
from organizations.models import Division
from organizations.permissions import is_recorded_for, require
from spending.choices import PAYMENT_LETTER, PayeeKind, PaymentKind, PaymentStatus, SpendingPurpose
from spending.errors import SpendingError
from spending.models import Payment
from spending.selectors.bands import band_for
from spending.services.moving_payments import (
    lock_payment,
    move_payment,
    note_payment,
    require_editable,
    require_payment_step,
    with_maker,
)

if TYPE_CHECKING:
    from accounts.models import User

# Which payees each kind knows.
PAYEES: dict[str, frozenset[str]] = {
    PaymentKind.PURCHASE: frozenset({PayeeKind.ORGANISATION, PayeeKind.PERSON}),
    PaymentKind.AID: frozenset({PayeeKind.PERSON, PayeeKind.LIST, PayeeKind.ORGANISATION}),
    PaymentKind.UNIT: frozenset({PayeeKind.ORGANISATION}),
    PaymentKind.FEE: frozenset({PayeeKind.ORGANISATION}),
}


@dataclass(frozen=True)
class PaymentDraft:
    """What is to be paid: yuan out of a fund, for what, where, how many people it helps, to whom.

    `payee_person` and `payee_account` are sensitive (P3): left empty in a change, what is sealed stays.
    """

    kind: str
    fund: Fund
    amount: Decimal
    purpose: str
    use: str
    payee_kind: str
    area: Division | None = None
    helped_count: int = 0
    payee_name: str = ""
    payee_person: str = ""
    payee_account: str = ""
    decision: str = ""


def create_payment(*, draft: PaymentDraft, key: uuid.UUID, actor: User) -> Payment:
    """Draft a payment in the branch of its fund; idempotent by `key`, so that one form makes one payment.

    Takes the branch's counter of the year. Raises SpendingError naming each wrong field.
    """
    branch = draft.fund.branch
    require(actor, Right.ENTER_SPENDING, branch)
    check_payment(draft)
    with transaction.atomic():
        number = take_number(branch.code, now().astimezone(SHANGHAI).year, PAYMENT_LETTER)
        # Under the counter's lock: who comes second with the same key finds what the first made.
        standing = Payment.objects.unscoped("the key of the form just sent").filter(key=key).first()
        if standing is None:
            payment = Payment(
                **Payment.lineage_of(branch),
                **_columns(draft),
                number=number,
                key=key,
                status=PaymentStatus.DRAFT,
                authority=is_recorded_for(actor, branch),
                maker_ids=[actor.pk],
                created_by=actor,
                created_at=now(),
            )
            _seal(payment, draft)
            payment.save()
            note_payment(payment, "", actor=actor)
            record_audit("spending.payment.created", actor=actor, obj=payment, branch_code=branch.code)
            return payment
        # The number goes back with the transaction.
        transaction.set_rollback(True)
    return standing


def change_payment(*, payment_id: int, draft: PaymentDraft, actor: User) -> Payment:
    """Change a draft or a returned payment; the person becomes one of its makers. Locks the payment."""
    with transaction.atomic():
        payment = lock_payment(payment_id)
        require(actor, Right.ENTER_SPENDING, payment.branch)
        require_editable(payment)
        if draft.fund.branch_id != payment.branch_id:
            raise SpendingError(
                "payment_fund", _("资金池须属于原来的红十字会，请改选，或作废后重新制单。"), {"fund": ""}
            )
        check_payment(draft)
        values = {**_columns(draft), "maker_ids": with_maker(payment.maker_ids, actor)}
        for name, value in values.items():
            setattr(payment, name, value)
        changed = [*values, *_seal(payment, draft)]
        payment.save(update_fields=changed)
        record_audit(
            "spending.payment.changed",
            actor=actor,
            obj=payment,
            branch_code=payment.branch.code,
            changed_fields=changed,
        )
    return payment


def submit_payment(*, payment_id: int, actor: User, note: str = "") -> Payment:
    """Hand a payment to its approvers, with what its amount asks for fixed. Locks the payment.

    Raises SpendingError where the list does not make the count and the sum, where a collective decision is missing, or
    where a fee passes the agreed rate.
    """
    with transaction.atomic():
        payment = lock_payment(payment_id)
        require(actor, Right.ENTER_SPENDING, payment.branch)
        require_payment_step(payment, PaymentStatus.SUBMITTED)
        band = band_for(payment.branch, payment.amount)
        _require_complete(payment, needs_decision=band.needs_decision)
        move_payment(
            payment,
            PaymentStatus.SUBMITTED,
            actor=actor,
            reason=note,
            submitted_by=actor,
            submitted_at=now(),
            round=payment.round + 1,
            approvers_needed=band.approvers,
            needs_leader=band.needs_leader,
            payer_apart=band.payer_apart,
            approved_by=None,
            approved_at=None,
            maker_ids=with_maker(payment.maker_ids, actor),
        )
    return payment


def withdraw_payment(*, payment_id: int, actor: User) -> Payment:
    """Take a submitted payment back to change it; approvals given so far do not count any more."""
    with transaction.atomic():
        payment = lock_payment(payment_id)
        require(actor, Right.ENTER_SPENDING, payment.branch)
        move_payment(payment, PaymentStatus.DRAFT, actor=actor)
    return payment


def cancel_payment(*, payment_id: int, actor: User, reason: str) -> Payment:
    """Drop a payment that was never paid; its number is not used again."""
    with transaction.atomic():
        payment = lock_payment(payment_id)
        require(actor, Right.ENTER_SPENDING, payment.branch)
        move_payment(payment, PaymentStatus.CANCELLED, actor=actor, reason=written_reason(reason))
    return payment


def written_reason(reason: str) -> str:
    """The reason, refused where there is none."""
    if len(reason.strip()) < 2:
        raise SpendingError("reason_missing", _("请写明理由。"), {"reason": _("请写明理由。")})
    return reason


def list_gap(payment: Payment) -> str:
    """What the list of people lacks to make the payment's count and sum; empty where it fits. One query."""
    rows = payment.beneficiaries.aggregate(n=Count("pk"), total=Sum("amount"))
    count, total = rows["n"], rows["total"] or ZERO_YUAN
    if (count, total) == (payment.helped_count, payment.amount):
        return ""
    return _(
        "受助人名单有 %(count)d 人、合计 %(total)s 元，与受助人数 %(helped)d 人、金额 %(amount)s 元不符，请核对。"
    ) % {"count": count, "total": total, "helped": payment.helped_count, "amount": payment.amount}


def check_payment(draft: PaymentDraft) -> None:
    """Refuse a draft that cannot be kept; raises SpendingError naming each wrong field."""
    wrong: dict[str, str] = {}
    try:
        if yuan(draft.amount) <= 0:
            wrong["amount"] = _("金额必须大于零。")
    except DomainError as error:
        wrong["amount"] = error.message
    if not draft.fund.is_open:
        wrong["fund"] = _("这个资金池已经关闭，请改选它的后续资金池。")
    if draft.purpose not in SpendingPurpose.values:
        wrong["purpose"] = _("请从列表里选择用途。")
    if len(draft.use.strip()) < 2:
        wrong["use"] = _("请写明事由（不要写个人姓名）。")
    wrong |= _check_payee(draft) | _check_people(draft)
    if wrong:
        what = " ".join(wrong.values())
        raise SpendingError("payment_incomplete", _("支出单还不能保存：%(what)s") % {"what": what}, wrong)


def _check_payee(draft: PaymentDraft) -> dict[str, str]:
    if draft.payee_kind not in PAYEES.get(draft.kind, frozenset()):
        return {"payee_kind": _("这种支出不能付给这类收款方，请改选种类或收款方。")}
    if draft.payee_kind == PayeeKind.ORGANISATION and len(draft.payee_name.strip()) < 2:
        return {"payee_name": _("请写收款单位的全称，会公开。")}
    if draft.payee_kind != PayeeKind.ORGANISATION and draft.payee_name.strip():
        return {"payee_name": _("付给个人时这一格留空：个人姓名另填，加密保存，不公开。")}
    return {}


def _check_people(draft: PaymentDraft) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if draft.kind == PaymentKind.AID and draft.helped_count < 1:
        wrong["helped_count"] = _("资助个人须填受助人数。")
    if draft.kind != PaymentKind.FEE and draft.area is None:
        wrong["area"] = _("请选择款项使用的县（市、区）。")
    if draft.area is not None and draft.area.level not in (
        DivisionLevel.PROVINCE,
        DivisionLevel.CITY,
        DivisionLevel.COUNTY,
    ):
        wrong["area"] = _("使用地区公开到县一级，请选择县（市、区）。")
    return wrong


def _require_complete(payment: Payment, *, needs_decision: bool) -> None:
    wrong: dict[str, str] = {}
    if needs_decision and len(payment.decision.strip()) < 2:
        wrong["decision"] = _("这个金额须集体决策（三重一大），请填写会议纪要编号。")
    if payment.payee_kind == PayeeKind.PERSON and payment.payee_person is None:
        wrong["payee_person"] = _("请填写个人收款人（加密保存，不公开）。")
    if payment.payee_kind == PayeeKind.LIST and (gap := list_gap(payment)):
        wrong["beneficiaries"] = gap
    if payment.kind == PaymentKind.FEE:
        limit = round_yuan(payment.fund.fee_rate * gifts_received(payment.fund))
        left = limit - fees_taken(payment.fund)
        if payment.amount > left:
            wrong["amount"] = _("“%(fund)s”按协议费率最多还可提管理费 %(left)s 元。") % {
                "fund": payment.fund.name,
                "left": max(left, ZERO_YUAN),
            }
    if wrong:
        what = " ".join(wrong.values())
        raise SpendingError("payment_not_ready", _("支出单还不能提交：%(what)s") % {"what": what}, wrong)


def _columns(draft: PaymentDraft) -> dict[str, Any]:
    return {
        "kind": draft.kind,
        "fund": draft.fund,
        "amount": yuan(draft.amount),
        "purpose": draft.purpose,
        "use": draft.use.strip()[:300],
        "area": draft.area,
        "helped_count": draft.helped_count,
        "payee_kind": draft.payee_kind,
        "payee_name": draft.payee_name.strip()[:120],
        "decision": draft.decision.strip()[:120],
    }


def _seal(payment: Payment, draft: PaymentDraft) -> list[str]:
    """Seal what was typed; a payee who is no person any more is emptied."""
    changed: list[str] = []
    if draft.payee_kind != PayeeKind.PERSON:
        changed += seal_into(payment, payee_person=None)
    elif draft.payee_person.strip():
        changed += seal_into(payment, payee_person=draft.payee_person.strip())
    if draft.payee_kind == PayeeKind.LIST:
        changed += seal_into(payment, payee_account=None)
    elif draft.payee_account.strip():
        changed += seal_into(payment, payee_account=draft.payee_account.strip())
    return changed
