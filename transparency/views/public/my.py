"""我的捐赠: a giver's own gifts, after a code sent to the telephone left with them. No account, nothing to remember."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.clock import now
from core.errors import DomainError, NotFound
from core.notifying.backends import wechat
from core.phone_codes import ask_for_code, check_code, checked_mobile
from core.throttling import place_of
from donations.choices import NameChoice, RequestKind
from donations.selectors.givers import (
    as_own,
    is_known_phone,
    own_feedbacks,
    own_gift,
    own_gifts,
    own_requests,
)
from donations.selectors.public import public_gift
from donations.services.givers import ask_about_gift, withdraw_request
from donations.services.names import choose_own_name
from transparency.selectors.gift_ways import gift_way
from transparency.views.public.proving import PROVED, WAITS, CodeForm, has_proved, keep_phone, kept_phone, own_page

PURPOSE = "giver"
_ASKED = "giver_asked"


class PhoneForm(forms.Form):
    """The telephone that was left with a gift."""

    phone = forms.CharField(
        label=gettext_lazy("捐赠时留的手机号"),
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )


class OwnNameForm(forms.Form):
    """How the giver wants to be named in public."""

    choice = forms.ChoiceField(label=gettext_lazy("公开方式"), choices=NameChoice.choices, widget=forms.RadioSelect)


class RequestForm(forms.Form):
    """What the giver asks."""

    kind = forms.ChoiceField(label=gettext_lazy("要办的事项"), choices=RequestKind.choices, widget=forms.RadioSelect)
    text = forms.CharField(label=gettext_lazy("具体要求"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4}))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def my(request: HttpRequest) -> HttpResponse:
    """The giver's gifts, or the form for the telephone; the answer is the same whether the number is known or not."""
    phone = kept_phone(request, PROVED)
    if phone:
        context = {"gifts": own_gifts(phone), "as_of": now(), "has_wechat": wechat.is_set_up()}
        return render(request, "public/my/gifts.html", context)
    form = PhoneForm(request.POST or None)
    is_off = settings.NOTIFIER == "off"
    if not is_off and form.is_valid():
        try:
            number = checked_mobile(form.cleaned_data["phone"])
            ask_for_code(phone=number, purpose=PURPOSE, place=place_of(request), is_known=is_known_phone(number))
        except DomainError as error:
            form.add_error("phone" if error.fields else None, error.message)
        else:
            keep_phone(request, _ASKED, number, now() + WAITS)
            return redirect("my_code")
    return render(request, "public/my/phone.html", {"form": form, "is_off": is_off})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def my_code(request: HttpRequest) -> HttpResponse:
    """Take the code; right, it opens the giver's own pages for twenty minutes."""
    number = kept_phone(request, _ASKED)
    if not number:
        return redirect("my")
    form = CodeForm(request.POST or None)
    if form.is_valid():
        try:
            check_code(phone=number, purpose=PURPOSE, code=form.cleaned_data["code"])
        except DomainError as error:
            form.add_error("code", error.message)
        else:
            has_proved(request, _ASKED, number)
            return redirect("my")
    return render(request, "public/my/code.html", {"form": form, "tail": number[-4:]})


@never_cache
@require_POST
def my_leave(request: HttpRequest) -> HttpResponse:
    """Close the giver's own pages at once."""
    for name in (_ASKED, PROVED):
        request.session.pop(name, None)
    messages.success(request, _("已退出，您的捐赠信息不再显示。"))
    return redirect("my")


@require_safe
@own_page("my")
def my_gift(request: HttpRequest, phone: str, number: str) -> HttpResponse:
    """One gift of the giver's own: its way, its receipt, how it is named, what was asked and answered."""
    return _gift_page(request, phone, number)


def _gift_page(request: HttpRequest, phone: str, number: str, **over: object) -> HttpResponse:
    gift = own_gift(phone, number)
    public = public_gift(gift.number)
    context = {
        "gift": as_own(gift),
        "public": public,
        "way": gift_way(public),
        "requests": own_requests(gift),
        "feedbacks": own_feedbacks(gift),
        "name_form": OwnNameForm(initial={"choice": gift.name_choice}, auto_id="name-%s"),
        "request_form": RequestForm(initial={"kind": RequestKind.COPIES}, auto_id="ask-%s"),
        "as_of": now(),
        **over,
    }
    return render(request, "public/my/gift.html", context)


@require_POST
@own_page("my")
def my_name(request: HttpRequest, phone: str, number: str) -> HttpResponse:
    """Change how the giver is named in public; holds at once."""
    gift = own_gift(phone, number)
    form = OwnNameForm(request.POST, auto_id="name-%s")
    if not form.is_valid():
        return _gift_page(request, phone, number, name_form=form)
    choose_own_name(donation=gift, choice=form.cleaned_data["choice"])
    messages.success(request, _("公开方式已改，公开页面立即按新的方式显示。"))
    return redirect("my_gift", number=gift.number)


@require_POST
@own_page("my")
def my_ask(request: HttpRequest, phone: str, number: str) -> HttpResponse:
    """Ask about a gift: copies of how it was used, an objection, a correction."""
    gift = own_gift(phone, number)
    form = RequestForm(request.POST, auto_id="ask-%s")
    if form.is_valid():
        try:
            asked = ask_about_gift(donation=gift, **form.cleaned_data)
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("已提交，将在 %(day)s 前答复，届时在这里可以看到。") % {"day": asked.due_on})
            return redirect("my_gift", number=gift.number)
    return _gift_page(request, phone, number, request_form=form)


@require_POST
@own_page("my")
def my_withdraw(request: HttpRequest, phone: str, number: str, request_id: int) -> HttpResponse:
    """Take back a request of one's own."""
    gift = own_gift(phone, number)
    if request_id not in {one.id for one in own_requests(gift)}:
        raise NotFound
    try:
        withdraw_request(request_id=request_id)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("请求已撤回。"))
    return redirect("my_gift", number=gift.number)
