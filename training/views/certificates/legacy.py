"""Bringing in certificates that were printed before the portal."""

from __future__ import annotations

import tempfile
from pathlib import Path
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.choices import JobStatus
from core.errors import DomainError, NotFound
from core.exporting import XLSX_CONTENT_TYPE, Sheet, write_xlsx
from core.files import open_stored
from core.jobs import job_facts
from core.views.answers import add_refusal, posted, private_file, say_refusal
from organizations.choices import Right
from organizations.permissions import require
from organizations.views.access import StaffRequest, desk_page
from training.certificate_forms import LegacyForm
from training.choices import LegacyStatus
from training.selectors.legacy import import_for, imports_for
from training.services.legacy import HEADER, confirm_import, drop_import, open_import
from training.services.legacy.imports import last_job, resume_import

STEPS = {"confirm": confirm_import, "drop": drop_import, "resume": resume_import}


@desk_page(Right.ISSUE_CERTIFICATES)
@require_http_methods(["GET", "POST"])
def import_list(request: StaffRequest) -> HttpResponse:
    """The imports of the person's branches, and a form for the next file."""
    data = posted(request)
    form = LegacyForm(data, None if data is None else request.FILES, person=request.user)
    if form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            made = open_import(
                source=upload.file, filename=upload.name, branch=form.cleaned_data["branch"], actor=request.user
            )
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("文件已加密保存，正在逐行校验。"))
            return redirect("desk_legacy_import", key=made.key)
    context = {"form": form, "imports": imports_for(request.user), "header": HEADER}
    return render(request, "training/certificates/legacy_list.html", context)


@desk_page(Right.ISSUE_CERTIFICATES)
@require_safe
def import_detail(request: StaffRequest, key: UUID) -> HttpResponse:
    """One import: how far it is, what may come in, what not, and what may be done."""
    row = import_for(request.user, key)
    job = last_job(row)
    is_own = row.created_by_id == request.user.pk
    open_states = (LegacyStatus.READING, LegacyStatus.WRITING)
    context = {
        "row": row,
        "job": job,
        "facts": job_facts(job) if job else None,
        "may_confirm": row.status == LegacyStatus.READY and row.good_count and not is_own,
        "waits": row.status == LegacyStatus.READY and row.good_count and is_own,
        "may_drop": row.status in (LegacyStatus.READING, LegacyStatus.READY),
        "is_stuck": row.status in open_states
        and (job is None or job.status in (JobStatus.FAILED, JobStatus.CANCELLED)),
    }
    is_part = request.headers.get("HX-Request") == "true" and job is not None
    return render(request, f"training/certificates/legacy{'_part' if is_part else ''}.html", context)


@desk_page(Right.ISSUE_CERTIFICATES)
@require_POST
def import_step(request: StaffRequest, key: UUID, step: str) -> HttpResponse:
    """Confirm, drop, or begin anew."""
    row = import_for(request.user, key)
    require(request.user, Right.ISSUE_CERTIFICATES, row.branch)
    if step not in STEPS:
        raise NotFound("step_unknown", _("没有这一步。"))
    try:
        STEPS[step](import_id=row.pk, actor=request.user)
    except DomainError as error:
        say_refusal(request, error)
    else:
        messages.success(request, _("已作废，没有写入任何证书。") if step == "drop" else _("已开始，进度见下。"))
    return redirect("desk_legacy_import", key=row.key)


@desk_page(Right.ISSUE_CERTIFICATES)
@require_safe
def import_problems(request: StaffRequest, key: UUID) -> HttpResponseBase:
    """The rows that do not come in, with the reasons."""
    row = import_for(request.user, key)
    if row.problem_file is None:
        raise NotFound("no_problems", _("这次导入没有问题清单。"))
    source = open_stored(row.problem_file)
    return private_file(source, filename=row.problem_file.name, content_type=row.problem_file.content_type)


@desk_page(Right.ISSUE_CERTIFICATES)
@require_safe
def import_template(request: StaffRequest) -> FileResponse:
    """An empty workbook with the header."""
    with tempfile.TemporaryDirectory(prefix="legacy-") as folder:
        path = Path(folder) / "template.xlsx"
        write_xlsx(path, [Sheet(_("历史证书"), HEADER, [])])
        return private_file(path.open("rb"), filename=_("历史证书模板.xlsx"), content_type=XLSX_CONTENT_TYPE)
