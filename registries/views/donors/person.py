"""One donor: how far they are, what comes next, and each step with its own day."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.errors import DomainError
from core.views.answers import add_refusal, posted
from organizations.choices import Right
from organizations.permissions import may, require
from organizations.views.access import StaffRequest, desk_page
from registries.forms.wishes import PurposeForm
from registries.models import Donor
from registries.permissions import donor_for
from registries.selectors.donor import donor_page
from registries.services.donors.reading import reveal_donor, reveal_health
from registries.views.donors.steps import STEPS, offered


@desk_page(Right.VIEW_REGISTRIES)
@never_cache
@require_http_methods(["GET", "POST"])
def donor_detail(request: StaffRequest, number: str) -> HttpResponse:
    """One donor; who it is and what they answered are shown once, to who says what for."""
    donor = donor_for(request.user, number)
    form = PurposeForm(posted(request))
    shown = _shown(request, donor, form) if form.is_valid() else {}
    page = donor_page(donor)
    steps = offered(donor, page) if may(request.user, Right.KEEP_REGISTRIES, donor.branch) else []
    context = {
        "donor": donor,
        "page": page,
        "purpose_form": form,
        "may_keep": may(request.user, Right.KEEP_REGISTRIES, donor.branch),
        "may_identify": may(request.user, Right.READ_REGISTRANTS, donor.branch),
        "may_read": may(request.user, Right.READ_WISHES, donor.branch),
        "next_steps": [(name, step) for name, step in steps if step.group == "next"],
        "other_steps": [(name, step) for name, step in steps if step.group == "note"],
        "ends": [(name, step) for name, step in steps if step.group == "end"],
        **shown,
    }
    return render(request, "registries/donors/donor.html", context)


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
    form = kept.form(posted(request))
    if form.is_valid():
        try:
            kept.run(donor, form.cleaned_data, request.user)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("已记下：%(step)s。") % {"step": kept.label})
            return redirect("desk_donor", number=donor.number)
    return render(request, "registries/donors/step.html", {"donor": donor, "step": kept, "form": form})
