"""Certificates at the desk: the list, and one with its history."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from core.errors import DomainError
from core.views.answers import add_refusal
from organizations.choices import Right
from organizations.permissions import holds_anywhere, may, require
from organizations.views.access import StaffRequest, desk_page
from training.certificate_forms import FilterForm, PurposeForm
from training.choices import CertificateStatus
from training.models import Certificate
from training.permissions import certificate_for
from training.selectors.certificates import (
    CertificateFilter,
    certificate_history,
    certificates_for,
    successor_number,
)
from training.selectors.public_certificates import shown
from training.services.revealing import reveal_holder


@desk_page(Right.VIEW_TRAINING)
@require_safe
def certificate_list(request: StaffRequest) -> HttpResponse:
    """The certificates of the person's branches, newest first, narrowed by what is asked."""
    form = FilterForm(request.GET)
    asked = CertificateFilter(**form.cleaned_data) if form.is_valid() else CertificateFilter()
    text = request.GET.get("before", "")
    before = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
    page = certificates_for(request.user, asked, before=before)
    query = request.GET.copy()
    query.pop("before", None)
    first = f"?{query.urlencode()}"
    if page.next_before is not None:
        query["before"] = str(page.next_before)
    context = {
        "form": form,
        "is_open": asked.is_set or not form.is_valid(),
        "page": page,
        "next_url": f"?{query.urlencode()}" if page.next_before is not None else "",
        "previous_url": first if before is not None else "",
        "may_import": holds_anywhere(request.user, Right.ISSUE_CERTIFICATES),
    }
    return render(request, "training/certificates/list.html", context)


@desk_page(Right.VIEW_TRAINING)
@require_safe
def certificate_detail(request: StaffRequest, code: str) -> HttpResponse:
    """One certificate: what it is, what was done with it, what may be done."""
    certificate = certificate_for(request.user, code)
    return render(request, "training/certificates/detail.html", certificate_context(request, certificate))


@desk_page(Right.READ_TRAINEES)
@require_POST
def certificate_read(request: StaffRequest, code: str) -> HttpResponse:
    """Show the holder's name once to somebody who says what for."""
    certificate = certificate_for(request.user, code)
    require(request.user, Right.READ_TRAINEES, certificate.branch)
    form = PurposeForm(request.POST)
    holder = None
    if form.is_valid():
        try:
            holder = reveal_holder(certificate=certificate, purpose=form.cleaned_data["purpose"], actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
    context = {**certificate_context(request, certificate), "purpose_form": form, "holder": holder}
    return render(request, "training/certificates/detail.html", context)


def certificate_context(request: StaffRequest, certificate: Certificate) -> dict[str, Any]:
    """What the page of a certificate shows, and what the person may do there."""
    is_valid = certificate.status == CertificateStatus.VALID
    may_issue = may(request.user, Right.ISSUE_CERTIFICATES, certificate.branch)
    return {
        "certificate": certificate,
        "shown": shown(certificate),
        "history": certificate_history(certificate),
        "successor": "" if is_valid else successor_number(certificate),
        "may_read": may(request.user, Right.READ_TRAINEES, certificate.branch),
        "may_issue": may_issue and is_valid,
        "purpose_form": PurposeForm(),
    }
