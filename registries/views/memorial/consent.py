"""The consent of a page at the desk: made less, its telephone put right, the paper opened, a blank one printed."""

from __future__ import annotations

import io

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import DomainError
from core.views.answers import add_refusal, posted, private_file
from organizations.choices import Right
from organizations.permissions import require
from organizations.views.access import StaffRequest, desk_page
from registries.choices.memorial import PageStatus
from registries.forms.memorial import KinPhoneForm, NarrowForm
from registries.forms.wishes import PurposeForm
from registries.permissions.memorial import memorial_page_for, require_consent_paper
from registries.services.memorial.consent import correct_kin_phone, may_narrow, narrow_consent
from registries.services.memorial.printing import print_blank_consent
from registries.services.memorial.reading import reveal_consent_paper


@desk_page(Right.KEEP_MEMORIAL)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def consent_narrow(request: StaffRequest, number: str) -> HttpResponse:
    """Take back a part of what was consented to; the page stays."""
    page = memorial_page_for(request.user, number)
    left = may_narrow(page.consent) if page.status != PageStatus.WITHDRAWN else []
    form = NarrowForm(posted(request), left=left)
    if form.is_valid():
        try:
            narrow_consent(page_id=page.pk, fewer=form.cleaned_data["fewer"], actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("已照办，从现在起公开页面和邀请名单都照此办理。"))
            return redirect("desk_memorial_page", number=page.number)
    return render(request, "registries/memorial/consent_narrow.html", {"page": page, "form": form, "left": left})


@desk_page(Right.KEEP_MEMORIAL)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def kin_phone(request: StaffRequest, number: str) -> HttpResponse:
    """Put the telephone of who signed right."""
    page = memorial_page_for(request.user, number)
    require(request.user, Right.READ_REGISTRANTS, page.branch)
    form = KinPhoneForm(posted(request))
    if form.is_valid():
        try:
            correct_kin_phone(page_id=page.pk, phone=form.cleaned_data["phone"], actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("签字人的电话已更正。"))
            return redirect("desk_memorial_page", number=page.number)
    is_open = page.status != PageStatus.WITHDRAWN
    return render(request, "registries/memorial/kin_phone.html", {"page": page, "form": form, "is_open": is_open})


@desk_page(Right.KEEP_MEMORIAL)
@never_cache
@require_POST
def consent_paper(request: StaffRequest, number: str) -> HttpResponseBase:
    """The signed consent, for who says what for; with who looks written over it."""
    page = memorial_page_for(request.user, number)
    require_consent_paper(request.user, page)
    form = PurposeForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("打开同意书须写明用途，请填写后再试；用途里不写号码。"))
        return redirect("desk_memorial_page", number=page.number)
    try:
        stored, source = reveal_consent_paper(page=page, purpose=form.cleaned_data["purpose"], actor=request.user)
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("desk_memorial_page", number=page.number)
    is_picture = stored.content_type.startswith("image/")
    kind = "image/jpeg" if is_picture else stored.content_type
    return private_file(source, filename=stored.name, content_type=kind, attachment=not is_picture)


@desk_page(Right.KEEP_MEMORIAL)
@require_safe
def consent_blank(request: StaffRequest) -> HttpResponseBase:
    """The consent, to be filled in and signed by hand."""
    try:
        printed = print_blank_consent()
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("desk_memorial_pages")
    return private_file(io.BytesIO(printed.content), filename=printed.name, content_type="application/pdf")
