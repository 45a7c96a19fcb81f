"""我的登记: one's own registrations by telephone, code and name: seen, contact changed, withdrawn."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from core.errors import DomainError, NotFound
from core.views.answers import add_refusal, place_before, posted
from registries.forms.donors.joining import KinForm
from registries.forms.public import CodeForm, NewPhoneCodeForm, NewPhoneForm, PhoneForm
from registries.services.donors.own import (
    change_own_donor_consent,
    change_own_kin,
    has_left,
    own_donors,
    withdraw_own_donor,
)
from registries.services.mine import (
    change_own_consent,
    change_own_phone,
    has_several_in_force,
    has_withdrawn,
    own_wishes,
    withdraw_own_wish,
)
from registries.services.readings import PAGE_SIZE, own_looks, own_readings
from registries.views.public import proving

# One sentence for a number that nobody registered, a wrong name and a wrong code.
_NOT_FOUND = gettext_lazy(
    "没有查到：验证码不对或已失效，或者没有与这个手机号和姓名相符的登记。"
    "请核对姓名和最新一条短信后再试；五次不对须重新获取验证码。也可以致电当地红十字会。"
)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def mine_phone(request: HttpRequest) -> HttpResponse:
    """Ask for the telephone; who has proved it goes on at once."""
    if request.method != "POST" and proving.people(request):
        return redirect("registry_mine_wishes")
    form = PhoneForm(posted(request))
    if proving.can_prove() and form.is_valid():
        try:
            proving.ask(request, form.cleaned_data["phone"])
        except DomainError as error:
            add_refusal(form, error)
        else:
            return redirect("registry_mine_code")
    return render(request, "public/registries/mine_phone.html", {"form": form, "is_off": not proving.can_prove()})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def mine_code(request: HttpRequest) -> HttpResponse:
    """Take the code and the name; which of the two is wrong, or whether there is anybody, is not told."""
    phone = proving.asked(request)
    if not phone:
        return redirect("registry_mine")
    form = CodeForm(posted(request))
    if form.is_valid():
        try:
            if proving.prove(request, code=form.cleaned_data["code"], name=form.cleaned_data["name"]):
                return redirect("registry_mine_wishes")
            form.add_error(None, _NOT_FOUND)
        except DomainError as error:
            add_refusal(form, error)
    return render(request, "public/registries/mine_code.html", {"form": form, "tail": phone[-4:]})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def mine_wishes(request: HttpRequest) -> HttpResponse:
    """One's registrations; leaving the page for good is a button."""
    if request.method == "POST":
        proving.leave(request)
        messages.info(request, _("已退出。"))
        return redirect("organ")
    people = proving.people(request)
    if not people:
        return redirect("registry_mine")
    context = {"wishes": own_wishes(people), "donors": own_donors(people), "several": has_several_in_force(people)}
    return render(request, "public/registries/mine_wishes.html", context)


@never_cache
@require_safe
def mine_readings(request: HttpRequest) -> HttpResponse:
    """Who of the staff looked at one's registrations, newest first; one's own looks apart."""
    people = proving.people(request)
    if not people:
        return redirect("registry_mine")
    place = place_before(request)
    found = own_readings(people, before=place)
    context = {
        "readings": found[:PAGE_SIZE],
        "next_url": f"?before={found[PAGE_SIZE - 1].place}" if len(found) > PAGE_SIZE else "",
        "first_url": "?" if place else "",
        "own_looks": [] if place else own_looks(people),
    }
    return render(request, "public/registries/mine_readings.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def mine_withdraw(request: HttpRequest, number: str) -> HttpResponse:
    """Withdraw one's registration: one question, no reason asked."""
    people = proving.people(request)
    if not people:
        return redirect("registry_mine")
    wish = next((one for one in own_wishes(people) if one.number == number), None)
    if wish is None:
        return _over(request, is_theirs=has_withdrawn(registrant_ids=people, number=number))
    if request.method == "POST":
        try:
            withdraw_own_wish(registrant_ids=people, number=number)
        except DomainError as error:
            return _not_withdrawn(request, error)
        if wish.is_known_there:
            messages.warning(
                request, _("在红十字会已撤回。这份登记还报送过全国系统，请在全国登记页面也撤回，才完全失效。")
            )
        else:
            messages.success(request, _("已撤回，从现在起不再有效。"))
        return redirect("registry_mine_wishes")
    return render(request, "public/registries/mine_withdraw.html", {"wish": wish})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def mine_consent(request: HttpRequest, number: str, subject: str) -> HttpResponse:
    """Give or take back one consent of one's own: one question."""
    people = proving.people(request)
    if not people:
        return redirect("registry_mine")
    wish = next((one for one in own_wishes(people) if one.number == number), None)
    found = next((one for one in wish.consents if one[0] == subject), None) if wish else None
    if wish is None or found is None:
        return _over(request, is_theirs=wish is None and has_withdrawn(registrant_ids=people, number=number))
    if request.method == "POST":
        return _changed(request, partial(change_own_consent, registrant_ids=people, number=number, subject=subject))
    context = {"wish": wish, "subject": subject, "label": found[1], "is_given": found[2]}
    return render(request, "public/registries/mine_consent.html", context)


def _changed(request: HttpRequest, change: Callable[..., object]) -> HttpResponse:
    """Carry out what was said of one consent, and say what became of it."""
    gives = request.POST.get("act") == "give"
    try:
        change(gives=gives)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("已同意。") if gives else _("已撤回这一项同意，马上生效。"))
    return redirect("registry_mine_wishes")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def mine_donor_withdraw(request: HttpRequest, number: str) -> HttpResponse:
    """Leave the library of stem-cell donors: one question, no reason asked."""
    people = proving.people(request)
    if not people:
        return redirect("registry_mine")
    donor = next((one for one in own_donors(people) if one.number == number), None)
    if donor is None:
        return _over(request, is_theirs=has_left(registrant_ids=people, number=number))
    if request.method == "POST":
        try:
            withdraw_own_donor(registrant_ids=people, number=number)
        except DomainError:
            return _over(request, is_theirs=True)
        sentence = _("已退出造血干细胞捐献者资料库，我们不再为捐献联系您。全国资料库里的资料，请登记机构协助办理退库。")
        messages.success(request, sentence)
        return redirect("registry_mine_wishes")
    return render(request, "public/registries/mine_donor_withdraw.html", {"donor": donor})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def mine_donor_consent(request: HttpRequest, number: str, subject: str) -> HttpResponse:
    """Give or take back the consent to be rung as a donor: one question."""
    people = proving.people(request)
    if not people:
        return redirect("registry_mine")
    donor = next((one for one in own_donors(people) if one.number == number), None)
    found = next((one for one in donor.consents if one[0] == subject), None) if donor else None
    if donor is None or found is None:
        return _over(request, is_theirs=donor is None and has_left(registrant_ids=people, number=number))
    if request.method == "POST":
        return _changed(
            request, partial(change_own_donor_consent, registrant_ids=people, number=number, subject=subject)
        )
    context = {"donor": donor, "subject": subject, "label": found[1], "is_given": found[2]}
    return render(request, "public/registries/mine_donor_consent.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def mine_donor_kin(request: HttpRequest, number: str) -> HttpResponse:
    """Name two others whom to ring; those before are not shown."""
    people = proving.people(request)
    if not people:
        return redirect("registry_mine")
    donor = next((one for one in own_donors(people) if one.number == number), None)
    if donor is None:
        return _over(request, is_theirs=has_left(registrant_ids=people, number=number))
    form = KinForm(posted(request))
    if form.is_valid():
        try:
            change_own_kin(registrant_ids=people, number=number, people=form.kin())
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("两位亲友的联系方式已更换。"))
            return redirect("registry_mine_wishes")
    return render(request, "public/registries/mine_donor_kin.html", {"form": form, "donor": donor})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def mine_contact(request: HttpRequest) -> HttpResponse:
    """Change the telephone: the new one is shown by a code as well."""
    people = proving.people(request)
    if not people:
        return redirect("registry_mine")
    waits = bool(proving.asked_new(request)) and not request.GET.get("again")
    form = NewPhoneCodeForm(posted(request)) if waits else NewPhoneForm(posted(request))
    if form.is_valid():
        try:
            if waits:
                change_own_phone(registrant_ids=people, phone=proving.prove_new(request, form.cleaned_data["code"]))
                messages.success(request, _("手机号已更换。"))
                return redirect("registry_mine_wishes")
            proving.ask_new(request, form.cleaned_data["phone"])
        except DomainError as error:
            add_refusal(form, error)
        else:
            return redirect("registry_mine_contact")
    context = {"form": form, "waits": waits, "tail": proving.asked_new(request)[-4:]}
    return render(request, "public/registries/mine_contact.html", context)


def _not_withdrawn(request: HttpRequest, error: DomainError) -> HttpResponse:
    """What one is told where a withdrawal is not taken: it is over, or it goes another way."""
    if error.code != "wish_at_branch":
        return _over(request, is_theirs=True)
    messages.error(request, error.message)
    return redirect("registry_mine_wishes")


def _over(request: HttpRequest, *, is_theirs: bool) -> HttpResponse:
    """What one is told of a registration that is over: their own is said to be; any other is not there."""
    if not is_theirs:
        raise NotFound("wish_not_found", _("没有这份有效的登记，它可能已经撤回。"))
    messages.info(request, _("这份登记已经撤回，不用再办一次。"))
    return redirect("registry_mine_wishes")
