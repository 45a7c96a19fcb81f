"""Funds that money may leave, and funds that it may arrive in."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from ledger.models import Fund
from ledger.selectors.balances import fund_balances
from ledger.services.rules import is_as_narrow
from organizations.choices import ASSOCIATION_KINDS, Right
from organizations.models import Branch, branches_of
from organizations.permissions import branches_with
from spending.models import Transfer

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class FundOption:
    """An open fund that a person may spend from, with what it has in hand (yuan)."""

    fund: Fund
    in_hand: Decimal


def funds_to_spend(person: User) -> list[FundOption]:
    """The open funds of every open branch in which the person enters spending, in the order of the tree; 3 queries."""
    branches = branches_with(person, Right.ENTER_SPENDING).filter(valid_to__isnull=True)
    funds = Fund.objects.filter(branch__in=branches, closed_on__isnull=True).select_related("branch")
    balances = fund_balances(funds.order_by("branch__path", "-is_default", "code"))
    return [FundOption(balance.fund, balance.money) for balance in balances]


def receivers_for(person: User) -> QuerySet[Branch]:
    """Open associations above and below those in which the person enters spending, in the order of the tree."""
    condition = Q(pk__in=[])
    own = list(branches_with(person, Right.ENTER_SPENDING).filter(kind__in=ASSOCIATION_KINDS))
    for branch in own:
        condition |= branches_of(branch, with_below=True)
        condition |= Q(pk__in=[pk for pk in (branch.province_id, branch.city_id) if pk])
    found: QuerySet[Branch] = Branch.objects.valid().filter(condition, kind__in=ASSOCIATION_KINDS)
    return found.exclude(pk=own[0].pk) if len(own) == 1 else found


def funds_to_receive(transfer: Transfer) -> list[Fund]:
    """The receiver's open funds that allow nothing which the sender's does not, its default first; one query."""
    funds = Fund.objects.filter(branch_id=transfer.to_branch_id, closed_on__isnull=True)
    return [fund for fund in funds.order_by("-is_default", "code") if is_as_narrow(fund, transfer.fund)]
