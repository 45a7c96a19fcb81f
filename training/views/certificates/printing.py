"""Certificates on paper: one at once, a class as a job."""

from __future__ import annotations

import io

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.errors import DomainError
from core.jobs import job_facts
from core.views.answers import private_file, say_refusal
from organizations.choices import Right
from organizations.permissions import require
from organizations.views.access import StaffRequest, desk_page
from training.permissions import certificate_for, session_for
from training.selectors.certificates import printable_certificates
from training.services.printing import (
    KEPT_DAYS,
    last_printing,
    open_printed,
    print_certificate,
    printed_file,
    start_printing,
)
from training.views.certificates.public import site_of


@desk_page(Right.ISSUE_CERTIFICATES)
@require_POST
def certificate_pdf(request: StaffRequest, code: str) -> HttpResponseBase:
    """One certificate as PDF; made for this request and not kept."""
    certificate = certificate_for(request.user, code)
    require(request.user, Right.ISSUE_CERTIFICATES, certificate.branch)
    try:
        printed = print_certificate(certificate=certificate, site=site_of(request), actor=request.user)
    except DomainError as error:
        say_refusal(request, error)
        return redirect("desk_certificate", code=certificate.code)
    return private_file(io.BytesIO(printed.content), filename=printed.name, content_type="application/pdf")


@desk_page(Right.ISSUE_CERTIFICATES)
@require_http_methods(["GET", "POST"])
def session_print(request: StaffRequest, number: str) -> HttpResponse:
    """The printing of a class: begin it (POST), see how far it is, fetch the file."""
    session = session_for(request.user, number)
    require(request.user, Right.ISSUE_CERTIFICATES, session.branch)
    if request.method == "POST":
        try:
            start_printing(session_id=session.pk, site=site_of(request), actor=request.user)
            messages.success(request, _("已开始排版，完成后在本页下载。"))
        except DomainError as error:
            say_refusal(request, error)
        return redirect("desk_certificate_print", number=session.number)
    job = last_printing(session)
    context = {
        "session": session,
        "count": len(printable_certificates(session)),
        "job": job,
        "facts": job_facts(job) if job else None,
        "file": printed_file(session),
        "kept_days": KEPT_DAYS,
    }
    is_part = request.headers.get("HX-Request") == "true" and job is not None
    return render(request, f"training/certificates/print{'_part' if is_part else ''}.html", context)


@desk_page(Right.ISSUE_CERTIFICATES)
@require_POST
def session_file(request: StaffRequest, number: str) -> HttpResponseBase:
    """The PDF of a class, for who may issue its certificates; each download is logged."""
    session = session_for(request.user, number)
    require(request.user, Right.ISSUE_CERTIFICATES, session.branch)
    try:
        stored, source = open_printed(session=session, actor=request.user)
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("desk_certificate_print", number=session.number)
    return private_file(source, filename=stored.name, content_type=stored.content_type)
