"""The door of every desk page."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.cache import never_cache

from accounts.models import User
from core.errors import NotAllowed, NotFound
from organizations.models import remember_grants
from organizations.permissions import require_anywhere


class StaffRequest(HttpRequest):
    """A request behind `desk_page`: somebody is signed in. For annotations only."""

    user: User


View = Callable[..., HttpResponseBase]


def desk_page(*rights: str) -> Callable[[View], View]:
    """Let in signed-in people who hold one of `rights` in any branch; without `rights`, everybody who is signed in.

    The view itself asks `require(person, right, branch)` about its object. The grants are read once per request. Sends
    strangers to sign in; a missing right is Django's 403, an object outside the person's branches its 404, each with
    the sentence of the error; nothing of the page stays in a cache. For classes: `method_decorator(desk_page(...),
    name="dispatch")`.
    """

    def decorate(view: View) -> View:
        @never_cache
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            remember_grants(request.user)
            try:
                if rights:
                    require_anywhere(request.user, *rights)
                return view(request, *args, **kwargs)
            except NotAllowed as error:
                raise PermissionDenied(error.message) from error
            except NotFound as error:
                raise Http404(error.message) from error

        return guarded

    return decorate
