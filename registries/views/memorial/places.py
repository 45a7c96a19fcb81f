"""Remembrance at the desk: what comes up, places, gatherings."""

from __future__ import annotations

import datetime
from contextlib import suppress

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from core.clock import today
from core.errors import DomainError
from core.views.answers import add_refusal, place_before, posted, say_refusal
from organizations.choices import Right
from organizations.permissions import holds_anywhere
from organizations.views.access import StaffRequest, desk_page
from registries.forms.memorial import GatheringChangeForm, GatheringForm, HalfDayForm, MemorialPlaceForm
from registries.forms.wishes import PurposeForm
from registries.permissions.memorial import gathering_for, half_day_for, memorial_place_for
from registries.selectors.memorial import (
    COMING_DAYS,
    OCCASION_TABS,
    PAGE_SIZE,
    bookings_of,
    closed_half_days,
    coming_gatherings,
    gatherings_for,
    has_gathering_around,
    next_qingming,
    page_counts,
    places_for,
    steps_of,
    waiting_count,
)
from registries.services.memorial.half_days import close_half_day, may_reopen, reopen_half_day
from registries.services.memorial.places import (
    call_off_occasion,
    change_gathering,
    change_memorial_place,
    close_memorial_place,
    may_change,
    open_memorial_place,
    plan_gathering,
    reopen_memorial_place,
)
from registries.services.memorial.reading import coming_days, invited_kin, masked_booking_names


@desk_page(Right.KEEP_MEMORIAL)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def memorial_home(request: StaffRequest) -> HttpResponse:
    """What comes up: gatherings, days of death, 清明, what waits; kin who wish to be asked, for a purpose."""
    form = PurposeForm(posted(request))
    may_read = holds_anywhere(request.user, Right.READ_REGISTRANTS)
    kin = None
    if may_read and form.is_valid():
        try:
            kin = invited_kin(purpose=form.cleaned_data["purpose"], actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
    qingming = next_qingming(today())
    context = {
        "gatherings": coming_gatherings(request.user),
        "days": coming_days(actor=request.user, days=COMING_DAYS),
        "days_ahead": COMING_DAYS,
        "qingming": qingming,
        "has_qingming": has_gathering_around(request.user, qingming),
        "counts": page_counts(request.user),
        "waiting": waiting_count(request.user),
        "form": form,
        "kin": kin,
        "may_read": may_read,
    }
    return render(request, "registries/memorial/home.html", context)


@desk_page(Right.KEEP_MEMORIAL)
@require_safe
def place_list(request: StaffRequest) -> HttpResponse:
    """The places."""
    return render(request, "registries/memorial/places.html", {"places": places_for(request.user)})


@desk_page(Right.KEEP_MEMORIAL)
@require_http_methods(["GET", "HEAD", "POST"])
def place_new(request: StaffRequest) -> HttpResponse:
    """Write a place down."""
    form = MemorialPlaceForm(posted(request), person=request.user)
    if form.is_valid():
        said = {name: form.cleaned_data[name] for name in ("branch", "key")}
        try:
            open_memorial_place(facts=form.facts(), actor=request.user, **said)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("已登记，公开页面上可以看到。"))
            return redirect("desk_memorial_places")
    return render(request, "registries/memorial/place_form.html", {"form": form, "title": _("登记缅怀场所")})


@desk_page(Right.KEEP_MEMORIAL)
@require_http_methods(["GET", "HEAD", "POST"])
def place_edit(request: StaffRequest, pk: int) -> HttpResponse:
    """Change what is said of a place."""
    place = memorial_place_for(request.user, pk)
    form = MemorialPlaceForm(posted(request), person=request.user, place=place)
    if form.is_valid():
        try:
            change_memorial_place(place_id=place.pk, facts=form.facts(), actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("修改已保存。"))
            return redirect("desk_memorial_places")
    context = {"form": form, "title": _("修改缅怀场所"), "place": place}
    return render(request, "registries/memorial/place_form.html", context)


@desk_page(Right.KEEP_MEMORIAL)
@require_http_methods(["GET", "HEAD", "POST"])
def place_close(request: StaffRequest, pk: int) -> HttpResponse:
    """Close a place: one question."""
    place = memorial_place_for(request.user, pk)
    if request.method == "POST":
        try:
            close_memorial_place(place_id=place.pk, actor=request.user)
        except DomainError as error:
            say_refusal(request, error)
        else:
            messages.success(request, _("已停用，公开页面上不再显示。"))
        return redirect("desk_memorial_places")
    return render(request, "registries/memorial/place_close.html", {"place": place})


@desk_page(Right.KEEP_MEMORIAL)
@require_http_methods(["GET", "HEAD", "POST"])
def place_reopen(request: StaffRequest, pk: int) -> HttpResponse:
    """Open a place anew: one question."""
    place = memorial_place_for(request.user, pk)
    if request.method == "POST":
        try:
            reopen_memorial_place(place_id=place.pk, actor=request.user)
        except DomainError as error:
            say_refusal(request, error)
        else:
            messages.success(request, _("已重新启用，公开页面上可以看到。"))
        return redirect("desk_memorial_places")
    return render(request, "registries/memorial/place_reopen.html", {"place": place})


@desk_page(Right.KEEP_MEMORIAL)
@require_http_methods(["GET", "HEAD", "POST"])
def place_half_days(request: StaffRequest, pk: int) -> HttpResponse:
    """The half days on which a place takes no visits, and one more."""
    place = memorial_place_for(request.user, pk)
    form = HalfDayForm(posted(request))
    if form.is_valid():
        try:
            close_half_day(place_id=place.pk, actor=request.user, **form.cleaned_data)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("这半天不再接受预约，公开页面上已写明。"))
            return redirect("desk_memorial_half_days", pk=place.pk)
    context = {"place": place, "form": form, "closed": [(one, may_reopen(one)) for one in closed_half_days(place)]}
    return render(request, "registries/memorial/place_half_days.html", context)


@desk_page(Right.KEEP_MEMORIAL)
@require_http_methods(["GET", "HEAD", "POST"])
def half_day_reopen(request: StaffRequest, pk: int) -> HttpResponse:
    """Take visits again on half a day: one question."""
    occasion = half_day_for(request.user, pk)
    if request.method == "POST":
        try:
            reopen_half_day(occasion_id=occasion.pk, actor=request.user)
        except DomainError as error:
            say_refusal(request, error)
        else:
            messages.success(request, _("这半天重新接受预约，公开页面上可以预约了。"))
        return redirect("desk_memorial_half_days", pk=occasion.place_id)
    context = {"occasion": occasion, "may_reopen": may_reopen(occasion)}
    return render(request, "registries/memorial/half_day_reopen.html", context)


@desk_page(Right.KEEP_MEMORIAL)
@require_safe
def gathering_list(request: StaffRequest) -> HttpResponse:
    """The gatherings by list."""
    tab = request.GET.get("show", "coming")
    tab = tab if tab in OCCASION_TABS else "coming"
    place = place_before(request)
    found = gatherings_for(request.user, tab, before=place)
    context = {
        "tabs": [
            {"label": label, "url": f"?show={name}", "active": name == tab} for name, label in OCCASION_TABS.items()
        ],
        "rows": found[:PAGE_SIZE],
        "next_url": f"?show={tab}&before={found[PAGE_SIZE - 1].pk}" if len(found) > PAGE_SIZE else "",
        "first_url": f"?show={tab}" if place else "",
    }
    return render(request, "registries/memorial/gatherings.html", context)


@desk_page(Right.KEEP_MEMORIAL)
@require_http_methods(["GET", "HEAD", "POST"])
def gathering_new(request: StaffRequest) -> HttpResponse:
    """Plan a gathering; `?on=` only fills the day."""
    on = None
    with suppress(ValueError):
        on = datetime.date.fromisoformat(request.GET.get("on", ""))
    form = GatheringForm(posted(request), person=request.user, on=on)
    if form.is_valid():
        try:
            occasion = plan_gathering(gathering=form.gathering(), actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("已安排，公众可以预约了。"))
            return redirect("desk_memorial_gathering", pk=occasion.pk)
    return render(request, "registries/memorial/gathering_new.html", {"form": form})


@desk_page(Right.KEEP_MEMORIAL)
@never_cache
@require_safe
def gathering_detail(request: StaffRequest, pk: int) -> HttpResponse:
    """One gathering with who booked, names masked."""
    occasion = gathering_for(request.user, pk)
    bookings = bookings_of(occasion)
    names = masked_booking_names(bookings, reader=request.user)
    context = {
        "occasion": occasion,
        "rows": [(one, names[one.pk]) for one in bookings],
        "may_call_off": occasion.is_planned and occasion.on >= today(),
        "may_change": may_change(occasion),
        "may_reopen": may_reopen(occasion),
        "history": steps_of(occasion=occasion),
    }
    return render(request, "registries/memorial/gathering.html", context)


@desk_page(Right.KEEP_MEMORIAL)
@require_http_methods(["GET", "HEAD", "POST"])
def gathering_call_off(request: StaffRequest, pk: int) -> HttpResponse:
    """Call a gathering off: one question, then everybody who booked is told."""
    occasion = gathering_for(request.user, pk)
    if request.method == "POST":
        try:
            call_off_occasion(occasion_id=occasion.pk, actor=request.user)
        except DomainError as error:
            say_refusal(request, error)
        else:
            messages.success(request, _("已取消，预约的人会收到短信（短信开通时）。"))
        return redirect("desk_memorial_gathering", pk=occasion.pk)
    return render(request, "registries/memorial/gathering_call_off.html", {"occasion": occasion})


@desk_page(Right.KEEP_MEMORIAL)
@require_http_methods(["GET", "HEAD", "POST"])
def gathering_edit(request: StaffRequest, pk: int) -> HttpResponse:
    """Change when a gathering is, and what is said of it."""
    occasion = gathering_for(request.user, pk)
    form = GatheringChangeForm(posted(request), occasion=occasion)
    if form.is_valid():
        try:
            change_gathering(occasion_id=occasion.pk, change=form.change(), actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("已保存。改了时间的，预约的人会收到短信（短信开通时）。"))
            return redirect("desk_memorial_gathering", pk=occasion.pk)
    context = {"occasion": occasion, "form": form, "is_open": may_change(occasion)}
    return render(request, "registries/memorial/gathering_edit.html", context)
