"""That a branch was told that somebody of its registries died: written down from their page."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.errors import DomainError
from core.views.answers import add_refusal, posted
from organizations.choices import Right
from organizations.permissions import require
from organizations.views.access import StaffRequest, desk_page
from registries.forms.contacts import DiedForm
from registries.models import Donor, Wish
from registries.permissions import donor_for, wish_for
from registries.services.departed import is_departed
from registries.services.told_deaths import record_death
from registries.views.contact_subjects import SUBJECTS


@desk_page(Right.KEEP_REGISTRIES)
@never_cache
@require_http_methods(["GET", "POST"])
def wish_departed(request: StaffRequest, number: str) -> HttpResponse:
    """Write down that somebody with a wish died, as the branch was told."""
    return _page(request, wish_for(request.user, number), "wish")


@desk_page(Right.KEEP_REGISTRIES)
@never_cache
@require_http_methods(["GET", "POST"])
def donor_departed(request: StaffRequest, number: str) -> HttpResponse:
    """Write down that a donor died, as the branch was told."""
    return _page(request, donor_for(request.user, number), "donor")


def _page(request: StaffRequest, about: Wish | Donor, field: str) -> HttpResponse:
    require(request.user, Right.KEEP_REGISTRIES, about.branch)
    back = reverse(f"desk_{field}_contacts", args=[about.number])
    form = DiedForm(posted(request))
    if form.is_valid():
        try:
            record_death(about=about, **form.cleaned_data, actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("已记下，不再安排联系。"))
            return redirect(back)
    context: dict[str, Any] = {"about": about, "subject": SUBJECTS[field], "form": form, "back": back}
    return render(request, "registries/desk/departed.html", {**context, "is_departed": is_departed(about)})
