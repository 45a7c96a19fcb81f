"""What was written about a donor's way, put right: by a row that replaces it, or by one that says it is not true."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.errors import DomainError
from core.views.answers import add_refusal, posted
from organizations.choices import Right
from organizations.permissions import require
from organizations.views.access import StaffRequest, desk_page
from registries.choices.donors import EntryKind
from registries.forms.donors import steps as step_forms
from registries.models import Donor, DonorEscort
from registries.permissions import donor_for
from registries.services.donors import support
from registries.views.donors.steps import STEPS
from registries.views.sure import SURE, Sure, ask_sure

_FORMS: dict[str, tuple[Callable[..., forms.Form], Callable[..., Any]]] = {
    EntryKind.EXPENSE: (step_forms.ExpenseForm, support.write_expense),
    EntryKind.HONOUR: (step_forms.HonourForm, support.write_honour),
    EntryKind.ESCORT: (step_forms.EscortForm, support.write_escort),
}
VOID = "void"


@desk_page(Right.KEEP_REGISTRIES)
@never_cache
@require_http_methods(["GET", "POST"])
def donor_entry(request: StaffRequest, number: str, what: str, entry_id: int) -> HttpResponse:
    """Put one row right, or say that it is not true."""
    donor, entry = _found(request, number, what, entry_id)
    if request.method == "POST" and VOID in request.POST:
        return _void(request, donor, what, entry)
    make_form, write = _FORMS[what]
    form = make_form(posted(request), initial=_said(entry), **_given(donor, what, entry))
    if form.is_valid():
        try:
            write(donor_id=donor.pk, replaces_id=entry.pk, **form.cleaned_data, actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("已更正。"))
            return redirect("desk_donor", number=donor.number)
    context = {"donor": donor, "form": form, "entry": entry, "label": EntryKind(what).label}
    return render(request, "registries/donors/entry.html", context)


def _void(request: StaffRequest, donor: Donor, what: str, entry: support.Entry) -> HttpResponse:
    back = reverse("desk_donor", args=[donor.number])
    if SURE not in request.POST:
        sure = Sure(
            title=_("作废一条%(kind)s") % {"kind": EntryKind(what).label},
            question=_("确定作废吗？"),
            said=[(_("志愿者"), donor.number), (_("日期"), entry.on)],
            follows=[_("这一条不再计入；原来写的仍留在记录里，注明作废。"), _("作废以后不能恢复，要补的请重新登记。")],
            submit=_("作废这一条"),
            section=(_("造血干细胞"), reverse("desk_donors")),
            thing=(donor.number, back),
            eyebrow=donor.number,
            action=request.path,
        )
        return ask_sure(request, sure, back=request.path, form=step_forms.VoidForm({VOID: "1"}))
    try:
        support.void_entry(donor_id=donor.pk, what=what, entry_id=entry.pk, actor=request.user)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("已作废。"))
    return redirect(back)


def _found(request: StaffRequest, number: str, what: str, entry_id: int) -> tuple[Donor, support.Entry]:
    donor = donor_for(request.user, number)
    require(request.user, Right.KEEP_REGISTRIES, donor.branch)
    if what not in _FORMS:
        raise Http404
    entry = support.entries_of(donor, what).filter(pk=entry_id).first()
    if entry is None:
        raise Http404
    return donor, entry


def _given(donor: Donor, what: str, entry: support.Entry) -> dict[str, Any]:
    """What the form needs to know; who went along is offered as well once they have left."""
    given = STEPS[what].given(donor)
    if isinstance(entry, DonorEscort) and entry.person not in given["people"]:
        given["people"] = [entry.person, *given["people"]]
    return given


def _said(entry: support.Entry) -> dict[str, Any]:
    names = ("kind", "amount", "on", "until", "evidence", "number", "issuer", "person")
    return {name: getattr(entry, name) for name in names if hasattr(entry, name)}
