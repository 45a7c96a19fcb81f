"""Claims at the desk: the list, one claim with the gifts it may be about, what was said, the slip."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.clock import today
from core.errors import DomainError
from core.views.answers import add_refusal, private_file
from donations.choices import ClaimState
from donations.forms.claims import ClaimFilterForm, PurposeForm
from donations.models import GiftClaim
from donations.permissions import claim_for
from donations.selectors.claims.desk import candidates, claim_counts, claim_events, claims_page
from donations.selectors.identities import identity_of_claim
from donations.services.claims.reading import open_slip, read_claim
from organizations.choices import Right
from organizations.permissions import may
from organizations.views.access import StaffRequest, desk_page

DESK = (Right.SERVE_GIVERS, Right.APPROVE_GIFTS)


@desk_page(*DESK)
@require_safe
def claim_list(request: StaffRequest) -> HttpResponse:
    """Claims that wait, the most urgent first."""
    form = ClaimFilterForm(request.GET or None, person=request.user)
    asked = form.asked()
    cursor = request.GET.get("page", "")
    page = claims_page(request.user, show=asked["show"], branch=asked["branch"], cursor=cursor)
    query = request.GET.copy()
    query["page"] = page.next_cursor
    context = {
        "form": form,
        "claims": page.claims,
        "today": today(),
        "counts": claim_counts(request.user),
        "is_open": bool({name for name in request.GET if name != "page"}),
        "next_url": f"?{query.urlencode()}" if page.next_cursor else "",
    }
    return render(request, "donations/claims/list.html", context)


@desk_page(*DESK)
@require_safe
def claim_detail(request: StaffRequest, pk: int) -> HttpResponse:
    """One claim: when it is due, which gifts it may be about, what happened."""
    claim = claim_for(request.user, pk)
    return render(request, "donations/claims/claim.html", claim_context(request, claim))


def claim_context(request: StaffRequest, claim: GiftClaim) -> dict[str, Any]:
    """What the claim's page shows, and what the person may do there."""
    person = request.user
    identity = identity_of_claim(claim)
    serves = may(person, Right.SERVE_GIVERS, claim.branch)
    corrects = may(person, Right.CORRECT_GIFTS, claim.branch)
    is_asked = identity is not None and identity.undo_asked_by_id is not None and identity.undone_at is None
    return {
        "claim": claim,
        "identity": identity,
        "today": today(),
        "events": claim_events(claim),
        "candidates": candidates(claim, person) if claim.state == ClaimState.SUBMITTED else [],
        "purpose_form": PurposeForm(auto_id="read-%s"),
        "works": serves and claim.state == ClaimState.SUBMITTED,
        "may_decline": serves and claim.state in (ClaimState.SUBMITTED, ClaimState.INCOMPLETE),
        "may_send_back": claim.state == ClaimState.PROPOSED,
        "may_confirm": claim.state == ClaimState.PROPOSED
        and claim.proposed_by_id != person.pk
        and may(person, Right.APPROVE_GIFTS, claim.branch),
        "may_ask_undo": corrects and claim.state == ClaimState.CONFIRMED and not is_asked,
        "undo_is_asked": is_asked,
        "may_undo": corrects and is_asked and identity is not None and identity.undo_asked_by_id != person.pk,
        "may_keep": corrects and is_asked,
    }


@desk_page(*DESK)
@require_POST
def claim_read(request: StaffRequest, pk: int) -> HttpResponse:
    """Show once what the claimant said, beside what the proposed gift's slip tells; each value is recorded as read."""
    claim = claim_for(request.user, pk)
    form = PurposeForm(request.POST, auto_id="read-%s")
    shown: dict[str, Any] = {}
    if form.is_valid():
        try:
            shown["values"] = read_claim(claim=claim, actor=request.user, **form.cleaned_data)
        except DomainError as error:
            add_refusal(form, error)
    context = {**claim_context(request, claim), **shown, "purpose_form": form}
    return render(request, "donations/claims/claim.html", context)


@desk_page(*DESK)
@require_http_methods(["GET", "POST"])
def claim_slip(request: StaffRequest, pk: int) -> HttpResponseBase:
    """Ask what for, then hand the photo out."""
    claim = claim_for(request.user, pk)
    form = PurposeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            stored, source = open_slip(claim=claim, actor=request.user, **form.cleaned_data)
        except DomainError as error:
            add_refusal(form, error)
        else:
            is_picture = stored.content_type.startswith("image/")
            return private_file(
                source, filename=stored.name, content_type=stored.content_type, attachment=not is_picture
            )
    return render(request, "donations/claims/slip.html", {"claim": claim, "form": form})
