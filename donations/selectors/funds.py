"""Funds that gifts may go into."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core.errors import NotFound
from ledger.models import Fund
from organizations.models import Branch


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
