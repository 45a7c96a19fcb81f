"""认领未识别捐款: a telephone shown by a code, then what one knows of the gift; everybody gets the same answer."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.clock import now
from core.errors import DomainError, NotFound
from core.phone_codes import ask_for_code, check_code, checked_mobile
from core.throttling import Limit, count_once, place_of
from donations.selectors.claims.own import own_claim, own_claims
from donations.services.claims.asking import ClaimSaid, file_claim, keep_slip, kept_slip, replace_slip, withdraw_claim
from transparency.claim_forms import ClaimForm, ClaimPhoneForm, SlipForm
from transparency.forms import show_error
from transparency.selectors.network import branch_options
from transparency.views.public.proving import PROVED, WAITS, CodeForm, has_proved, keep_phone, kept_phone, own_page

PURPOSE = "claim"
LIMIT = Limit("claim_form", 40, 3_600)
_ASKED, _SLIP = "claim_asked", "claim_slip"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def claim_start(request: HttpRequest) -> HttpResponse:
    """One's own claims, or the form for the telephone; every number gets a code, because none need be known here."""
    phone = kept_phone(request, PROVED)
    if phone:
        context = {"claims": own_claims(phone), "tail": phone[-4:], "as_of": now()}
        return render(request, "public/claims/list.html", context)
    form = ClaimPhoneForm(request.POST or None)
    is_off = settings.NOTIFIER == "off"
    if not is_off and form.is_valid():
        try:
            number = checked_mobile(form.cleaned_data["phone"])
            ask_for_code(phone=number, purpose=PURPOSE, place=place_of(request), is_known=True)
        except DomainError as error:
            form.add_error("phone" if error.fields else None, error.message)
        else:
            keep_phone(request, _ASKED, number, now() + WAITS)
            return redirect("claim_code")
    context = {"form": form, "is_off": is_off, "workdays": settings.CLAIM_DUE_WORKDAYS}
    return render(request, "public/claims/phone.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def claim_code(request: HttpRequest) -> HttpResponse:
    """Take the code; right, it opens one's own claims, or the form where there is none yet."""
    number = kept_phone(request, _ASKED)
    if not number:
        return redirect("claim")
    form = CodeForm(request.POST or None)
    if form.is_valid():
        try:
            check_code(phone=number, purpose=PURPOSE, code=form.cleaned_data["code"])
        except DomainError as error:
            form.add_error("code", error.message)
        else:
            has_proved(request, _ASKED, number)
            return redirect("claim" if own_claims(number) else "claim_new")
    return render(request, "public/claims/code.html", {"form": form, "tail": number[-4:]})


@require_http_methods(["GET", "HEAD", "POST"])
@own_page("claim")
def claim_new(request: HttpRequest, phone: str) -> HttpResponse:
    """The claim itself. A photo that was sent once stays, whatever else has to be mended."""
    form = ClaimForm(branches=branch_options())
    if request.method == "POST":
        count_once(LIMIT, place_of(request))
        form = ClaimForm(request.POST, request.FILES, branches=branch_options())
        _keep_upload(request, form)
        code = _file(request, phone, form) if form.is_valid() else ""
        if code:
            return redirect("claim_detail", code=code)
    context = {
        "form": form,
        "tail": phone[-4:],
        "workdays": settings.CLAIM_DUE_WORKDAYS,
        "has_slip": _SLIP in request.session,
    }
    return render(request, "public/claims/form.html", context)


def _keep_upload(request: HttpRequest, form: forms.Form) -> None:
    """Keep the photo that came with a form, so that it need not be chosen again; say where it is none or missing."""
    form.is_valid()
    upload = request.FILES.get("slip")
    if upload is not None and "slip" not in form.errors:
        try:
            request.session[_SLIP] = str(keep_slip(upload=upload.file).pk)  # type: ignore[arg-type]
        except DomainError as error:
            form.add_error("slip", error.message)
    elif _SLIP not in request.session and "slip" not in form.errors:
        form.add_error("slip", _("请选择凭证的照片。"))


def _file(request: HttpRequest, phone: str, form: ClaimForm) -> str:
    """File the claim; its code, or nothing where the form now says what is wrong."""
    data: dict[str, Any] = dict(form.cleaned_data)
    del data["slip"], data["consent"]
    try:
        filed = file_claim(said=ClaimSaid(**data), phone=phone, slip=kept_slip(request.session[_SLIP]))
    except NotFound as error:
        del request.session[_SLIP]
        form.add_error("slip", error.message)
        return ""
    except DomainError as error:
        show_error(form, error)
        return ""
    if filed.is_new:
        del request.session[_SLIP]
        text = _("已收到，编号 %(code)s，%(n)d 个工作日内答复。")
        messages.success(request, text % {"code": filed.claim.code, "n": settings.CLAIM_DUE_WORKDAYS})
    else:
        messages.info(request, _("您已经提出过同样的认领，不必重复提交。这是先前的那一件。"))
    return filed.claim.code


@require_safe
@own_page("claim")
def claim_detail(request: HttpRequest, phone: str, code: str) -> HttpResponse:
    """How one claim of one's own stands."""
    return _detail(request, phone, code, SlipForm())


def _detail(request: HttpRequest, phone: str, code: str, form: forms.Form) -> HttpResponse:
    context = {"claim": own_claim(phone, code), "form": form, "as_of": now()}
    return render(request, "public/claims/detail.html", context)


@require_POST
@own_page("claim")
def claim_photo(request: HttpRequest, phone: str, code: str) -> HttpResponse:
    """Send the better photo that was asked for."""
    claim = own_claim(phone, code)
    count_once(LIMIT, place_of(request))
    form = SlipForm(request.POST, request.FILES)
    upload = request.FILES.get("slip")
    if form.is_valid():
        try:
            if upload is None:
                sentence = _("请选择凭证的照片。")
                raise DomainError("slip_missing", sentence, {"slip": sentence})
            replace_slip(claim_id=claim.id, slip=keep_slip(upload=upload.file))  # type: ignore[arg-type]
        except DomainError as error:
            form.add_error("slip", error.message)
        else:
            messages.success(request, _("照片已收到，会继续核对。"))
            return redirect("claim_detail", code=claim.code)
    return _detail(request, phone, code, form)


@require_POST
@own_page("claim")
def claim_withdraw(request: HttpRequest, phone: str, code: str) -> HttpResponse:
    """Take one's own claim back."""
    claim = own_claim(phone, code)
    try:
        withdraw_claim(claim_id=claim.id)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("认领已撤回，您提供的内容会按保存期限销毁。"))
    return redirect("claim_detail", code=claim.code)
