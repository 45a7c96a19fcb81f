"""Posted gifts at the desk: search, one gift, its giver's name, its voucher."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import DomainError
from core.money import ZERO_YUAN
from core.views.answers import add_refusal, private_file
from donations.choices import CorrectionStatus, DonorKind, PaperKind, PoolState, ReceiptState
from donations.display import gift_status
from donations.filters import GiftSearchForm
from donations.forms.steps import NameChoiceForm, ReasonForm
from donations.models import Donation
from donations.permissions import gift_for
from donations.selectors.claims.pool import pool_history, pooled_of
from donations.selectors.desk import gift_corrections, gift_facts, gift_history, search_gifts
from donations.selectors.givers import feedbacks_of, has_contact, requests_of
from donations.selectors.identities import standing_identity
from donations.selectors.receipts import papers_of, receipts_of
from donations.services.claims.pooling import why_not_pooled
from donations.services.files import open_gift_voucher
from donations.services.names import choose_name, reveal_name
from organizations.choices import Right
from organizations.permissions import may, require
from organizations.views.access import StaffRequest, desk_page


@desk_page(Right.VIEW_GIFTS)
@require_safe
def gift_list(request: StaffRequest) -> HttpResponse:
    """Posted gifts in the person's branches, newest first, narrowed by the form."""
    form = GiftSearchForm(request.GET or None, person=request.user)
    asked = form.asked()
    page = search_gifts(request.user, asked, request.GET.get("page", ""))
    query = request.GET.copy()
    links = {}
    for name, cursor in (("next_url", page.next_cursor), ("previous_url", page.previous_cursor)):
        query["page"] = cursor
        links[name] = f"?{query.urlencode()}" if cursor else ""
    context = {"form": form, "page": page, "is_open": asked.is_set or bool(form.errors), **links}
    return render(request, "donations/gifts.html", context)


@desk_page(Right.VIEW_GIFTS)
@require_safe
def gift_detail(request: StaffRequest, number: str) -> HttpResponse:
    """One gift: facts, voucher, corrections, history."""
    gift = gift_for(request.user, number)
    return render(request, "donations/gift.html", gift_context(request, gift))


def gift_context(request: StaffRequest, gift: Donation) -> dict[str, Any]:
    """What the gift's page shows, and what the person may do there."""
    corrections = gift_corrections(gift)
    taken = next((one.taken_total for one in corrections if one.is_current), ZERO_YUAN)
    is_open = any(one.status == CorrectionStatus.REQUESTED for one in corrections)
    corrects = may(request.user, Right.CORRECT_GIFTS, gift.branch)
    status = gift_status(gift.amount, taken)
    return {
        "gift": gift_facts(gift),
        "status": status,
        "corrections": corrections,
        "history": gift_history(gift),
        "may_reveal": may(request.user, Right.REVEAL_NAMES, gift.branch),
        "may_choose": may(request.user, Right.ENTER_GIFTS, gift.branch),
        "corrects": corrects,
        "may_request": corrects and taken < gift.amount and not is_open,
        "reveal_form": ReasonForm(auto_id="reveal-%s"),
        **_papers(request, gift),
        **_giver(request, gift),
        **_waiting(request, gift),
    }


def _waiting(request: StaffRequest, gift: Donation) -> dict[str, Any]:
    """How a gift without a giver stands in the pool; nothing of any other gift."""
    if gift.donor_kind != DonorKind.ANONYMOUS:
        return {}
    pooled = pooled_of(gift)
    may_enter = pooled is None or pooled.state == PoolState.LEFT
    is_open = pooled is not None and pooled.state == PoolState.OPEN
    serves = may(request.user, Right.SERVE_GIVERS, gift.branch)
    return {
        "pooled": pooled,
        "pool_history": pool_history(pooled) if pooled is not None else [],
        "identity": standing_identity(gift),
        "may_pool": serves and (is_open or (may_enter and not why_not_pooled(gift))),
    }


def _giver(request: StaffRequest, gift: Donation) -> dict[str, Any]:
    """What passed between the branch and the gift's giver since, for those who look after givers."""
    if not may(request.user, Right.SERVE_GIVERS, gift.branch):
        return {"serves_giver": False}
    return {
        "serves_giver": True,
        "has_contact": has_contact(gift),
        "requests": requests_of(gift),
        "feedbacks": feedbacks_of(gift),
    }


def _papers(request: StaffRequest, gift: Donation) -> dict[str, Any]:
    """The gift's receipts and papers, for those who handle them."""
    if not may(request.user, Right.MANAGE_RECEIPTS, gift.branch):
        return {"handles_receipts": False}
    receipts, printed = receipts_of(gift), papers_of(gift)
    return {
        "handles_receipts": True,
        "receipts": receipts,
        "standing_receipt": next((one for one in receipts if one.state != ReceiptState.CANCELLED), None),
        "papers": [
            {"kind": kind, "label": _print_label(label, printed.get(kind, 0))} for kind, label in PaperKind.choices
        ],
    }


def _print_label(paper: Any, printed: int) -> str:
    if printed:
        return _("补打%(paper)s（已打 %(n)d 次）") % {"paper": paper, "n": printed}
    return _("打印%(paper)s") % {"paper": paper}


@desk_page(Right.REVEAL_NAMES)
@require_POST
def gift_name(request: StaffRequest, number: str) -> HttpResponse:
    """Show the giver's name once, to somebody who says why; the look is recorded."""
    gift = gift_for(request.user, number)
    require(request.user, Right.REVEAL_NAMES, gift.branch)
    form = ReasonForm(request.POST, auto_id="reveal-%s")
    context: dict[str, Any] = {}
    if form.is_valid():
        try:
            context["name"] = reveal_name(donation=gift, reason=form.cleaned_data["reason"], actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
    # Written after the look, so that the history shows it.
    return render(request, "donations/gift.html", {**gift_context(request, gift), **context, "reveal_form": form})


@desk_page(Right.ENTER_GIFTS)
@require_http_methods(["GET", "POST"])
def gift_display(request: StaffRequest, number: str) -> HttpResponse:
    """Change how the giver is named in public, at the giver's word."""
    gift = gift_for(request.user, number)
    require(request.user, Right.ENTER_GIFTS, gift.branch)
    form = NameChoiceForm(request.POST or None, initial={"choice": gift.name_choice})
    if form.is_valid():
        try:
            choose_name(donation=gift, actor=request.user, **form.cleaned_data)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("公开方式已改，公开页面立即按新的方式显示。"))
            return redirect("desk_gift", number=gift.number)
    return render(request, "donations/gift_display.html", {"gift": gift_facts(gift), "form": form})


@desk_page(Right.REVEAL_NAMES)
@require_safe
def gift_voucher(request: StaffRequest, number: str) -> FileResponse:
    """The voucher of a gift, for people who may see its giver's name; the reading is recorded."""
    gift = gift_for(request.user, number)
    stored, source = open_gift_voucher(gift=gift, actor=request.user)
    is_picture = stored.content_type.startswith("image/")
    return private_file(source, filename=stored.name, content_type=stored.content_type, attachment=not is_picture)
