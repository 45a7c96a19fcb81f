"""Requests of the public at the desk: the list, one request, its steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from core.errors import DomainError
from core.views.answers import add_refusal, place_before, posted
from organizations.choices import Right
from organizations.permissions import may, require
from organizations.views.access import StaffRequest, desk_page
from registries.choices.requests import RequestKind, RequestStatus
from registries.forms.requests import ArrangeForm, DeclineForm
from registries.forms.wishes import PurposeForm
from registries.models import Request
from registries.permissions import request_for
from registries.selectors.requests import PAGE_SIZE, REQUEST_TABS, request_counts, request_history, requests_for
from registries.services.requests.filing import arrange_request, cancel_request, decline_request, finish_request
from registries.services.requests.reading import masked_askers, reveal_asker
from registries.services.requests.telling import tells_arranged


@desk_page(Right.VIEW_REGISTRIES)
@never_cache
@require_safe
def request_list(request: StaffRequest) -> HttpResponse:
    """The requests that the person sees, by list."""
    tab = request.GET.get("show", "new")
    tab = tab if tab in REQUEST_TABS else "new"
    place = place_before(request)
    found, counts = requests_for(request.user, tab, before=place), request_counts(request.user)
    shown = found[:PAGE_SIZE]
    names = masked_askers(shown, reader=request.user)
    context = {
        "tabs": [
            {"label": label, "url": f"?show={name}", "count": counts[name], "active": name == tab}
            for name, label in REQUEST_TABS.items()
        ],
        "rows": [(one, names.get(one.pk, "")) for one in shown],
        "next_url": f"?show={tab}&before={shown[-1].pk}" if len(found) > PAGE_SIZE else "",
        "first_url": f"?show={tab}" if place else "",
    }
    return render(request, "registries/requests.html", context)


@desk_page(Right.VIEW_REGISTRIES)
@never_cache
@require_http_methods(["GET", "POST"])
def request_detail(request: StaffRequest, number: str) -> HttpResponse:
    """One request; who made it is shown once, to who says what for."""
    row = request_for(request.user, number)
    form = PurposeForm(posted(request))
    asker = None
    if form.is_valid():
        try:
            asker = reveal_asker(request=row, purpose=form.cleaned_data["purpose"], actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
    context = {
        "one": row,
        "history": request_history(row),
        "purpose_form": form,
        "asker": asker,
        "may_identify": may(request.user, Right.READ_REGISTRANTS, row.branch) and row.destroyed_at is None,
        "may_step": may(request.user, Right.KEEP_REGISTRIES, row.branch) and row.is_open,
        "is_arranged": row.status == RequestStatus.ACCEPTED,
    }
    return render(request, "registries/request.html", context)


@desk_page(Right.KEEP_REGISTRIES)
@never_cache
@require_http_methods(["GET", "POST"])
def request_arrange(request: StaffRequest, number: str) -> HttpResponse:
    """Say when and where, after a call."""
    row = _kept(request, number)
    # Whoever comes to register comes to the office; its address is public.
    place = row.branch.address if row.kind == RequestKind.ON_SITE else ""
    initial = {"on": row.arranged_on or row.first_day, "time": row.arranged_time, "place": place}
    form = ArrangeForm(posted(request), initial=initial)
    if form.is_valid():
        try:
            arrange_request(request_id=row.pk, arranged=form.arranged(), actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("已安排，对方在网上能看到时间和地点。"))
            return redirect("desk_registry_request", number=row.number)
    return render(request, "registries/request_arrange.html", {"one": row, "form": form, "tells": tells_arranged()})


@desk_page(Right.KEEP_REGISTRIES)
@never_cache
@require_http_methods(["GET", "POST"])
def request_decline(request: StaffRequest, number: str) -> HttpResponse:
    """Say that it cannot be met."""
    row = _kept(request, number)
    form = DeclineForm(posted(request))
    if form.is_valid():
        try:
            decline_request(request_id=row.pk, reason=form.cleaned_data["reason"], actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("已答复不能安排。"))
            return redirect("desk_registry_request", number=row.number)
    return render(request, "registries/request_decline.html", {"one": row, "form": form})


@desk_page(Right.KEEP_REGISTRIES)
@never_cache
@require_http_methods(["GET", "POST"])
def request_finish(request: StaffRequest, number: str) -> HttpResponse:
    """Say that it was done."""
    return _ended(request, number, finish_request, "registries/request_finish.html", _("已办结。"))


@desk_page(Right.KEEP_REGISTRIES)
@never_cache
@require_http_methods(["GET", "POST"])
def request_cancel(request: StaffRequest, number: str) -> HttpResponse:
    """Cancel it for the person who asked."""
    return _ended(request, number, cancel_request, "registries/request_cancel.html", _("已替对方取消。"))


def _ended(request: StaffRequest, number: str, step: Callable[..., Any], template: str, sentence: str) -> HttpResponse:
    row = _kept(request, number)
    if request.method == "POST":
        try:
            step(request_id=row.pk, actor=request.user)
        except DomainError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, sentence)
        return redirect("desk_registry_request", number=row.number)
    return render(request, template, {"one": row})


def _kept(request: StaffRequest, number: str) -> Request:
    row = request_for(request.user, number)
    require(request.user, Right.KEEP_REGISTRIES, row.branch)
    return row
