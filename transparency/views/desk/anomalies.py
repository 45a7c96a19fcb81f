"""Anomalies of a report: what was found, and the explanations."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.errors import DomainError
from organizations.choices import Right
from organizations.permissions import require
from organizations.views.access import StaffRequest, desk_page
from transparency.choices import RunStatus
from transparency.forms import ClearForm, show_error
from transparency.permissions import report_for
from transparency.selectors.anomalies import anomalies_by_rule
from transparency.services.anomalies import clear_anomalies


@desk_page(Right.PUBLISH_REPORTS)
@require_http_methods(["GET", "HEAD", "POST"])
def report_anomalies(request: StaffRequest, number: str) -> HttpResponse:
    """All findings of a report under their rules; one, or all of a rule, are explained here."""
    run = report_for(request.user, number)
    require(request.user, Right.PUBLISH_REPORTS, run.branch)
    lines = anomalies_by_rule(run)
    form = ClearForm(request.POST or None, lines=lines)
    if form.is_valid():
        try:
            count = clear_anomalies(run_id=run.pk, actor=request.user, **form.cleaned_data)
        except DomainError as error:
            show_error(form, error)
        else:
            messages.success(request, _("已说明 %(n)s 条异常。") % {"n": count})
            return redirect("desk_report_anomalies", number=run.number)
    may_clear = run.status == RunStatus.READY and run.requested_by_id != request.user.pk
    context = {"run": run, "lines": lines, "form": form, "may_clear": may_clear and any(line.open for line in lines)}
    return render(request, "transparency/report_anomalies.html", context)
