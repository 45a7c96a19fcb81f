"""The auditors' corner: the daily checkpoints of the public log, and whom they were sent to."""

from __future__ import annotations

import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.errors import NotFound
from organizations.choices import Right
from organizations.views.access import StaffRequest, desk_page
from transparency.selectors.daily import daily_of, daily_with_deliveries
from transparency.selectors.public_log import checkpoint_note
from transparency.services.daily import file_name
from transparency.views.desk.audit import corner

DAYS = 120


@desk_page(Right.VIEW_AUDIT)
@require_safe
def audit_log(request: StaffRequest) -> HttpResponse:
    """The checkpoint of each day, with what became of sending it."""
    context = {**corner(request, "log"), "days": daily_with_deliveries(DAYS)}
    return render(request, "transparency/audit_log.html", context)


@desk_page(Right.VIEW_AUDIT)
@require_safe
def audit_log_checkpoint(request: StaffRequest, day: str) -> HttpResponse:
    """The checkpoint of a day as a file to keep."""
    try:
        daily = daily_of(datetime.date.fromisoformat(day))
    except ValueError:
        daily = None
    if daily is None:
        raise NotFound("no_daily_checkpoint", _("没有这一天的检查点。"))
    response = HttpResponse(checkpoint_note(daily.checkpoint), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=file_name(daily)) or ""
    return response
