"""The contacts about a wish or a donor: what is planned, what took place, and one more planned by hand."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.clock import today
from core.errors import DomainError
from core.views.answers import add_refusal, posted
from organizations.choices import Right
from organizations.permissions import may, require
from organizations.views.access import StaffRequest, desk_page
from registries.forms.contacts import ScheduleForm
from registries.models import Contact, Donor, DueContact, Wish
from registries.permissions import donor_for, wish_for
from registries.selectors.contacts import contact_keepers, contacts_about, due_about
from registries.services.planning import reasons_by_hand, schedule_contact
from registries.views.contact_subjects import SUBJECTS


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


def openable(request: StaffRequest, about: Wish | Donor, contacts: list[Contact], due: list[DueContact]) -> set[int]:
    """The ids of planned contacts that the person may open: one's own and nobody's, or any for who assigns."""
    all_of_them = [*due, *(one.due for one in contacts if one.due is not None)]
    assigns = may(request.user, Right.ASSIGN_COORDINATORS, about.branch)
    return {one.pk for one in all_of_them if assigns or one.coordinator_id in (None, request.user.pk)}


def _page_about(request: StaffRequest, about: Wish | Donor, field: str) -> HttpResponse:
    if request.method == "POST":
        require(request.user, Right.KEEP_REGISTRIES, about.branch)
    form = ScheduleForm(posted(request), reasons=reasons_by_hand(about), people=_others(request, about))
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


def _shown(request: StaffRequest, about: Wish | Donor, field: str) -> dict[str, Any]:
    due, history = due_about(about, field), contacts_about(about, field)
    return {
        "about": about,
        "subject": SUBJECTS[field],
        "due": due,
        "history": history,
        "openable": openable(request, about, history, due),
        "may_plan": about.is_accompanied and may(request.user, Right.KEEP_REGISTRIES, about.branch),
    }


def _others(request: StaffRequest, about: Wish | Donor) -> list[Any]:
    """To whom a contact may be given beside oneself: who works at contacts in the branch."""
    if not may(request.user, Right.KEEP_REGISTRIES, about.branch):
        return []
    return [one for one in contact_keepers(about.branch) if one != request.user]
