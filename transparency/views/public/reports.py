"""Published reports: their list, their pages and their files."""

from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from core.clock import now
from core.errors import NotFound
from core.files import open_stored
from core.views.caching import public_page
from donations.selectors.public.campaigns import public_campaign_of_id
from organizations.models import Branch
from transparency.choices import FileRole, ReportKind, ReportScope
from transparency.definitions import definition_of
from transparency.filters import branch_select
from transparency.models import ReportFile, ReportRun
from transparency.selectors.anomalies import anomaly_counts
from transparency.selectors.data_package import data_package
from transparency.selectors.listing import file_address
from transparency.selectors.network import branch_for_filter, branch_options
from transparency.selectors.published import (
    handed_out,
    published_report,
    published_reports,
    report_file,
    report_files,
    report_versions,
)
from transparency.selectors.reports import registries_of, training_of, use_of

SHOWN = 100
# What a file is called for its readers.
_KINDS = {
    FileRole.SIGNED: "PDF",
    FileRole.PDF: "PDF",
    FileRole.HTML: "HTML",
    FileRole.CSV: "CSV",
    FileRole.VOLUME: "PDF",
    FileRole.OPINION: "PDF",
    FileRole.SNAPSHOT: "JSON",
}


@public_page
def report_list(request: HttpRequest) -> HttpResponse:
    """Published reports, newest period first, of all branches or of one with all below, of all kinds or of one."""
    code, kind = request.GET.get("branch", "").strip(), request.GET.get("kind", "").strip()
    branch: Branch | None = branch_for_filter(code) if code else None
    kind = kind if kind in ReportKind.values else ""
    context = {
        "as_of": now(),
        "is_set": bool(branch or kind),
        "branch_select": branch_select(branch_options(), code),
        "kinds": [(value, label, value == kind) for value, label in ReportKind.choices],
        "reports": list(published_reports(branch, with_below=True, kind=kind)[:SHOWN]),
        "limit": SHOWN,
    }
    return render(request, "public/reports/list.html", context)


@public_page
def report_detail(request: HttpRequest, number: str) -> HttpResponse:
    """One report: figures, versions, files with size and SHA-256."""
    run = published_report(number)
    versions = report_versions(run)
    files = report_files(run)
    context = {
        "run": run,
        "versions": versions,
        "newest": versions[0],
        "is_newest": versions[0].pk == run.pk,
        "documents": [document(run, one) for one in files],
        "html_url": next((file_address(run, one.role, one.part) for one in files if one.role == FileRole.HTML), ""),
        "package_url": f"/reports/{run.number}.zip",
        "rows_url": rows_url(run),
        "use": use_of(run),
        "training": training_of(run),
        "training_urls": training_urls(run),
        "registries": registries_of(run),
        "registries_url": f"/organ/figures/?branch={run.branch.code}&year={run.period}",
        "use_url": use_url(run),
        "source": definition_of(run.kind).source,
        "anomalies": anomaly_counts(run),
        "withdrawal": getattr(run, "withdrawal", None),
        "as_of": run.frozen_at,
    }
    return render(request, "public/reports/detail.html", context)


def rows_url(run: ReportRun) -> str:
    """Today's list of the gifts of the report's days: of its campaign's fund, or of its branch with all below.

    "" for a branch alone, whose rows no filter sets apart.
    """
    days = f"from={run.first_day.isoformat()}&to={run.last_day.isoformat()}"
    if not definition_of(run.kind).has_amounts:
        return ""
    if run.campaign_id is not None:
        code = _fund_code(run.campaign_id)
        return f"/donations/?fund={code}&{days}" if code else ""
    return f"/donations/?branch={run.branch.code}&{days}" if run.scope == ReportScope.BELOW else ""


def training_urls(run: ReportRun) -> dict[str, str]:
    """Today's figures and rows of training of the report's year, of its branch with all below; empty for others."""
    if training_of(run) is None or run.scope != ReportScope.BELOW:
        return {}
    asked = f"?branch={run.branch.code}&year={run.period}"
    return {"coverage": f"/training/coverage/{asked}", "lessons": f"/training/lessons/{asked}"}


def use_url(run: ReportRun) -> str:
    """Today's list of the payments of the report's days, of a campaign its fund's statement; "" as for gifts."""
    if run.campaign_id is not None:
        code = _fund_code(run.campaign_id)
        return f"/funds/{code}/" if code else ""
    return rows_url(run).replace("/donations/", "/spending/", 1)


def _fund_code(campaign_id: int) -> str:
    """The code of its main fund; "" for one that was given up, which has no page of its own any more."""
    try:
        return public_campaign_of_id(campaign_id).funds[0].code
    except NotFound:
        return ""


def document(run: ReportRun, file: ReportFile) -> dict[str, Any]:
    """A file as the document component takes it."""
    note = ""
    if file.first_row:
        note = _("明细第 %(first)s 至 %(last)s 行") % {"first": f"{file.first_row:,}", "last": f"{file.last_row:,}"}
    return {
        "title": file.title,
        "url": file_address(run, file.role, file.part),
        "kind": _KINDS[FileRole(file.role)],
        "size": file.file.size,
        "sha256": file.file.sha256,
        "note": note,
        "check_url": f"/verify/?sha256={file.file.sha256}",
    }


@public_page
def report_package(request: HttpRequest, number: str) -> FileResponse:
    """The tables of a published report with what checks them, as one ZIP."""
    run = handed_out(number)
    homepage = request.build_absolute_uri(f"/reports/{run.number}/")
    response = FileResponse(data_package(run, homepage=homepage), content_type="application/zip")
    response["Content-Disposition"] = content_disposition_header(True, f"{run.number}.zip") or ""
    return response


@public_page
def report_download(request: HttpRequest, number: str, role: str, part: int = 0) -> FileResponse:
    """A file of a published report, byte for byte as it was published."""
    found = report_file(number, FileRole.SNAPSHOT if role == "json" else role, part)
    response = FileResponse(open_stored(found.file), content_type=found.file.content_type)
    ending = "pdf" if found.file.content_type == "application/pdf" else role
    told = f"-{part}" if part else "-opinion" if role == FileRole.OPINION else ""
    name = f"{found.run.number}{told}.{ending}"
    response["Content-Length"] = str(found.file.size)
    response["Content-Disposition"] = content_disposition_header(role != FileRole.HTML, name) or ""
    response["ETag"] = f'"{found.file.sha256}"'
    # What was published under a number never changes.
    patch_cache_control(response, immutable=True)
    return response
