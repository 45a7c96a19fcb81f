"""Who may do what with transfers and payments; and fetching them for a person (docs/scope.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core.errors import NotFound
from organizations.choices import Right
from organizations.permissions import may
from spending.models import Transfer

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
