"""What is done with reports: asked for, published, declined, tried again, corrected; the calendar."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.errors import DomainError, NotAllowed, NotFound
from organizations.choices import Right
from organizations.permissions import may, require
from organizations.views.access import StaffRequest, desk_page
from transparency.choices import RunStatus
from transparency.definitions import ReportDefinition
from transparency.forms import CorrectionForm, DeclineForm, WithdrawForm, show_error
from transparency.models import ReportRun
from transparency.permissions import actions_for, report_for
from transparency.report_forms import RequestForm, ScheduleForm, chosen_definition
from transparency.selectors.reports import difference_of, report_sheet
from transparency.selectors.schedules import schedules_for
from transparency.services.comparing import changes_by
from transparency.services.kinds import offered_definitions
from transparency.services.publishing import approve_run, check_run, decline_run, retry_run, withdraw_run
from transparency.services.publishing_checks import publishing_checks
from transparency.services.runs import correct_run, request_report
from transparency.services.schedules import set_schedule

_GET_OR_POST = require_http_methods(["GET", "HEAD", "POST"])


def kind_tabs(chosen: ReportDefinition) -> list[dict[str, Any]]:
    """The kinds that can be asked for, as tabs."""
    return [
        {"label": one.label, "url": f"?kind={one.kind.value}", "active": one.kind == chosen.kind}
        for one in offered_definitions()
    ]


@desk_page(Right.REQUEST_REPORTS)
@_GET_OR_POST
def report_new(request: StaffRequest) -> HttpResponse:
    """Ask for a report of one kind; the same request again leads to the report that is there."""
    definition = chosen_definition(request.POST or request.GET)
    form = RequestForm(request.POST or None, person=request.user, definition=definition)
    if form.is_valid():
        try:
            run = request_report(actor=request.user, **form.asked())
        except DomainError as error:
            show_error(form, error)
        else:
            return redirect("desk_report", number=run.number)
    context = {"form": form, "definition": definition, "kinds": kind_tabs(definition)}
    return render(request, "transparency/report_new.html", context)


@desk_page(Right.REQUEST_REPORTS, Right.PUBLISH_REPORTS)
@_GET_OR_POST
def report_check(request: StaffRequest, number: str) -> HttpResponse:
    """The checklist and the figures, and the word of a first person that they are right."""
    run = report_for(request.user, number)
    if not may(request.user, Right.REQUEST_REPORTS, run.branch):
        require(request.user, Right.PUBLISH_REPORTS, run.branch)
    if request.method == "POST":
        return _done(request, run, check_run, _("已复核，等待另一位批准。"))
    return render(
        request, "transparency/report_publish.html", {**_checklist(request, run, RunStatus.READY), "checks_it": True}
    )


@desk_page(Right.PUBLISH_REPORTS)
@_GET_OR_POST
def report_publish(request: StaffRequest, number: str) -> HttpResponse:
    """The checklist and the figures once more for another person, who has the report signed and published."""
    run = report_for(request.user, number)
    require(request.user, Right.PUBLISH_REPORTS, run.branch)
    if request.method == "POST":
        return _done(request, run, approve_run, _("已批准，正在签名，签好即公开。"))
    return render(request, "transparency/report_publish.html", _checklist(request, run, RunStatus.CHECKED))


def _done(request: StaffRequest, run: ReportRun, step: Callable[..., Any], said: str) -> HttpResponse:
    """Take a step and go back to the report, with what was done or why not."""
    try:
        step(run_id=run.pk, actor=request.user)
        messages.success(request, said)
    except (NotAllowed, NotFound):
        raise
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("desk_report", number=run.number)


def _checklist(request: StaffRequest, run: ReportRun, status: str) -> dict[str, Any]:
    checks = publishing_checks(run) if run.status == status else []
    is_whole = bool(checks) and not checks[0].problem
    return {
        "run": run,
        "sheet": report_sheet(run),
        "checks": [{"label": check.label, "state": check.state, "text": check.text} for check in checks],
        "actions": actions_for(request.user, run),
        "by_branch": changes_by(run, "by_branch") if is_whole else [],
        "by_fund": changes_by(run, "by_fund") if is_whole else [],
        "is_sound": bool(checks) and not any(check.problem for check in checks),
    }


@desk_page(Right.PUBLISH_REPORTS)
@_GET_OR_POST
def report_withdraw(request: StaffRequest, number: str) -> HttpResponse:
    """Hand the files of a published report out no longer, because of a name in them."""
    run = report_for(request.user, number)
    require(request.user, Right.PUBLISH_REPORTS, run.branch)
    form = WithdrawForm(request.POST or None)
    if form.is_valid():
        try:
            withdraw_run(run_id=run.pk, actor=request.user, reason=form.cleaned_data["reason"])
        except DomainError as error:
            show_error(form, error)
        else:
            messages.success(request, _("报告 %(number)s 的文件已撤下，请尽快出更正版。") % {"number": run.number})
            return redirect("desk_report", number=run.number)
    return render(request, "transparency/report_withdraw.html", {"run": run, "form": form})


@desk_page(Right.PUBLISH_REPORTS)
@_GET_OR_POST
def report_decline(request: StaffRequest, number: str) -> HttpResponse:
    """Refuse a report, with a reason."""
    run = report_for(request.user, number)
    require(request.user, Right.PUBLISH_REPORTS, run.branch)
    form = DeclineForm(request.POST or None)
    if form.is_valid():
        try:
            decline_run(run_id=run.pk, actor=request.user, reason=form.cleaned_data["reason"])
        except DomainError as error:
            show_error(form, error)
        else:
            messages.success(request, _("报告 %(number)s 未通过，理由已记录。") % {"number": run.number})
            return redirect("desk_report", number=run.number)
    return render(request, "transparency/report_decline.html", {"run": run, "form": form})


@desk_page(Right.REQUEST_REPORTS)
@_GET_OR_POST
def report_correct(request: StaffRequest, number: str) -> HttpResponse:
    """Make a new version with a 更正说明."""
    run = report_for(request.user, number)
    require(request.user, Right.REQUEST_REPORTS, run.branch)
    form = CorrectionForm(request.POST or None)
    if form.is_valid():
        try:
            made = correct_run(run_id=run.pk, note=form.cleaned_data["note"], actor=request.user)
        except DomainError as error:
            show_error(form, error)
        else:
            return redirect("desk_report", number=made.number)
    context = {"run": run, "form": form, "difference": difference_of(run)}
    return render(request, "transparency/report_correct.html", context)


@desk_page(Right.REQUEST_REPORTS, Right.PUBLISH_REPORTS)
@require_POST
def report_retry(request: StaffRequest, number: str) -> HttpResponse:
    """Go on with a failed report where it stopped, from the same frozen figures."""
    run = report_for(request.user, number)
    return _done(request, run, retry_run, _("已重新排队，数据仍是固定时的数据。"))


@desk_page(Right.VIEW_DRAFT_REPORTS)
@_GET_OR_POST
def schedule_list(request: StaffRequest) -> HttpResponse:
    """The calendar of one's branches; whoever may ask for reports sets a series on it or takes it off."""
    definition = chosen_definition(request.POST or request.GET)
    form = ScheduleForm(request.POST or None, person=request.user, definition=definition)
    if form.is_valid():
        try:
            set_schedule(actor=request.user, **form.asked())
        except DomainError as error:
            show_error(form, error)
        else:
            messages.success(request, _("报告日程已保存。"))
            return redirect("desk_schedules")
    lines = schedules_for(request.user)
    context = {"form": form, "lines": lines, "may_set": form.may_choose}
    context["provisional"] = any(line.next and not line.next.due.assured for line in lines)
    context |= {"definition": definition, "kinds": kind_tabs(definition)}
    return render(request, "transparency/schedules.html", context)
