"""The roster of duty by day and by night."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from core.errors import DomainError, NotFound
from core.views.answers import add_refusal, posted, say_refusal
from organizations.choices import Right
from organizations.models import Branch
from organizations.permissions import branches_with, holds_anywhere, require
from organizations.views.access import StaffRequest, desk_page
from registries.forms.contacts import DutyForm
from registries.permissions import shift_for
from registries.selectors.duty import by_day, duty_branches, duty_branches_below, duty_people, on_duty_now, roster
from registries.services.duty import place_on_duty, take_off_duty


@desk_page(Right.VIEW_REGISTRIES)
@never_cache
@require_safe
def duty_list(request: StaffRequest) -> HttpResponse:
    """Who is reached now, below too where one reads there, and the roster of one's branches and those above."""
    below = on_duty_now(duty_branches_below(request.user))
    return render(request, "registries/desk/duty.html", {**_roster(request), "now_below": below})


@desk_page(Right.VIEW_REGISTRIES)
@never_cache
@require_safe
def duty_print(request: StaffRequest) -> HttpResponse:
    """The roster on one sheet, for the wall."""
    context = _roster(request)
    context["days"] = by_day(context["rows"])
    return render(request, "registries/desk/duty_print.html", context)


@desk_page(Right.ASSIGN_COORDINATORS)
@never_cache
@require_http_methods(["GET", "POST"])
def duty_edit(request: StaffRequest) -> HttpResponse:
    """Put somebody on duty in a branch (`?branch=<code>`; without: one's first)."""
    branches = list(branches_with(request.user, Right.ASSIGN_COORDINATORS).order_by("path"))
    branch = _branch(request, branches)
    form = DutyForm(posted(request), people=duty_people(branch), branch=branch)
    if form.is_valid():
        try:
            place_on_duty(branch=branch, **form.cleaned_data, actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("已排入值守名单。"))
            return redirect(f"{request.path}?branch={branch.code}")
    context = {
        "form": form,
        "branch": branch,
        "rows": roster([branch]),
        "tabs": [{"label": one.short_name, "url": f"?branch={one.code}", "active": one == branch} for one in branches],
    }
    return render(request, "registries/desk/duty_edit.html", context)


@desk_page(Right.ASSIGN_COORDINATORS)
@never_cache
@require_http_methods(["GET", "POST"])
def duty_remove(request: StaffRequest, pk: int) -> HttpResponse:
    """Take somebody off duty, after asking."""
    shift = shift_for(request.user, pk)
    require(request.user, Right.ASSIGN_COORDINATORS, shift.branch)
    if request.method == "POST":
        try:
            take_off_duty(shift_id=shift.pk, actor=request.user)
        except DomainError as error:
            say_refusal(request, error)
        else:
            messages.success(request, _("已从值守名单撤下。"))
        return redirect("desk_duty")
    return render(request, "registries/desk/duty_remove.html", {"shift": shift})


def _roster(request: StaffRequest) -> dict[str, Any]:
    branches = duty_branches(request.user)
    return {
        "now": on_duty_now(branches),
        "rows": roster(branches),
        "branches": branches,
        "may_assign": holds_anywhere(request.user, Right.ASSIGN_COORDINATORS),
    }


def _branch(request: StaffRequest, branches: list[Branch]) -> Branch:
    code = request.GET.get("branch", "")
    found = next((one for one in branches if not code or one.code == code), None)
    if found is None:
        raise NotFound("branch_not_found", _("没有这个单位，或它不在您的范围内。"))
    return found
