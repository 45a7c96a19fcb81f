"""Funds that gifts may go into."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core.errors import NotFound
from ledger.models import Fund
from organizations.choices import Right
from organizations.models import Branch
from organizations.permissions import branches_with

if TYPE_CHECKING:
    from accounts.models import User


def open_funds(branch: Branch) -> QuerySet[Fund]:
    """The funds of a branch that take gifts, its default first."""
    return Fund.objects.filter(branch=branch, closed_on__isnull=True).order_by("-is_default", "code")


def fund_for(branch: Branch, code: str = "") -> Fund:
    """The branch's fund with this code, or its default one; raises NotFound with what to do."""
    funds = open_funds(branch)
    fund = funds.filter(code=code).first() if code else funds.filter(is_default=True).first()
    if fund is None:
        raise NotFound(
            "fund_not_found",
            _("“%(branch)s”没有编码为“%(code)s”的可用资金池，请先在“资金池”里设立。")
            % {"branch": branch.name, "code": code}
            if code
            else _("“%(branch)s”还没有默认资金池，请先在“资金池”里设立。") % {"branch": branch.name},
        )
    return fund


def fund_by_code_for(person: User, code: str) -> Fund:
    """An open fund of a branch in which the person enters gifts, by its code; raises NotFound. One or two queries."""
    branches = branches_with(person, Right.ENTER_GIFTS)
    fund = Fund.objects.filter(branch__in=branches, closed_on__isnull=True, code=code).select_related("branch").first()
    if fund is None:
        raise NotFound("fund_not_found", _("请先选择资金池。"))
    return fund


def funds_by_branch(person: User) -> list[tuple[Branch, list[Fund]]]:
    """The open funds of every open branch in which the person enters gifts, in the order of the tree; one query."""
    branches = branches_with(person, Right.ENTER_GIFTS).filter(valid_to__isnull=True)
    funds = Fund.objects.filter(branch__in=branches, closed_on__isnull=True).select_related("branch")
    groups: dict[int, tuple[Branch, list[Fund]]] = {}
    for fund in funds.order_by("branch__path", "-is_default", "code"):
        groups.setdefault(fund.branch_id, (fund.branch, []))[1].append(fund)
    return list(groups.values())


def funds_seen(person: User) -> list[Fund]:
    """The funds, closed ones too, of the branches whose gifts the person sees, in the order of the tree; one query."""
    branches = branches_with(person, Right.VIEW_GIFTS)
    return list(Fund.objects.filter(branch__in=branches).select_related("branch").order_by("branch__path", "code"))
