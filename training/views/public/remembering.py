"""What a device remembers: the county last looked at, and the codes of places that were got or opened on it."""

from __future__ import annotations

import re

from django.http import HttpRequest, HttpResponseBase

AREA_COOKIE, PLACES_COOKIE = "training_area", "training_places"
PLACES_PATH = "/training/"
MOST_PLACES = 8
AREA_SECONDS, PLACES_SECONDS = 365 * 24 * 3600, 120 * 24 * 3600
_AREA = re.compile(r"[0-9]{2}(?:[0-9]{2}){0,2}", re.ASCII)
_CODE = re.compile(r"[0-9A-Z]{16}", re.ASCII)


def remembered_area(request: HttpRequest) -> str:
    """The division last chosen on this device; empty where there is none."""
    kept = request.COOKIES.get(AREA_COOKIE, "")
    return kept if _AREA.fullmatch(kept) else ""


def remember_area(request: HttpRequest, response: HttpResponseBase, area: str) -> None:
    """Keep a division as this device's preference; an empty one is forgotten."""
    if area:
        response.set_cookie(
            AREA_COOKIE, area, max_age=AREA_SECONDS, samesite="Lax", httponly=True, secure=request.is_secure()
        )
    elif AREA_COOKIE in request.COOKIES:
        response.delete_cookie(AREA_COOKIE, samesite="Lax")


def remembered_codes(request: HttpRequest) -> list[str]:
    """The codes of places on this device, the newest first."""
    kept = request.COOKIES.get(PLACES_COOKIE, "").split(".")
    return [code for code in kept if _CODE.fullmatch(code)][:MOST_PLACES]


def remember_place(request: HttpRequest, response: HttpResponseBase, code: str) -> None:
    """Put a place's code before the others that this device knows."""
    _keep(request, response, [code, *(one for one in remembered_codes(request) if one != code)])


def forget_place(request: HttpRequest, response: HttpResponseBase, code: str) -> None:
    """Leave a place's code out."""
    _keep(request, response, [one for one in remembered_codes(request) if one != code])


def _keep(request: HttpRequest, response: HttpResponseBase, codes: list[str]) -> None:
    if not codes:
        response.delete_cookie(PLACES_COOKIE, path=PLACES_PATH, samesite="Lax")
        return
    response.set_cookie(
        PLACES_COOKIE,
        ".".join(codes[:MOST_PLACES]),
        max_age=PLACES_SECONDS,
        path=PLACES_PATH,
        samesite="Lax",
        httponly=True,
        secure=request.is_secure(),
    )
