"""The end of idle sessions, and passwords that must be changed first."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from accounts.models import User
from accounts.services import record_sign_in_act
from core.clock import now

SEEN_AT = "seen_at"
# Said on the sign-in page (`?ended=1`).
ENDED = "ended"


class IdleSessionMiddleware:
    """Ends a session after SESSION_IDLE_MINUTES without an act of the person, and says so on the sign-in page.

    What an open page asks by itself (job.js asks how far a job is, with `HX-Request` and no `HX-Current-URL`) is no
    act, else a page left open would keep a session alive for ever. A person with a first password, given by somebody
    else, is led to change it and reaches nothing before.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        person = request.user
        if not isinstance(person, User):
            return self._mention_end(request, self.get_response(request))
        if _is_idle(request):
            record_sign_in_act("session_ended", person=person)
            logout(request)
            return self._mention_end(request, redirect_to_login(_way_back(request)))
        if not _asked_by_the_page(request):
            request.session[SEEN_AT] = int(now().timestamp())
        if person.must_change_password and not _is_open_before_change(request.path):
            return redirect(f"{reverse('account_change_password')}?{urlencode({'next': _way_back(request)})}")
        return self.get_response(request)

    def _mention_end(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Say on the sign-in page that a session ended: the browser sent one, and it is no more."""
        target = response.get("Location", "")
        had_session = settings.SESSION_COOKIE_NAME in request.COOKIES and request.session.is_empty()
        if had_session and target.startswith(reverse("account_login")):
            response["Location"] = f"{target}{'&' if '?' in target else '?'}{ENDED}=1"
        return response


def _is_idle(request: HttpRequest) -> bool:
    seen = request.session.get(SEEN_AT)
    longest = timedelta(minutes=settings.SESSION_IDLE_MINUTES).total_seconds()
    return isinstance(seen, int) and now().timestamp() - seen > longest


def _asked_by_the_page(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true" and "HX-Current-URL" not in request.headers


def _way_back(request: HttpRequest) -> str:
    """Where to go on after: the same page, if it can be asked for again."""
    return request.get_full_path() if request.method == "GET" else settings.LOGIN_REDIRECT_URL


def _is_open_before_change(path: str) -> bool:
    return path.startswith(settings.STATIC_URL) or path in {
        reverse("account_change_password"),
        reverse("account_logout"),
        reverse("healthz"),
    }
