"""Statements at the desk: accounts, the list, bringing in, one statement with its lines."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.choices import JobStatus
from core.errors import DomainError
from core.files import reveal_stored
from core.views.answers import add_refusal, posted, private_file, say_refusal
from organizations.choices import Right
from organizations.permissions import holds_anywhere, may, require
from organizations.views.access import StaffRequest, desk_page
from reconciliation.choices import COUNTING, BalanceSource, LineOutcome, StatementStatus
from reconciliation.errors import SameStatement
from reconciliation.forms import AccountForm, BalancesForm, ColumnsForm, KindForm, StatementForm
from reconciliation.models import Statement
from reconciliation.permissions import statement_for
from reconciliation.selectors.desk import (
    LINE_FILTERS,
    PAGE_SIZE,
    STATEMENTS_SHOWN,
    LineTally,
    accounts_for,
    line_tally,
    sheet_branches,
    statement_history,
    statement_job,
    statement_lines,
    statements_for,
)
from reconciliation.selectors.unnamed import unnamed_lines
from reconciliation.services.accounts import open_account
from reconciliation.services.statements import change_columns, head_of, open_statement, type_balances
from reconciliation.views.sheets import months_to_offer


@desk_page(Right.VIEW_STATEMENTS)
@require_safe
def statement_list(request: StaffRequest) -> HttpResponse:
    """The person's accounts with their balances, their statements, the months to draw up."""
    status, before = request.GET.get("status", ""), request.GET.get("before", "")
    place = int(before) if before.isdigit() and len(before) < 19 else None
    found = statements_for(request.user, status=status, before=place)
    shown = found[:STATEMENTS_SHOWN]
    tabs = [("", _("全部")), *((one.value, one.label) for one in StatementStatus if one != StatementStatus.READING)]
    context = {
        "accounts": accounts_for(request.user),
        "statements": shown,
        "tabs": [{"label": label, "url": f"?status={value}", "active": value == status} for value, label in tabs],
        "next_url": f"?status={status}&before={shown[-1].pk}" if len(found) > STATEMENTS_SHOWN else "",
        "first_url": f"?status={status}" if place else "",
        "branches": [(branch, months_to_offer(branch)) for branch in sheet_branches(request.user)],
        "may_enter": holds_anywhere(request.user, Right.RECONCILE),
    }
    return render(request, "reconciliation/statements.html", context)


@desk_page(Right.RECONCILE)
@require_http_methods(["GET", "POST"])
def account_new(request: StaffRequest) -> HttpResponse:
    """Put down an account."""
    form = AccountForm(posted(request), person=request.user)
    if form.is_valid():
        try:
            open_account(branch=form.cleaned_data["branch"], draft=form.draft(), actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("账户已登记，可以导入它的流水了。"))
            return redirect("desk_statement_new")
    return render(request, "reconciliation/account_new.html", {"form": form})


@desk_page(Right.RECONCILE)
@require_http_methods(["GET", "POST"])
def statement_new(request: StaffRequest) -> HttpResponse:
    """Bring a statement in; it is read by a job, and its page shows how far."""
    form = StatementForm(posted(request), request.FILES or None, person=request.user)
    context: dict[str, Any] = {"form": form, "limit_mb": settings.UPLOAD_LIST_MAX_BYTES // (1024 * 1024)}
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            statement = open_statement(source=file.file, filename=file.name, account=form.chosen(), actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
            context["is_same"] = isinstance(error, SameStatement)
        else:
            return redirect("desk_statement", number=statement.number)
    return render(request, "reconciliation/statement_new.html", context)


@desk_page(Right.VIEW_STATEMENTS)
@require_safe
def statement_detail(request: StaffRequest, number: str) -> HttpResponse:
    """A statement: balances and sums, what is left to do, its lines by filter, its history."""
    statement = statement_for(request.user, number)
    job = statement_job(statement) if statement.status == StatementStatus.READING else None
    at_work = job is not None and job.status in (JobStatus.QUEUED, JobStatus.RUNNING)
    context: dict[str, Any] = {
        "statement": statement,
        "job": job,
        "is_stuck": statement.status == StatementStatus.READING and not at_work,
        "may_enter": may(request.user, Right.RECONCILE, statement.branch),
        "may_read": may(request.user, Right.READ_PAYERS, statement.branch),
        "may_pool": may(request.user, Right.SERVE_GIVERS, statement.branch),
        "history": statement_history(statement),
        "notices": statement.declared.get("notices", []),
        "known": statement.known[:50],
    }
    if statement.status not in (StatementStatus.READING, StatementStatus.UNREADABLE):
        context |= _lines_context(request, statement)
    if statement.status == StatementStatus.DRAFT and context["may_enter"]:
        context["balances"] = BalancesForm(statement=statement)
    return render(request, "reconciliation/statement.html", context)


def _lines_context(request: StaffRequest, statement: Statement) -> dict[str, Any]:
    tally = line_tally(statement)
    show = request.GET.get("show", "")
    show = show if show in LINE_FILTERS else ("open" if tally.counts["open"] else "all")
    after = request.GET.get("after", "")
    place = int(after) if after.isdigit() and len(after) < 10 else 0
    found = statement_lines(statement, show=show, after=place)
    shown = found[:PAGE_SIZE]
    return {
        "tally": tally,
        "lines": shown,
        "show": show,
        "tabs": line_tabs(tally, show),
        "next_url": f"?show={show}&after={shown[-1].seq}" if len(found) > PAGE_SIZE else "",
        "first_url": f"?show={show}" if place else "",
        "unnamed_count": unnamed_lines(statement).count(),
        "counts_now": statement.status in COUNTING,
        "in_work": statement.status == StatementStatus.OPEN,
        "kind_form": KindForm(auto_id="many-%s"),
        "open_outcome": LineOutcome.OPEN.value,
    }


def line_tabs(tally: LineTally, show: str) -> list[dict[str, Any]]:
    """The tabs over the lines with their counts."""
    return [
        {"label": label, "url": f"?show={name}", "count": tally.counts[name], "active": name == show}
        for name, (label, _condition) in LINE_FILTERS.items()
    ]


@desk_page(Right.VIEW_STATEMENTS)
@require_safe
def statement_progress(request: StaffRequest, number: str) -> HttpResponse:
    """How far reading is: the changing part alone for job.js, else the statement's page."""
    statement = statement_for(request.user, number)
    job = statement_job(statement)
    if request.headers.get("HX-Request") != "true" or job is None:
        return redirect("desk_statement", number=statement.number)
    return render(request, "reconciliation/parts/progress.html", {"statement": statement, "job": job})


@desk_page(Right.VIEW_STATEMENTS)
@require_http_methods(["POST"])
def statement_file(request: StaffRequest, number: str) -> HttpResponse | FileResponse:
    """The file as it was brought in, for a purpose; one row of the read log."""
    statement = statement_for(request.user, number)
    require(request.user, Right.READ_PAYERS, statement.branch)
    purpose = request.POST.get("purpose", "")
    try:
        source = reveal_stored(statement.file, reader=request.user, purpose=purpose, branch_code=statement.branch.code)
    except DomainError as error:
        say_refusal(request, error)
        return redirect("desk_statement", number=statement.number)
    return private_file(source, filename=statement.file.name, content_type="application/octet-stream")


@desk_page(Right.RECONCILE)
@require_http_methods(["GET", "POST"])
def statement_columns(request: StaffRequest, number: str) -> HttpResponse:
    """Say which column is what, with the first rows before one's eyes; then the file is read again."""
    statement = statement_for(request.user, number)
    require(request.user, Right.RECONCILE, statement.branch)
    try:
        head = head_of(statement)
        form = ColumnsForm(posted(request), head=head)
        if form.is_valid():
            change_columns(statement_id=statement.pk, columns=form.cleaned_data["mapping"], actor=request.user)
            messages.success(request, _("列对应已记住，正在重新读取。"))
            return redirect("desk_statement", number=statement.number)
    except DomainError as error:
        say_refusal(request, error)
        return redirect("desk_statement", number=statement.number)
    return render(request, "reconciliation/columns.html", {"statement": statement, "form": form, "head": head})


@desk_page(Right.RECONCILE)
@require_http_methods(["POST"])
def statement_balances(request: StaffRequest, number: str) -> HttpResponse:
    """Take the balances that a person read off the bank's page."""
    statement = statement_for(request.user, number)
    require(request.user, Right.RECONCILE, statement.branch)
    form = BalancesForm(request.POST, statement=statement)
    if form.is_valid() or statement.balance_source == BalanceSource.FILE:
        data = form.cleaned_data
        try:
            type_balances(
                statement_id=statement.pk, opening=data["opening"], closing=data["closing"], actor=request.user
            )
        except DomainError as error:
            say_refusal(request, error)
        else:
            messages.success(request, _("余额对得上，流水已开始对账。"))
    else:
        messages.error(request, _("请填写期初和期末余额，例如 12,345.67。"))
    return redirect("desk_statement", number=statement.number)
