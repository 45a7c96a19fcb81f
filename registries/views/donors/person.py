"""One donor: how far they are, what comes next, and each step with its own day."""

from __future__ import annotations

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
from organizations.permissions import may, require
from organizations.views.access import StaffRequest, desk_page
from registries.choices.donors import ACCOMPANIED
from registries.forms.donors.joining import KinForm
from registries.forms.donors.steps import ThereForm
from registries.forms.wish_steps import CorrectionForm
from registries.forms.wishes import PurposeForm
from registries.models import Donor
from registries.permissions import donor_for
from registries.selectors.donor import donor_page
from registries.services.consenting import consent_history, single_consents
from registries.services.correcting import correct_registrant
from registries.services.departed import departed_donors
from registries.services.donors.assigning import assign_donor
from registries.services.donors.kin import change_kin
from registries.services.donors.reading import reveal_donor, reveal_health
from registries.services.donors.there import note_there
from registries.services.registrants import registrant_of
from registries.views.contacts_about import openable
from registries.views.donors.steps import STEPS, DeskStep, offered
from registries.views.sure import SURE, Sure, Text, ask_sure


@desk_page(Right.VIEW_REGISTRIES)
@never_cache
@require_http_methods(["GET", "POST"])
def donor_detail(request: StaffRequest, number: str) -> HttpResponse:
    """One donor; who it is and what they answered are shown once, to who says what for."""
    donor = donor_for(request.user, number)
    form = PurposeForm(posted(request))
    shown = _shown(request, donor, form) if form.is_valid() else {}
    page = donor_page(donor)
    keeps = may(request.user, Right.KEEP_REGISTRIES, donor.branch)
    is_departed = bool(departed_donors([donor]))
    steps = offered(donor, page, is_departed=is_departed) if keeps else []
    context = {
        "donor": donor,
        "page": page,
        "purpose_form": form,
        "is_departed": is_departed,
        "may_keep": keeps,
        "openable": openable(request, donor, page.contacts, page.due),
        **_consents(donor, keeps=keeps),
        "may_identify": may(request.user, Right.READ_REGISTRANTS, donor.branch),
        "may_assign": donor.status in ACCOMPANIED and may(request.user, Right.ASSIGN_COORDINATORS, donor.branch),
        "may_read": may(request.user, Right.READ_WISHES, donor.branch),
        "next_steps": [(name, step) for name, step in steps if step.group == "next"],
        "other_steps": [(name, step) for name, step in steps if step.group == "note"],
        "ends": [(name, step) for name, step in steps if step.group == "end"],
        **shown,
    }
    return render(request, "registries/donors/donor.html", context)


def _consents(donor: Donor, *, keeps: bool) -> dict[str, Any]:
    """What the page shows of consents to who keeps the branch."""
    history = consent_history(donor) if keeps else []
    return {
        "consent_history": history,
        "consents": single_consents(donor, history),
        "may_step": keeps and donor.ended_at is None,
    }


def _shown(request: StaffRequest, donor: Donor, form: PurposeForm) -> dict[str, Any]:
    """What a person asked to see once: `identity` or `health`."""
    asked: dict[str, Any] = {"donor": donor, "purpose": form.cleaned_data["purpose"], "actor": request.user}
    try:
        if request.POST.get("show") == "health":
            return {"health": reveal_health(**asked)}
        return {"identity": reveal_donor(**asked)}
    except DomainError as error:
        add_refusal(form, error)
        return {}


@desk_page(Right.KEEP_REGISTRIES)
@never_cache
@require_http_methods(["GET", "POST"])
def donor_step(request: StaffRequest, number: str, step: str) -> HttpResponse:
    """One step of a donor: its form with its day, and what it means, said before it is done."""
    donor = donor_for(request.user, number)
    require(request.user, Right.KEEP_REGISTRIES, donor.branch)
    kept = STEPS.get(step)
    if kept is None:
        raise Http404
    form = kept.form(posted(request), **kept.given(donor))
    if form.is_valid() and SURE not in request.POST and (follows := kept.asks(donor, form.cleaned_data)):
        return _ask_step(request, donor, kept, form, follows)
    if form.is_valid():
        try:
            kept.run(donor, form.cleaned_data, request.user)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("已记下：%(step)s。") % {"step": kept.label})
            return redirect("desk_donor", number=donor.number)
    return render(request, "registries/donors/step.html", {"donor": donor, "step": kept, "form": form})


@desk_page(Right.ASSIGN_COORDINATORS)
@never_cache
@require_http_methods(["GET", "POST"])
def donor_assign(request: StaffRequest, number: str) -> HttpResponse:
    """Give a donor under way to a coordinator, by who assigns; coordinators take and hand over by a step."""
    donor = donor_for(request.user, number)
    require(request.user, Right.ASSIGN_COORDINATORS, donor.branch)
    kept = STEPS["coordinator"]
    form = kept.form(posted(request), **kept.given(donor))
    if form.is_valid():
        try:
            assign_donor(donor_id=donor.pk, person=form.cleaned_data["person"], actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("已记下：%(step)s。") % {"step": kept.label})
            return redirect("desk_donor", number=donor.number)
    return render(request, "registries/donors/step.html", {"donor": donor, "step": kept, "form": form})


@desk_page(Right.KEEP_REGISTRIES)
@never_cache
@require_http_methods(["GET", "POST"])
def donor_correct(request: StaffRequest, number: str) -> HttpResponse:
    """Put a donor's particulars right, as those of a wish's person."""
    donor = _kept(request, number)
    if donor.ended_at is not None:
        return _has_left(request, donor)
    form = CorrectionForm(posted(request))
    if form.is_valid():
        try:
            changed = correct_registrant(
                registrant_id=registrant_of(donor).pk, correction=form.correction(), actor=request.user
            )
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("已更正。") if changed else _("与已登记的一致，没有改动。"))
            return redirect("desk_donor", number=donor.number)
    return render(request, "registries/donors/correct.html", {"donor": donor, "form": form})


@desk_page(Right.KEEP_REGISTRIES)
@never_cache
@require_http_methods(["GET", "POST"])
def donor_kin(request: StaffRequest, number: str) -> HttpResponse:
    """Put other people in the place of both whom to ring."""
    donor = _kept(request, number)
    if donor.ended_at is not None:
        return _has_left(request, donor)
    form = KinForm(posted(request))
    if form.is_valid():
        try:
            change_kin(donor_id=donor.pk, people=form.kin(), actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("亲友的联系方式已更换。"))
            return redirect("desk_donor", number=donor.number)
    return render(request, "registries/donors/kin.html", {"donor": donor, "form": form})


@desk_page(Right.KEEP_REGISTRIES)
@never_cache
@require_http_methods(["GET", "POST"])
def donor_there(request: StaffRequest, number: str) -> HttpResponse:
    """Write down how far the national library is with somebody who left; by number alone, emptied or not."""
    donor = donor_for(request.user, number)
    require(request.user, Right.KEEP_REGISTRIES, donor.branch)
    form = ThereForm(posted(request), is_told=donor.told_there_on is not None)
    if form.is_valid():
        try:
            note_there(donor_id=donor.pk, **form.cleaned_data, actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("已记下。"))
            return redirect("desk_donor", number=donor.number)
    return render(request, "registries/donors/there.html", {"donor": donor, "form": form})


def _ask_step(
    request: StaffRequest, donor: Donor, step: DeskStep, form: forms.Form, follows: list[Text]
) -> HttpResponse:
    sure = Sure(
        title=_("确认：%(step)s") % {"step": step.label},
        question=_("确定这样登记吗？"),
        said=[(_("志愿者"), donor.number)],
        follows=follows,
        submit=_("确认登记"),
        section=(_("造血干细胞"), reverse("desk_donors")),
        thing=(donor.number, reverse("desk_donor", args=[donor.number])),
        eyebrow=donor.number,
        action=request.path,
    )
    return ask_sure(request, sure, back=request.path, form=form)


def _kept(request: StaffRequest, number: str) -> Donor:
    donor = donor_for(request.user, number)
    require(request.user, Right.KEEP_REGISTRIES, donor.branch)
    return donor


def _has_left(request: StaffRequest, donor: Donor) -> HttpResponse:
    messages.info(request, _("这位志愿者已退库，资料不能再改。"))
    return redirect("desk_donor", number=donor.number)
