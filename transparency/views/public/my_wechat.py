"""微信通知: a giver who showed a code binds their WeChat for messages, and unbinds it.

Who opens the page is learned by 网页授权 (scope snsapi_base: the account's openid and nothing else). The state that
goes out lies in the session beside the number it was made for, and counts once: neither a forged return nor that of
another session or number binds anything.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from datetime import timedelta
from functools import wraps

from csp.decorators import csp_update
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST, require_safe

from core.clock import now
from core.errors import DomainError, NotFound
from core.notifying import bind_wechat, bound_wechat, unbind_wechat
from core.notifying.backends import NotSent, wechat
from transparency.views.public.proving import keep_phone, kept_phone, own_page

# The version of the words in templates/public/my/_wechat_consent.html; it changes with them (a test holds both).
CONSENT_VERSION = "2026-11"
# What the session holds of a way to WeChat that was begun: the number for which, sealed, and the state.
BINDING, BINDING_STATE = "giver_wechat", "giver_wechat_state"
COMES_BACK_WITHIN = timedelta(minutes=10)
# The form's answer leads there, and browsers hold forms to this directive also where they are led on.
_LEADS_TO_WECHAT = csp_update({"form-action": ["https://open.weixin.qq.com"]})


class ConsentForm(forms.Form):
    """That the giver agrees."""

    agreed = forms.BooleanField(
        label=gettext_lazy("我已阅读，同意按上述说明绑定微信"),
        error_messages={"required": gettext_lazy("同意后才能绑定；不绑定不影响查看捐赠。")},
    )


def where_set_up(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Nothing of this is there where the portal has no 微信服务号."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not wechat.is_set_up():
            raise NotFound
        return view(request, *args, **kwargs)

    return wrapped


@require_safe
@_LEADS_TO_WECHAT
@own_page("my")
@where_set_up
def my_wechat(request: HttpRequest, phone: str) -> HttpResponse:
    """Whether WeChat is bound, and the form to bind or unbind it."""
    return _page(request, phone, ConsentForm())


@require_POST
@_LEADS_TO_WECHAT
@own_page("my")
@where_set_up
def my_wechat_bind(request: HttpRequest, phone: str) -> HttpResponse:
    """With the giver's consent, go to WeChat to learn by which account this page is open."""
    form = ConsentForm(request.POST)
    if not form.is_valid():
        return _page(request, phone, form)
    state = secrets.token_hex(16)
    request.session[BINDING_STATE] = state
    keep_phone(request, BINDING, phone, now() + COMES_BACK_WITHIN)
    return redirect(wechat.authorize_url(back=request.build_absolute_uri(reverse("my_wechat_callback")), state=state))


@require_GET
@own_page("my")
@where_set_up
def my_wechat_callback(request: HttpRequest, phone: str) -> HttpResponse:
    """Bind the account by which the page was opened, if it is this session that went there, for this number."""
    began_for = kept_phone(request, BINDING)
    state = request.session.pop(BINDING_STATE, "")
    request.session.pop(BINDING, None)
    is_own = bool(state) and hmac.compare_digest(state.encode(), request.GET.get("state", "").encode())
    code = request.GET.get("code", "")
    if not is_own or began_for != phone or not code:
        messages.error(request, _("没有绑定：请在本页重新操作一次，并在微信中确认。"))
        return redirect("my_wechat")
    try:
        bind_wechat(phone=phone, openid=wechat.openid_of(code[:200]), consent_version=CONSENT_VERSION)
    except NotSent:
        messages.error(request, _("微信没有确认您的账号，请过一会儿再试。"))
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("已绑定微信。验证码仍用短信发送。"))
    return redirect("my_wechat")


@require_POST
@own_page("my")
@where_set_up
def my_wechat_unbind(request: HttpRequest, phone: str) -> HttpResponse:
    """Withdraw the consent; from now on nothing goes to WeChat."""
    if unbind_wechat(phone=phone):
        messages.success(request, _("已解绑，微信账号已从本站删除，今后不再用微信通知您。"))
    return redirect("my_wechat")


def _page(request: HttpRequest, phone: str, form: ConsentForm) -> HttpResponse:
    context = {
        "bound": bound_wechat(phone),
        "form": form,
        # 网页授权 works in WeChat's own browser alone.
        "is_in_wechat": "MicroMessenger" in request.META.get("HTTP_USER_AGENT", ""),
    }
    return render(request, "public/my/wechat.html", context)
