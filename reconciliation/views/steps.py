"""What is done with a statement as a whole: batch, alike lines, chosen lines, settle, open again, give up."""

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
from core.views.answers import add_refusal, posted, say_refusal
from organizations.choices import Right
from organizations.permissions import require
from organizations.views.access import StaffRequest, desk_page
from reconciliation.choices import StatementStatus
from reconciliation.forms import BatchForm, ReasonForm
from reconciliation.permissions import statement_for
from reconciliation.selectors.desk import line_tally
from reconciliation.services.batching import make_batch
from reconciliation.services.deciding import decide_alike, decide_chosen
from reconciliation.services.matching import match_statement
from reconciliation.services.pooling import pool_unnamed
from reconciliation.services.statements import drop_statement, reopen_statement, resume_statement, settle_statement
from reconciliation.views.answers import chosen_seqs


@dataclass(frozen=True)
class Step:
    """One step: its words, from which states, what is asked for, and its service."""

    title: Any
    lead: Any
    done: Any
    states: frozenset[str]
    service: Callable[..., Any]
    form: type[forms.Form] = forms.Form
    tone: str = "info"


STEPS: dict[str, Step] = {
    "settle": Step(
        title=gettext_lazy("办结"),
        lead=gettext_lazy("每一笔都已处理。办结后不能再改，需要时可以写明理由重新打开。"),
        done=gettext_lazy("流水已办结。"),
        states=frozenset({StatementStatus.OPEN}),
        service=settle_statement,
    ),
    "reopen": Step(
        title=gettext_lazy("重新打开"),
        lead=gettext_lazy("打开后可以改处理结果，原来的结果仍留在经过里。"),
        done=gettext_lazy("流水已重新打开。"),
        states=frozenset({StatementStatus.SETTLED}),
        service=reopen_statement,
        form=ReasonForm,
        tone="warning",
    ),
    "drop": Step(
        title=gettext_lazy("作废"),
        lead=gettext_lazy("作废后这些行不再计入余额，同一份文件可以重新导入。已有处理结果的流水不能作废。"),
        done=gettext_lazy("流水已作废，没有任何一笔计入余额。"),
        states=frozenset({StatementStatus.UNREADABLE, StatementStatus.DRAFT, StatementStatus.OPEN}),
        service=drop_statement,
        form=ReasonForm,
        tone="danger",
    ),
}


@desk_page(Right.RECONCILE)
@require_http_methods(["GET", "POST"])
def statement_step(request: StaffRequest, number: str, step: str) -> HttpResponse:
    """Ask once with the numbers repeated, then do it."""
    way = STEPS.get(step)
    if way is None:
        raise Http404
    statement = statement_for(request.user, number)
    require(request.user, Right.RECONCILE, statement.branch)
    form = way.form(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            way.service(statement_id=statement.pk, actor=request.user, **form.cleaned_data)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, way.done)
            return redirect("desk_statement", number=statement.number)
    context = {"statement": statement, "way": way, "form": form, "is_possible": statement.status in way.states}
    return render(request, "reconciliation/statement_step.html", context)


@desk_page(Right.RECONCILE)
@require_http_methods(["GET", "POST"])
def statement_batch(request: StaffRequest, number: str) -> HttpResponse:
    """Make a batch of gifts from the open lines that are gifts; it then goes the usual way of two people."""
    statement = statement_for(request.user, number)
    require(request.user, Right.RECONCILE, statement.branch)
    form = BatchForm(posted(request), branch=statement.branch)
    if form.is_valid():
        try:
            batch = make_batch(statement_id=statement.pk, fund=form.chosen(), actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("已生成捐赠批次，请核对后提交审核；入账后这些流水自动办妥。"))
            return redirect("desk_batch", number=batch.number)
    context = {"statement": statement, "form": form, "tally": line_tally(statement)}
    return render(request, "reconciliation/batch_new.html", context)


@desk_page(Right.RECONCILE)
@require_http_methods(["POST"])
def statement_alike(request: StaffRequest, number: str) -> HttpResponse:
    """Decide the lines whose words say what they are."""
    statement = statement_for(request.user, number)
    require(request.user, Right.RECONCILE, statement.branch)
    try:
        count = decide_alike(statement_id=statement.pk, actor=request.user, kind=request.POST.get("kind", ""))
    except DomainError as error:
        say_refusal(request, error)
    else:
        messages.success(request, _("已处理 %(n)d 笔，可逐笔撤销。") % {"n": count})
    return redirect("desk_statement", number=statement.number)


@desk_page(Right.RECONCILE)
@require_http_methods(["POST"])
def statement_chosen(request: StaffRequest, number: str) -> HttpResponse:
    """Say of the ticked lines what they are."""
    statement = statement_for(request.user, number)
    require(request.user, Right.RECONCILE, statement.branch)
    asked = {"kind": request.POST.get("kind", ""), "reason": request.POST.get("reason", "")}
    try:
        count = decide_chosen(statement_id=statement.pk, seqs=chosen_seqs(request), actor=request.user, **asked)
    except DomainError as error:
        say_refusal(request, error)
    else:
        messages.success(request, _("已处理 %(n)d 笔，可逐笔撤销。") % {"n": count})
    return redirect("desk_statement", number=statement.number)


@desk_page(Right.RECONCILE)
@require_http_methods(["POST"])
def statement_match(request: StaffRequest, number: str) -> HttpResponse:
    """Compare the open lines with the books once more."""
    statement = statement_for(request.user, number)
    require(request.user, Right.RECONCILE, statement.branch)
    try:
        count = match_statement(statement_id=statement.pk, actor=request.user)
    except DomainError as error:
        say_refusal(request, error)
    else:
        messages.success(request, _("新对应上 %(n)d 笔。") % {"n": count})
    return redirect("desk_statement", number=statement.number)


@desk_page(Right.RECONCILE)
@require_http_methods(["POST"])
def statement_resume(request: StaffRequest, number: str) -> HttpResponse:
    """Queue the reading anew whose job was cancelled or failed."""
    statement = statement_for(request.user, number)
    require(request.user, Right.RECONCILE, statement.branch)
    try:
        resume_statement(statement_id=statement.pk, actor=request.user)
    except DomainError as error:
        say_refusal(request, error)
    return redirect("desk_statement", number=statement.number)


@desk_page(Right.SERVE_GIVERS)
@require_http_methods(["POST"])
def statement_pool(request: StaffRequest, number: str) -> HttpResponse:
    """Let the gifts whose payer the bank did not name wait for their givers, who may claim them."""
    statement = statement_for(request.user, number)
    try:
        count = pool_unnamed(statement=statement, actor=request.user)
    except DomainError as error:
        say_refusal(request, error)
    else:
        messages.success(request, _("%(n)d 笔已列入待认领，捐赠人可在公开页面认领。") % {"n": count})
    return redirect("desk_statement", number=statement.number)
