"""Bringing in a list: the upload, its template, and the batches there are."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from core.errors import DomainError
from core.views.answers import add_refusal
from donations.choices import BatchStatus
from donations.errors import SameFile
from donations.forms.importing import ImportForm
from donations.intake.template import CONTENT_TYPE, TEMPLATE_FILENAME, build_template
from donations.selectors.batches import batch_of_file
from donations.selectors.desk import PAGE_SIZE, batches_for
from donations.services.batches import open_file_batch
from organizations.choices import Right
from organizations.views.access import StaffRequest, desk_page

# The fund a person entered gifts for last, in the session.
LAST_FUND = "last_fund"
# The way of a list, over the upload.
STEPS = (gettext_lazy("上传"), gettext_lazy("核对"), gettext_lazy("提交"), gettext_lazy("审核入账"))


@desk_page(Right.ENTER_GIFTS)
@require_http_methods(["GET", "POST"])
def import_list(request: StaffRequest) -> HttpResponse:
    """Take a list in; it is read by a job, and its batch's page shows how far."""
    form = ImportForm(
        request.POST or None,
        request.FILES or None,
        person=request.user,
        fund_code=request.session.get(LAST_FUND, ""),
    )
    limit_mb = settings.UPLOAD_LIST_MAX_BYTES // (1024 * 1024)
    context: dict[str, Any] = {"form": form, "steps": [str(step) for step in STEPS], "limit_mb": limit_mb}
    if request.method == "POST" and form.is_valid():
        try:
            batch = open_file_batch(actor=request.user, **form.service_values())
        except DomainError as error:
            add_refusal(form, error)
            if isinstance(error, SameFile):
                context["first"] = batch_of_file(request.user, form.cleaned_data["file"])
        else:
            request.session[LAST_FUND] = batch.fund.code
            messages.success(request, _("文件已收到，批次号 %(number)s，正在读取。") % {"number": batch.number})
            return redirect("desk_batch", number=batch.number)
    return render(request, "donations/import.html", context)


@desk_page(Right.ENTER_GIFTS)
@require_safe
def import_template(request: StaffRequest) -> HttpResponse:
    """An empty list to fill in, with drop-downs and explanations."""
    response = HttpResponse(build_template(), content_type=CONTENT_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{TEMPLATE_FILENAME}"'
    return response


@desk_page(Right.VIEW_GIFTS)
@require_safe
def batch_list(request: StaffRequest) -> HttpResponse:
    """The batches in the person's branches, newest first."""
    status, branch, before = (request.GET.get(name, "") for name in ("status", "branch", "before"))
    found = batches_for(request.user, status=status, branch=branch, before=int(before) if before.isdigit() else None)
    more = len(found) > PAGE_SIZE
    batches = found[:PAGE_SIZE]
    tabs = [{"label": _("全部"), "url": "?", "active": not status}]
    tabs += [
        {"label": label, "url": f"?status={value}", "active": value == status}
        for value, label in BatchStatus.choices
        if value not in (BatchStatus.READING, BatchStatus.POSTING)
    ]
    next_url = f"?status={status}&branch={branch}&before={batches[-1].pk}" if more else ""
    return render(request, "donations/batch_list.html", {"batches": batches, "tabs": tabs, "next_url": next_url})
