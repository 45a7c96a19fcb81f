"""Published reports: their list, their pages and their files."""

from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from core.clock import now
from core.files import open_stored
from core.periods import parse_period
from organizations.models import Branch
from transparency.choices import FileRole, ReportScope
from transparency.filters import branch_select
from transparency.models import ReportFile, ReportRun
from transparency.selectors.anomalies import anomaly_counts
from transparency.selectors.listing import file_address
from transparency.selectors.network import branch_for_filter, branch_options
from transparency.selectors.published import (
    published_report,
    published_reports,
    report_file,
    report_files,
    report_versions,
)
from transparency.selectors.reports import use_of
from transparency.views.public.caching import public_page

SHOWN = 100
# What a file is called for its readers.
_KINDS = {
    FileRole.PDF: "PDF",
    FileRole.HTML: "HTML",
    FileRole.CSV: "CSV",
    FileRole.VOLUME: "PDF",
    FileRole.SNAPSHOT: "JSON",
}


@public_page
def report_list(request: HttpRequest) -> HttpResponse:
    """Published reports, newest period first, of all branches or of one with all below."""
    code = request.GET.get("branch", "").strip()
    branch: Branch | None = branch_for_filter(code) if code else None
    context = {
        "as_of": now(),
        "branch": branch,
        "branch_select": branch_select(branch_options(), code),
        "reports": list(published_reports(branch, with_below=True)[:SHOWN]),
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
        "html_url": next((file_address(run, one) for one in files if one.role == FileRole.HTML), ""),
        "rows_url": rows_url(run),
        "use": use_of(run),
        "use_url": use_url(run),
        "anomalies": anomaly_counts(run),
        "as_of": run.frozen_at,
    }
    return render(request, "public/reports/detail.html", context)


def rows_url(run: ReportRun) -> str:
    """Today's list of the gifts of the report's month; "" for a branch alone, whose rows no filter sets apart."""
    if run.scope != ReportScope.BELOW:
        return ""
    period = parse_period(run.period)
    return f"/donations/?branch={run.branch.code}&from={period.first_day.isoformat()}&to={period.last_day.isoformat()}"


def use_url(run: ReportRun) -> str:
    """Today's list of the payments of the report's month; "" for a branch alone, as for gifts."""
    return rows_url(run).replace("/donations/", "/spending/", 1)


def document(run: ReportRun, file: ReportFile) -> dict[str, Any]:
    """A file as the document component takes it."""
    note = ""
    if file.role == FileRole.VOLUME:
        note = _("明细第 %(first)s 至 %(last)s 行") % {"first": f"{file.first_row:,}", "last": f"{file.last_row:,}"}
    return {
        "title": file.title,
        "url": file_address(run, file),
        "kind": _KINDS[FileRole(file.role)],
        "size": file.file.size,
        "sha256": file.file.sha256,
        "note": note,
    }


@public_page
def report_download(request: HttpRequest, number: str, role: str, part: int = 0) -> FileResponse:
    """A file of a published report, byte for byte as it was published."""
    found = report_file(number, FileRole.SNAPSHOT if role == "json" else role, part)
    response = FileResponse(open_stored(found.file), content_type=found.file.content_type)
    ending = "pdf" if role == FileRole.VOLUME else role
    name = f"{found.run.number}{f'-{part}' if part else ''}.{ending}"
    response["Content-Length"] = str(found.file.size)
    response["Content-Disposition"] = content_disposition_header(role != FileRole.HTML, name) or ""
    response["ETag"] = f'"{found.file.sha256}"'
    # What was published under a number never changes.
    patch_cache_control(response, immutable=True)
    return response
