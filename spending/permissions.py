"""Who may do what with transfers and payments; and fetching them for a person (docs/scope.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core.errors import NotFound
from organizations.choices import Right
from organizations.permissions import may
from spending.models import Payment, PaymentDocument, Reversal, Transfer

if TYPE_CHECKING:
    from accounts.models import User

_WITH = ("branch", "to_branch", "fund", "to_fund", "created_by", "submitted_by", "approved_by")


def transfer_for(person: User, number: str) -> Transfer:
    """A transfer that the person may see from one of its ends, by its number; raises NotFound."""
    transfer: Transfer | None = (
        Transfer.objects.visible_to(person, Right.VIEW_SPENDING)
        .select_related(*_WITH, "counted_by", "confirmed_by", "out_entry", "in_entry", "back_entry", "evidence")
        .filter(number=number.replace("\x00", "").strip())
        .first()
    )
    if transfer is None:
        raise NotFound("transfer_not_found", _("没有找到这张拨付单，或它不在您的范围内，请核对编号。"))
    return transfer


def may_read_evidence(person: User, transfer: Transfer) -> bool:
    """Whether the person may have the proof of a loss: who works at the transfer at either end."""
    sender = any(may(person, right, transfer.branch) for right in (Right.ENTER_SPENDING, Right.APPROVE_SPENDING))
    return sender or may(person, Right.RECEIVE_TRANSFERS, transfer.to_branch)


def payment_for(person: User, number: str) -> Payment:
    """A payment that the person may see, by its number; raises NotFound, also for one outside their branches."""
    payment: Payment | None = (
        Payment.objects.visible_to(person, Right.VIEW_SPENDING)
        .select_related("branch", "fund", "area", "created_by", "submitted_by", "approved_by", "paid_by", "entry")
        .filter(number=number.replace("\x00", "").strip())
        .first()
    )
    if payment is None:
        raise NotFound("payment_not_found", _("没有找到这张支出单，或它不在您的范围内，请核对编号。"))
    return payment


def document_for(payment: Payment, document_id: int) -> PaymentDocument:
    """A paper of a payment that the person was already let into; raises NotFound."""
    papers = payment.documents.filter(pk=document_id, removed_at=None)
    document: PaymentDocument | None = papers.select_related("payment__branch", "file", "public_file").first()
    if document is None:
        raise NotFound("document_not_found", _("没有找到这份凭证。"))
    return document


def reversal_for(payment: Payment, reversal_id: int) -> Reversal:
    """A request to reverse a payment that the person was already let into; raises NotFound."""
    rows = Reversal.objects.unscoped("of a payment already in scope").filter(payment=payment, pk=reversal_id)
    reversal: Reversal | None = rows.select_related("requested_by", "decided_by").first()
    if reversal is None:
        raise NotFound("reversal_not_found", _("没有找到这项冲销申请。"))
    return reversal
