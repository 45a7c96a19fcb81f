"""How a visitor wants pages to look: text size and the elder version (长辈版), kept in cookies, without JavaScript."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.cache import patch_vary_headers
from django.utils.http import escape_leading_slashes

ELDER_COOKIE = "elder"
TEXT_COOKIE = "text"
TEXT_SIZES = ("small", "medium", "large")
_CHOICES = {ELDER_COOKIE: ("0", "1"), TEXT_COOKIE: TEXT_SIZES}
_ONE_YEAR = 365 * 24 * 3600


class DisplayMiddleware:
    """Take `?elder=0|1` and `?text=small|medium|large` into cookies and go on to the same address without them.

    The address stays clean, so that a link passed on does not carry the choice of the person who passed it on.
    Pages differ by these cookies, so answers vary by Cookie.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = _chosen(request)
        if request.method == "GET" and chosen:
            return _remember(request, chosen)
        response = self.get_response(request)
        if response.get("Content-Type", "").startswith("text/html"):
            patch_vary_headers(response, ["Cookie"])
        return response


def display_preferences(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `elder` (bool) and `text_size` (`small`, `medium` or `large`)."""
    size = request.COOKIES.get(TEXT_COOKIE, "medium")
    return {
        "elder": request.COOKIES.get(ELDER_COOKIE) == "1",
        "text_size": size if size in TEXT_SIZES else "medium",
    }


def _chosen(request: HttpRequest) -> dict[str, str]:
    return {name: request.GET[name] for name, legal in _CHOICES.items() if request.GET.get(name) in legal}


def _remember(request: HttpRequest, chosen: dict[str, str]) -> HttpResponse:
    rest = request.GET.copy()
    for name in chosen:
        del rest[name]
    # A path that begins with two slashes would otherwise lead to another host.
    target = escape_leading_slashes(request.path) + (f"?{rest.urlencode()}" if rest else "")
    response = HttpResponseRedirect(target)
    for name, value in chosen.items():
        response.set_cookie(name, value, max_age=_ONE_YEAR, samesite="Lax", httponly=True, secure=request.is_secure())
    return response
