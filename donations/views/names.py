"""Looking for gifts by a giver's real name, for a reason."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.models import User
from core.errors import DomainError
from core.views.answers import add_refusal
from donations.selectors.desk import reversed_among
from donations.selectors.giver_names import FOUND
from donations.services.name_searches import search_by_real_name
from organizations.choices import Right
from organizations.permissions import branches_with
from organizations.selectors import branch_by_code
from organizations.views.access import StaffRequest, desk_page


class NameSearchForm(forms.Form):
    """Whom one looks for, where, and why."""

    branch = forms.ChoiceField(label=gettext_lazy("红十字会"))
    name = forms.CharField(
        label=gettext_lazy("捐赠人姓名"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    reason = forms.CharField(
        label=gettext_lazy("理由"),
        max_length=300,
        help_text=gettext_lazy("例如：捐赠人来电查询。会留下记录，不要写姓名。"),
    )

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        branches = branches_with(person, Right.REVEAL_NAMES)
        self.fields["branch"].choices = list(branches.values_list("code", "name"))  # type: ignore[attr-defined]


@desk_page(Right.REVEAL_NAMES)
@require_http_methods(["GET", "POST"])
def name_search(request: StaffRequest) -> HttpResponse:
    """Gifts of one's own branch by a real name: sent as a form, so that the name stands in no address."""
    form = NameSearchForm(request.POST or None, person=request.user)
    context: dict[str, Any] = {"form": form, "limit": FOUND}
    if form.is_valid():
        asked = {**form.cleaned_data, "branch": branch_by_code(form.cleaned_data["branch"])}
        try:
            gifts = search_by_real_name(actor=request.user, **asked)
        except DomainError as error:
            add_refusal(form, error)
        else:
            context |= {"gifts": gifts, "is_asked": True, "reversed_ids": reversed_among(gifts)}
    return render(request, "donations/name_search.html", context)
