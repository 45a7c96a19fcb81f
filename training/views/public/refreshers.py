"""Refresher sessions for a kind of certificate and a county; no name is asked for or shown."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from core.clock import now
from core.errors import DomainError
from core.views.caching import public_page
from training.choices import RENEWED_BY, CertificateKind
from training.selectors.public import area_options
from training.selectors.public.refreshers import refreshers_near


@public_page
def refreshers(request: HttpRequest) -> HttpResponseBase:
    """Choose a kind and a county, and go on to the page that has an address of its own."""
    kind, area = request.GET.get("kind", ""), request.GET.get("area", "")
    if kind and area:
        return redirect("training_refreshers_near", kind=_kind(kind), area=_area(area))
    return _page(request, _kind(kind or CertificateKind.FIRST_AIDER), _area(area) if area else "")


@public_page
def refreshers_of(request: HttpRequest, kind: str, area: str) -> HttpResponse:
    """The sessions that renew a kind, near a county."""
    return _page(request, _kind(kind), _area(area))


def _page(request: HttpRequest, kind: str, area: str) -> HttpResponse:
    kinds = [(value, CertificateKind(value).label) for value in RENEWED_BY]
    context: dict[str, Any] = {
        "found": refreshers_near(kind, area),
        "kinds": kinds,
        "areas": area_options(),
        "area_name": next((one.name for one in area_options() if one.code == area), area),
        "as_of": now(),
    }
    return render(request, "public/training/refreshers.html", context)


def _kind(kind: str) -> str:
    if kind not in RENEWED_BY:
        sentence = _("没有这种证书，请从列表中选择。")
        raise DomainError("refresher_kind", sentence, {"kind": sentence})
    return str(kind)


def _area(area: str) -> str:
    if not (area.isascii() and area.isdecimal() and len(area) in (2, 4, 6)):
        sentence = _("请填 2、4 或 6 位的区划代码。")
        raise DomainError("refresher_area", sentence, {"area": sentence})
    return area
