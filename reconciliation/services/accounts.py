"""Keeping the accounts of a branch."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import now
from core.errors import DomainError
from core.identifiers import normalise_account
from core.sealed import seal_into
from organizations.choices import Right
from organizations.models import Branch
from organizations.permissions import require
from reconciliation.models import DepositAccount

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class AccountDraft:
    """What is known of an account when it is put down; the balance in yuan at the beginning of `opened_on`."""

    kind: str
    name: str
    institution: str
    number: str
    opened_on: datetime.date
    opening_balance: Decimal


def open_account(*, branch: Branch, draft: AccountDraft, actor: User) -> DepositAccount:
    """Put down an account of a branch, its number sealed. Raises DomainError for a name or number that is there."""
    require(actor, Right.RECONCILE, branch)
    number = normalise_account(draft.number)
    if len(number) < 4:
        raise DomainError(
            "account_number_short", _("账号太短，请填写完整的账号。"), {"number": _("请填写完整的账号。")}
        )
    account = DepositAccount(
        **DepositAccount.lineage_of(branch),
        kind=draft.kind,
        name=draft.name.strip(),
        institution=draft.institution.strip(),
        tail=number[-4:] if number[-4:].isdigit() else "",
        opened_on=draft.opened_on,
        opening_balance=draft.opening_balance,
        created_by=actor,
        created_at=now(),
    )
    try:
        with transaction.atomic():
            seal_into(account, account_number=draft.number)
            account.save()
            record_audit("reconciliation.account.opened", actor=actor, obj=account, branch_code=branch.code)
    except IntegrityError as error:
        message = _("这个账号或名称已经登记过，请到存款账户里核对。")
        raise DomainError("account_is_there", message, {"number": message}) from error
    return account
