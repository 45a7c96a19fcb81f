"""That a telephone is one's own, kept in the session: one code opens 我的捐赠 and the claims of the same telephone."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from core.clock import now
from core.crypto import KeyringError, seal, unseal

STAYS = timedelta(minutes=20)
# How long the page waits for the code.
WAITS = timedelta(minutes=10)
PROVED = "giver"
_FIELD = "transparency.session.phone"


class CodeForm(forms.Form):
    """The code that was sent."""

    code = forms.CharField(
        label=gettext_lazy("短信验证码"),
        max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )


def keep_phone(request: HttpRequest, name: str, phone: str, until: datetime) -> None:
    """Keep a number in the session, sealed: neither the database nor the cache holds it in clear."""
    row = uuid.uuid4()
    sealed = base64.b64encode(seal(phone.encode(), field=_FIELD, row=row)).decode()
    request.session[name] = {"row": str(row), "sealed": sealed, "until": until.isoformat()}


def kept_phone(request: HttpRequest, name: str) -> str:
    """The number kept in the session; empty where there is none or its time is over."""
    kept = request.session.get(name)
    if not kept or now() >= datetime.fromisoformat(kept["until"]):
        return ""
    try:
        return unseal(base64.b64decode(kept["sealed"]), field=_FIELD, row=kept["row"]).decode()
    except KeyringError:
        return ""


def has_proved(request: HttpRequest, asked: str, number: str) -> None:
    """Open the pages of a telephone's owner for twenty minutes, after the right code."""
    del request.session[asked]
    # A session that somebody else may have planted is not the one that opens the pages.
    request.session.cycle_key()
    keep_phone(request, PROVED, number, now() + STAYS)


def own_page(start: str) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Let somebody in who has shown a code within the last twenty minutes; send others to the address `start`."""

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            phone = kept_phone(request, PROVED)
            if not phone:
                messages.info(request, _("请先用手机验证码验证。"))
                return redirect(start)
            return view(request, phone, *args, **kwargs)

        return never_cache(wrapped)

    return decorate
