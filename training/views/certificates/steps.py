"""Revoking and reissuing a certificate: asked once with its facts repeated, and then done."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.errors import DomainError
from core.views.answers import add_refusal, posted
from organizations.choices import Right
from organizations.permissions import require
from organizations.views.access import StaffRequest, desk_page
from training.certificate_forms import ReissueForm, RevokeForm
from training.permissions import certificate_for
from training.selectors.public_certificates import shown
from training.services.ending import reissue_certificate, revoke_certificate


@desk_page(Right.ISSUE_CERTIFICATES)
@require_http_methods(["GET", "POST"])
def certificate_revoke(request: StaffRequest, code: str) -> HttpResponse:
    """Revoke a certificate; whoever scans it is told at once."""
    certificate = certificate_for(request.user, code)
    require(request.user, Right.ISSUE_CERTIFICATES, certificate.branch)
    form = RevokeForm(posted(request))
    if form.is_valid():
        try:
            revoke_certificate(certificate_id=certificate.pk, **form.cleaned_data, actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("证书已撤销，扫码和查询立即显示“已撤销”。"))
            return redirect("desk_certificate", code=certificate.code)
    context = {"certificate": certificate, "shown": shown(certificate), "form": form}
    return render(request, "training/certificates/revoke.html", context)


@desk_page(Right.ISSUE_CERTIFICATES)
@require_http_methods(["GET", "POST"])
def certificate_reissue(request: StaffRequest, code: str) -> HttpResponse:
    """Issue a new certificate in the place of one; the old one's QR says so at once."""
    certificate = certificate_for(request.user, code)
    require(request.user, Right.ISSUE_CERTIFICATES, certificate.branch)
    form = ReissueForm(posted(request))
    if form.is_valid():
        try:
            new = reissue_certificate(certificate_id=certificate.pk, **form.cleaned_data, actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
        else:
            text = _("已换发，新证书编号 %(number)s；原证书扫码显示“已换发”。")
            messages.success(request, text % {"number": new.number})
            return redirect("desk_certificate", code=new.code)
    context = {"certificate": certificate, "shown": shown(certificate), "form": form}
    return render(request, "training/certificates/reissue.html", context)
