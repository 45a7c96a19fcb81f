"""Funds as everybody may see them: their terms and what they hold, by code, by keyset."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from core.errors import NotFound
from core.money import yuan
from ledger.choices import AccountKind
from ledger.models import CNY, Fund
from organizations.models import Branch, branches_of


@dataclass(frozen=True)
class FundTerms:
    """A fund by the facts that are public: whose it is, what it may be used for, and by which fund it was followed."""

    id: int
    code: str
    name: str
    branch_code: str
    branch_name: str
    is_restricted: bool
    restriction: str
    fee_rate: Decimal
    opened_on: datetime.date
    closed_on: datetime.date | None
    successor_code: str
    successor_name: str


@dataclass(frozen=True)
class ListedFund:
    """A fund with what it holds now, in yuan: in hand and under way to other branches."""

    terms: FundTerms
    in_hand: Decimal
    in_transit: Decimal


def fund_in_public(code: str) -> FundTerms:
    """A fund by its code, closed ones included; one query. Raises NotFound."""
    fund = Fund.objects.select_related("branch", "area", "successor").filter(code=code.strip()).first()
    if fund is None:
        raise NotFound("fund_unknown", _("没有编码为“%(code)s”的资金池，请核对编码。") % {"code": code.strip()[:40]})
    return _terms(fund)


def funds_after(top: Branch | None, after: str, size: int) -> tuple[list[ListedFund], str]:
    """The next `size` funds by code behind `after`, of all branches or of one with all below; and where to go on.

    Closed funds are listed as well: gifts once given to them stay public. One query; the code is empty at the end.
    """
    funds: QuerySet[Fund] = Fund.objects.select_related("branch", "area", "successor").filter(code__gt=after)
    if top is not None:
        funds = funds.filter(branch__in=Branch.objects.filter(branches_of(top, with_below=True)).order_by())
    money = F("accounts__balance__inflow_tail") - F("accounts__balance__outflow_tail")
    money -= F("accounts__balance__removed_total")
    held = Q(accounts__unit__code=CNY)
    found = list(
        funds.annotate(
            in_hand=Sum(money, filter=held & Q(accounts__kind=AccountKind.HOLDING)),
            in_transit=Sum(money, filter=held & Q(accounts__kind=AccountKind.TRANSIT)),
        ).order_by("code")[: size + 1]
    )
    return [_listed(fund) for fund in found[:size]], found[size - 1].code if len(found) > size else ""


def _listed(fund: Any) -> ListedFund:
    return ListedFund(
        terms=_terms(fund),
        in_hand=yuan(fund.in_hand or 0),
        in_transit=yuan(fund.in_transit or 0),
    )


def _terms(fund: Fund) -> FundTerms:
    limits = [fund.purpose, fund.area.name if fund.area else "", fund.beneficiary, fund.project]
    return FundTerms(
        id=fund.pk,
        code=fund.code,
        name=fund.name,
        branch_code=fund.branch.code,
        branch_name=fund.branch.name,
        is_restricted=fund.is_restricted,
        restriction=_("；").join(part for part in limits if part),
        fee_rate=fund.fee_rate,
        opened_on=fund.opened_on,
        closed_on=fund.closed_on,
        successor_code=fund.successor.code if fund.successor else "",
        successor_name=fund.successor.name if fund.successor else "",
    )
