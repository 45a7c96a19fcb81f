"""Checking a certificate: from its QR, from its number and name, and for programs."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from core.throttling import count_once, place_of
from training.certificate_forms import SearchForm, TailForm
from training.selectors.public_certificates import certificate_by_code, shown
from training.services.checking import LOOKS, SEARCHES, find_certificate, tail_matches
from training.services.credentials import credential_of, key_document, status_list

KEPT_SECONDS = 300


def not_indexed(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Tell search engines to leave an answer alone, JSON as well as pages."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return wrapped


def site_of(request: HttpRequest) -> str:
    """The portal's address without a slash at its end."""
    return request.build_absolute_uri("/").rstrip("/")


@never_cache
@not_indexed
@require_http_methods(["GET", "HEAD", "POST"])
def certificate(request: HttpRequest, code: str) -> HttpResponse:
    """One certificate by its code, and whether a document ends as somebody says (POST)."""
    count_once(LOOKS, place_of(request))
    found = certificate_by_code(code)
    form = TailForm(request.POST or None)
    answer = None
    if form.is_valid():
        count_once(SEARCHES, place_of(request))
        answer = tail_matches(found, form.cleaned_data["tail"])
    near = (found.kind, found.branch.division_id[:6])
    context = {
        "certificate": shown(found),
        "form": form,
        "answer": answer,
        "refreshers_url": reverse("training_refreshers_near", args=near),
    }
    return render(request, "training/certificates/public/certificate.html", context)


@never_cache
@not_indexed
@require_http_methods(["GET", "HEAD", "POST"])
def search(request: HttpRequest) -> HttpResponse:
    """From a number and a name to a certificate; every miss is answered alike. `?number=` only fills the field."""
    form = SearchForm(request.POST or None, initial={"number": request.GET.get("number", "")[:40]})
    is_missing = False
    if form.is_valid():
        count_once(SEARCHES, place_of(request))
        found = find_certificate(**form.cleaned_data)
        if found is not None:
            return redirect("certificate", code=found.code)
        is_missing = True
    return render(request, "training/certificates/public/search.html", {"form": form, "is_missing": is_missing})


@never_cache
@not_indexed
@require_safe
def credential(request: HttpRequest, code: str) -> HttpResponse:
    """A certificate as a verifiable credential."""
    count_once(LOOKS, place_of(request))
    return JsonResponse(credential_of(certificate_by_code(code), site=site_of(request)), content_type="application/vc")


@not_indexed
@require_safe
def status(request: HttpRequest, number: int) -> HttpResponse:
    """Which certificates count no more, as a signed list of bits."""
    count_once(LOOKS, place_of(request))
    response = JsonResponse(status_list(number, site=site_of(request)), content_type="application/vc")
    patch_cache_control(response, public=True, max_age=KEPT_SECONDS)
    return response


@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    """The public keys, for everybody who checks without the portal."""
    response = JsonResponse(key_document(site_of(request)), json_dumps_params={"ensure_ascii": False, "indent": 1})
    patch_cache_control(response, public=True, max_age=KEPT_SECONDS)
    # Checked from anywhere, also from a page of somebody else's.
    response["Access-Control-Allow-Origin"] = "*"
    return response
