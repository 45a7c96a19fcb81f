"""What the four subjects have alike at the desk: their steps, asked once with what they are about, and then taken."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import DomainError
from core.views.answers import add_refusal
from donations.models import Agreement, Campaign, ChangeOfUse, GivingChannel
from organizations.permissions import may, require
from organizations.views.access import StaffRequest

Subject = Campaign | GivingChannel | Agreement | ChangeOfUse
Fact = tuple[Any, Any]


@dataclass(frozen=True)
class Step:
    """One step of a subject: its words, who takes it, from which states, what is asked for, and the service.

    `by_another`: it cannot be taken by whoever's hands the subject passed through. `offered`: asks the subject itself
    beside its state.
    """

    title: Any
    lead: Any
    submit: Any
    done: Any
    right: str
    states: frozenset[str]
    service: Callable[..., Any]
    form: Callable[..., forms.Form] = forms.Form
    tone: str = "warning"
    by_another: bool = False
    kind: str = "secondary"
    offered: Callable[[Any], bool] = lambda subject: True


@dataclass(frozen=True)
class Place:
    """Where a subject's steps are taken: the service's name for its id, its page, how it is called and what is said."""

    id_name: str
    address: str
    title: str
    back_label: str
    facts: Sequence[Fact]


def steps_for(person: User, subject: Subject, steps: Mapping[str, Step]) -> list[dict[str, Any]]:
    """The steps that the person may take now, as buttons."""
    return [
        {"name": name, "title": step.title, "kind": step.kind}
        for name, step in steps.items()
        if subject.status in step.states
        and step.offered(subject)
        and may(person, step.right, subject.branch)
        and not why_not(person, subject, step)
    ]


def why_not(person: User, subject: Subject, step: Step) -> str:
    """Why the step cannot be taken now; empty where it can."""
    if subject.status not in step.states or not step.offered(subject):
        return _("现在的状态是“%(status)s”，不能办理这一步。") % {"status": subject.get_status_display()}
    if step.by_another and person.pk in subject.maker_ids:
        return _("您起草、修改或提交过这项内容，须由另一位有审核权限的同事办理。")
    return ""


def take_step(
    request: StaffRequest,
    subject: Subject,
    steps: Mapping[str, Step],
    name: str,
    place: Place,
    form_values: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """Ask for one step, with what it is about, and take it."""
    step = steps.get(name)
    if step is None:
        raise Http404
    require(request.user, step.right, subject.branch)
    form = step.form(request.POST if request.method == "POST" else None, **(form_values or {}))
    if form.is_valid():
        try:
            step.service(**{place.id_name: subject.pk}, actor=request.user, **form.cleaned_data)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, step.done)
            return redirect(place.address)
    context = {"step": step, "form": form, "place": place, "why_not": why_not(request.user, subject, step)}
    return render(request, "donations/appeals/step.html", context)
