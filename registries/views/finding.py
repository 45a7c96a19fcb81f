"""Finding whoever rings: one box, by POST, so that nothing of it stands in an address."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.errors import DomainError
from core.views.answers import add_refusal, posted
from organizations.choices import Right
from organizations.views.access import StaffRequest, desk_page
from registries.choices.finding import SoughtBy
from registries.forms.wishes import CallerForm
from registries.services.finding import Found, find_people
from registries.services.reading import masked_names
from registries.views.donors.lists import donor_rows


@desk_page(Right.VIEW_REGISTRIES)
@never_cache
@require_http_methods(["GET", "POST"])
def registry_find(request: StaffRequest) -> HttpResponse:
    """Find somebody's registrations by number, telephone or document; names stay masked."""
    form = CallerForm(posted(request))
    found: Found | None = None
    if form.is_valid():
        said = form.cleaned_data
        try:
            found = find_people(written=said["sought"], purpose=said["purpose"], actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
    return render(request, "registries/find.html", {"form": form, "found": found, **_shown(request, found)})


def _shown(request: StaffRequest, found: Found | None) -> dict[str, Any]:
    if found is None:
        return {}
    names = masked_names(found.wishes, reader=request.user)
    return {
        "by": SoughtBy(found.by).label,
        "wish_rows": [(one, names.get(one.pk, "")) for one in found.wishes],
        "donor_rows": donor_rows(request, found.donors, "enrolled_on"),
        "day_label": _("报名"),
    }
