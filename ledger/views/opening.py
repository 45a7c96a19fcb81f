"""Opening balances at the desk: upload, look, submit, approve or return."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from core.errors import DomainError
from core.exporting import stream_csv
from ledger.choices import OPENING_TRANSITIONS, OpeningStatus
from ledger.forms import OpeningForm, ReasonForm
from ledger.models import OpeningBatch
from ledger.permissions import branches_of_books, opening_for
from ledger.selectors.desk import openings_of
from ledger.services.opening import approve_opening, drop_opening, return_opening, stage_opening, submit_opening
from ledger.services.opening_files import TEMPLATE_HEADER, OpeningFileError
from organizations.choices import Right
from organizations.forms import show_error
from organizations.permissions import branches_with, may
from organizations.views.access import StaffRequest, desk_page

# What can be done with a batch: the service, what is said after, whether a reason is asked for.
ACTS: dict[str, tuple[Callable[..., OpeningBatch], Any, bool]] = {
    "submit": (submit_opening, _("已提交审核，请另一位有“设立和关闭资金池、期初余额”权限的同事审核。"), False),
    "approve": (approve_opening, _("期初余额已入账。"), False),
    "return": (return_opening, _("已退回制单人。"), True),
    "drop": (drop_opening, _("已作废，文件可以改好后重新上传。"), True),
}


@desk_page(Right.VIEW_LEDGER, Right.MANAGE_FUNDS)
def opening_list(request: StaffRequest) -> HttpResponse:
    """The batches of one's branches, and the form for another file."""
    mine = branches_with(request.user, Right.MANAGE_FUNDS)
    form = OpeningForm(request.POST or None, request.FILES or None, branches=mine)
    problems: tuple[str, ...] = ()
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            batch = stage_opening(
                branch=form.cleaned_data["branch"], name=file.name, data=file.read(), actor=request.user
            )
            return redirect("desk_opening_batch", pk=batch.pk)
        except DomainError as error:
            show_error(form, error)
            problems = error.problems if isinstance(error, OpeningFileError) else ()
    context: dict[str, Any] = {"form": form if mine else None, "problems": problems}
    context["batches"] = openings_of(branches_of_books(request.user))[:50]
    return render(request, "ledger/openings.html", context)


@desk_page(Right.VIEW_LEDGER, Right.MANAGE_FUNDS)
@require_safe
def opening_batch(request: StaffRequest, pk: int) -> HttpResponse:
    """One batch with its lines, its history, and what this person may do with it."""
    batch = opening_for(request.user, pk)
    is_maker = batch.made_by_id == request.user.pk
    manages = may(request.user, Right.MANAGE_FUNDS, batch.branch)
    nexts = OPENING_TRANSITIONS[batch.status] if manages else frozenset()
    context = {
        "batch": batch,
        "lines": batch.lines.select_related("fund", "unit", "site").order_by("row_number"),
        "events": batch.events.select_related("by").order_by("pk"),
        "may_submit": OpeningStatus.SUBMITTED in nexts,
        "may_approve": OpeningStatus.POSTED in nexts and not is_maker,
        "may_drop": OpeningStatus.DROPPED in nexts,
        "waits_for_another": OpeningStatus.POSTED in nexts and is_maker,
        "form": ReasonForm(),
    }
    return render(request, "ledger/opening.html", context)


@require_POST
@desk_page(Right.MANAGE_FUNDS)
def opening_act(request: StaffRequest, pk: int, act: str) -> HttpResponse:
    """Submit, approve, return or drop a batch."""
    service, done, needs_reason = ACTS[act]
    batch = opening_for(request.user, pk)
    reason = {"reason": request.POST.get("reason", "")} if needs_reason else {}
    try:
        service(batch_id=batch.pk, actor=request.user, **reason)
    except DomainError as error:
        if error.http_status in (403, 404):
            raise
        messages.error(request, error.message)
    else:
        messages.success(request, done)
    return redirect("desk_opening_batch", pk=batch.pk)


@desk_page(Right.VIEW_LEDGER, Right.MANAGE_FUNDS)
@require_safe
def opening_template(request: StaffRequest) -> HttpResponse:
    """An empty file to fill in."""
    return HttpResponse(
        b"".join(stream_csv(TEMPLATE_HEADER, [])),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="opening-balances.csv"'},
    )
