"""What is done with reports: asked for, published, declined, tried again, corrected; the calendar."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.errors import DomainError, NotAllowed, NotFound
from organizations.choices import Right
from organizations.permissions import require
from organizations.views.access import StaffRequest, desk_page
from transparency.choices import ReportKind, RunStatus
from transparency.forms import CorrectionForm, DeclineForm, RequestForm, ScheduleForm, show_error
from transparency.permissions import actions_for, report_for
from transparency.selectors.reports import difference_of, report_sheet, schedules_for
from transparency.services.comparing import changes_by
from transparency.services.publishing import publish_run, publishing_checks
from transparency.services.runs import correct_run, decline_run, request_report, retry_run
from transparency.services.schedules import set_schedule

_GET_OR_POST = require_http_methods(["GET", "HEAD", "POST"])


@desk_page(Right.REQUEST_REPORTS)
@_GET_OR_POST
def report_new(request: StaffRequest) -> HttpResponse:
    """Ask for the report of a finished month; the same request again leads to the report that is there."""
    form = RequestForm(request.POST or None, person=request.user)
    if form.is_valid():
        try:
            run = request_report(kind=ReportKind.MONTHLY_RECEIPTS, actor=request.user, **form.cleaned_data)
        except DomainError as error:
            show_error(form, error)
        else:
            return redirect("desk_report", number=run.number)
    return render(request, "transparency/report_new.html", {"form": form})


@desk_page(Right.PUBLISH_REPORTS)
@_GET_OR_POST
def report_publish(request: StaffRequest, number: str) -> HttpResponse:
    """The checklist and the figures once more, and then the publication."""
    run = report_for(request.user, number)
    require(request.user, Right.PUBLISH_REPORTS, run.branch)
    if request.method == "POST":
        try:
            publish_run(run_id=run.pk, actor=request.user)
            messages.success(request, _("报告 %(number)s 已公开。") % {"number": run.number})
        except (NotAllowed, NotFound):
            raise
        except DomainError as error:
            messages.error(request, error.message)
        return redirect("desk_report", number=run.number)
    checks = publishing_checks(run) if run.status == RunStatus.READY else []
    is_whole = bool(checks) and not checks[0].problem
    context = {
        "run": run,
        "sheet": report_sheet(run),
        "checks": [{"label": check.label, "state": check.state, "text": check.text} for check in checks],
        "actions": actions_for(request.user, run),
        "by_branch": changes_by(run, "by_branch") if is_whole else [],
        "by_fund": changes_by(run, "by_fund") if is_whole else [],
        "is_sound": bool(checks) and not any(check.problem for check in checks),
    }
    return render(request, "transparency/report_publish.html", context)


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


@desk_page(Right.REQUEST_REPORTS)
@require_POST
def report_retry(request: StaffRequest, number: str) -> HttpResponse:
    """Set a failed report again, from the same frozen figures."""
    run = report_for(request.user, number)
    try:
        retry_run(run_id=run.pk, actor=request.user)
        messages.success(request, _("已重新排队制作，数据仍是固定时的数据。"))
    except (NotAllowed, NotFound):
        raise
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("desk_report", number=run.number)


@desk_page(Right.VIEW_DRAFT_REPORTS)
@_GET_OR_POST
def schedule_list(request: StaffRequest) -> HttpResponse:
    """The calendar of one's branches; whoever may ask for reports sets a series on it or takes it off."""
    form = ScheduleForm(request.POST or None, person=request.user)
    if form.is_valid():
        try:
            set_schedule(kind=ReportKind.MONTHLY_RECEIPTS, actor=request.user, **form.cleaned_data)
        except DomainError as error:
            show_error(form, error)
        else:
            messages.success(request, _("报告日程已保存。"))
            return redirect("desk_schedules")
    context = {"form": form, "schedules": schedules_for(request.user), "may_set": bool(form.fields["branch"].queryset)}  # type: ignore[attr-defined]
    return render(request, "transparency/schedules.html", context)
