"""Lists of donors: work, all, drives; joining; finding by document."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from core.clock import today
from core.errors import DomainError
from core.views.answers import add_refusal, place_before, posted
from organizations.choices import Right
from organizations.permissions import holds_anywhere, may
from organizations.views.access import StaffRequest, desk_page
from registries.choices.donors import DonorStatus
from registries.forms.donors.joining import DonorFindForm, DriveForm, EnrolmentForm
from registries.models import Donor
from registries.permissions import drive_for
from registries.selectors.donors import (
    ALL,
    MOST_COUNTED,
    PAGE_SIZE,
    STANDING,
    WORK_LISTS,
    Place,
    all_donors,
    drive_states,
    drives_for,
    read_place,
    work_counts,
    work_list,
)
from registries.services.departed import departed_donors
from registries.services.donors.enrolment import enrol_donor, plan_drive
from registries.services.donors.reading import find_donors
from registries.services.reading import masked_names


@desk_page(Right.VIEW_REGISTRIES)
@never_cache
@require_safe
def donor_list(request: StaffRequest) -> HttpResponse:
    """The donors that the person sees, by list of work."""
    tab = request.GET.get("show", "sample")
    tab = tab if tab in WORK_LISTS else ALL
    if tab == ALL:
        found, day, place = all_donors(request.user, before=place_before(request)), "enrolled_on", "before"
    else:
        found = work_list(request.user, tab, after=read_place(request.GET.get("after", "")))
        day, place = WORK_LISTS[tab].day, "after"
    shown = found[:PAGE_SIZE]
    last = shown[-1] if len(found) > PAGE_SIZE else None
    context = {
        "tabs": _tabs(request, tab),
        "rows": donor_rows(request, shown, day, is_named=tab != STANDING),
        "is_standing": tab == STANDING,
        "day_label": WORK_LISTS[tab].day_label if tab != ALL else _("报名"),
        "is_month": day == "ages_out_month",
        "next_url": f"?show={tab}&{place}={_place(last, tab, day)}" if last else "",
        "first_url": f"?show={tab}" if request.GET.get(place) else "",
        "may_write": holds_anywhere(request.user, Right.KEEP_REGISTRIES),
        "may_bring_in": holds_anywhere(request.user, Right.KEEP_REGISTRIES, Right.APPROVE_EXPORTS),
    }
    return render(request, "registries/donors/donors.html", context)


@desk_page(Right.VIEW_REGISTRIES)
@never_cache
@require_http_methods(["GET", "POST"])
def donor_find(request: StaffRequest) -> HttpResponse:
    """Find somebody by the number of a document; it is in no address and in no log."""
    form = DonorFindForm(posted(request))
    found: list[Donor] | None = None
    if form.is_valid():
        try:
            found = find_donors(**form.cleaned_data, actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
    rows = None if found is None else donor_rows(request, found, "enrolled_on")
    return render(request, "registries/donors/find.html", {"form": form, "rows": rows, "day_label": _("报名")})


@desk_page(Right.KEEP_REGISTRIES)
@never_cache
@require_http_methods(["GET", "POST"])
def donor_new(request: StaffRequest) -> HttpResponse:
    """Let somebody join; at a drive the form is open for the next one at once."""
    asked = request.GET.get("drive", "")
    drive = drive_for(request.user, int(asked)) if asked.isdecimal() and len(asked) < 19 else None
    form = EnrolmentForm(posted(request), person=request.user, drive=drive)
    if form.is_valid():
        try:
            donor = enrol_donor(enrolment=form.enrolment(), actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
        else:
            said = {"number": donor.number, "day": donor.sample_from.isoformat()}
            messages.success(request, _("已报名，编号 %(number)s；%(day)s 起可以采样。") % said)
            here = f"{reverse('desk_donor_new')}?drive={asked}"
            return redirect(here) if drive else redirect("desk_donor", number=donor.number)
    return render(request, "registries/donors/new.html", {"form": form, "drive": drive})


@desk_page(Right.VIEW_REGISTRIES)
@require_safe
def drive_list(request: StaffRequest) -> HttpResponse:
    """The recruitment drives that the person sees."""
    found = drives_for(request.user, before=place_before(request))
    shown = found[:PAGE_SIZE]
    context = {
        "drives": shown,
        "next_url": f"?before={shown[-1].pk}" if len(found) > PAGE_SIZE else "",
        "first_url": "?" if place_before(request) else "",
        "may_write": holds_anywhere(request.user, Right.KEEP_REGISTRIES),
    }
    return render(request, "registries/donors/drives.html", context)


@desk_page(Right.KEEP_REGISTRIES)
@require_http_methods(["GET", "POST"])
def drive_new(request: StaffRequest) -> HttpResponse:
    """Plan a recruitment drive."""
    form = DriveForm(posted(request), person=request.user)
    if form.is_valid():
        try:
            drive = plan_drive(**form.cleaned_data, actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("已建立招募活动。"))
            return redirect("desk_drive", drive_id=drive.pk)
    return render(request, "registries/donors/drive_new.html", {"form": form})


@desk_page(Right.VIEW_REGISTRIES)
@require_safe
def drive_detail(request: StaffRequest, drive_id: int) -> HttpResponse:
    """One drive: how many joined and how far they are; nobody is named."""
    drive = drive_for(request.user, drive_id)
    counted = drive_states(drive)
    context = {
        "drive": drive,
        "states": [(DonorStatus(one).label, counted[one]) for one in DonorStatus.values if one in counted],
        "joined_count": sum(counted.values()),
        "enrol_url": f"{reverse('desk_donor_new')}?drive={drive.pk}",
        "may_write": may(request.user, Right.KEEP_REGISTRIES, drive.branch),
    }
    return render(request, "registries/donors/drive.html", context)


def _tabs(request: StaffRequest, tab: str) -> list[dict[str, Any]]:
    counts = work_counts(request.user)
    found = [
        {
            "label": kept.label,
            "url": f"?show={name}",
            "count": f"{MOST_COUNTED - 1}+" if counts[name] >= MOST_COUNTED else counts[name],
            "active": name == tab,
        }
        for name, kept in WORK_LISTS.items()
    ]
    return [*found, {"label": _("全部"), "url": f"?show={ALL}", "count": None, "active": tab == ALL}]


def donor_rows(request: StaffRequest, donors: list[Donor], day: str, *, is_named: bool = True) -> list[dict[str, Any]]:
    """What a list shows of its donors: one of their days, the masked name, whose reading is logged, and who died.

    Who left is named on none, nor opened for it.
    """
    names = masked_names(donors, reader=request.user) if is_named else {}
    departed = departed_donors(donors)
    return [
        {
            "donor": one,
            "name": names.get(one.pk, ""),
            "day": getattr(one, day),
            "is_departed": one.pk in departed,
            "is_deferred": one.deferred_until is not None and one.deferred_until > today(),
        }
        for one in donors
    ]


def _place(donor: Donor, tab: str, day: str) -> str:
    return str(donor.pk) if tab == ALL else str(Place(getattr(donor, day), donor.pk))
