"""A person's own jobs at the desk."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from core.errors import Conflict, NotFound
from core.files import open_stored
from core.jobs import cancel_job, job_facts, job_of, job_page, retry_job


@require_safe
@never_cache
@login_required
def job_list(request: HttpRequest) -> HttpResponse:
    """The jobs this person started, newest first, 30 a page."""
    page = job_page(request.user, request.GET.get("before", ""))
    return render(request, "core/jobs.html", {"page": page})


@require_safe
@never_cache
@login_required
def job_detail(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """One job: how far it is, what came out. htmx and job.js get the changing part alone."""
    job = job_of(request.user, job_id)
    context: dict[str, Any] = {"job": job, "facts": job_facts(job), "url": request.path}
    fragment = request.headers.get("HX-Request") == "true"
    return render(request, "core/job_part.html" if fragment else "core/job.html", context)


@require_POST
@login_required
def job_retry(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Queue a failed job again."""
    job = job_of(request.user, job_id)
    try:
        retry_job(job=job, actor=request.user)
        messages.success(request, _("任务已重新排队。"))
    except Conflict as error:
        messages.warning(request, error.message)
    return redirect("desk_job", job_id=job.pk)


@require_POST
@login_required
def job_cancel(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Cancel a job that has not begun."""
    job = job_of(request.user, job_id)
    try:
        cancel_job(job=job, actor=request.user)
        messages.success(request, _("任务已取消，没有做任何改动。"))
    except Conflict as error:
        messages.warning(request, error.message)
    return redirect("desk_job", job_id=job.pk)


@require_safe
@never_cache
@login_required
def job_file(request: HttpRequest, job_id: UUID) -> HttpResponseBase:
    """Hand out the job's list of problems, as a download and never as a page."""
    job = job_of(request.user, job_id)
    stored = job.problem_file
    if stored is None:
        raise NotFound("no_problem_file", _("这个任务没有问题清单。"))
    response = FileResponse(open_stored(stored), as_attachment=True, filename=stored.name)
    response["Content-Type"] = stored.content_type
    response["X-Content-Type-Options"] = "nosniff"
    return response
