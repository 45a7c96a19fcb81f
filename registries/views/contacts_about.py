"""The contacts about a wish, a donor or a case: what is planned, what took place, and one more planned by hand."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.clock import today
from core.errors import DomainError
from core.views.answers import add_refusal, posted
from organizations.choices import Right
from organizations.views.access import StaffRequest, desk_page
from registries.choices.contacts import ContactOutcome
from registries.forms.contacts import ScheduleForm
from registries.models import Case, Contact, Donor, DueContact, Wish
from registries.permissions import donor_for, wish_for
from registries.permissions.cases import case_for, require_coordinator
from registries.permissions.contacts import hands_contacts_out, keeps_contacts, require_keeper
from registries.selectors.contacts import callers_of, contacts_about, due_about
from registries.services.departed import is_departed
from registries.services.planning import reasons_by_hand, schedule_contact
from registries.views.contact_subjects import SUBJECTS

About = Wish | Donor | Case


@desk_page(Right.VIEW_REGISTRIES)
@never_cache
@require_http_methods(["GET", "POST"])
def wish_contacts(request: StaffRequest, number: str) -> HttpResponse:
    """The contacts about a wish, and a new one planned by hand."""
    return _page_about(request, wish_for(request.user, number), "wish")


@desk_page(Right.VIEW_REGISTRIES)
@never_cache
@require_http_methods(["GET", "POST"])
def donor_contacts(request: StaffRequest, number: str) -> HttpResponse:
    """The contacts about a donor, and a new one planned by hand."""
    return _page_about(request, donor_for(request.user, number), "donor")


@desk_page(Right.KEEP_CASES, Right.ASSIGN_COORDINATORS)
@never_cache
@require_http_methods(["GET", "POST"])
def case_contacts(request: StaffRequest, number: str) -> HttpResponse:
    """The calls to the family of a case for who works on it or assigns to it, and a new one planned by hand."""
    case = case_for(request.user, number)
    if not hands_contacts_out(request.user, case):
        require_coordinator(request.user, case)
    return _page_about(request, case, "case")


def openable(request: StaffRequest, about: About, contacts: list[Contact], due: list[DueContact]) -> set[int]:
    """The ids of planned contacts that the person may open: one's own and nobody's, or any for who assigns."""
    all_of_them = [*due, *(one.due for one in contacts if one.due is not None)]
    assigns = hands_contacts_out(request.user, about)
    told = {one.due_id for one in contacts if one.outcome == ContactOutcome.DIED}
    mine = (None, request.user.pk)
    return {one.pk for one in all_of_them if assigns or one.coordinator_id in mine or one.pk in told}


def _page_about(request: StaffRequest, about: About, field: str) -> HttpResponse:
    if request.method == "POST":
        require_keeper(request.user, about)
    form = ScheduleForm(
        posted(request),
        reasons=reasons_by_hand(about),
        people=_others(request, about),
        offers_nobody=not isinstance(about, Case),
    )
    if form.is_valid():
        try:
            planned = schedule_contact(about=about, **form.planned(), actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("已安排，现在可以联系。") if planned.due_on == today() else _("已安排。"))
            if openable(request, about, [], [planned]):
                return redirect("desk_registry_contact", key=planned.key)
            return redirect(request.path)
    return render(request, "registries/desk/contacts_about.html", {"form": form, **_shown(request, about, field)})


def _shown(request: StaffRequest, about: About, field: str) -> dict[str, Any]:
    due, history = due_about(about, field), contacts_about(about, field)
    return {
        "about": about,
        "subject": SUBJECTS[field],
        "due": due,
        "history": history,
        "openable": openable(request, about, history, due),
        "may_plan": about.is_accompanied and keeps_contacts(request.user, about),
        "is_departed": not isinstance(about, Case) and about.is_accompanied and is_departed(about),
        "died_url": "" if isinstance(about, Case) else reverse(f"desk_{field}_departed", args=[about.number]),
    }


def _others(request: StaffRequest, about: About) -> list[Any]:
    """To whom a contact may be given beside oneself."""
    if not keeps_contacts(request.user, about):
        return []
    return [one for one in callers_of(about) if one != request.user]
