"""One batch: its figures, its rows, its file, its columns."""

from __future__ import annotations

import tempfile
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.choices import JobStatus
from core.errors import DomainError
from core.exporting import XLSX_CONTENT_TYPE, Sheet, write_xlsx
from core.models import Job
from core.views.answers import private_file, say_refusal
from donations.choices import BatchKind, BatchStatus
from donations.forms.importing import MappingForm
from donations.intake import UnreadableFile
from donations.models import Batch
from donations.permissions import may_edit_rows, may_enter, may_read_source, sees_names, why_not_approve
from donations.selectors.batches import (
    ROW_FILTERS,
    BatchTally,
    batch_by_number,
    batch_rows,
    batch_tally,
    declared_gap,
    letter_rows,
    rows_without_letter,
    what_is_left,
)
from donations.selectors.desk import PAGE_SIZE, batch_flags, batch_history, batch_job, problem_rows, row_lines
from donations.services.files import note_rows_exported, open_list_file
from donations.services.mapping import change_mapping, head_of
from donations.views.answers import batch_address, place_of, to_batch
from organizations.choices import Right
from organizations.permissions import may, require
from organizations.views.access import StaffRequest, desk_page

_MOVING = (BatchStatus.READING, BatchStatus.POSTING)


@desk_page(Right.VIEW_GIFTS)
@require_safe
def batch_detail(request: StaffRequest, number: str) -> HttpResponse:
    """A batch: sums against what the file declares, rows with their problems, steps, history."""
    batch = batch_by_number(number, request.user)
    history = list(batch_history(batch))
    context = {
        **batch_figures(batch),
        **batch_rights(request, batch),
        "history": history,
        "letters": letter_rows(batch),
        "unlettered": rows_without_letter(batch) if batch.is_editable else [],
        "returned_because": history[-1].reason if batch.status == BatchStatus.RETURNED else "",
        "job": batch_job(batch) if batch.status in _MOVING else None,
    }
    if not context["job"] and batch.status != BatchStatus.UNREADABLE:
        context |= rows_context(request, batch, context["tally"])
    if batch.status == BatchStatus.SUBMITTED:
        context["flags"] = batch_flags(batch, request.user)
    context["is_stuck"] = _is_stuck(batch, context["job"])
    return render(request, "donations/batch.html", context)


def batch_figures(batch: Batch) -> dict[str, Any]:
    """The sums of a batch: read, declared, to be posted, and what is left to do."""
    tally = batch_tally(batch)
    gaps = declared_gap(batch, tally)
    is_declared = batch.declared_count is not None or batch.declared_total is not None
    left = what_is_left(batch, tally) if batch.is_editable else []
    return {"batch": batch, "tally": tally, "gaps": gaps, "is_declared": is_declared, "left": left}


def batch_rights(request: StaffRequest, batch: Batch) -> dict[str, Any]:
    """What the person may do with a batch."""
    approves = may(request.user, Right.APPROVE_GIFTS, batch.branch)
    return {
        "may_enter": may_enter(request.user, batch),
        "may_edit": may_edit_rows(request.user, batch),
        "may_read_source": may_read_source(request.user, batch),
        "approves": approves,
        "why_not": why_not_approve(request.user, batch) if approves else "",
        "is_counter": batch.kind == BatchKind.COUNTER,
        "may_pool": batch.status == BatchStatus.POSTED and may(request.user, Right.SERVE_GIVERS, batch.branch),
    }


def rows_context(request: StaffRequest, batch: Batch, tally: BatchTally) -> dict[str, Any]:
    """A page of the rows, 50 by row number, with tabs that count."""
    place = place_of(request)
    show, after = place.get("show", "all"), int(place.get("after", "0"))
    found = list(batch_rows(batch, show=show, after=after, limit=PAGE_SIZE + 1))
    lines = row_lines(found[:PAGE_SIZE], request.user, with_names=sees_names(request.user, batch))
    more = {**place, "after": str(lines[-1].row.row_number)} if len(found) > PAGE_SIZE else None
    return {
        "lines": lines,
        "place": place,
        "tabs": row_tabs(batch, tally, show),
        "next_url": f"?{urlencode(more)}" if more else "",
        "first_url": batch_address(batch, {"show": show} if show != "all" else {}) if after else "",
        "suspects": show in ("duplicate", "undecided"),
    }


def row_tabs(batch: Batch, tally: BatchTally, show: str) -> list[dict[str, Any]]:
    """The tabs over the rows with their counts."""
    counts = {
        "all": (_("全部"), tally.row_count),
        "problems": (_("问题"), tally.problem_count),
        "error": (_("错误"), tally.error_count),
        "warning": (_("警告"), tally.warning_count),
        "duplicate": (_("疑似重复"), tally.duplicate_count),
        "excluded": (_("已排除"), tally.excluded_count),
    }
    return [
        {
            "label": label,
            "url": batch_address(batch, {} if name == "all" else {"show": name}),
            "count": count,
            "active": name == show or (name == "duplicate" and show == "undecided"),
        }
        for name, (label, count) in counts.items()
    ]


def _is_stuck(batch: Batch, job: Job | None) -> bool:
    at_work = job is not None and job.status in (JobStatus.QUEUED, JobStatus.RUNNING)
    return batch.status in _MOVING and not at_work


@desk_page(Right.VIEW_GIFTS)
@require_safe
def batch_progress(request: StaffRequest, number: str) -> HttpResponse:
    """How far reading or posting is: the changing part alone for job.js, else the batch page."""
    batch = batch_by_number(number, request.user)
    job = batch_job(batch)
    if request.headers.get("HX-Request") != "true" or job is None:
        return redirect("desk_batch", number=batch.number)
    return render(request, "donations/parts/progress.html", {"batch": batch, "job": job})


@desk_page(Right.VIEW_GIFTS)
@require_safe
def batch_file(request: StaffRequest, number: str) -> FileResponse:
    """The file as it was brought in, for its makers and approvers; the reading is recorded."""
    batch = batch_by_number(number, request.user)
    stored, source = open_list_file(batch=batch, actor=request.user)
    return private_file(source, filename=stored.name, content_type="application/octet-stream")


@desk_page(Right.VIEW_GIFTS)
@require_safe
def batch_problems(request: StaffRequest, number: str) -> FileResponse:
    """The rows with problems as a workbook, with what was written and the reasons; the reading is recorded."""
    batch = batch_by_number(number, request.user)
    note_rows_exported(batch=batch, actor=request.user)
    show = request.GET.get("show", "problems")
    header = (
        _("行号"), _("日期"), _("捐赠人"), _("金额"), _("备注"), _("渠道"), _("流水号"), _("核对结果"), _("原因")
    )  # fmt: skip
    rows = problem_rows(batch, ROW_FILTERS.get(show, ROW_FILTERS["problems"]))
    # The response closes it, which deletes it.
    target = tempfile.NamedTemporaryFile(suffix=".xlsx")  # noqa: SIM115
    write_xlsx(target.name, [Sheet(_("问题行"), header, rows)])
    return private_file(target, filename=f"{batch.number}-{_('问题行')}.xlsx", content_type=XLSX_CONTENT_TYPE)


@desk_page(Right.ENTER_GIFTS)
@require_http_methods(["GET", "POST"])
def batch_mapping(request: StaffRequest, number: str) -> HttpResponse:
    """Say which column is what, with the first rows before one's eyes; then the file is read again."""
    batch = batch_by_number(number, request.user)
    require(request.user, Right.ENTER_GIFTS, batch.branch)
    try:
        head = head_of(batch)
        form = MappingForm(request.POST or None, batch=batch, head=head)
        if form.is_valid():
            mapping, default_on = form.cleaned_data["mapping"], form.cleaned_data["default_on"]
            change_mapping(batch_id=batch.pk, mapping=mapping, default_on=default_on, actor=request.user)
            messages.success(request, _("列对应已记住，正在按新的对应重新读取。"))
            return to_batch(request, batch)
    except UnreadableFile as error:
        messages.error(request, error.message)
        return to_batch(request, batch)
    except DomainError as error:
        say_refusal(request, error)
        return to_batch(request, batch)
    return render(request, "donations/mapping.html", {"batch": batch, "form": form, "head": head})
