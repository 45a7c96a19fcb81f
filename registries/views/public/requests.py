"""Booking a way to register, a talk, a sample, a visit or a call without an account; looking at it, cancelling it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.errors import DomainError
from core.throttling import Limit, count_once, place_of
from core.views.answers import add_refusal, posted
from registries.choices.requests import KINDS_OF, RequestKind, RequestSubject
from registries.forms.requests import AskPhoneForm, FindRequestForm, RequestCodeForm, RequestForm
from registries.services.requests.filing import CONSENT_VERSION, Filed, cancel_request, file_request
from registries.services.requests.reading import own_request_shown
from registries.views.public import asking

LIMIT = Limit("registry_request", 40, 3_600)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def book_start(request: HttpRequest, subject: str) -> HttpResponse:
    """Ask for the telephone; who has shown one within twenty minutes goes on at once."""
    if request.GET.get("again"):
        asking.forget(request)
    elif asking.proved(request) and request.method != "POST":
        return _onward(request, subject, "details")
    form = AskPhoneForm(posted(request))
    if asking.can_prove() and form.is_valid():
        try:
            asking.ask(request, form.cleaned_data["phone"])
        except DomainError as error:
            add_refusal(form, error)
        else:
            return _onward(request, subject, "details")
    context = {"form": form, "is_off": not asking.can_prove(), **_about(request, subject)}
    return render(request, "public/registries/book_phone.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def book_details(request: HttpRequest, subject: str) -> HttpResponse:
    """Take the code and what is asked for; a right code need not be typed again."""
    if request.method == "POST":
        count_once(LIMIT, place_of(request))
    if not (asking.proved(request) or asking.asked(request)):
        messages.info(request, _("请先用手机验证码验证。"))
        return _onward(request, subject)
    form = _form(request, subject)
    if form.is_valid() and (filed := _filed(request, form)):
        _say_filed(request, filed)
        asking.open_own(request, filed.request.pk)
        return redirect("registry_request_own")
    context = {
        "form": form,
        "tail": (asking.proved(request) or asking.asked(request))[-4:],
        "needs_code": "code" in form.fields,
        "consent_version": CONSENT_VERSION,
        **_about(request, subject),
    }
    return render(request, "public/registries/book_details.html", context)


def _form(request: HttpRequest, subject: str) -> RequestForm:
    """The form as it was sent, its code taken; or a new one with a key of its own."""
    needs_code = not asking.proved(request)
    chosen = _chosen(request, subject)
    form = RequestForm(posted(request), subject=subject, needs_code=needs_code, chosen=chosen)
    if request.method != "POST":
        return form
    form.is_valid()
    if needs_code and form.cleaned_data.get("code") and "website" not in form.errors:
        try:
            asking.prove(request, form.cleaned_data["code"])
        except DomainError as error:
            form.add_error("code", error.message)
        else:
            # Whatever else is wrong, the code was right and counts once.
            form = RequestForm(request.POST, subject=subject, needs_code=False, chosen=chosen)
    return form


def _filed(request: HttpRequest, form: RequestForm) -> Filed | None:
    phone = asking.proved(request)
    try:
        return file_request(asked=form.asked(), phone=phone, key=form.request_key(phone))
    except DomainError as error:
        add_refusal(form, error)
        return None


def _say_filed(request: HttpRequest, filed: Filed) -> None:
    if filed.is_new:
        text = _("已收到，编号 %(number)s。工作人员会打电话和您商量，请保存编号。")
        messages.success(request, text % {"number": filed.request.number})
    else:
        messages.info(request, _("这个预约已经提交过，不必重复提交。"))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def request_find(request: HttpRequest) -> HttpResponse:
    """Ask for number and telephone of one's request."""
    if request.method != "POST" and asking.own(request):
        return redirect("registry_request_own")
    form = FindRequestForm(posted(request))
    if asking.can_prove() and form.is_valid():
        try:
            asking.find(request, phone=form.cleaned_data["phone"], number=form.cleaned_data["number"])
        except DomainError as error:
            add_refusal(form, error)
        else:
            return redirect("registry_request_code")
    context = {"form": form, "is_off": not asking.can_prove()}
    return render(request, "public/registries/request_find.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def request_code(request: HttpRequest) -> HttpResponse:
    """Take the code; whether there is such a request is told to nobody without it."""
    phone = asking.finds(request)
    if not phone:
        return redirect("registry_request_find")
    form = RequestCodeForm(posted(request))
    if form.is_valid():
        try:
            asking.open_found(request, form.cleaned_data["code"])
        except DomainError as error:
            add_refusal(form, error)
        else:
            return redirect("registry_request_own")
    return render(request, "public/registries/request_code.html", {"form": form, "tail": phone[-4:]})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def request_own(request: HttpRequest) -> HttpResponse:
    """How one's own request stands; leaving the page for good is a button."""
    if request.method == "POST":
        asking.close_own(request)
        messages.info(request, _("已退出。"))
        return redirect("registry_request_find")
    shown = own_request_shown(asking.own(request))
    if shown is None:
        return redirect("registry_request_find")
    return render(request, "public/registries/request_own.html", {"one": shown})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def request_cancel(request: HttpRequest) -> HttpResponse:
    """Cancel one's own request: one question, no reason asked."""
    shown = own_request_shown(asking.own(request))
    if shown is None:
        return redirect("registry_request_find")
    if request.method == "POST":
        try:
            cancel_request(request_id=shown.id)
        except DomainError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, _("已取消。您留下的资料会在九十天后销毁。"))
        return redirect("registry_request_own")
    return render(request, "public/registries/request_cancel.html", {"one": shown})


def _chosen(request: HttpRequest, subject: str) -> dict[str, str]:
    """What was chosen on the page that led here: a kind, a branch's code. Neither says who asks."""
    kind, branch = request.GET.get("kind", ""), request.GET.get("branch", "")
    found = {"kind": kind} if kind in KINDS_OF[subject] else {}
    return found | ({"branch": branch} if branch.isascii() and branch.isdecimal() and len(branch) <= 12 else {})


def _onward(request: HttpRequest, subject: str, page: str = "") -> HttpResponse:
    """To the first or the second page of booking, with what was chosen."""
    address, query = reverse(f"{subject}_book{'_' * bool(page)}{page}"), urlencode(_chosen(request, subject))
    return redirect(f"{address}?{query}" if query else address)


def _about(request: HttpRequest, subject: str) -> dict[str, str]:
    chosen = _chosen(request, subject)
    return {
        "subject": subject,
        "subject_name": str(RequestSubject(subject).label),
        "subject_url": f"/{subject}/",
        "kind_name": str(RequestKind(chosen["kind"]).label) if "kind" in chosen else "",
        "query": urlencode(chosen),
        "query_of_branch": urlencode({name: one for name, one in chosen.items() if name == "branch"}),
    }
