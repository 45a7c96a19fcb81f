"""Exports of registrants' data at the desk: asked for, decided, fetched, ended."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from core.errors import DomainError, NotAllowed
from core.jobs import job_facts
from core.views.answers import add_refusal, place_before, posted, private_file, say_refusal
from organizations.choices import Right
from organizations.permissions import holds_anywhere, may, require
from organizations.views.access import StaffRequest, desk_page
from registries.choices.papers import MOST_DOWNLOADS, OF_DONORS, ExportField, ExportList, ExportStatus
from registries.forms.exports import DecisionForm, ExportForm
from registries.models import Export
from registries.permissions import export_for
from registries.selectors.exports import (
    LEFT_SHOWN,
    PAGE_SIZE,
    export_history,
    export_job,
    exports_for,
    left_count,
    left_since,
)
from registries.services.exports import (
    approve_export,
    cancel_export,
    download_export,
    end_export,
    refuse_export,
    request_export,
)
from registries.services.exports.died import died_since
from registries.views.places import number_after

EITHER = (Right.EXPORT_REGISTRANTS, Right.APPROVE_EXPORTS)


@desk_page(*EITHER)
@never_cache
@require_safe
def export_list(request: StaffRequest) -> HttpResponse:
    """The exports of one's branches, newest first."""
    place = place_before(request)
    found = exports_for(request.user, before=place)
    shown = found[:PAGE_SIZE]
    context = {
        "rows": shown,
        "next_url": f"?before={shown[-1].pk}" if len(found) > PAGE_SIZE else "",
        "first_url": request.path if place else "",
        "may_ask": holds_anywhere(request.user, Right.EXPORT_REGISTRANTS),
    }
    return render(request, "registries/exports/list.html", context)


@desk_page(Right.EXPORT_REGISTRANTS)
@never_cache
@require_http_methods(["GET", "POST"])
def export_new(request: StaffRequest) -> HttpResponse:
    """Ask for an export."""
    form = ExportForm(posted(request), person=request.user)
    if form.is_valid():
        try:
            export = request_export(asked=form.asked(), actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("已申请，等本会另一位有批准权限的同事决定。"))
            return redirect("desk_registry_export", number=export.number)
    return render(request, "registries/exports/new.html", {"form": form})


@desk_page(*EITHER)
@never_cache
@require_safe
def export_detail(request: StaffRequest, number: str) -> HttpResponse:
    """One export: what was asked, by whom, what became of it."""
    export = export_for(request.user, number)
    is_own, job = export.requested_by_id == request.user.pk, export_job(export)
    decides = may(request.user, Right.APPROVE_EXPORTS, export.branch) and not is_own
    is_ready = export.status == ExportStatus.READY
    context = {
        "export": export,
        "columns": [ExportField(one).label for one in export.columns],
        "history": export_history(export),
        "is_of_donors": export.listed in OF_DONORS,
        "is_without_dead": export.listed == ExportList.CALLED,
        "job": job if export.status == ExportStatus.APPROVED else None,
        "facts": job_facts(job) if job else None,
        **(_left(request, export) if is_ready else {}),
        "downloads_left": MOST_DOWNLOADS - export.download_count,
        "may_decide": decides and export.status == ExportStatus.REQUESTED,
        "may_fetch": is_own and is_ready and export.download_count < MOST_DOWNLOADS,
        "may_end": _may_end(request.user, export) and export.status in _ENDABLE,
    }
    return render(request, "registries/exports/detail.html", context)


def _left(request: StaffRequest, export: Export) -> dict[str, Any]:
    """Whom to strike out of the file, a page of them (`?left=<number>`: behind that one), and how many in all."""
    found = left_since(export, after=number_after(request, "left"))
    shown = found[:LEFT_SHOWN]
    return {
        "left": shown,
        "left_count": left_count(export) if found else 0,
        "left_url": f"?left={shown[-1]}" if len(found) > LEFT_SHOWN else "",
        **_died(request, export),
    }


def _died(request: StaffRequest, export: Export) -> dict[str, Any]:
    """Whom not to ring, a page of them (`?died=<number>`: behind that one), and how many in all."""
    everybody, after = died_since(export), number_after(request, "died")
    found = [one for one in everybody if one > after]
    shown = found[:LEFT_SHOWN]
    return {
        "died": shown,
        "died_count": len(everybody),
        "died_url": f"?died={shown[-1]}" if len(found) > LEFT_SHOWN else "",
    }


_ENDABLE = (ExportStatus.REQUESTED, ExportStatus.APPROVED, ExportStatus.READY)


@desk_page(Right.APPROVE_EXPORTS)
@never_cache
@require_http_methods(["GET", "POST"])
def export_decide(request: StaffRequest, number: str) -> HttpResponse:
    """Approve or refuse an export that somebody else asked for."""
    export = export_for(request.user, number)
    require(request.user, Right.APPROVE_EXPORTS, export.branch)
    form = DecisionForm(posted(request))
    if form.is_valid():
        try:
            if form.cleaned_data["decision"] == "approve":
                approve_export(export_id=export.pk, actor=request.user)
            else:
                refuse_export(export_id=export.pk, reason=form.cleaned_data["reason"], actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("已决定，申请人会看到。"))
            return redirect("desk_registry_export", number=export.number)
    columns = [ExportField(one).label for one in export.columns]
    return render(request, "registries/exports/decide.html", {"export": export, "form": form, "columns": columns})


@desk_page(*EITHER)
@never_cache
@require_http_methods(["GET", "POST"])
def export_end(request: StaffRequest, number: str) -> HttpResponse:
    """Take a request back, or destroy its file before the time; asked first."""
    export = export_for(request.user, number)
    if not _may_end(request.user, export):
        raise NotAllowed("not_yours", _("只有申请人自己，或有批准权限的同事能结束它。"))
    if request.method == "POST":
        step = end_export if export.status == ExportStatus.READY else cancel_export
        try:
            step(export_id=export.pk, actor=request.user)
            messages.success(request, _("已办理。"))
        except DomainError as error:
            say_refusal(request, error)
        return redirect("desk_registry_export", number=export.number)
    return render(request, "registries/exports/end.html", {"export": export, "is_open": export.status in _ENDABLE})


@desk_page(Right.EXPORT_REGISTRANTS)
@never_cache
@require_POST
def export_file(request: StaffRequest, number: str) -> HttpResponseBase:
    """The file, for who asked for it, a few times, each one logged."""
    export = export_for(request.user, number)
    try:
        stored, source = download_export(export_id=export.pk, actor=request.user)
    except DomainError as error:
        say_refusal(request, error)
        return redirect("desk_registry_export", number=export.number)
    return private_file(source, filename=stored.name, content_type=stored.content_type)


def _may_end(person: User, export: Export) -> bool:
    """Who asked takes back or destroys; who may approve destroys what is there."""
    if export.requested_by_id == person.pk:
        return True
    return export.status == ExportStatus.READY and may(person, Right.APPROVE_EXPORTS, export.branch)
