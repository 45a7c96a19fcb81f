"""How django-axes sees a sign-in here, and the page for those it keeps out."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.crypto import salted_hmac

from accounts.models import User
from accounts.selectors import UNKNOWN_LOGIN
from accounts.services import record_sign_in_act


def login_for_lockout(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """The name under which failures are counted: the login as it is stored.

    A login that nobody has is counted under a keyed digest: what was typed may be somebody's password, and it must lock
    just as a real one does, so that locking tells nothing.
    """
    given = credentials or {}
    typed = str(given.get("username") or given.get("login") or request.POST.get("login") or "").strip().lower()[:200]
    known: dict[str, str] = request.__dict__.setdefault("_lockout_names", {})
    if typed not in known:
        exists = User.objects.filter(login=typed).exists()
        known[typed] = typed if exists else UNKNOWN_LOGIN + salted_hmac("accounts.lockout", typed).hexdigest()[:32]
    return known[typed]


def locked_response(
    request: HttpRequest, original: HttpResponse | None = None, credentials: dict[str, Any] | None = None
) -> HttpResponse:
    """Say how long the login is locked and whom to call. The first time, when it becomes locked, is audited."""
    login = login_for_lockout(request, credentials)
    if getattr(request, "axes_failures_since_start", None) == settings.AXES_FAILURE_LIMIT:
        record_sign_in_act("locked_out", person=User.objects.filter(login=login).first())
    context = {"minutes": settings.LOGIN_LOCK_MINUTES, "failures": settings.AXES_FAILURE_LIMIT}
    response = render(request, "account/locked.html", context, status=429)
    response["Retry-After"] = str(int(timedelta(minutes=settings.LOGIN_LOCK_MINUTES).total_seconds()))
    return response
