"""Reversing a posted gift: asked for by one person, decided by another."""

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
from django.views.decorators.http import require_http_methods

from core.errors import DomainError
from core.views.answers import add_refusal
from donations.choices import CorrectionStatus
from donations.forms.steps import CorrectionForm, NoteForm, ReasonForm
from donations.permissions import correction_for, gift_for
from donations.selectors.desk import gift_facts
from donations.services.corrections import (
    approve_correction,
    decline_correction,
    request_correction,
    withdraw_correction,
)
from organizations.choices import Right
from organizations.permissions import require
from organizations.views.access import StaffRequest, desk_page


@dataclass(frozen=True)
class Decision:
    """One way to end a request: its words, what is asked for, and the service that does it."""

    title: Any
    submit: Any
    done: Any
    service: Callable[..., Any]
    form: type[forms.Form] = forms.Form
    tone: str = "warning"


DECISIONS: dict[str, Decision] = {
    "approve": Decision(
        title=gettext_lazy("批准冲销或退还"),
        submit=gettext_lazy("批准，不能撤销"),
        done=gettext_lazy("已批准并记账，公开页面显示更正说明。"),
        service=approve_correction,
        form=NoteForm,
        tone="danger",
    ),
    "decline": Decision(
        title=gettext_lazy("不批准"),
        submit=gettext_lazy("不批准"),
        done=gettext_lazy("已告知提出人：没有批准。"),
        service=decline_correction,
        form=ReasonForm,
    ),
    "withdraw": Decision(
        title=gettext_lazy("撤回申请"),
        submit=gettext_lazy("撤回"),
        done=gettext_lazy("申请已撤回。"),
        service=withdraw_correction,
    ),
}


@desk_page(Right.CORRECT_GIFTS)
@require_http_methods(["GET", "POST"])
def correction_new(request: StaffRequest, number: str) -> HttpResponse:
    """Ask for a gift to be reversed."""
    gift = gift_for(request.user, number)
    require(request.user, Right.CORRECT_GIFTS, gift.branch)
    form = CorrectionForm(request.POST or None, gift=gift)
    if form.is_valid():
        try:
            request_correction(donation=gift, actor=request.user, **form.values())
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("已提出，等待另一人批准。"))
            return redirect("desk_gift", number=gift.number)
    return render(request, "donations/correction_new.html", {"gift": gift_facts(gift), "form": form})


@desk_page(Right.CORRECT_GIFTS)
@require_http_methods(["GET", "POST"])
def correction_decide(request: StaffRequest, number: str, correction_id: int, decision: str) -> HttpResponse:
    """Approve, decline or withdraw a request, after seeing its numbers."""
    way = DECISIONS.get(decision)
    if way is None:
        raise Http404
    gift = gift_for(request.user, number)
    require(request.user, Right.CORRECT_GIFTS, gift.branch)
    correction = correction_for(request.user, gift, correction_id)
    form = way.form(request.POST if request.method == "POST" else None)
    if form.is_valid():
        note = {"note": form.cleaned_data["reason"]} if form.fields else {}
        try:
            way.service(correction_id=correction.pk, actor=request.user, **note)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, way.done)
            return redirect("desk_gift", number=gift.number)
    why_not = _why_not(request, correction.requested_by_id, correction.status, decision)
    context = {"gift": gift_facts(gift), "correction": correction, "way": way, "form": form, "why_not": why_not}
    return render(request, "donations/correction_decide.html", context)


def _why_not(request: StaffRequest, requested_by: int, status: str, decision: str) -> str:
    if status != CorrectionStatus.REQUESTED:
        return _("这项申请已经办结。")
    is_own = request.user.pk == requested_by
    if decision == "withdraw":
        return "" if is_own else _("只有提出人可以撤回。")
    return _("这是您自己提出的，须由另一人办理。") if is_own else ""
