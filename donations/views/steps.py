"""The steps of a batch from hand to hand: each is asked once, with its numbers repeated, and then done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from core.errors import DomainError
from core.views.answers import say_refusal
from donations.choices import BatchStatus
from donations.forms.steps import NoteForm, ReasonForm
from donations.models import Batch
from donations.permissions import why_not_approve
from donations.selectors.batches import batch_by_number
from donations.selectors.desk import approval_queue, batch_flags, corrections_waiting, desk_counts
from donations.selectors.terms import appeals_waiting
from donations.services.batches import (
    approve_batch,
    cancel_batch,
    resume_batch,
    return_batch,
    submit_batch,
    withdraw_batch,
)
from donations.views.batches import batch_figures
from organizations.choices import Right
from organizations.permissions import require
from organizations.views.access import StaffRequest, desk_page


@dataclass(frozen=True)
class Step:
    """One step: its words, who takes it, from which states, what is asked for, and the service that does it."""

    title: Any
    lead: Any
    submit: Any
    done: Any
    right: str
    states: frozenset[str]
    service: Callable[..., Any]
    form: type[forms.Form] = forms.Form
    argument: str = ""
    tone: str = "warning"


STEPS: dict[str, Step] = {
    "submit": Step(
        title=gettext_lazy("提交审核"),
        lead=gettext_lazy("提交后不能再改，由另一位审核人核对；需要修改可以撤回。"),
        submit=gettext_lazy("确认提交"),
        done=gettext_lazy("已提交，等待另一位审核人办理。"),
        right=Right.ENTER_GIFTS,
        states=frozenset({BatchStatus.DRAFT, BatchStatus.RETURNED}),
        service=submit_batch,
        form=NoteForm,
        argument="note",
        tone="info",
    ),
    "withdraw": Step(
        title=gettext_lazy("撤回提交"),
        lead=gettext_lazy("撤回后回到待核对，可以继续修改，再重新提交。"),
        submit=gettext_lazy("撤回"),
        done=gettext_lazy("已撤回，可以继续修改。"),
        right=Right.ENTER_GIFTS,
        states=frozenset({BatchStatus.SUBMITTED}),
        service=withdraw_batch,
    ),
    "cancel": Step(
        title=gettext_lazy("作废批次"),
        lead=gettext_lazy("作废后不能恢复，这批捐赠不会入账；同一份文件可以重新导入。"),
        submit=gettext_lazy("确认作废"),
        done=gettext_lazy("批次已作废，没有任何一笔入账。"),
        right=Right.ENTER_GIFTS,
        states=frozenset({BatchStatus.READING, BatchStatus.UNREADABLE, BatchStatus.DRAFT, BatchStatus.RETURNED}),
        service=cancel_batch,
        form=ReasonForm,
        argument="reason",
        tone="danger",
    ),
    "return": Step(
        title=gettext_lazy("退回修改"),
        lead=gettext_lazy("退回给经办人，附上理由；改好后可以再次提交。"),
        submit=gettext_lazy("退回"),
        done=gettext_lazy("已退回给经办人。"),
        right=Right.APPROVE_GIFTS,
        states=frozenset({BatchStatus.SUBMITTED}),
        service=return_batch,
        form=ReasonForm,
        argument="reason",
    ),
    "approve": Step(
        title=gettext_lazy("批准入账"),
        lead=gettext_lazy("批准后立即入账并公开，之后只能逐笔冲销，不能撤销。"),
        submit=gettext_lazy("批准入账"),
        done=gettext_lazy("已批准，正在入账。"),
        right=Right.APPROVE_GIFTS,
        states=frozenset({BatchStatus.SUBMITTED}),
        service=approve_batch,
    ),
}


@desk_page(Right.ENTER_GIFTS, Right.APPROVE_GIFTS)
@require_http_methods(["GET", "POST"])
def batch_step(request: StaffRequest, number: str, step: str) -> HttpResponse:
    """Ask for one step, with the numbers it is about, and take it."""
    way = STEPS.get(step)
    if way is None:
        raise Http404
    batch = batch_by_number(number, request.user)
    require(request.user, way.right, batch.branch)
    form = way.form(request.POST if request.method == "POST" else None)
    if form.is_valid():
        extra = {way.argument: form.cleaned_data["reason"]} if way.argument else {}
        try:
            way.service(batch_id=batch.pk, actor=request.user, **extra)
            messages.success(request, way.done)
        except DomainError as error:
            say_refusal(request, error)
        return redirect("desk_batch", number=batch.number)
    context = {
        **batch_figures(batch),
        "way": way,
        "step": step,
        "form": form,
        "flags": batch_flags(batch, request.user),
        "why_not": why_not_now(request.user, batch, step),
    }
    return render(request, "donations/batch_step.html", context)


def why_not_now(person: User, batch: Batch, step: str) -> str:
    """Why this step cannot be taken now; empty where it can."""
    if batch.status not in STEPS[step].states:
        return _("批次 %(number)s 现在是“%(status)s”，不能办理这一步。") % {
            "number": batch.number,
            "status": batch.get_status_display(),
        }
    return why_not_approve(person, batch) if step == "approve" else ""


@desk_page(Right.ENTER_GIFTS, Right.APPROVE_GIFTS)
@require_POST
def batch_resume(request: StaffRequest, number: str) -> HttpResponse:
    """Queue a job again that was cancelled or failed for good."""
    batch = batch_by_number(number, request.user)
    try:
        resume_batch(batch_id=batch.pk, actor=request.user)
        messages.success(request, _("已重新排队。"))
    except DomainError as error:
        say_refusal(request, error)
    return redirect("desk_batch", number=batch.number)


@desk_page(Right.APPROVE_GIFTS, Right.CORRECT_GIFTS)
@require_safe
def approvals(request: StaffRequest) -> HttpResponse:
    """What waits for this person's decision: batches as cards, and corrections."""
    counts = desk_counts(request.user)
    request.desk_counts = {"desk_approvals": counts.deciding_count}  # type: ignore[attr-defined]
    context = {
        "cards": approval_queue(request.user),
        "corrections": corrections_waiting(request.user),
        "appeals": appeals_waiting(request.user),
        "counts": counts,
    }
    return render(request, "donations/approvals.html", context)
