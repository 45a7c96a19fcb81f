"""Gifts typed at the counter, keyboard first."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.forms import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import DomainError
from core.money import capital_amount, format_yuan
from core.views.answers import add_refusal, say_refusal
from donations.forms.gifts import CounterForm, typed_amount
from donations.models import Batch
from donations.selectors.batches import batch_by_number, batch_tally
from donations.selectors.desk import counter_lines, own_counter_batch
from donations.services.counter import add_counter_gift
from donations.services.drafts import Draft, open_draft, save_draft
from donations.services.rows import exclude_row, restore_row
from donations.views.drafts import draft_count, giver_choice
from donations.views.importing import LAST_FUND
from ledger.models import Fund
from organizations.choices import Right
from organizations.permissions import require
from organizations.views.access import StaffRequest, desk_page

# Kept from one gift to the next: what a clerk at one counter has the same for many. F2 takes the rest.
_KEPT = ("received_on", "channel", "purpose")
_SAME = "counter_before"


@desk_page(Right.ENTER_GIFTS)
@require_http_methods(["GET", "POST"])
def counter(request: StaffRequest) -> HttpResponse:
    """Type one gift after the other into the person's open batch for the chosen fund."""
    before: dict[str, str] = request.session.get(_SAME, {})
    draft = open_draft(actor=request.user)
    fund_code = request.GET.get("fund") or (draft and draft.typed.get("fund")) or request.session.get(LAST_FUND, "")
    form = CounterForm(
        request.POST or None,
        request.FILES or None,
        person=request.user,
        fund_code=fund_code,
        initial=_initial(before, draft),
    )
    if "draft" in request.POST:
        return _kept_for_later(request)
    if "find" in request.POST:
        return giver_choice(request)
    if request.method == "POST" and form.is_valid():
        try:
            return _added(request, form)
        except DomainError as error:
            add_refusal(form, error)
    for name, value in before.items():
        form.fields[name].widget.attrs["data-same-value"] = value
    fund = _shown_fund(form)
    batch = own_counter_batch(request.user, fund.pk) if fund else None
    removed = request.GET.get("removed", "")
    context: dict[str, Any] = {
        "form": form,
        "draft": draft,
        "batch": batch,
        "removed": int(removed) if removed.isdigit() else None,
    }
    context |= _so_far(request, batch)
    return render(request, "donations/counter.html", context)


def _kept_for_later(request: StaffRequest) -> HttpResponse:
    """Keep the draft for somebody without scripts."""
    try:
        save_draft(typed=request.POST, edit_count=draft_count(request), actor=request.user)
    except DomainError as error:
        say_refusal(request, error)
    else:
        messages.success(request, _("草稿已保存，最长保留七天。"))
    return redirect("desk_counter")


def _initial(before: dict[str, str], draft: Draft | None) -> dict[str, str]:
    """What the form begins with: what was being typed, else what is the same from gift to gift."""
    kept = {name: before[name] for name in _KEPT if before.get(name)}
    return {**kept, **{name: text for name, text in draft.typed.items() if text}} if draft else kept


def _added(request: StaffRequest, form: CounterForm) -> HttpResponse:
    data = form.cleaned_data
    row = add_counter_gift(
        fund=data["fund"],
        typed=form.typed(),
        upload=data["voucher"].file if data["voucher"] else None,
        entry_key=data["entry_key"],
        actor=request.user,
    )
    request.session[LAST_FUND] = data["fund"].code
    # Neither the giver's name nor the remark, which may hold one: a session outlives the page (privacy: P2).
    kept = ("amount", "received_on", "channel")
    request.session[_SAME] = {name: str(data[name]) for name in kept} | {"purpose": data["purpose"]}
    if row.amount is not None:
        said = {"row": row.row_number, "amount": format_yuan(row.amount), "capital": capital_amount(row.amount)}
        messages.success(request, _("已保存第 %(row)d 笔：%(amount)s，%(capital)s。") % said)
    return redirect("desk_counter")


def _shown_fund(form: CounterForm) -> Fund | None:
    chosen = form["fund"].value()
    return next((fund for fund in form.funds if fund.code == chosen), None)


def _so_far(request: StaffRequest, batch: Batch | None) -> dict[str, Any]:
    """The rows typed so far, newest first, with their sum."""
    if batch is None:
        return {"lines": [], "tally": None}
    return {"lines": counter_lines(batch, request.user), "tally": batch_tally(batch)}


@desk_page(Right.ENTER_GIFTS)
@require_safe
def counter_amount(request: StaffRequest) -> HttpResponse:
    """How an amount is understood, in figures and in capitals: one line of text."""
    try:
        amount = typed_amount(request.GET.get("amount", "")[:40])
    except ValidationError as error:
        return HttpResponse(" ".join(error.messages), content_type="text/plain; charset=utf-8")
    return HttpResponse(f"{format_yuan(amount)} {capital_amount(amount)}", content_type="text/plain; charset=utf-8")


@desk_page(Right.ENTER_GIFTS)
@require_POST
def counter_row(request: StaffRequest, number: str, row_number: int) -> HttpResponse:
    """Take a row out of today's list, or put it back: nothing is lost, so it can be undone."""
    batch = batch_by_number(number, request.user)
    require(request.user, Right.ENTER_GIFTS, batch.branch)
    known: dict[str, Any] = {"batch_id": batch.pk, "row_number": row_number, "actor": request.user}
    address = redirect("desk_counter")
    try:
        if request.POST.get("act") == "restore":
            restore_row(**known)
        else:
            exclude_row(reason=_("录入时移除"), **known)
            address["Location"] += f"?removed={row_number}"
    except DomainError as error:
        say_refusal(request, error)
    return address
