"""Asking for the second factor by role."""

from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from organizations.models import remember_grants
from organizations.permissions import needs_second_factor

# Kept in the session once seen, so that the question costs no query on each page; resetting a factor ends the sessions.
HAS_FACTOR = "has_second_factor"


class SecondFactorMiddleware:
    """Where MFA_REQUIRED is on, leads people whose roles need a second factor to set one up before anything else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if self._must_set_up(request):
            messages.info(request, _("您的角色要求第二重验证，请先用手机验证器完成设置，再继续工作。"))
            return redirect("mfa_activate_totp")
        return self.get_response(request)

    def _must_set_up(self, request: HttpRequest) -> bool:
        person = request.user
        if not settings.MFA_REQUIRED or not isinstance(person, User) or _is_open(request.path):
            return False
        if request.session.get(HAS_FACTOR):
            return False
        remember_grants(person)
        if not needs_second_factor(person):
            return False
        if is_mfa_enabled(person, ["totp"]):
            request.session[HAS_FACTOR] = True
            return False
        return True


# Closed until then: work, oversight, administration, and programs in the person's name. The public pages stay open.
_CLOSED = ("/desk/", "/audit/", "/admin/", "/setup/", "/api/", "/accounts/")
_NEEDED = ("account_logout", "account_change_password", "account_reauthenticate", "account_login")


def _is_open(path: str) -> bool:
    """Whether the page may be reached without the factor: public, or needed to set it up or to leave."""
    if not path.startswith(_CLOSED) or path.startswith(reverse("mfa_index")):
        return True
    return path in {reverse(name) for name in _NEEDED}
