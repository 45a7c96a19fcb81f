"""Transfers at the desk: lists, one transfer, drafting, what arrived."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpResponse, StreamingHttpResponse
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
from organizations.views.access import StaffRequest, desk_page
from spending.choices import TransferStatus
from spending.forms import ArrivalForm, TransferForm
from spending.permissions import may_read_evidence, transfer_for
from spending.selectors.transfers import (
    PAGE_SIZE,
    TRANSFER_TABS,
    stream_transfers,
    transfer_counts,
    transfer_history,
    transfers_for,
)
from spending.services.receiving import count_transfer, keep_evidence, open_evidence
from spending.services.transfers import change_transfer, create_transfer
from spending.views.answers import add_refusal, private_file
from spending.views.transfer_steps import steps_now


@desk_page(Right.VIEW_SPENDING)
@require_safe
def transfer_list(request: StaffRequest) -> HttpResponse:
    """The person's transfers by list: drafts, to decide, to receive, under way, overdue, ended."""
    tab = request.GET.get("show", "all")
    tab = tab if tab in TRANSFER_TABS else "all"
    before = request.GET.get("before", "")
    place = int(before) if before.isdigit() and len(before) < 19 else None
    found = transfers_for(request.user, tab, before=place)
    counts = transfer_counts(request.user)
    request.desk_counts = {"desk_transfers": counts.waiting}  # type: ignore[attr-defined]
    more = f"?show={tab}&before={found[PAGE_SIZE - 1].pk}" if len(found) > PAGE_SIZE else ""
    context = {
        "tab": tab,
        "tabs": _tabs(counts.by_tab, tab),
        "counts": counts,
        "transfers": found[:PAGE_SIZE],
        "next_url": more,
        "first_url": f"?show={tab}" if place else "",
        "day": today(),
        "may_enter": holds_anywhere(request.user, Right.ENTER_SPENDING),
    }
    return render(request, "spending/transfers.html", context)


def _tabs(counts: dict[str, int], active: str) -> list[dict[str, Any]]:
    return [
        {"label": label, "url": f"?show={name}", "count": counts[name], "active": name == active}
        for name, label in TRANSFER_TABS.items()
    ]


@desk_page(Right.VIEW_SPENDING)
@require_safe
def transfer_csv(request: StaffRequest) -> StreamingHttpResponse:
    """One of the lists as CSV."""
    header = (
        _("编号"), _("拨出单位"), _("拨出资金池"), _("接收单位"), _("转入资金池"), _("金额"), _("状态"), _("拨出日期"),
        _("预计到账日期"), _("到账日期"), _("签收金额"), _("损失金额"), _("退还金额"), _("审批依据"),
    )  # fmt: skip
    rows = (
        (
            one.number, one.branch.name, one.fund.name, one.to_branch.name, one.to_fund.name if one.to_fund else "",
            one.amount, one.get_status_display(), one.sent_on, one.expected_on, one.received_on, one.accepted, one.lost,
            one.sent_back, one.decision,
        )
        for one in stream_transfers(request.user, request.GET.get("show", "all"))
    )  # fmt: skip
    response = StreamingHttpResponse(stream_csv(header, rows), content_type=CSV_CONTENT_TYPE)
    name = _("拨付_%(day)s.csv") % {"day": today().isoformat()}
    response["Content-Disposition"] = content_disposition_header(True, name) or ""
    return response


@desk_page(Right.VIEW_SPENDING)
@require_safe
def transfer_detail(request: StaffRequest, number: str) -> HttpResponse:
    """One transfer: its two ends, what became of it, its steps."""
    transfer = transfer_for(request.user, number)
    history = transfer_history(transfer)
    context = {
        "transfer": transfer,
        "history": history,
        "is_overdue": transfer.is_overdue(today()),
        "because": history[-1].reason if transfer.status in (TransferStatus.RETURNED, TransferStatus.SENT) else "",
        "steps": steps_now(request.user, transfer),
        "may_enter": may(request.user, Right.ENTER_SPENDING, transfer.branch),
        "may_receive": may(request.user, Right.RECEIVE_TRANSFERS, transfer.to_branch),
        "may_read_evidence": transfer.evidence_id is not None and may_read_evidence(request.user, transfer),
    }
    return render(request, "spending/transfer.html", context)


@desk_page(Right.ENTER_SPENDING)
@require_http_methods(["GET", "POST"])
def transfer_new(request: StaffRequest) -> HttpResponse:
    """Draft a transfer."""
    form = TransferForm(posted(request), person=request.user)
    if form.is_valid():
        try:
            transfer = create_transfer(draft=form.draft(), key=form.cleaned_data["key"], actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("拨付单已保存，核对后请提交审核。"))
            return redirect("desk_transfer", number=transfer.number)
    return render(request, "spending/transfer_edit.html", {"form": form})


@desk_page(Right.ENTER_SPENDING)
@require_http_methods(["GET", "POST"])
def transfer_edit(request: StaffRequest, number: str) -> HttpResponse:
    """Change a draft or a returned transfer."""
    transfer = transfer_for(request.user, number)
    require(request.user, Right.ENTER_SPENDING, transfer.branch)
    form = TransferForm(posted(request), person=request.user, transfer=transfer)
    if form.is_valid():
        try:
            change_transfer(transfer_id=transfer.pk, draft=form.draft(), actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("修改已保存。"))
            return redirect("desk_transfer", number=transfer.number)
    return render(request, "spending/transfer_edit.html", {"form": form, "transfer": transfer})


@desk_page(Right.RECEIVE_TRANSFERS)
@require_http_methods(["GET", "POST"])
def transfer_receive(request: StaffRequest, number: str) -> HttpResponse:
    """Record what arrived of a transfer: wholly, in part, lost, sent back."""
    transfer = transfer_for(request.user, number)
    require(request.user, Right.RECEIVE_TRANSFERS, transfer.to_branch)
    form = ArrivalForm(posted(request), request.FILES, transfer=transfer)
    if form.is_valid():
        try:
            upload = form.cleaned_data["evidence"]
            evidence = keep_evidence(upload=upload.file, actor=request.user) if upload else None
            count_transfer(transfer_id=transfer.pk, arrival=form.arrival(evidence), actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("到账情况已登记，须由本会另一人确认后入账。"))
            return redirect("desk_transfer", number=transfer.number)
    return render(request, "spending/transfer_receive.html", {"form": form, "transfer": transfer})


@desk_page(Right.VIEW_SPENDING)
@require_safe
def transfer_evidence(request: StaffRequest, number: str) -> FileResponse:
    """The proof of a loss, for those who work at the transfer; the reading is recorded."""
    return private_file(*open_evidence(transfer=transfer_for(request.user, number), actor=request.user))
