"""The coordinators' desk: the day, lists of contacts, one contact and what came of it, scripts."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from core.clock import today
from core.errors import DomainError, NotFound
from core.views.answers import add_refusal, posted
from organizations.choices import Right
from organizations.permissions import holds_anywhere, may
from organizations.views.access import StaffRequest, desk_page
from registries.choices.contact_scripts import ALWAYS_CHECKS, SCRIPTS
from registries.choices.contacts import ContactOutcome, ContactReason, DueStatus
from registries.forms.contacts import CorrectForm, LogForm
from registries.forms.wishes import PurposeForm
from registries.models import Contact, DueContact
from registries.permissions import due_for
from registries.permissions.contacts import gives_contact, keeps_contacts, reads_notes, require_keeper
from registries.selectors.contacts import (
    CONTACT_TABS,
    PAGE_SIZE,
    contact_tabs,
    contacts_about,
    due_page,
    has_why,
    last_record,
)
from registries.selectors.my_day import day_sections
from registries.services.contacts import correct_contact, log_contact
from registries.services.last_calls import log_last_contact
from registries.services.reading import reveal_identity, reveal_notes, reveal_why
from registries.views.contact_subjects import SUBJECTS, shown_subject

# What somebody needs who calls or goes there; the document is none of it.
CALLED = ("name", "phone", "details")


@desk_page(Right.VIEW_REGISTRIES)
@never_cache
@require_safe
def my_day(request: StaffRequest) -> HttpResponse:
    """What there is to do for somebody today: numbers, reasons and days."""
    context = {
        "today": today(),
        "sections": day_sections(request.user),
        "may_keep": holds_anywhere(request.user, Right.KEEP_REGISTRIES),
        "may_assign": holds_anywhere(request.user, Right.ASSIGN_COORDINATORS),
    }
    return render(request, "registries/desk/day.html", context)


@desk_page(Right.VIEW_REGISTRIES)
@never_cache
@require_safe
def contact_list(request: StaffRequest) -> HttpResponse:
    """The open contacts of a list."""
    tabs = contact_tabs(request.user)
    tab = request.GET.get("show", "")
    tab = tab if tab in tabs else next(iter(tabs), "")
    place = _place_after(request)
    found = due_page(request.user, tab, after=place) if tab else []
    shown = found[:PAGE_SIZE]
    last = shown[-1] if len(found) > PAGE_SIZE else None
    context = {
        "tabs": [{"label": CONTACT_TABS[one], "url": f"?show={one}", "active": one == tab} for one in tabs],
        "rows": shown,
        "today": today(),
        "next_url": f"?show={tab}&after={last.due_on:%Y%m%d}-{last.pk}" if last else "",
        "first_url": f"?show={tab}" if place else "",
        "is_branch": tab == "branch",
    }
    return render(request, "registries/desk/contacts.html", context)


@desk_page(Right.VIEW_REGISTRIES)
@never_cache
@require_http_methods(["GET", "POST"])
def contact_detail(request: StaffRequest, key: uuid.UUID) -> HttpResponse:
    """One contact: what to say, what was said before; telephone and notes are shown once, to who says what for."""
    due = due_for(request.user, key)
    purpose = PurposeForm(posted(request), initial={"purpose": due.get_reason_display()})
    history = contacts_about(due.about, due.about_field)
    shown = _shown(request, due, history, purpose) if purpose.is_valid() else {}
    context = {
        **_page_of(request, due),
        "history": history,
        "purpose_form": purpose,
        **_may_reveal(request, due, history),
        "log_form": LogForm(about=due.about),
        **shown,
    }
    return render(request, "registries/desk/contact.html", context)


@desk_page(Right.KEEP_REGISTRIES)
@never_cache
@require_http_methods(["GET", "POST"])
def contact_log(request: StaffRequest, key: uuid.UUID) -> HttpResponse:
    """Write down what came of a contact."""
    due = _kept(request, key)
    form = LogForm(posted(request), about=due.about)
    if form.is_valid():
        try:
            _log(due, dict(form.cleaned_data), request.user)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _said_next(form))
            return redirect("desk_registry_day")
    return render(request, "registries/desk/contact_log.html", {**_page_of(request, due), "log_form": form})


@desk_page(Right.KEEP_REGISTRIES)
@never_cache
@require_http_methods(["GET", "POST"])
def contact_correct(request: StaffRequest, key: uuid.UUID) -> HttpResponse:
    """Put one's own record right by a second one; the first stays."""
    due = _kept(request, key)
    record = last_record(due)
    form = CorrectForm(posted(request), about=due.about)
    if form.is_valid():
        try:
            if record is None:
                raise Http404
            correct_contact(contact_id=record.pk, **form.cleaned_data, actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("已补一条更正，原记录保留。"))
            return redirect("desk_registry_contact", key=due.key)
    context = {**_page_of(request, due), "form": form, "record": record}
    return render(request, "registries/desk/contact_correct.html", context)


@desk_page(Right.VIEW_REGISTRIES)
@require_safe
def contact_script(request: StaffRequest, reason: str) -> HttpResponse:
    """What to say and check at one kind of contact, for paper."""
    if reason not in SCRIPTS:
        raise Http404
    context = {"reason": ContactReason(reason), "script": SCRIPTS[reason], "always": ALWAYS_CHECKS}
    return render(request, "registries/desk/script_print.html", context)


def _page_of(request: StaffRequest, due: DueContact) -> dict[str, Any]:
    """What each page about a contact shows."""
    is_open = due.status == DueStatus.OPEN
    is_theirs = due.coordinator_id in (None, request.user.pk)
    return {
        "due": due,
        "today": today(),
        "script": SCRIPTS[due.reason],
        "always": ALWAYS_CHECKS,
        "may_log": is_open and is_theirs and keeps_contacts(request.user, due.about),
        "may_give": is_open and gives_contact(request.user, due),
        "may_correct": due.status == DueStatus.DONE and _may_correct(request.user, due),
        **shown_subject(due, reader=request.user),
    }


def _may_reveal(request: StaffRequest, due: DueContact, history: list[Contact]) -> dict[str, bool]:
    is_person = SUBJECTS[due.about_field].has_registrant
    identify = is_person and may(request.user, Right.READ_REGISTRANTS, due.branch)
    is_said = has_why(due)
    is_noted = is_said or any(one.note is not None for one in history)
    read = reads_notes(request.user, due.about) and is_noted
    return {"may_identify": identify, "may_read": read, "may_reveal": identify or read, "is_said": is_said}


def _shown(request: StaffRequest, due: DueContact, history: list[Contact], form: PurposeForm) -> dict[str, Any]:
    """What somebody asked to see once: `identity` or `notes`."""
    asked: dict[str, Any] = {"purpose": form.cleaned_data["purpose"], "actor": request.user}
    try:
        if request.POST.get("show") == "notes":
            notes = reveal_notes(contacts=history, **asked)
            said = reveal_why(due=due, **asked)
            return {"notes": [(one, notes[one.pk]) for one in history if one.pk in notes], "why": said}
        if not SUBJECTS[due.about_field].has_registrant:
            raise NotFound("no_registrant", _("这里没有可以查看的身份，请到案例页查看家属。"))
        return {"identity": reveal_identity(wish=due.about, fields=CALLED, **asked)}
    except DomainError as error:
        add_refusal(form, error)
        return {}


def _kept(request: StaffRequest, key: uuid.UUID) -> DueContact:
    due = due_for(request.user, key)
    require_keeper(request.user, due.about)
    return due


def _may_correct(person: User, due: DueContact) -> bool:
    """Whether one puts its newest record right: one's own, or that somebody died."""
    if due.closed_by_id == person.pk:
        return True
    record = last_record(due) if keeps_contacts(person, due.about) else None
    return record is not None and record.outcome == ContactOutcome.DIED


def _log(due: DueContact, said: dict[str, Any], actor: User) -> Contact:
    if said.pop("is_last"):
        del said["next_on"]
        return log_last_contact(due_id=due.pk, **said, actor=actor)
    return log_contact(due_id=due.pk, **said, actor=actor)


def _said_next(form: LogForm) -> str:
    next_on = form.cleaned_data["next_on"]
    if form.cleaned_data["is_last"]:
        return _("已登记，以后不再打电话；其余的待联系已取消。")
    if next_on is None:
        return _("已登记，这件联系办结。")
    return _("已登记，下次联系 %(day)s。") % {"day": next_on.isoformat()}


def _place_after(request: HttpRequest) -> tuple[datetime.date, int] | None:
    """Where a page of a list goes on (`?after=20260101-7`); None for the first page, and for what is no place."""
    day, _dash, pk = request.GET.get("after", "").partition("-")
    if not (pk.isascii() and pk.isdecimal() and len(pk) < 19):
        return None
    try:
        return datetime.datetime.strptime(day, "%Y%m%d").replace(tzinfo=datetime.UTC).date(), int(pk)
    except ValueError:
        return None
