"""Payments at the desk: lists, one payment, drafting, printing, approval bands."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.clock import today
from core.errors import DomainError
from core.exporting import CSV_CONTENT_TYPE, stream_csv
from core.views.answers import posted
from organizations.choices import Right
from organizations.permissions import holds_anywhere, may, require
from organizations.selectors import branch_by_code
from organizations.views.access import StaffRequest, desk_page
from spending.choices import PaymentStatus, ReversalStatus
from spending.models import Payment
from spending.payment_forms import BandFormSet, DocumentForm, PaymentForm, PurposeForm, band_values, bands_asked
from spending.permissions import payment_for
from spending.selectors.bands import bands_of
from spending.selectors.payments import (
    PAGE_SIZE,
    PAYMENT_TABS,
    cards_of,
    missing_seats,
    payment_counts,
    payment_documents,
    payment_history,
    payment_reversals,
    payments_for,
    stream_payments,
)
from spending.services.bands import set_bands
from spending.services.payments import change_payment, create_payment, list_gap
from spending.views.answers import add_refusal
from spending.views.payment_steps import steps_now


@desk_page(Right.VIEW_SPENDING)
@require_safe
def payment_list(request: StaffRequest) -> HttpResponse:
    """The person's payments by list: drafts, to approve, to pay, paid, reversed."""
    tab = request.GET.get("show", "all")
    tab = tab if tab in PAYMENT_TABS else "all"
    before = request.GET.get("before", "")
    place = int(before) if before.isdigit() and len(before) < 19 else None
    found = payments_for(request.user, tab, before=place)
    counts = payment_counts(request.user)
    context = {
        "tab": tab,
        "tabs": [
            {"label": label, "url": f"?show={name}", "count": counts.by_tab[name], "active": name == tab}
            for name, label in PAYMENT_TABS.items()
        ],
        "counts": counts,
        "payments": found[:PAGE_SIZE],
        "next_url": f"?show={tab}&before={found[PAGE_SIZE - 1].pk}" if len(found) > PAGE_SIZE else "",
        "first_url": f"?show={tab}" if place else "",
        "may_enter": holds_anywhere(request.user, Right.ENTER_SPENDING),
    }
    return render(request, "spending/payments.html", context)


@desk_page(Right.VIEW_SPENDING)
@require_safe
def payment_csv(request: StaffRequest) -> StreamingHttpResponse:
    """One of the lists as CSV, without any person's name."""
    header = (
        _("编号"), _("红十字会"), _("资金池"), _("种类"), _("用途"), _("使用地区"), _("金额"), _("受助人数"),
        _("收款方"), _("状态"), _("付款日期"), _("银行流水号"), _("集体决策依据"),
    )  # fmt: skip
    rows = (
        (
            one.number, one.branch.name, one.fund.name, one.get_kind_display(), one.get_purpose_display(),
            one.area.name if one.area else "", one.amount, one.helped_count,
            one.payee_name or str(one.get_payee_kind_display()), one.get_status_display(), one.paid_on,
            one.bank_reference, one.decision,
        )
        for one in stream_payments(request.user, request.GET.get("show", "all"))
    )  # fmt: skip
    response = StreamingHttpResponse(stream_csv(header, rows), content_type=CSV_CONTENT_TYPE)
    name = _("支出_%(day)s.csv") % {"day": today().isoformat()}
    response["Content-Disposition"] = content_disposition_header(True, name) or ""
    return response


@desk_page(Right.VIEW_SPENDING)
@require_safe
def payment_detail(request: StaffRequest, number: str) -> HttpResponse:
    """One payment: what it is for, its approvals, papers, people (as a count), steps."""
    payment = payment_for(request.user, number)
    return render(request, "spending/payment.html", payment_context(request, payment))


def payment_context(request: StaffRequest, payment: Payment) -> dict[str, Any]:
    """What the payment's page shows, and what the person may do there."""
    history = payment_history(payment)
    card = cards_of([payment], request.user)[0]
    reversals = payment_reversals(payment)
    rights = {
        name: may(request.user, right, payment.branch)
        for name, right in (
            ("may_enter", Right.ENTER_SPENDING),
            ("may_read_people", Right.READ_BENEFICIARIES),
            ("may_release", Right.RELEASE_DOCUMENTS),
            ("may_decide", Right.APPROVE_SPENDING),
        )
    }
    return {
        "payment": payment,
        "card": card,
        "missing": missing_seats(payment, card.given) if payment.status == PaymentStatus.SUBMITTED else [],
        "history": history,
        "because": history[-1].reason if payment.status == PaymentStatus.RETURNED else "",
        "documents": payment_documents(payment),
        "people_count": payment.beneficiaries.count(),
        "gap": list_gap(payment) if payment.payee_kind == "list" else "",
        "reversals": reversals,
        "has_request": any(one.status == ReversalStatus.REQUESTED for one in reversals),
        "steps": steps_now(request.user, payment, card),
        "document_form": DocumentForm(auto_id="document-%s"),
        "purpose_form": PurposeForm(auto_id="purpose-%s"),
        **rights,
    }


@desk_page(Right.ENTER_SPENDING)
@require_http_methods(["GET", "POST"])
def payment_new(request: StaffRequest) -> HttpResponse:
    """Draft a payment."""
    form = PaymentForm(posted(request), person=request.user)
    if form.is_valid():
        try:
            payment = create_payment(draft=form.draft(), key=form.cleaned_data["key"], actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("支出单已保存。请补充凭证，按名单发放的请上传名单，再提交审批。"))
            return redirect("desk_payment", number=payment.number)
    return render(request, "spending/payment_edit.html", {"form": form})


@desk_page(Right.ENTER_SPENDING)
@require_http_methods(["GET", "POST"])
def payment_edit(request: StaffRequest, number: str) -> HttpResponse:
    """Change a draft or a returned payment."""
    payment = payment_for(request.user, number)
    require(request.user, Right.ENTER_SPENDING, payment.branch)
    form = PaymentForm(posted(request), person=request.user, payment=payment)
    if form.is_valid():
        try:
            change_payment(payment_id=payment.pk, draft=form.draft(), actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("修改已保存。"))
            return redirect("desk_payment", number=payment.number)
    return render(request, "spending/payment_edit.html", {"form": form, "payment": payment})


@desk_page(Right.VIEW_SPENDING)
@require_safe
def payment_print(request: StaffRequest, number: str) -> HttpResponse:
    """One payment on A4, to be signed and filed; no person's name but those of its hands."""
    payment = payment_for(request.user, number)
    card = cards_of([payment], request.user)[0]
    context = {"payment": payment, "card": card, "documents": payment_documents(payment)}
    return render(request, "spending/payment_print.html", context)


@desk_page(Right.VIEW_SPENDING, Right.MANAGE_BRANCH)
@require_http_methods(["GET", "POST"])
def bands(request: StaffRequest, code: str) -> HttpResponse:
    """What amounts ask for in a branch; who keeps the branch may set it."""
    branch = branch_by_code(code)
    manages = may(request.user, Right.MANAGE_BRANCH, branch)
    if not manages:
        require(request.user, Right.MANAGE_BRANCH if request.method == "POST" else Right.VIEW_SPENDING, branch)
    formset = BandFormSet(posted(request), initial=band_values(bands_of(branch)))
    if formset.is_bound and formset.is_valid():
        try:
            set_bands(branch=branch, bands=bands_asked(formset), actor=request.user)
        except DomainError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, _("审批权限已更新，此后提交的支出单按新的办理。"))
            return redirect("desk_spending_bands", code=branch.code)
    context = {"branch": branch, "bands": bands_of(branch), "formset": formset, "manages": manages}
    return render(request, "spending/bands.html", context)
