"""Batches of samples: packed, listed by bag numbers alone, sent, answered by the laboratory."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.errors import DomainError
from core.views.answers import add_refusal, place_before, posted
from organizations.choices import Right
from organizations.permissions import branches_with, holds_anywhere, may, require
from organizations.views.access import StaffRequest, desk_page
from registries.choices.donors import BatchStatus
from registries.forms.donors.steps import BatchForm, LossForm, ReceiptForm, SendingForm
from registries.models import SampleBatch
from registries.permissions import batch_for
from registries.selectors.donors import PAGE_SIZE, bags_of, bags_to_pack, batches_for
from registries.selectors.exchange import files_of_lost
from registries.services.donors.sampling import lose_batch, make_batch, receive_batch, send_batch


@desk_page(Right.VIEW_REGISTRIES)
@require_safe
def batch_list(request: StaffRequest) -> HttpResponse:
    """The batches that the person sees."""
    found = batches_for(request.user, before=place_before(request))
    shown = found[:PAGE_SIZE]
    context = {
        "batches": shown,
        "next_url": f"?before={shown[-1].pk}" if len(found) > PAGE_SIZE else "",
        "first_url": "?" if place_before(request) else "",
        "may_write": holds_anywhere(request.user, Right.KEEP_REGISTRIES),
    }
    return render(request, "registries/donors/batches.html", context)


@desk_page(Right.KEEP_REGISTRIES)
@require_http_methods(["GET", "POST"])
def batch_new(request: StaffRequest) -> HttpResponse:
    """Pack the bags of a branch into a box."""
    branches = list(branches_with(request.user, Right.KEEP_REGISTRIES))
    code = request.GET.get("branch", "")
    branch = next((one for one in branches if one.code == code), branches[0])
    form = BatchForm(posted(request), bags=bags_to_pack(branch))
    if form.is_valid():
        said = form.cleaned_data
        bags = [int(one) for one in said["samples"]]
        try:
            batch = make_batch(branch=branch, box=said["box"], sample_ids=bags, key=said["key"], actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("已装箱，批次 %(number)s。请打印清单，随箱寄出。") % {"number": batch.number})
            return redirect("desk_sample_batch", number=batch.number)
    context = {"form": form, "branch": branch, "branches": branches}
    return render(request, "registries/donors/batch_new.html", context)


@desk_page(Right.VIEW_REGISTRIES)
@require_safe
def batch_detail(request: StaffRequest, number: str) -> HttpResponse:
    """One batch and its bags; nobody is named."""
    batch = batch_for(request.user, number)
    keeps = may(request.user, Right.KEEP_REGISTRIES, batch.branch)
    context = {
        "batch": batch,
        "bags": bags_of(batch),
        "files": files_of_lost(batch, request.user),
        "may_send": keeps and batch.status == BatchStatus.OPEN,
        "may_receive": keeps and batch.status == BatchStatus.SENT,
    }
    return render(request, "registries/donors/batch.html", context)


@desk_page(Right.VIEW_REGISTRIES)
@require_safe
def batch_sheet(request: StaffRequest, number: str) -> HttpResponse:
    """The packing list for the box: bag numbers alone."""
    batch = batch_for(request.user, number)
    bags = [one for one in bags_of(batch) if one.verdict != "void"]
    return render(request, "registries/donors/batch_sheet.html", {"batch": batch, "bags": bags})


@desk_page(Right.KEEP_REGISTRIES)
@require_http_methods(["GET", "POST"])
def batch_send(request: StaffRequest, number: str) -> HttpResponse:
    """Send a box."""
    batch = _kept(request, number)
    form = SendingForm(posted(request))
    if form.is_valid():
        try:
            send_batch(batch_id=batch.pk, **form.cleaned_data, actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("已寄出，这一批志愿者转为“已送检”。"))
            return redirect("desk_sample_batch", number=batch.number)
    return render(request, "registries/donors/batch_send.html", {"batch": batch, "form": form})


@desk_page(Right.KEEP_REGISTRIES)
@require_http_methods(["GET", "POST"])
def batch_receipt(request: StaffRequest, number: str) -> HttpResponse:
    """Write down the laboratory's answer, bag by bag."""
    batch = _kept(request, number)
    form = ReceiptForm(posted(request), samples=bags_of(batch))
    if form.is_valid():
        said = {name: form.cleaned_data[name] for name in ("receipt_number", "on")}
        try:
            receive_batch(batch_id=batch.pk, **said, verdicts=form.verdicts(), actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("已记下回执；破损、量不足、未收到的已回到“待采样”。"))
            return redirect("desk_sample_batch", number=batch.number)
    return render(request, "registries/donors/batch_receipt.html", {"batch": batch, "form": form})


@desk_page(Right.KEEP_REGISTRIES)
@require_http_methods(["GET", "POST"])
def batch_lost(request: StaffRequest, number: str) -> HttpResponse:
    """Write down that a box was lost on the way, asked once more."""
    batch = _kept(request, number)
    form = LossForm(posted(request))
    if form.is_valid():
        try:
            lose_batch(batch_id=batch.pk, **form.cleaned_data, actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("已记下整箱丢失；这一批志愿者已回到“待采样”。"))
            return redirect("desk_sample_batch", number=batch.number)
    return render(request, "registries/donors/batch_lost.html", {"batch": batch, "form": form})


def _kept(request: StaffRequest, number: str) -> SampleBatch:
    batch = batch_for(request.user, number)
    require(request.user, Right.KEEP_REGISTRIES, batch.branch)
    return batch
