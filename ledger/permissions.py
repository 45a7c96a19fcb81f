"""Who may see and manage what of the ledger (docs/scope.md)."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import NotFound
from ledger.models import Fund, OpeningBatch
from organizations.choices import Right
from organizations.models import Branch
from organizations.permissions import branches_with, may, require


def branches_of_books(person: User) -> QuerySet[Branch]:
    """The branches whose books the person may read or manage, in the order of the tree."""
    return branches_with(person, Right.VIEW_LEDGER) | branches_with(person, Right.MANAGE_FUNDS)


def may_read_books(person: User, branch: Branch) -> bool:
    """Whether the person may read the books of this branch."""
    return may(person, Right.VIEW_LEDGER, branch) or may(person, Right.MANAGE_FUNDS, branch)


def require_books(person: User, branch: Branch) -> None:
    """Refuse (404 or 403, as `require`) a person who may not read the books of this branch."""
    if not may_read_books(person, branch):
        require(person, Right.VIEW_LEDGER, branch)


def fund_for(person: User, code: str) -> Fund:
    """Return a fund whose books the person may read; raises NotFound where there is none or it lies elsewhere."""
    fund = Fund.objects.select_related("branch", "area", "successor").filter(code=code).first()
    if fund is None:
        raise NotFound("fund_not_found", _("没有找到这个资金池，请核对编码。"))
    require_books(person, fund.branch)
    return fund


def opening_for(person: User, batch_id: int) -> OpeningBatch:
    """Return a batch of opening balances whose books the person may read; raises NotFound as `fund_for`."""
    batches = OpeningBatch.objects.unscoped("the right is asked for below").select_related("branch", "made_by")
    batch: OpeningBatch | None = batches.filter(pk=batch_id).first()
    if batch is None:
        raise NotFound("opening_not_found", _("没有这一批期初余额，请核对批次号。"))
    require_books(person, batch.branch)
    return batch
