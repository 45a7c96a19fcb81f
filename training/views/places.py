"""AEDs and places at the desk."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.clock import today
from core.errors import DomainError
from core.views.answers import add_refusal, place_before, posted
from organizations.choices import Right
from organizations.permissions import holds_anywhere, may, require
from organizations.views.access import StaffRequest, desk_page
from training.forms.mass_lessons import ReasonForm
from training.forms.places import AedForm, InspectionForm, PlaceForm
from training.permissions import aed_for, place_for
from training.selectors.places import AED_TABS, PAGE_SIZE, aed_counts, aeds_for, inspections_of, places_for
from training.services.aeds import change_place, close_place, inspect_aed, open_place, put_up_aed, withdraw_aed


@desk_page(Right.VIEW_TRAINING)
@require_safe
def aed_list(request: StaffRequest) -> HttpResponse:
    """The person's AEDs by list, what is overdue among them."""
    tab = request.GET.get("show", "all")
    tab = tab if tab in AED_TABS else "all"
    place = place_before(request)
    found, counts, day = aeds_for(request.user, tab, before=place), aed_counts(request.user), today()
    request.desk_counts = {"desk_aeds": counts["overdue"]}  # type: ignore[attr-defined]
    context = {
        "tab": tab,
        "tabs": [
            {"label": label, "url": f"?show={name}", "count": counts[name], "active": name == tab}
            for name, label in AED_TABS.items()
        ],
        "aeds": [(one, one.standing(day)) for one in found[:PAGE_SIZE]],
        "next_url": f"?show={tab}&before={found[PAGE_SIZE - 1].pk}" if len(found) > PAGE_SIZE else "",
        "first_url": f"?show={tab}" if place else "",
        "may_write": holds_anywhere(request.user, Right.PLAN_TRAINING),
    }
    return render(request, "training/places/aeds.html", context)


@desk_page(Right.PLAN_TRAINING)
@require_http_methods(["GET", "POST"])
def aed_new(request: StaffRequest) -> HttpResponse:
    """Write an AED down."""
    form = AedForm(posted(request), person=request.user)
    if form.is_valid():
        branch, facts = form.facts()
        try:
            aed = put_up_aed(branch=branch, facts=facts, actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("已登记，公开列表里可以查到。"))
            return redirect("desk_aed", pk=aed.pk)
    return _form(request, form, _("登记 AED"), "desk_aeds")


@desk_page(Right.VIEW_TRAINING)
@require_safe
def aed_detail(request: StaffRequest, pk: int) -> HttpResponse:
    """One AED and its inspections."""
    aed = aed_for(request.user, pk)
    hangs = aed.withdrawn_on is None
    context = {
        "aed": aed,
        "standing": aed.standing(today()),
        "inspections": inspections_of(aed),
        "may_inspect": hangs and may(request.user, Right.MARK_TRAINING, aed.branch),
        "may_withdraw": hangs and may(request.user, Right.PLAN_TRAINING, aed.branch),
    }
    return render(request, "training/places/aed.html", context)


@desk_page(Right.MARK_TRAINING)
@require_http_methods(["GET", "POST"])
def aed_inspect(request: StaffRequest, pk: int) -> HttpResponse:
    """Write an inspection down."""
    aed = aed_for(request.user, pk)
    require(request.user, Right.MARK_TRAINING, aed.branch)
    form = InspectionForm(posted(request), aed=aed)
    if form.is_valid():
        try:
            inspect_aed(aed_id=aed.pk, seen=form.seen(), actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("巡检已登记。"))
            return redirect("desk_aed", pk=aed.pk)
    return _form(request, form, _("登记巡检"), "desk_aeds", eyebrow=aed.site)


@desk_page(Right.PLAN_TRAINING)
@require_http_methods(["GET", "POST"])
def aed_withdraw(request: StaffRequest, pk: int) -> HttpResponse:
    """Take an AED off the list."""
    aed = aed_for(request.user, pk)
    require(request.user, Right.PLAN_TRAINING, aed.branch)
    form = ReasonForm(posted(request))
    if form.is_valid():
        try:
            withdraw_aed(aed_id=aed.pk, actor=request.user, **form.cleaned_data)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("已撤除，公开列表里不再显示。"))
            return redirect("desk_aeds")
    ending = _("马上从公开列表撤下，不能恢复；巡检记录保留。换了地方的，撤除后另行登记。")
    return _form(request, form, _("撤除 AED"), "desk_aeds", eyebrow=aed.site, ending=ending)


@desk_page(Right.VIEW_TRAINING)
@require_safe
def place_list(request: StaffRequest) -> HttpResponse:
    """The person's bases, venues and stations."""
    before = place_before(request)
    found = places_for(request.user, before=before)
    context = {
        "places": found[:PAGE_SIZE],
        "next_url": f"?before={found[PAGE_SIZE - 1].pk}" if len(found) > PAGE_SIZE else "",
        "first_url": "?" if before else "",
        "may_write": holds_anywhere(request.user, Right.PLAN_TRAINING),
    }
    return render(request, "training/places/list.html", context)


@desk_page(Right.PLAN_TRAINING)
@require_http_methods(["GET", "POST"])
def place_new(request: StaffRequest) -> HttpResponse:
    """Write a place down."""
    form = PlaceForm(posted(request), person=request.user)
    if form.is_valid():
        branch, facts = form.facts()
        try:
            open_place(branch=branch, facts=facts, actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("已登记，公开列表里可以查到。"))
            return redirect("desk_places")
    return _form(request, form, _("登记救护场所"), "desk_places")


@desk_page(Right.PLAN_TRAINING)
@require_http_methods(["GET", "POST"])
def place_edit(request: StaffRequest, pk: int) -> HttpResponse:
    """Change what is said of a place."""
    place = place_for(request.user, pk)
    require(request.user, Right.PLAN_TRAINING, place.branch)
    form = PlaceForm(posted(request), person=request.user, place=place)
    if form.is_valid():
        _branch, facts = form.facts()
        try:
            change_place(place_id=place.pk, facts=facts, actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("修改已保存。"))
            return redirect("desk_places")
    return _form(request, form, _("修改救护场所"), "desk_places", eyebrow=place.name)


@desk_page(Right.PLAN_TRAINING)
@require_http_methods(["GET", "POST"])
def place_close(request: StaffRequest, pk: int) -> HttpResponse:
    """End a place."""
    place = place_for(request.user, pk)
    require(request.user, Right.PLAN_TRAINING, place.branch)
    form = ReasonForm(posted(request))
    if form.is_valid():
        try:
            close_place(place_id=place.pk, actor=request.user, **form.cleaned_data)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("已停用，公开列表里不再显示。"))
            return redirect("desk_places")
    ending = _("马上从公开列表撤下，不能恢复；登记的内容保留。")
    return _form(request, form, _("停用救护场所"), "desk_places", eyebrow=place.name, ending=ending)


def _form(
    request: StaffRequest, form: Any, title: str, back: str, *, eyebrow: str = "", ending: str = ""
) -> HttpResponse:
    context = {"form": form, "title": title, "back": back, "eyebrow": eyebrow, "ending": ending}
    return render(request, "training/places/form.html", context)
