"""Handing a coordinator's open contacts and donors to another."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from core.errors import DomainError, NotAllowed, NotFound
from core.views.answers import add_refusal, posted
from organizations.choices import Right
from organizations.models import Branch
from organizations.permissions import branches_with, may, require
from organizations.views.access import StaffRequest, desk_page
from registries.forms.contacts import HandOverForm
from registries.models import ContactHandOver
from registries.permissions import due_for
from registries.permissions.contacts import gives_contact
from registries.selectors.contacts import (
    OpenCount,
    callers_of,
    contact_keepers,
    hand_over_branches,
    open_by_coordinator,
    stray_calls,
)
from registries.services.contact_giving import give_contact, hand_over_contacts


@desk_page(Right.KEEP_REGISTRIES, Right.ASSIGN_COORDINATORS)
@never_cache
@require_safe
def hand_over_list(request: StaffRequest) -> HttpResponse:
    """How much lies with whom: one's own, and with everybody where one assigns."""
    assigned = hand_over_branches(request.user)
    own = [one for one in branches_with(request.user, Right.KEEP_REGISTRIES) if one not in assigned]
    rows = [*open_by_coordinator(own, only=request.user), *open_by_coordinator(assigned)]
    context = {"rows": rows, "may_assign": bool(assigned), "stray": stray_calls(assigned) if assigned else []}
    return render(request, "registries/desk/hand_over.html", context)


@desk_page(Right.KEEP_REGISTRIES, Right.ASSIGN_COORDINATORS)
@never_cache
@require_http_methods(["GET", "POST"])
def contact_give(request: StaffRequest, key: uuid.UUID) -> HttpResponse:
    """Give one contact to another."""
    due = due_for(request.user, key)
    if not gives_contact(request.user, due):
        raise NotAllowed("contact_not_yours", _("这件联系由捐献工作负责人指派。"))
    people = [one for one in callers_of(due.about) if one != due.coordinator]
    form = HandOverForm(posted(request), people=people)
    if form.is_valid():
        try:
            done = give_contact(due_id=due.pk, **form.cleaned_data, actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("已交给 %(to)s。") % {"to": done.to_person})
            return redirect("desk_contacts")
    context = {"due": due, "about": due.about, "people": people, "form": form}
    return render(request, "registries/desk/contact_give.html", context)


@desk_page(Right.KEEP_REGISTRIES, Right.ASSIGN_COORDINATORS)
@never_cache
@require_http_methods(["GET", "POST"])
def hand_over_confirm(request: StaffRequest) -> HttpResponse:
    """Ask to whom, saying how many, and hand over."""
    branch, from_person = _asked(request)
    count = _count(branch, from_person)
    people = [one for one in contact_keepers(branch) if one != from_person]
    form = HandOverForm(posted(request), people=people)
    if form.is_valid():
        try:
            done = hand_over_contacts(from_person=from_person, branch=branch, actor=request.user, **form.cleaned_data)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _said(done))
            return redirect("desk_hand_over")
    context = {"branch": branch, "from_person": from_person, "count": count, "form": form, "people": people}
    return render(request, "registries/desk/hand_over_confirm.html", context)


def _asked(request: StaffRequest) -> tuple[Branch, User | None]:
    """The branch (`?branch=<code>`) and whose contacts (`?from=<login>`, without: nobody's). Raises as `require`."""
    branch = Branch.objects.filter(code=request.GET.get("branch", "").replace("\x00", "")).first()
    if branch is None:
        raise NotFound("branch_not_found", _("没有这个单位，请从“移交联系”页面进入。"))
    login = request.GET.get("from", "").replace("\x00", "")
    is_own = login == request.user.login and may(request.user, Right.KEEP_REGISTRIES, branch)
    if not is_own:
        require(request.user, Right.ASSIGN_COORDINATORS, branch)
    person = User.objects.filter(login=login).first() if login else None
    if login and person is None:
        raise NotFound("person_not_found", _("没有这位人员，请从“移交联系”页面进入。"))
    return branch, person


def _said(done: ContactHandOver) -> str:
    """What went to whom."""
    said = {"n": done.contact_count, "donors": done.donor_count, "to": done.to_person}
    if done.donor_count:
        return _("已把 %(n)d 件联系和 %(donors)d 位志愿者交给 %(to)s。") % said
    return _("已把 %(n)d 件联系交给 %(to)s。") % said


def _count(branch: Branch, from_person: User | None) -> OpenCount | None:
    login = from_person.login if from_person else None
    return next((one for one in open_by_coordinator([branch]) if one.login == login), None)
