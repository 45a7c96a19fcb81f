"""Wishes at the desk: lists, registering, finding by document, one wish and its steps."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from core.errors import DomainError
from core.views.answers import add_refusal, place_before, posted
from organizations.choices import Right
from organizations.permissions import holds_anywhere, may
from organizations.views.access import StaffRequest, desk_page
from registries.choices import WishStatus
from registries.forms.wishes import DeclarationForm, FindForm, HandOverForm, PurposeForm, RegistrationForm, WithdrawForm
from registries.models import Wish
from registries.permissions import wish_for
from registries.selectors.taken_back import unwanted_there
from registries.selectors.wishes import DEPARTED, PAGE_SIZE, UNWANTED, WISH_TABS, wish_counts, wish_history, wishes_for
from registries.services.departed import all_departed_wishes, departed_wishes
from registries.services.reading import find_by_document, masked_names, reveal_identity, reveal_wish
from registries.services.wish_content import content_lines
from registries.services.wishes import change_wish, hand_over_wish, register_wish, stands_unwanted, withdraw_wish
from registries.views.wish_steps import kept_wish, papers_and_consents

# Lists that no column of a wish tells: which ids are on them, for a person.
_AMONG = {DEPARTED: lambda _person: all_departed_wishes(), UNWANTED: unwanted_there}


@desk_page(Right.VIEW_REGISTRIES)
@never_cache
@require_safe
def wish_list(request: StaffRequest) -> HttpResponse:
    """The wishes that the person sees, by list."""
    tab = request.GET.get("show", "in_force")
    tab = tab if tab in WISH_TABS else "in_force"
    place = place_before(request)
    among = _AMONG[tab](request.user) if tab in _AMONG else None
    found, counts = wishes_for(request.user, tab, before=place, among=among), wish_counts(request.user)
    shown = found[:PAGE_SIZE]
    names = masked_names(shown, reader=request.user)
    context = {
        "tabs": [
            {"label": label, "url": f"?show={name}", "count": counts.get(name), "active": name == tab}
            for name, label in WISH_TABS.items()
        ],
        "tab": tab,
        "rows": [(one, names.get(one.pk, "")) for one in shown],
        "departed": departed_wishes(shown),
        "next_url": f"?show={tab}&before={shown[-1].pk}" if len(found) > PAGE_SIZE else "",
        "first_url": f"?show={tab}" if place else "",
        "may_write": holds_anywhere(request.user, Right.KEEP_REGISTRIES),
    }
    return render(request, "registries/wishes.html", context)


@desk_page(Right.KEEP_REGISTRIES)
@never_cache
@require_http_methods(["GET", "POST"])
def wish_new(request: StaffRequest) -> HttpResponse:
    """Take a signed form down."""
    form = RegistrationForm(posted(request), request.FILES or None, person=request.user)
    if form.is_valid():
        try:
            wish = register_wish(registration=form.registration(form.kept_paper(request.user)), actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("已登记，编号 %(number)s。") % {"number": wish.number})
            return redirect("desk_wish", number=wish.number)
    return render(request, "registries/wish_new.html", {"form": form})


@desk_page(Right.VIEW_REGISTRIES)
@never_cache
@require_http_methods(["GET", "POST"])
def wish_find(request: StaffRequest) -> HttpResponse:
    """Find somebody's wishes by the number of a document; it is in no address and in no log."""
    form = FindForm(posted(request))
    found: list[Wish] | None = None
    if form.is_valid():
        try:
            found = find_by_document(**form.cleaned_data, actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
    names = masked_names(found or [], reader=request.user)
    rows = None if found is None else [(one, names.get(one.pk, "")) for one in found]
    return render(
        request, "registries/wish_find.html", {"form": form, "rows": rows, "departed": departed_wishes(found or [])}
    )


@desk_page(Right.VIEW_REGISTRIES)
@never_cache
@require_http_methods(["GET", "POST"])
def wish_detail(request: StaffRequest, number: str) -> HttpResponse:
    """One wish; who it is and what it says are shown once, to who says what for."""
    wish = wish_for(request.user, number)
    form = PurposeForm(posted(request))
    shown = _shown(request, wish, form) if form.is_valid() else {}
    keeps = may(request.user, Right.KEEP_REGISTRIES, wish.branch)
    context = {
        "wish": wish,
        "history": wish_history(wish),
        **papers_and_consents(request.user, wish, keeps=keeps),
        "purpose_form": form,
        "may_identify": may(request.user, Right.READ_REGISTRANTS, wish.branch),
        "may_read": may(request.user, Right.READ_WISHES, wish.branch),
        "may_step": keeps and wish.status == WishStatus.IN_FORCE,
        **_death(wish),
        "is_unwanted": stands_unwanted(wish),
        **shown,
    }
    return render(request, "registries/wish.html", context)


def _death(wish: Wish) -> dict[str, bool]:
    """Whether the person died, as far as the branch knows, and whether a case says so, after which nothing changes."""
    is_departed = bool(departed_wishes([wish]))
    return {
        "is_departed": is_departed,
        "is_final": is_departed and bool(departed_wishes([wish], by_case_alone=True)),
    }


def _shown(request: StaffRequest, wish: Wish, form: PurposeForm) -> dict[str, Any]:
    """What a person asked to see once: `identity` or `wish`."""
    asked: dict[str, Any] = {"wish": wish, "purpose": form.cleaned_data["purpose"], "actor": request.user}
    try:
        if request.POST.get("show") == "wish":
            declared = reveal_wish(**asked)
            return {
                "lines": content_lines(declared.content),
                "reference": declared.reference,
                "is_newer_elsewhere": declared.is_newer_elsewhere,
                "is_read": True,
            }
        return {"identity": reveal_identity(**asked)}
    except DomainError as error:
        add_refusal(form, error)
        return {}


@desk_page(Right.KEEP_REGISTRIES)
@never_cache
@require_http_methods(["GET", "POST"])
def wish_change(request: StaffRequest, number: str) -> HttpResponse:
    """Take a new declaration down in the place of one in force."""
    wish = kept_wish(request, number)
    form = DeclarationForm(posted(request), request.FILES or None)
    if form.is_valid():
        said = {name: form.cleaned_data[name] for name in ("channel", "signed_on", "key")}
        try:
            paper = form.kept_paper(request.user)
            new = change_wish(wish_id=wish.pk, content=form.content(), paper=paper, **said, actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("已变更，新的编号 %(number)s；原登记保留备查。") % {"number": new.number})
            return redirect("desk_wish", number=new.number)
    return render(request, "registries/wish_change.html", {"wish": wish, "form": form})


@desk_page(Right.KEEP_REGISTRIES)
@never_cache
@require_http_methods(["GET", "POST"])
def wish_withdraw(request: StaffRequest, number: str) -> HttpResponse:
    """Withdraw a wish for the person, at once and without a reason."""
    wish = kept_wish(request, number)
    form = WithdrawForm(posted(request))
    if form.is_valid():
        try:
            withdraw_wish(wish_id=wish.pk, channel=form.cleaned_data["channel"], actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
        else:
            if wish.is_there:
                messages.warning(
                    request, _("在本会已撤回。这份登记报送过全国系统，请协助本人在全国系统也撤回，再在这里记下日期。")
                )
            else:
                messages.success(request, _("已撤回，从现在起不再有效。"))
            return redirect("desk_wish", number=wish.number)
    return render(request, "registries/wish_withdraw.html", {"wish": wish, "form": form})


@desk_page(Right.KEEP_REGISTRIES)
@never_cache
@require_http_methods(["GET", "POST"])
def wish_hand_over(request: StaffRequest, number: str) -> HttpResponse:
    """Write down the number of the national system."""
    wish = kept_wish(request, number)
    form = HandOverForm(posted(request))
    if form.is_valid():
        try:
            hand_over_wish(wish_id=wish.pk, **form.cleaned_data, actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("已记下全国系统登记号。"))
            return redirect("desk_wish", number=wish.number)
    return render(request, "registries/wish_hand_over.html", {"wish": wish, "form": form})
