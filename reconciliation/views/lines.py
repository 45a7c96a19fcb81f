"""One line: what it may be, what was decided, and its payer for a purpose."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.errors import DomainError
from core.sealed import reveal
from core.views.answers import add_refusal, posted, say_refusal
from organizations.choices import Right
from organizations.permissions import may, require
from organizations.views.access import StaffRequest, desk_page
from reconciliation.choices import ANSWERED, LineOutcome, StatementStatus
from reconciliation.forms import KindForm, MatchForm, PurposeForm, ReasonForm
from reconciliation.models import Statement, StatementLine
from reconciliation.permissions import line_for, statement_for
from reconciliation.selectors.candidates import candidates
from reconciliation.selectors.desk import line_history, next_open
from reconciliation.selectors.whole_batches import batches_alike
from reconciliation.services.deciding import decide_line, undo_line
from reconciliation.services.matching import match_line
from reconciliation.services.whole_batches import match_batch


@desk_page(Right.VIEW_STATEMENTS)
@require_safe
def line_detail(request: StaffRequest, number: str, seq: int) -> HttpResponse:
    """A line with the gifts and entries it may be."""
    statement = statement_for(request.user, number)
    line = line_for(statement, seq)
    return render(request, "reconciliation/line.html", line_context(request, statement, line))


def line_context(request: StaffRequest, statement: Statement, line: StatementLine) -> dict[str, Any]:
    """What the line's page shows, and what the person may do there."""
    is_open = line.outcome == LineOutcome.OPEN
    may_enter = may(request.user, Right.RECONCILE, statement.branch) and statement.status == StatementStatus.OPEN
    return {
        "statement": statement,
        "line": line,
        "history": line_history(line),
        "candidates": candidates(line, statement.branch) if is_open else [],
        "batches": batches_alike(line, statement.branch) if is_open else [],
        "next_open": next_open(statement, line.seq),
        "may_enter": may_enter,
        "may_read": may(request.user, Right.READ_PAYERS, statement.branch),
        "may_undo": may_enter and line.outcome in (*ANSWERED, LineOutcome.OTHER),
        "is_open": is_open,
        "kind_form": KindForm(line=line, auto_id="kind-%s"),
        "match_form": MatchForm(auto_id="match-%s"),
        "undo_form": ReasonForm(auto_id="undo-%s"),
        "purpose_form": PurposeForm(auto_id="purpose-%s"),
    }


@desk_page(Right.RECONCILE)
@require_http_methods(["POST"])
def line_act(request: StaffRequest, number: str, seq: int, act: str) -> HttpResponse:
    """Match the line, say what it is, or take that back."""
    statement = statement_for(request.user, number)
    require(request.user, Right.RECONCILE, statement.branch)
    line = line_for(statement, seq)
    try:
        _act(act, line, request)
    except DomainError as error:
        say_refusal(request, error)
        return redirect("desk_statement_line", number=statement.number, seq=line.seq)
    following = next_open(statement, line.seq) if act != "undo" else line.seq
    if following is None:
        return redirect("desk_statement", number=statement.number)
    return redirect("desk_statement_line", number=statement.number, seq=following)


def _act(act: str, line: StatementLine, request: StaffRequest) -> None:
    sent = request.POST
    if act == "match":
        match_line(line_id=line.pk, entry_number=sent.get("number", ""), actor=request.user)
        messages.success(request, _("第 %(seq)d 笔已对应。") % {"seq": line.seq})
    elif act == "batch":
        match_batch(line_id=line.pk, batch_number=sent.get("number", ""), actor=request.user)
        messages.success(request, _("第 %(seq)d 笔已对应整批捐赠。") % {"seq": line.seq})
    elif act == "decide":
        decide_line(line_id=line.pk, kind=sent.get("kind", ""), reason=sent.get("reason", ""), actor=request.user)
        messages.success(request, _("第 %(seq)d 笔已处理。") % {"seq": line.seq})
    elif act == "undo":
        undo_line(line_id=line.pk, reason=sent.get("reason", ""), actor=request.user)
        messages.success(request, _("第 %(seq)d 笔的处理已撤销，经过仍保留。") % {"seq": line.seq})
    else:
        raise Http404


@desk_page(Right.READ_PAYERS)
@require_http_methods(["POST"])
def line_read(request: StaffRequest, number: str, seq: int) -> HttpResponse:
    """Show what the bank says of the payer, once, for a purpose; a row of the read log."""
    statement = statement_for(request.user, number)
    require(request.user, Right.READ_PAYERS, statement.branch)
    line = line_for(statement, seq)
    context = line_context(request, statement, line)
    form = PurposeForm(posted(request), auto_id="purpose-%s")
    context["purpose_form"] = form
    if form.is_valid():
        purpose = form.cleaned_data["purpose"]
        try:
            text = reveal(line, "details", reader=request.user, purpose=purpose, branch_code=statement.branch.code)
        except DomainError as error:
            add_refusal(form, error)
        else:
            context["told"] = json.loads(text or "{}")
    return render(request, "reconciliation/line.html", context)
