"""The branch network and the page of each branch."""

import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from core.charts import bar_chart
from core.clock import now, today
from core.money import format_yuan, headline_yuan
from core.views.caching import public_page
from donations.selectors.public import (
    GiftTotals,
    MonthFigure,
    PublicGiftFilter,
    fund_choices,
    latest_gifts,
    monthly_figures,
    totals_by_branch,
)
from donations.selectors.public.unclaimed import unclaimed_figures
from organizations.models import Branch
from organizations.selectors import BranchNode, association_tree, public_branch
from transparency.selectors.network import sum_below
from transparency.selectors.published import published_reports
from transparency.selectors.standing import standing
from transparency.views.public.gift_rows import column_heads, gift_rows
from transparency.views.public.home import standing_cards, standing_steps

MONTHS = 12


@public_page
def branch_list(request: HttpRequest) -> HttpResponse:
    """The network as a tree, with what each received this year."""
    year = today().year
    asked = PublicGiftFilter(first=datetime.date(year, 1, 1), last=datetime.date(year, 12, 31))
    own = totals_by_branch(asked)
    nodes = association_tree()
    context = {
        "as_of": now(),
        "nodes": [tree_node(node, sum_below(nodes, own), is_open=True) for node in nodes],
        "branch_count": _count(nodes),
        "active_count": len(own),
        "year": year,
    }
    return render(request, "public/branches/list.html", context)


def _count(nodes: list[BranchNode]) -> int:
    return sum(1 + _count(node.children) for node in nodes)


def tree_node(node: BranchNode, totals: dict[str, GiftTotals], *, is_open: bool = False) -> dict[str, Any]:
    """A branch as the tree component takes it."""
    # Short, for phones: the exact figure stands on the branch's own page.
    notes = [headline_yuan(totals[node.branch.code].amount)]
    if node.below_count:
        notes.append(_("基层 %(count)s 个") % {"count": node.below_count})
    return {
        "label": node.branch.name,
        "url": f"/branches/{node.branch.code}/",
        "note": _("；").join(notes),
        "open": is_open,
        "children": [tree_node(child, totals) for child in node.children],
    }


@public_page
def branch_detail(request: HttpRequest, code: str) -> HttpResponse:
    """A branch: its facts, what it received by month, its newest gifts, its reports, and what stands below."""
    facts = public_branch(code)
    branch = facts.branch
    year = last_months(branch)
    months = monthly_figures(year)
    found = standing(branch)
    gifts = latest_gifts(PublicGiftFilter(branch=branch), limit=8)
    context = {
        "as_of": now(),
        "facts": facts,
        "branch": branch,
        "standing": found,
        "cards": standing_cards(found, branch.code),
        "steps": standing_steps(found),
        "unclaimed": unclaimed_figures().of(branch.code),
        "list_url": f"/donations/?branch={branch.code}",
        "months_url": f"/donations/?branch={branch.code}&from={year.first}&to={year.last}",
        "month_head": [_("月份"), _("笔数"), _("金额")],
        "chart": month_chart(months),
        "month_rows": [_month_row(one) for one in months],
        "funds": fund_choices(branch),
        "heads": column_heads(),
        "rows": gift_rows(gifts),
        "has_gifts": bool(gifts),
        "reports": list(published_reports(branch)[:5]),
    }
    return render(request, "public/branches/detail.html", context)


def last_months(branch: Branch) -> PublicGiftFilter:
    """A branch's gifts of the last twelve months, this one included, with all below."""
    day = today()
    months = day.year * 12 + day.month - MONTHS
    return PublicGiftFilter(branch=branch, first=datetime.date(months // 12, months % 12 + 1, 1), last=day)


def month_chart(months: list[MonthFigure]) -> str:
    """The months as bars."""
    bars = [(one.month.code, one.totals.amount) for one in months]
    return bar_chart(bars, title=_("近 12 个月收到的捐赠"), unit=_("元"))


def _month_row(figure: MonthFigure) -> list[str]:
    return [figure.month.label, f"{figure.totals.gift_count:,}", format_yuan(figure.totals.amount)]
