"""The steps of a transfer from hand to hand: each is asked once, with its numbers repeated, and then done."""

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

from accounts.models import User
from core.errors import DomainError
from core.views.answers import say_refusal
from ledger.selectors.balances import balance_of
from ledger.services import money_holding
from organizations.choices import Right
from organizations.permissions import may, require
from organizations.views.access import StaffRequest, desk_page
from spending.choices import TransferStatus
from spending.forms import NoteForm, ReasonForm, SendForm
from spending.models import Transfer
from spending.permissions import transfer_for
from spending.services.receiving import confirm_transfer, refuse_count
from spending.services.transfers import (
    cancel_transfer,
    return_transfer,
    send_transfer,
    submit_transfer,
    withdraw_transfer,
)


@dataclass(frozen=True)
class Step:
    """One step: its words, who takes it at which end, from which states, what is asked for, and its service."""

    title: Any
    lead: Any
    submit: Any
    done: Any
    right: str
    states: frozenset[str]
    service: Callable[..., Any]
    form: type[forms.Form] = forms.Form
    tone: str = "warning"
    kind: str = "secondary"

    @property
    def is_receiving(self) -> bool:
        """Whether people of the receiving branch take it."""
        return self.right == Right.RECEIVE_TRANSFERS


STEPS: dict[str, Step] = {
    "submit": Step(
        title=gettext_lazy("提交审核"),
        lead=gettext_lazy("提交后不能再改，由另一位审核人核对；需要修改可以撤回。"),
        submit=gettext_lazy("确认提交"),
        done=gettext_lazy("已提交，等待另一位审核人办理。"),
        right=Right.ENTER_SPENDING,
        states=frozenset({TransferStatus.DRAFT, TransferStatus.RETURNED}),
        service=submit_transfer,
        form=NoteForm,
        tone="info",
        kind="primary",
    ),
    "send": Step(
        title=gettext_lazy("批准拨出"),
        lead=gettext_lazy("批准后立即记账，款项列为在途，由接收单位签收；之后不能撤销，只能由对方退还。"),
        submit=gettext_lazy("批准拨出"),
        done=gettext_lazy("已批准拨出，款项在途，等待接收单位签收。"),
        right=Right.APPROVE_SPENDING,
        states=frozenset({TransferStatus.SUBMITTED}),
        service=send_transfer,
        form=SendForm,
        kind="primary",
    ),
    "return": Step(
        title=gettext_lazy("退回修改"),
        lead=gettext_lazy("退回给制单人，附上理由；改好后可以再次提交。"),
        submit=gettext_lazy("退回"),
        done=gettext_lazy("已退回给制单人。"),
        right=Right.APPROVE_SPENDING,
        states=frozenset({TransferStatus.SUBMITTED}),
        service=return_transfer,
        form=ReasonForm,
    ),
    "withdraw": Step(
        title=gettext_lazy("撤回提交"),
        lead=gettext_lazy("撤回后回到草稿，可以修改，再重新提交。"),
        submit=gettext_lazy("撤回"),
        done=gettext_lazy("已撤回，可以修改。"),
        right=Right.ENTER_SPENDING,
        states=frozenset({TransferStatus.SUBMITTED}),
        service=withdraw_transfer,
    ),
    "cancel": Step(
        title=gettext_lazy("作废"),
        lead=gettext_lazy("作废后不能恢复，编号不再使用，没有任何款项拨出。"),
        submit=gettext_lazy("确认作废"),
        done=gettext_lazy("拨付单已作废，没有任何款项拨出。"),
        right=Right.ENTER_SPENDING,
        states=frozenset({TransferStatus.DRAFT, TransferStatus.RETURNED}),
        service=cancel_transfer,
        form=ReasonForm,
        tone="danger",
        kind="quiet",
    ),
    "confirm": Step(
        title=gettext_lazy("确认签收"),
        lead=gettext_lazy("确认后立即记入本会的账，不能撤销。请核对银行回单。"),
        submit=gettext_lazy("确认签收并入账"),
        done=gettext_lazy("已确认签收并入账。"),
        right=Right.RECEIVE_TRANSFERS,
        states=frozenset({TransferStatus.COUNTED}),
        service=confirm_transfer,
        kind="primary",
    ),
    "refuse": Step(
        title=gettext_lazy("不确认，重新登记"),
        lead=gettext_lazy("登记的到账情况不对时，写明理由退回重新登记，没有任何款项入账。"),
        submit=gettext_lazy("退回重新登记"),
        done=gettext_lazy("已退回，等待重新登记到账情况。"),
        right=Right.RECEIVE_TRANSFERS,
        states=frozenset({TransferStatus.COUNTED}),
        service=refuse_count,
        form=ReasonForm,
    ),
}


@desk_page(Right.ENTER_SPENDING, Right.APPROVE_SPENDING, Right.RECEIVE_TRANSFERS)
@require_http_methods(["GET", "POST"])
def transfer_step(request: StaffRequest, number: str, step: str) -> HttpResponse:
    """Ask for one step, with the numbers it is about, and take it."""
    way = STEPS.get(step)
    if way is None:
        raise Http404
    transfer = transfer_for(request.user, number)
    require(request.user, way.right, transfer.to_branch if way.is_receiving else transfer.branch)
    form = way.form(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            way.service(transfer_id=transfer.pk, actor=request.user, **form.cleaned_data)
            messages.success(request, way.done)
        except DomainError as error:
            say_refusal(request, error)
        return redirect("desk_transfer", number=transfer.number)
    context = {
        "transfer": transfer,
        "way": way,
        "step": step,
        "form": form,
        "why_not": why_not_now(request.user, transfer, step),
        **(_balances(transfer) if step in ("submit", "send") else {}),
    }
    return render(request, "spending/transfer_step.html", context)


def _balances(transfer: Transfer) -> dict[str, Any]:
    before = balance_of(money_holding(transfer.fund))
    return {"before": before, "after": before - transfer.amount}


def why_not_now(person: User, transfer: Transfer, step: str) -> str:
    """Why this step cannot be taken now; empty where it can."""
    if transfer.status not in STEPS[step].states:
        return _("拨付单 %(number)s 现在是“%(status)s”，不能办理这一步。") % {
            "number": transfer.number,
            "status": transfer.get_status_display(),
        }
    if step == "send" and person.pk in transfer.maker_ids:
        return _("您制单、修改或提交过这张拨付单，须由另一位审核人办理。")
    if step == "confirm" and person.pk == transfer.counted_by_id:
        return _("到账情况由您登记，须由本会另一位有签收权限的同事确认。")
    return ""


def steps_now(person: User, transfer: Transfer) -> list[tuple[str, Step, str]]:
    """The steps that the person's rights and the state allow, each with why it still cannot be taken, if so."""
    found = []
    for name, way in STEPS.items():
        end = transfer.to_branch if way.is_receiving else transfer.branch
        if transfer.status in way.states and may(person, way.right, end):
            found.append((name, way, why_not_now(person, transfer, name)))
    return found
