"""Monthly sheets at the desk: as they stand, as they were confirmed, on paper, as files."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from core.clock import today
from core.errors import DomainError
from core.exporting import CSV_CONTENT_TYPE, XLSX_CONTENT_TYPE, Sheet, stream_csv, write_xlsx
from core.periods import Period, PeriodError, PeriodKind, parse_period, period_of
from core.views.answers import add_refusal, posted
from organizations.choices import Right
from organizations.models import Branch
from organizations.permissions import may, require
from organizations.selectors import branch_by_code
from organizations.views.access import StaffRequest, desk_page
from reconciliation.choices import SheetStatus
from reconciliation.forms import ReasonForm
from reconciliation.permissions import sheet_of
from reconciliation.selectors.sheet_rows import bank_only_totals, sheet_rows
from reconciliation.selectors.sheets import month_sheet
from reconciliation.services.sheets import confirm_sheet, return_sheet, submit_sheet

STEP_TITLES = {
    "submit": gettext_lazy("提交余额调节表"),
    "confirm": gettext_lazy("确认余额调节表"),
    "return": gettext_lazy("退回余额调节表"),
}


def months_to_offer(branch: Branch) -> list[dict[str, Any]]:
    """The last three months and this one, with what became of their sheets."""
    period = period_of(PeriodKind.MONTH, today())
    found: list[dict[str, Any]] = []
    for _step in range(4):
        found.append({"period": period, "sheet": sheet_of(branch, period.code)})
        period = period.previous()
    return found


def _asked(request: StaffRequest, code: str, month: str) -> tuple[Branch, Period]:
    branch = branch_by_code(code)
    require(request.user, Right.VIEW_STATEMENTS, branch)
    try:
        period = parse_period(month)
    except PeriodError as error:
        raise Http404(error.message) from error
    if period.kind != PeriodKind.MONTH:
        raise Http404
    return branch, period


def sheet_context(request: StaffRequest, branch: Branch, period: Period) -> dict[str, Any]:
    """The frozen figures where the sheet was handed in, else what stands now; and what the person may do."""
    sheet = sheet_of(branch, period.code)
    is_kept = sheet is not None and sheet.status != SheetStatus.RETURNED
    figures = sheet.figures if is_kept and sheet is not None else month_sheet(branch, period)
    return {
        "branch": branch,
        "period": period,
        "sheet": sheet,
        "figures": figures,
        "totals": bank_only_totals(figures),
        "is_kept": is_kept,
        "events": list(sheet.events.select_related("actor").order_by("pk")) if sheet else [],
        "may_submit": not is_kept and may(request.user, Right.RECONCILE, branch),
        "may_confirm": sheet is not None
        and sheet.status == SheetStatus.SUBMITTED
        and sheet.made_by_id != request.user.pk
        and may(request.user, Right.CONFIRM_SHEETS, branch),
        "may_return": is_kept and may(request.user, Right.CONFIRM_SHEETS, branch),
    }


@desk_page(Right.VIEW_STATEMENTS)
@require_safe
def sheet_detail(request: StaffRequest, code: str, month: str) -> HttpResponse:
    """The sheet of a branch and month."""
    branch, period = _asked(request, code, month)
    return render(request, "reconciliation/sheet.html", sheet_context(request, branch, period))


@desk_page(Right.VIEW_STATEMENTS)
@require_safe
def sheet_print(request: StaffRequest, code: str, month: str) -> HttpResponse:
    """The sheet on A4, to be signed and filed."""
    branch, period = _asked(request, code, month)
    return render(request, "reconciliation/sheet_print.html", sheet_context(request, branch, period))


@desk_page(Right.VIEW_STATEMENTS)
@require_safe
def sheet_file(request: StaffRequest, code: str, month: str, ending: str) -> StreamingHttpResponse | FileResponse:
    """The sheet as CSV or XLSX."""
    branch, period = _asked(request, code, month)
    figures = sheet_context(request, branch, period)["figures"]
    header = (_("项目"), _("内容"), _("日期"), _("收入（元）"), _("支出（元）"), _("余额（元）"))
    rows: Iterator[tuple[Any, ...]] = sheet_rows(figures)
    name = _("余额调节表_%(branch)s_%(month)s.%(ending)s") % {
        "branch": branch.code,
        "month": period.code,
        "ending": ending,
    }
    response: StreamingHttpResponse | FileResponse
    if ending == "csv":
        response = StreamingHttpResponse(stream_csv(header, rows), content_type=CSV_CONTENT_TYPE)
        response["Content-Disposition"] = content_disposition_header(True, name) or ""
        return response
    if ending != "xlsx":
        raise Http404
    target = tempfile.NamedTemporaryFile(suffix=".xlsx")  # noqa: SIM115 -- the response closes it, which deletes it
    write_xlsx(target.name, [Sheet(_("余额调节表"), header, rows)])
    return FileResponse(target, as_attachment=True, filename=name, content_type=XLSX_CONTENT_TYPE)


@desk_page(Right.RECONCILE, Right.CONFIRM_SHEETS)
@require_http_methods(["GET", "POST"])
def sheet_step(request: StaffRequest, code: str, month: str, step: str) -> HttpResponse:
    """Hand the sheet in, confirm it, or give it back: asked once, with its figures repeated."""
    branch, period = _asked(request, code, month)
    if step not in STEP_TITLES:
        raise Http404
    require(request.user, Right.RECONCILE if step == "submit" else Right.CONFIRM_SHEETS, branch)
    form = ReasonForm(posted(request)) if step == "return" else None
    if request.method == "POST" and (form is None or form.is_valid()):
        form = form or ReasonForm(None)
        try:
            _take(step, branch, period, request, form)
        except DomainError as error:
            messages.error(request, error.message) if step != "return" else add_refusal(form, error)
        else:
            messages.success(request, _("已办妥。"))
        if not form.errors:
            return redirect("desk_month_sheet", code=branch.code, month=period.code)
    context = {**sheet_context(request, branch, period), "step": step, "title": STEP_TITLES[step], "form": form}
    return render(request, "reconciliation/sheet_step.html", context)


def _take(step: str, branch: Branch, period: Period, request: StaffRequest, form: ReasonForm) -> None:
    if step == "submit":
        submit_sheet(branch=branch, period=period, actor=request.user)
    elif step == "confirm":
        confirm_sheet(branch=branch, month=period.code, actor=request.user)
    else:
        return_sheet(branch=branch, month=period.code, reason=form.cleaned_data["reason"], actor=request.user)
