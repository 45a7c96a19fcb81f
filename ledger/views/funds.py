"""Funds at the desk: the list with balances, one fund, opening and closing."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.errors import DomainError, NotFound
from ledger.forms import CloseFundForm, FundForm
from ledger.permissions import branches_of_books, fund_for, require_books
from ledger.selectors.balances import fund_balances
from ledger.selectors.desk import fund_page
from ledger.selectors.funds import funds_of
from ledger.services.funds import close_fund, open_fund
from organizations.choices import Right
from organizations.forms import show_error
from organizations.models import Branch
from organizations.permissions import may, require
from organizations.selectors import branch_by_code
from organizations.views.access import StaffRequest, desk_page


@desk_page(Right.VIEW_LEDGER, Right.MANAGE_FUNDS)
@require_safe
def fund_list(request: StaffRequest) -> HttpResponse:
    """The funds of one branch with what they hold now."""
    branches = list(branches_of_books(request.user))
    branch = _chosen(request, branches)
    context = {
        "branches": branches,
        "branch": branch,
        "balances": fund_balances(funds_of(branch)),
        "may_manage": may(request.user, Right.MANAGE_FUNDS, branch),
    }
    return render(request, "ledger/funds.html", context)


@desk_page(Right.VIEW_LEDGER, Right.MANAGE_FUNDS)
@require_safe
def fund_detail(request: StaffRequest, code: str) -> HttpResponse:
    """One fund: its terms, what it holds, its latest movements."""
    fund = fund_for(request.user, code)
    context = {
        "fund": fund,
        "page": fund_page(fund),
        "may_manage": fund.is_open and may(request.user, Right.MANAGE_FUNDS, fund.branch),
    }
    return render(request, "ledger/fund.html", context)


@desk_page(Right.MANAGE_FUNDS)
def fund_new(request: StaffRequest) -> HttpResponse:
    """Open a fund of one's branch."""
    branch = _chosen(request, list(branches_of_books(request.user)))
    require(request.user, Right.MANAGE_FUNDS, branch)
    form = FundForm(request.POST or None)
    if form.is_valid():
        try:
            fund = open_fund(branch=branch, terms=form.terms(), on=form.cleaned_data["on"], actor=request.user)
        except DomainError as error:
            show_error(form, error)
        else:
            messages.success(request, _("已设立“%(name)s”，编码 %(code)s。") % {"name": fund.name, "code": fund.code})
            return redirect("desk_fund", code=fund.code)
    return render(request, "ledger/fund_new.html", {"form": form, "branch": branch})


@desk_page(Right.MANAGE_FUNDS)
def fund_close(request: StaffRequest, code: str) -> HttpResponse:
    """Close an empty fund: asked first, then shown with what it means, then done."""
    fund = fund_for(request.user, code)
    require(request.user, Right.MANAGE_FUNDS, fund.branch)
    form = CloseFundForm(request.POST or None, fund=fund)
    is_asked = form.is_valid()
    if is_asked and request.POST.get("step") == "do":
        try:
            close_fund(fund=fund, actor=request.user, **form.cleaned_data)
        except DomainError as error:
            show_error(form, error)
            is_asked = False
        else:
            messages.success(request, _("资金池已关闭。"))
            return redirect("desk_fund", code=fund.code)
    context = {"fund": fund, "form": form, "is_asked": is_asked, "page": fund_page(fund)}
    return render(request, "ledger/fund_close.html", context)


def _chosen(request: StaffRequest, branches: list[Branch]) -> Branch:
    """The branch that the address names, else the first whose books the person may see."""
    code = request.GET.get("branch", "")
    if code:
        branch = branch_by_code(code)
        require_books(request.user, branch)
        return branch
    if not branches:
        raise NotFound
    return branches[0]
