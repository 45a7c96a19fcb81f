"""That a telephone is one's own, kept in the session: one code opens 我的捐赠 and the claims of the same telephone."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from core.kept_phones import WAITS, keep_phone, kept_phone, prove_phone

__all__ = ["PROVED", "WAITS", "CodeForm", "has_proved", "keep_phone", "kept_phone", "own_page"]

PROVED = "giver"


class CodeForm(forms.Form):
    """The code that was sent."""

    code = forms.CharField(
        label=gettext_lazy("短信验证码"),
        max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )


def has_proved(request: HttpRequest, asked: str, number: str) -> None:
    """Open the pages of a telephone's owner for twenty minutes, after the right code."""
    prove_phone(request, asked, PROVED, number)


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
