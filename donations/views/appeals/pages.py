"""What the four subjects have alike at the desk: their lists, and the pages on which a draft is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from core.errors import DomainError, NotFound
from core.views.answers import add_refusal
from organizations.choices import Right
from organizations.models import Branch
from organizations.permissions import branches_with, require
from organizations.selectors import branch_by_code
from organizations.views.access import StaffRequest

MOST_LISTED = 200


@dataclass(frozen=True)
class ListPage:
    """A list of a subject: its words, its states, and the name of the address at which a new one is written."""

    title: str
    lead: str
    statuses: Sequence[tuple[str, Any]]
    new_name: str
    new_label: str
    note_label: str


@dataclass(frozen=True)
class Draft:
    """A draft that is being written: its form, how it is saved, what is then said, and where the person goes.

    `sections` are (legend, fields); without them all fields stand under the list's name.
    """

    form: forms.Form
    title: str
    lead: str
    list_label: str
    list_url: str
    service: Callable[[], Any]
    said: str
    address: Callable[[Any], str]
    sections: Sequence[tuple[Any, Sequence[Any]]] = field(default_factory=tuple)


def show_list(
    request: StaffRequest, page: ListPage, subjects: Iterable[Any], row: Callable[[Any], Mapping[str, Any]]
) -> HttpResponse:
    """List subjects of the person's branches; `row` gives the title, address and note of one."""
    rows = [
        {"branch": one.branch.name, "status": one.status, "label": one.get_status_display(), **row(one)}
        for one in subjects
    ]
    context = {
        "title": page.title,
        "lead": page.lead,
        "rows": rows,
        "statuses": page.statuses,
        "status": request.GET.get("status", ""),
        "new_url": reverse(page.new_name) if branches_with(request.user, Right.PLAN_APPEALS).exists() else "",
        "new_label": page.new_label,
        "note_label": page.note_label,
    }
    return render(request, "donations/appeals/list.html", context)


def write_draft(request: StaffRequest, draft: Draft) -> HttpResponse:
    """Show a draft's form; where it is sent and sound, save it and go on."""
    if draft.form.is_valid():
        try:
            saved = draft.service()
        except DomainError as error:
            add_refusal(draft.form, error)
        else:
            messages.success(request, draft.said)
            return redirect(draft.address(saved))
    context = {
        "form": draft.form,
        "sections": draft.sections or [(draft.list_label, list(draft.form))],
        "title": draft.title,
        "lead": draft.lead,
        "list_label": draft.list_label,
        "list_url": draft.list_url,
    }
    return render(request, "donations/appeals/form.html", context)


def branch_for_new(request: StaffRequest) -> Branch:
    """The branch for which something is written: the address names it, else the first in which the person plans."""
    code = request.GET.get("branch", "")
    branch = branch_by_code(code) if code else branches_with(request.user, Right.PLAN_APPEALS).first()
    if branch is None:
        raise NotFound
    require(request.user, Right.PLAN_APPEALS, branch)
    return branch
