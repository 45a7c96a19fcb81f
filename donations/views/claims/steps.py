"""The steps of a claim: each is asked once, with its facts repeated, and then done."""

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
from donations.choices import CLAIM_TRANSITIONS, ClaimState
from donations.forms.claims import DeclineForm, ForwardForm, PhotoForm, ProposeForm, ReasonOnlyForm, UndoForm
from donations.models import GiftClaim
from donations.permissions import claim_for, pooled_for
from donations.selectors.claims.desk import proposed_kind
from donations.services.claims.deciding import (
    ask_for_photo,
    confirm_claim,
    decline_claim,
    forward_claim,
    propose_claim,
    send_back_claim,
)
from donations.services.claims.undoing import ask_to_undo, keep_identity, undo_identification
from donations.views.claims.claims import DESK
from organizations.choices import Right
from organizations.permissions import require
from organizations.views.access import StaffRequest, desk_page


@dataclass(frozen=True)
class Step:
    """One step: its words, who takes it, to which state, what is asked for, and the service that does it."""

    title: Any
    lead: Any
    submit: Any
    done: Any
    right: str
    to_state: str
    service: Callable[..., Any]
    form: type[forms.Form] = forms.Form
    tone: str = "warning"


STEPS: dict[str, Step] = {
    "propose": Step(
        title=gettext_lazy("核对为一笔捐赠"),
        lead=gettext_lazy("请先打开认领内容和凭证照片，与这笔捐赠的银行回单逐项核对。由另一人复核后才生效。"),
        submit=gettext_lazy("核对一致，请另一人复核"),
        done=gettext_lazy("已提交，等待另一人复核。"),
        right=Right.SERVE_GIVERS,
        to_state=ClaimState.PROPOSED,
        service=propose_claim,
        form=ProposeForm,
        tone="info",
    ),
    "send-back": Step(
        title=gettext_lazy("退回重新核对"),
        lead=gettext_lazy("认领回到待核对，认领人看不到这一步。"),
        submit=gettext_lazy("退回"),
        done=gettext_lazy("已退回重新核对。"),
        right="",
        to_state=ClaimState.SUBMITTED,
        service=send_back_claim,
        form=ReasonOnlyForm,
    ),
    "confirm": Step(
        title=gettext_lazy("复核确认"),
        lead=gettext_lazy(
            "确认后，认领人凭手机号在“我的捐赠”中看到这笔捐赠，公开名称按认领人的选择显示；账上和合计不变。"
        ),
        submit=gettext_lazy("确认是这位捐赠人"),
        done=gettext_lazy("已确认，认领人会收到短信。"),
        right=Right.APPROVE_GIFTS,
        to_state=ClaimState.CONFIRMED,
        service=confirm_claim,
    ),
    "decline": Step(
        title=gettext_lazy("不能确认"),
        lead=gettext_lazy("认领人只看到您选的原因。即使捐赠是别人的，也不要让认领人知道。"),
        submit=gettext_lazy("答复不能确认"),
        done=gettext_lazy("已答复认领人。"),
        right=Right.SERVE_GIVERS,
        to_state=ClaimState.DECLINED,
        service=decline_claim,
        form=DeclineForm,
        tone="danger",
    ),
    "photo": Step(
        title=gettext_lazy("请认领人重拍照片"),
        lead=gettext_lazy("认领人会收到短信，补充后重新计算答复期限。"),
        submit=gettext_lazy("请认领人重拍"),
        done=gettext_lazy("已请认领人补充照片。"),
        right=Right.SERVE_GIVERS,
        to_state=ClaimState.INCOMPLETE,
        service=ask_for_photo,
        form=PhotoForm,
    ),
    "forward": Step(
        title=gettext_lazy("转交另一家红十字会"),
        lead=gettext_lazy("款不在本会时转交。认领人看不到这一步，答复期限不变。"),
        submit=gettext_lazy("转交"),
        done=gettext_lazy("已转交。"),
        right=Right.SERVE_GIVERS,
        to_state="",
        service=forward_claim,
        form=ForwardForm,
    ),
    "ask-undo": Step(
        title=gettext_lazy("提出更正：确认有误"),
        lead=gettext_lazy(
            "由另一人批准后，捐赠恢复为待认领，公开名称恢复为“爱心人士”，认领人不再看到它；账上和合计不变。"
        ),
        submit=gettext_lazy("提出更正"),
        done=gettext_lazy("已提出，等待另一人批准。"),
        right=Right.CORRECT_GIFTS,
        to_state=ClaimState.UNDONE,
        service=ask_to_undo,
        form=UndoForm,
    ),
    "undo": Step(
        title=gettext_lazy("批准更正"),
        lead=gettext_lazy("批准后立即生效，更正说明会公开。"),
        submit=gettext_lazy("批准更正"),
        done=gettext_lazy("已更正，捐赠恢复为待认领。"),
        right=Right.CORRECT_GIFTS,
        to_state=ClaimState.UNDONE,
        service=undo_identification,
        tone="danger",
    ),
    "keep": Step(
        title=gettext_lazy("不更正"),
        lead=gettext_lazy("原来的确认不变。"),
        submit=gettext_lazy("不更正，保持原来的确认"),
        done=gettext_lazy("原来的确认不变。"),
        right=Right.CORRECT_GIFTS,
        to_state=ClaimState.UNDONE,
        service=keep_identity,
        tone="info",
    ),
}


@desk_page(*DESK)
@require_http_methods(["GET", "POST"])
def claim_step(request: StaffRequest, pk: int, step: str) -> HttpResponse:
    """Ask for one step, with what it is about, and take it."""
    way = STEPS.get(step)
    if way is None:
        raise Http404
    claim = claim_for(request.user, pk)
    if way.right:
        require(request.user, way.right, claim.branch)
    form = _form(request, way, claim)
    if form.is_valid():
        try:
            way.service(claim_id=claim.pk, actor=request.user, **_values(request, form))
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, way.done)
            # One that was handed over may be out of the person's sight.
            return redirect("desk_claims") if step == "forward" else redirect("desk_claim", pk=claim.pk)
    context = {"claim": claim, "way": way, "form": form, "why_not": _why_not(request, claim, way, step)}
    return render(request, "donations/claims/step.html", context)


def _form(request: StaffRequest, way: Step, claim: GiftClaim) -> forms.Form:
    if request.method == "POST":
        return way.form(request.POST)
    if way.form is ProposeForm:
        return ProposeForm(initial={"gift": request.GET.get("gift", "")[:40], "giver_kind": proposed_kind(claim)})
    return way.form()


def _values(request: StaffRequest, form: forms.Form) -> dict[str, Any]:
    values = dict(form.cleaned_data)
    if "gift" in values:
        values["pooled"] = pooled_for(request.user, values.pop("gift"))
    return values


def _why_not(request: StaffRequest, claim: GiftClaim, way: Step, step: str) -> str:
    if way.to_state and way.to_state not in CLAIM_TRANSITIONS[claim.state]:
        return _("这项认领现在是“%(state)s”，不能办理这一步。") % {"state": claim.get_state_display()}
    if step == "confirm" and claim.proposed_by_id == request.user.pk:
        return _("这是您自己核对的，须由另一人复核。")
    return ""
