"""One consent of a donor: given again or taken back alone, where the law knows it; else the way to leave."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.errors import DomainError
from core.views.answers import add_refusal, posted
from organizations.choices import Right
from organizations.permissions import require
from organizations.views.access import StaffRequest, desk_page
from registries.choices import FREE_STEM_CONSENTS, STEM_CONSENTS, ConsentSubject
from registries.forms.donors.steps import LeaveForm
from registries.permissions import donor_for
from registries.services.consenting import consent_history, subjects_in_force
from registries.services.donors.consenting import give_donor_consent, take_back_donor_consent
from registries.services.donors.own import UNDER_WAY


@desk_page(Right.KEEP_REGISTRIES)
@never_cache
@require_http_methods(["GET", "POST"])
def donor_consent(request: StaffRequest, number: str, subject: str) -> HttpResponse:
    """What follows from taking one consent back, and doing so; the needed ones lead to leaving."""
    donor = donor_for(request.user, number)
    require(request.user, Right.KEEP_REGISTRIES, donor.branch)
    if subject not in STEM_CONSENTS:
        raise Http404
    form = LeaveForm(posted(request))
    if form.is_valid():
        step = give_donor_consent if request.POST.get("act") == "give" else take_back_donor_consent
        try:
            step(donor_id=donor.pk, subject=subject, channel=form.cleaned_data["channel"], actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("已记下，马上生效。"))
            return redirect("desk_donor", number=donor.number)
    given = subjects_in_force(consent_history(donor))
    context = {"donor": donor, "form": form, "subject": subject, "label": ConsentSubject(subject).label}
    state = {"is_given": subject in given, "is_free": subject in FREE_STEM_CONSENTS}
    under_way = {"is_under_way": donor.status in UNDER_WAY}
    return render(request, "registries/donors/consent.html", {**context, **state, **under_way})
