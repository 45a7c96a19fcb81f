"""Fiscal receipts at the desk, and our own papers for givers."""

from __future__ import annotations

import io
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import DomainError
from core.views.answers import add_refusal, private_file, say_refusal
from donations.forms.receipts import ReceiptForm, ReceiptListForm
from donations.forms.steps import ReasonForm
from donations.permissions import gift_for, receipt_for
from donations.selectors.desk import gift_facts
from donations.selectors.receipts import receipts_of, reversed_with_receipt, waiting_gifts
from donations.services.papers import print_paper
from donations.services.receipt_lists import take_over_receipts
from donations.services.receipts import cancel_receipt, record_receipt
from organizations.choices import Right
from organizations.permissions import require
from organizations.views.access import StaffRequest, desk_page


@desk_page(Right.MANAGE_RECEIPTS)
@require_safe
def receipt_list(request: StaffRequest) -> HttpResponse:
    """Gifts that wait for a receipt, the longest waiting first, and receipts of reversed gifts to be cancelled."""
    after = request.GET.get("after", "")
    page = waiting_gifts(request.user, after=int(after) if after.isdigit() and len(after) < 19 else 0)
    context = {
        "page": page,
        "next_url": f"?after={page.next}" if page.next else "",
        "first_url": reverse("desk_receipts") if after else "",
        "to_cancel": reversed_with_receipt(request.user),
    }
    return render(request, "donations/receipts.html", context)


@desk_page(Right.MANAGE_RECEIPTS)
@require_http_methods(["GET", "POST"])
def receipt_new(request: StaffRequest, number: str) -> HttpResponse:
    """Record what is known of a gift's receipt."""
    gift = gift_for(request.user, number)
    require(request.user, Right.MANAGE_RECEIPTS, gift.branch)
    form = ReceiptForm(request.POST or None)
    if form.is_valid():
        try:
            record_receipt(donation=gift, draft=form.draft(), actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("票据情况已登记。"))
            return redirect("desk_gift", number=gift.number)
    context = {"gift": gift_facts(gift), "form": form, "receipts": receipts_of(gift)}
    return render(request, "donations/receipt_new.html", context)


@desk_page(Right.MANAGE_RECEIPTS)
@require_http_methods(["GET", "POST"])
def receipt_cancel(request: StaffRequest, number: str, receipt_id: int) -> HttpResponse:
    """Mark a receipt as cancelled, with the reason, after seeing its numbers."""
    gift = gift_for(request.user, number)
    require(request.user, Right.MANAGE_RECEIPTS, gift.branch)
    receipt = receipt_for(gift, receipt_id)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        try:
            cancel_receipt(receipt_id=receipt.pk, reason=form.cleaned_data["reason"], actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("票据已标为作废，可以登记新的票据。"))
            return redirect("desk_gift", number=gift.number)
    context = {"gift": gift_facts(gift), "form": form, "receipt": receipt}
    return render(request, "donations/receipt_cancel.html", context)


@desk_page(Right.MANAGE_RECEIPTS)
@require_http_methods(["GET", "POST"])
def receipts_import(request: StaffRequest) -> HttpResponse:
    """Take over a list of issued receipts: all of its rows, or none and a sentence for each wrong one."""
    form = ReceiptListForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            found = take_over_receipts(source=file, filename=file.name, actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
        else:
            if found.is_recorded:
                messages.success(request, _("已登记 %(count)d 张票据。") % {"count": len(found.rows)})
                return redirect("desk_receipts")
            context["found"] = found
    return render(request, "donations/receipts_import.html", context)


@desk_page(Right.MANAGE_RECEIPTS)
@require_POST
def paper(request: StaffRequest, number: str, kind: str) -> HttpResponse | FileResponse:
    """Print a paper for the giver; each print is counted and recorded."""
    gift = gift_for(request.user, number)
    require(request.user, Right.MANAGE_RECEIPTS, gift.branch)
    address = request.build_absolute_uri(f"/donations/{gift.number}/")
    try:
        printed = print_paper(donation=gift, kind=kind, address=address, actor=request.user)
    except DomainError as error:
        say_refusal(request, error)
        return redirect("desk_gift", number=gift.number)
    return private_file(io.BytesIO(printed.content), filename=printed.name, content_type="application/pdf")
