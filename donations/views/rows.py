"""Single rows of a batch, mended in place or on a page of their own, and suspicions decided."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import Conflict, DomainError
from core.views.answers import add_refusal, private_file, say_refusal
from donations.choices import DuplicateDecision
from donations.forms.gifts import LetterForm, RowForm
from donations.forms.steps import ReasonForm
from donations.intake import FIELD_LABELS
from donations.models import Batch, StagedGift
from donations.permissions import row_of, row_voucher, sees_names
from donations.selectors.batches import (
    batch_by_number,
    batch_rows,
    batch_tally,
    is_large,
    letter_rows,
    undecided_sums,
    with_state,
)
from donations.selectors.desk import RowLine, row_lines
from donations.services.duplicates import decide_duplicates
from donations.services.files import open_row_voucher
from donations.services.rows import accept_giver, edit_row, exclude_row, restore_row
from donations.views.answers import place_of, to_batch
from donations.views.batches import batch_figures, batch_rights, row_tabs
from organizations.choices import Right
from organizations.permissions import require
from organizations.views.access import StaffRequest, desk_page

_PREVIEW = 50
# What is said after each act on a row.
_ACTS: dict[str, Any] = {
    "exclude": gettext_lazy("第 %(row)d 行已排除，可随时恢复。"),
    "restore": gettext_lazy("第 %(row)d 行已恢复。"),
    "giver": gettext_lazy("第 %(row)d 行的捐赠人已按建议改好。"),
    DuplicateDecision.KEEP.value: gettext_lazy("第 %(row)d 行：是另一笔，保留。"),
    DuplicateDecision.DROP.value: gettext_lazy("第 %(row)d 行：是同一笔，不入账。"),
}


def _editable(request: StaffRequest, number: str) -> Batch:
    batch = batch_by_number(number, request.user)
    require(request.user, Right.ENTER_GIFTS, batch.branch)
    return batch


def _line(request: StaffRequest, batch: Batch, row_number: int) -> RowLine:
    rows = with_state(StagedGift.objects.filter(batch=batch, row_number=row_number)).select_related("fund")
    return row_lines(rows, request.user, with_names=sees_names(request.user, batch))[0]


@desk_page(Right.ENTER_GIFTS)
@require_http_methods(["GET", "POST"])
def row_edit(request: StaffRequest, number: str, row_number: int) -> HttpResponse:
    """Mend a row: in the table with htmx, else on its own page."""
    batch = _editable(request, number)
    row = row_of(batch, row_number)
    form = RowForm(request.POST or None, row=row, batch=batch)
    if form.is_valid():
        try:
            edit_row(
                batch_id=batch.pk,
                row_number=row_number,
                typed=form.typed(),
                version=form.cleaned_data["version"],
                actor=request.user,
            )
        except Conflict as error:
            # What somebody else wrote must be seen before it is written over.
            form = RowForm(row=row_of(batch, row_number), batch=batch)
            return _show_form(request, batch, row_number, form, conflict=error.message)
        except DomainError as error:
            add_refusal(form, error)
        else:
            return _after(request, batch, row_number, _("第 %(row)d 行已保存。") % {"row": row_number})
    return _show_form(request, batch, row_number, form)


def _show_form(request: StaffRequest, batch: Batch, row_number: int, form: RowForm, conflict: str = "") -> HttpResponse:
    line = _line(request, batch, row_number)
    original = line.row.original if isinstance(line.row.original, dict) else {}
    context: dict[str, Any] = {
        **batch_rights(request, batch),
        "batch": batch,
        "line": line,
        "form": form,
        "conflict": conflict,
        "place": place_of(request),
        "reason_form": ReasonForm(),
        **_letter(batch, line.row),
        "original": [(FIELD_LABELS.get(name, name), value) for name, value in original.items()],
    }
    inline = request.headers.get("HX-Request") == "true"
    return render(request, "donations/parts/row_form.html" if inline else "donations/row.html", context)


def _letter(batch: Batch, row: StagedGift) -> dict[str, Any]:
    if not is_large(row):
        return {}
    return {"letter_form": LetterForm(), "has_letter": row.row_number in letter_rows(batch)}


def _after(request: StaffRequest, batch: Batch, row_number: int, sentence: str) -> HttpResponse:
    """The row as it now is, with the sums that changed along; without htmx back to the table."""
    if request.headers.get("HX-Request") != "true":
        messages.success(request, sentence)
        return to_batch(request, batch, row_number)
    batch.refresh_from_db(fields=["found_count", "found_total"])
    place = place_of(request)
    context = {
        **batch_figures(batch),
        **batch_rights(request, batch),
        "line": _line(request, batch, row_number),
        "place": place,
        "said": sentence,
        "tabs": row_tabs(batch, batch_tally(batch), place.get("show", "all")),
    }
    return render(request, "donations/parts/row_saved.html", context)


@desk_page(Right.ENTER_GIFTS)
@require_POST
def row_act(request: StaffRequest, number: str, row_number: int, act: str) -> HttpResponse:
    """Exclude a row with a reason, put it back, take over the proposed giver, or decide a suspicion."""
    if act not in _ACTS:
        raise Http404
    batch = _editable(request, number)
    row_of(batch, row_number)
    known: dict[str, Any] = {"batch_id": batch.pk, "actor": request.user}
    try:
        if act == "exclude":
            exclude_row(row_number=row_number, reason=request.POST.get("reason", ""), **known)
        elif act == "restore":
            restore_row(row_number=row_number, **known)
        elif act == "giver":
            accept_giver(row_number=row_number, **known)
        else:
            decide_duplicates(row_numbers=[row_number], decision=act, **known)
    except DomainError as error:
        say_refusal(request, error)
        return to_batch(request, batch, row_number)
    return _after(request, batch, row_number, _ACTS[act] % {"row": row_number})


@desk_page(Right.ENTER_GIFTS)
@require_http_methods(["GET", "POST"])
def duplicates_all(request: StaffRequest, number: str, decision: str) -> HttpResponse:
    """Decide all undecided suspicions at once, after seeing both sides and the numbers."""
    if decision not in (DuplicateDecision.KEEP, DuplicateDecision.DROP):
        raise Http404
    batch = _editable(request, number)
    if request.method == "POST":
        try:
            count = decide_duplicates(batch_id=batch.pk, decision=decision, actor=request.user)
            messages.success(request, _("已决定 %(count)d 行疑似重复。") % {"count": count})
        except DomainError as error:
            say_refusal(request, error)
        return to_batch(request, batch)
    rows = batch_rows(batch, show="undecided", limit=_PREVIEW)
    context = {
        **_consequences(batch),
        "lines": row_lines(rows, request.user, with_names=sees_names(request.user, batch)),
        "decision": decision,
    }
    return render(request, "donations/duplicates.html", context)


def _consequences(batch: Batch) -> dict[str, Any]:
    """The sums before and after all undecided rows are dropped."""
    figures, undecided = batch_figures(batch), undecided_sums(batch)
    tally = figures["tally"]
    after = {"count": tally.posted_count - undecided["count"], "total": tally.posted_total - undecided["total"]}
    return {**figures, "undecided": undecided, "after": after}


@desk_page(Right.ENTER_GIFTS, Right.APPROVE_GIFTS)
@require_safe
def row_voucher_file(request: StaffRequest, number: str, row_number: int) -> FileResponse:
    """The voucher of a row, for makers and approvers; the reading is recorded."""
    batch = batch_by_number(number, request.user)
    voucher = row_voucher(batch, row_number)
    source = open_row_voucher(batch=batch, voucher=voucher, actor=request.user)
    is_picture = voucher.content_type.startswith("image/")
    return private_file(source, filename=voucher.name, content_type=voucher.content_type, attachment=not is_picture)
