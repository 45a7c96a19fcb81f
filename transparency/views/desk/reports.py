"""Reports at the desk: the list, one report, its preview and its files."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.errors import NotFound
from core.files import open_stored, path_of
from organizations.choices import Right
from organizations.permissions import holds_anywhere
from organizations.views.access import StaffRequest, desk_page
from transparency.choices import FileRole, RunStatus
from transparency.forms import RunFilterForm
from transparency.models import ReportFile, ReportRun
from transparency.permissions import actions_for, report_for
from transparency.rendering.report import page_context
from transparency.selectors.reports import newest_job, report_files, report_sheet, runs_for
from transparency.services.runs import read_snapshot


@desk_page(Right.VIEW_DRAFT_REPORTS)
@require_safe
def report_list(request: StaffRequest) -> HttpResponse:
    """The reports of one's branches, drafts included, newest first."""
    context = list_context(request)
    context["may_request"] = holds_anywhere(request.user, Right.REQUEST_REPORTS)
    return render(request, "transparency/report_list.html", context)


def list_context(request: StaffRequest) -> dict[str, Any]:
    """A page of reports with its filter."""
    form = RunFilterForm(request.GET, person=request.user)
    asked = form.asked
    page = runs_for(request.user, asked, before=id_from(request.GET.get("before", "")))
    return {"form": form, "asked": asked, "page": page, "next_url": next_url(request, page.next)}


def id_from(text: str) -> int | None:
    """A row's id from an address; None where there is none that could exist."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def next_url(request: StaffRequest, after: int | None) -> str:
    """The address of the next page with the same filters; empty on the last."""
    if after is None:
        return ""
    kept = {name: value for name, value in request.GET.items() if name != "before" and value}
    return f"?{urlencode({**kept, 'before': after})}"


@desk_page(Right.VIEW_DRAFT_REPORTS)
@require_safe
def report_detail(request: StaffRequest, number: str) -> HttpResponse:
    """One report: figures, difference, files, history, and what the person may do with it."""
    run = report_for(request.user, number)
    sheet = report_sheet(run)
    context = {"sheet": sheet, "run": run, "actions": actions_for(request.user, run)}
    context |= {"job": sheet.job, "steps": job_steps(run)}
    return render(request, "transparency/report.html", context)


@desk_page(Right.VIEW_DRAFT_REPORTS)
@require_safe
def report_progress(request: StaffRequest, number: str) -> HttpResponse:
    """How far the setting is: the changing part alone for job.js, else the report's page."""
    run = report_for(request.user, number)
    job = newest_job(run)
    if request.headers.get("HX-Request") != "true" or job is None:
        return redirect("desk_report", number=run.number)
    return render(request, "transparency/parts/progress.html", {"run": run, "job": job, "steps": job_steps(run)})


def job_steps(run: ReportRun) -> list[str]:
    """The steps of a setting or a signing, as its job names them."""
    if run.status in (RunStatus.APPROVED, RunStatus.PUBLISHED):
        return [_("排队"), _("签名"), _("公开"), _("完成")]
    return [_("排队"), _("排版"), _("保存"), _("完成")]


@desk_page(Right.VIEW_DRAFT_REPORTS)
@require_safe
def report_preview(request: StaffRequest, number: str) -> HttpResponse:
    """The report as a web page, as the public will see it."""
    run = report_for(request.user, number)
    context = {"run": run, "report": page_context(_snapshot(run))}
    return render(request, "transparency/report_preview.html", context)


def _snapshot(run: ReportRun) -> dict[str, Any]:
    kept = next((one for one in report_files(run) if one.role == FileRole.SNAPSHOT), None)
    if kept is None:
        raise NotFound("report_not_frozen", _("报告 %(number)s 还没有固定数据。") % {"number": run.number})
    return read_snapshot(path_of(kept.file.sha256))


@desk_page(Right.VIEW_DRAFT_REPORTS)
@require_safe
def report_file(request: StaffRequest, number: str, role: str, part: int) -> HttpResponseBase:
    """One file of a report, drafts included, as a download; a PDF may be looked at in the browser (`?view=1`)."""
    run = report_for(request.user, number)
    kept = ReportFile.objects.filter(run=run, role=role, part=part).select_related("file").first()
    if kept is None:
        raise NotFound("file_not_found", _("报告 %(number)s 没有这个文件。") % {"number": run.number})
    is_shown = bool(request.GET.get("view")) and kept.file.content_type == "application/pdf"
    response = FileResponse(open_stored(kept.file), as_attachment=not is_shown, filename=kept.file.name)
    response["Content-Type"] = kept.file.content_type
    response["X-Content-Type-Options"] = "nosniff"
    return response
