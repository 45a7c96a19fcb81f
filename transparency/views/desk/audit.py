"""The auditors' corner: reports with drafts and history, the audit trail, results of the verification; read only."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from core.clock import today
from core.exporting import CSV_CONTENT_TYPE, stream_csv
from organizations.choices import Right
from organizations.permissions import rights_of
from organizations.views.access import StaffRequest, desk_page
from transparency.forms import TrailFilterForm
from transparency.permissions import audited_codes, report_for
from transparency.selectors.anomalies import anomalies_by_rule
from transparency.selectors.reports import report_sheet
from transparency.selectors.trail import TRAIL_HEADER, TrailFilter, check_results, trail_page, trail_rows
from transparency.services.reading import note_trail_exported
from transparency.views.desk.reports import id_from, list_context, next_url


def corner(request: StaffRequest, active: str) -> dict[str, Any]:
    """The tabs that the person's rights open."""
    rights = rights_of(request.user)
    tabs = [
        ("reports", "audit_home", Right.VIEW_DRAFT_REPORTS),
        ("trail", "audit_trail", Right.VIEW_AUDIT),
        ("checks", "audit_checks", Right.VIEW_AUDIT),
        ("log", "audit_log", Right.VIEW_AUDIT),
    ]
    return {"corner": [(name, url) for name, url, right in tabs if right in rights], "active": active}


@desk_page(Right.VIEW_DRAFT_REPORTS, Right.VIEW_AUDIT)
@require_safe
def audit_home(request: StaffRequest) -> HttpResponse:
    """Reports of all states."""
    context = {**corner(request, "reports"), **list_context(request)}
    return render(request, "transparency/audit_reports.html", context)


@desk_page(Right.VIEW_DRAFT_REPORTS)
@require_safe
def audit_report(request: StaffRequest, number: str) -> HttpResponse:
    """One report with all it went through; nothing can be done to it here."""
    run = report_for(request.user, number)
    context = {**corner(request, "reports"), "sheet": report_sheet(run), "run": run, "lines": anomalies_by_rule(run)}
    return render(request, "transparency/audit_report.html", context)


def _asked(request: StaffRequest) -> tuple[TrailFilterForm, TrailFilter]:
    form = TrailFilterForm(request.GET, person=request.user)
    data: dict[str, Any] = form.cleaned_data if form.is_valid() else {}
    branch = data.get("branch")
    return form, TrailFilter(
        login=data.get("login", ""),
        verb=data.get("verb", ""),
        number=data.get("number", ""),
        branch_code=branch.code if branch else "",
        first=data.get("first"),
        last=data.get("last"),
    )


@desk_page(Right.VIEW_AUDIT)
@require_safe
def audit_trail(request: StaffRequest) -> HttpResponse:
    """Who did what, in the branches that the person oversees."""
    form, asked = _asked(request)
    before = id_from(request.GET.get("before", ""))
    page = trail_page(audited_codes(request.user), asked, before=before)
    filters = request.GET.copy()
    filters.pop("before", None)
    context = {
        **corner(request, "trail"),
        "form": form,
        "asked": asked,
        "page": page,
        "next_url": next_url(request, page.next),
        "query": filters.urlencode(),
    }
    return render(request, "transparency/audit_trail.html", context)


@desk_page(Right.VIEW_AUDIT)
@require_safe
def audit_trail_csv(request: StaffRequest) -> HttpResponseBase:
    """The same trail as a file; that it was taken away is itself written down."""
    _form, asked = _asked(request)
    note_trail_exported(what=json.dumps(request.GET.dict(), ensure_ascii=False)[:400], actor=request.user)
    rows = trail_rows(audited_codes(request.user), asked)
    response = StreamingHttpResponse(stream_csv(TRAIL_HEADER, rows), content_type=CSV_CONTENT_TYPE)
    name = f"audit-trail-{today():%Y%m%d}.csv"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    return response


@desk_page(Right.VIEW_AUDIT)
@require_safe
def audit_checks(request: StaffRequest) -> HttpResponse:
    """What the nightly verification of the books found."""
    return render(request, "transparency/audit_checks.html", {**corner(request, "checks"), "results": check_results()})
