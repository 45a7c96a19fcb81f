"""The steps of a payment from hand to hand: each is asked once, with its numbers repeated, and then done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.models import User
from core.errors import DomainError
from core.money import ZERO_YUAN
from core.views.answers import say_refusal
from organizations.choices import Right
from organizations.permissions import may, require
from organizations.views.access import StaffRequest, desk_page
from spending.choices import PaymentStatus
from spending.forms import NoteForm, ReasonForm
from spending.models import Payment
from spending.payment_forms import PayForm, ReversalForm
from spending.permissions import payment_for, reversal_for
from spending.selectors.payments import PaymentCard, approval_cards, cards_of, reversals_waiting
from spending.services.approving import approve_payment, approve_payments, return_payment
from spending.services.paying import pay_payment
from spending.services.payments import cancel_payment, submit_payment, withdraw_payment
from spending.services.reversing import approve_reversal, decline_reversal, request_reversal, withdraw_reversal
from spending.views.answers import add_refusal

DECIDE = (Right.APPROVE_SPENDING, Right.LEAD_SPENDING)


@dataclass(frozen=True)
class Step:
    """One step: its words, who takes it (one of `rights`), from which states, what is asked for, and its service."""

    title: Any
    lead: Any
    submit: Any
    done: Any
    rights: tuple[str, ...]
    states: frozenset[str]
    service: Callable[..., Any]
    form: type[forms.Form] = forms.Form
    tone: str = "warning"
    kind: str = "secondary"


STEPS: dict[str, Step] = {
    "submit": Step(
        title=gettext_lazy("提交审批"),
        lead=gettext_lazy("提交后不能再改；须几人审批由金额决定。需要修改可以撤回。"),
        submit=gettext_lazy("确认提交"),
        done=gettext_lazy("已提交，等待审批。"),
        rights=(Right.ENTER_SPENDING,),
        states=frozenset({PaymentStatus.DRAFT, PaymentStatus.RETURNED}),
        service=submit_payment,
        form=NoteForm,
        tone="info",
        kind="primary",
    ),
    "approve": Step(
        title=gettext_lazy("批准"),
        lead=gettext_lazy("审批人齐了，支出单转到付款；付款入账后公开。"),
        submit=gettext_lazy("批准"),
        done=gettext_lazy("已批准。"),
        rights=DECIDE,
        states=frozenset({PaymentStatus.SUBMITTED}),
        service=approve_payment,
        kind="primary",
    ),
    "pay": Step(
        title=gettext_lazy("登记付款"),
        lead=gettext_lazy("银行付款成功后登记，立即入账并公开，之后只能由两人冲销。"),
        submit=gettext_lazy("登记付款并入账"),
        done=gettext_lazy("已入账并公开。"),
        rights=(Right.PAY_SPENDING,),
        states=frozenset({PaymentStatus.APPROVED}),
        service=pay_payment,
        form=PayForm,
        kind="primary",
    ),
    "return": Step(
        title=gettext_lazy("退回修改"),
        lead=gettext_lazy("退回给制单人，附上理由；已有的审批作废，改好后重新提交。"),
        submit=gettext_lazy("退回"),
        done=gettext_lazy("已退回给制单人。"),
        rights=(*DECIDE, Right.PAY_SPENDING),
        states=frozenset({PaymentStatus.SUBMITTED, PaymentStatus.APPROVED}),
        service=return_payment,
        form=ReasonForm,
    ),
    "withdraw": Step(
        title=gettext_lazy("撤回提交"),
        lead=gettext_lazy("撤回后回到草稿，已有的审批作废，可以修改后重新提交。"),
        submit=gettext_lazy("撤回"),
        done=gettext_lazy("已撤回，可以修改。"),
        rights=(Right.ENTER_SPENDING,),
        states=frozenset({PaymentStatus.SUBMITTED}),
        service=withdraw_payment,
    ),
    "cancel": Step(
        title=gettext_lazy("作废"),
        lead=gettext_lazy("作废后不能恢复，编号不再使用，没有任何款项付出。"),
        submit=gettext_lazy("确认作废"),
        done=gettext_lazy("支出单已作废，没有任何款项付出。"),
        rights=(Right.ENTER_SPENDING,),
        states=frozenset({PaymentStatus.DRAFT, PaymentStatus.RETURNED}),
        service=cancel_payment,
        form=ReasonForm,
        tone="danger",
        kind="quiet",
    ),
    "reverse": Step(
        title=gettext_lazy("申请冲销"),
        lead=gettext_lazy("原记录和冲销记录都会保留并公开；由另一人批准后，款项记回资金池。"),
        submit=gettext_lazy("提出冲销"),
        done=gettext_lazy("已提出冲销，等待另一人批准。"),
        rights=(Right.ENTER_SPENDING, Right.PAY_SPENDING),
        states=frozenset({PaymentStatus.PAID}),
        service=request_reversal,
        form=ReversalForm,
        kind="quiet",
    ),
}
DECISIONS: dict[str, tuple[Any, Any, Callable[..., Any], type[forms.Form]]] = {
    "approve": (gettext_lazy("批准冲销"), gettext_lazy("已冲销，公开页面显示更正说明。"), approve_reversal, NoteForm),
    "decline": (gettext_lazy("不批准冲销"), gettext_lazy("已告知提出人：没有批准。"), decline_reversal, ReasonForm),
    "withdraw": (gettext_lazy("撤回冲销申请"), gettext_lazy("申请已撤回。"), withdraw_reversal, forms.Form),
}
WORK = (Right.ENTER_SPENDING, *DECIDE, Right.PAY_SPENDING)


@desk_page(*WORK)
@require_http_methods(["GET", "POST"])
def payment_step(request: StaffRequest, number: str, step: str) -> HttpResponse:
    """Ask for one step, with the numbers it is about, and take it."""
    way = STEPS.get(step)
    if way is None:
        raise Http404
    payment = payment_for(request.user, number)
    if not any(may(request.user, right, payment.branch) for right in way.rights):
        require(request.user, way.rights[0], payment.branch)
    form = way.form(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            way.service(payment_id=payment.pk, actor=request.user, **form.cleaned_data)
        except DomainError as error:
            if not form.fields or error.http_status == 409:
                say_refusal(request, error)
                return redirect("desk_payment", number=payment.number)
            add_refusal(form, error)
        else:
            messages.success(request, way.done)
            return redirect("desk_payment", number=payment.number)
    card = cards_of([payment], request.user)[0]
    why_not = why_not_now(request.user, payment, card, step)
    context = {"payment": payment, "card": card, "way": way, "step": step, "form": form, "why_not": why_not}
    return render(request, "spending/payment_step.html", context)


def why_not_now(person: User, payment: Payment, card: PaymentCard, step: str) -> str:
    """Why this step cannot be taken now; empty where it can."""
    if payment.status not in STEPS[step].states:
        return _("支出单 %(number)s 现在是“%(status)s”，不能办理这一步。") % {
            "number": payment.number,
            "status": payment.get_status_display(),
        }
    if step == "approve" and card.is_own:
        return _("您制单、修改或提交过这一笔，须由另一位同事审批。")
    if step == "approve" and not card.seat:
        return _("您已审批过这一笔，或您这一级的审批已经齐了。")
    if step == "pay" and any(one.person_id == person.pk for one in card.given):
        return _("您审批过这一笔，须由另一位有付款权限的同事付款。")
    if step == "pay" and payment.payer_apart and card.is_own:
        return _("这个金额的付款人不能是制单人，须由另一位有付款权限的同事付款。")
    return ""


def steps_now(person: User, payment: Payment, card: PaymentCard) -> list[tuple[str, Step, str]]:
    """The steps that the person's rights and the state allow, each with why it still cannot be taken, if so."""
    return [
        (name, way, why_not_now(person, payment, card, name))
        for name, way in STEPS.items()
        if payment.status in way.states and any(may(person, right, payment.branch) for right in way.rights)
    ]


@desk_page(*DECIDE)
@require_http_methods(["GET", "POST"])
def approvals(request: StaffRequest) -> HttpResponse:
    """What waits for this person's approval as cards; several are approved after one look at their sum."""
    cards = approval_cards(request.user)
    chosen = {int(pk) for pk in request.POST.getlist("payment") if pk.isdigit() and len(pk) < 19}
    picked = [card for card in cards if card.payment.pk in chosen]
    if request.POST.get("step") == "do" and chosen:
        try:
            total = Decimal(request.POST.get("total", "0"))
            done = approve_payments(payment_ids=sorted(chosen), total=total, actor=request.user)
            messages.success(request, _("已批准 %(count)d 笔。") % {"count": len(done)})
        except InvalidOperation:
            messages.error(request, _("页面上的合计读不出来，请重新选择。"))
        except DomainError as error:
            say_refusal(request, error)
        return redirect("desk_spending_approvals")
    reversals = reversals_waiting(request.user)
    request.desk_counts = {"desk_spending_approvals": len(cards) + len(reversals)}  # type: ignore[attr-defined]
    total = sum((card.payment.amount for card in picked), ZERO_YUAN)
    context = {"cards": cards, "picked": picked, "total": total, "reversals": reversals}
    if request.method == "POST" and not picked:
        messages.warning(request, _("请先勾选要批准的支出单。"))
    return render(request, "spending/approvals.html", context)


@desk_page(Right.APPROVE_SPENDING, Right.ENTER_SPENDING, Right.PAY_SPENDING)
@require_http_methods(["GET", "POST"])
def reversal_decide(request: StaffRequest, number: str, reversal_id: int, decision: str) -> HttpResponse:
    """Approve, decline or withdraw a request to reverse, after seeing its numbers."""
    if decision not in DECISIONS:
        raise Http404
    title, done, service, form_class = DECISIONS[decision]
    payment = payment_for(request.user, number)
    if decision != "withdraw" or not may(request.user, Right.PAY_SPENDING, payment.branch):
        right = Right.ENTER_SPENDING if decision == "withdraw" else Right.APPROVE_SPENDING
        require(request.user, right, payment.branch)
    reversal = reversal_for(payment, reversal_id)
    form = form_class(request.POST if request.method == "POST" else None)
    if form.is_valid():
        words = {"note": next(iter(form.cleaned_data.values()))} if form.fields else {}
        try:
            service(reversal_id=reversal.pk, actor=request.user, **words)
            messages.success(request, done)
        except DomainError as error:
            say_refusal(request, error)
        return redirect("desk_payment", number=payment.number)
    context = {"payment": payment, "reversal": reversal, "title": title, "form": form, "decision": decision}
    return render(request, "spending/reversal_decide.html", context)
