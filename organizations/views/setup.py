"""Setting up an empty portal: the province, then the first people."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_variables

from core.errors import DomainError
from organizations.forms import show_error
from organizations.models import Branch
from organizations.services.setup import (
    Introduced,
    name_first_people,
    require_people_open,
    require_province_open,
    start_set_up,
    unfinished_set_up,
)
from organizations.setup_forms import FirstPeopleForm, ProvinceForm
from organizations.views.access import StaffRequest, desk_page


@desk_page()
def set_up(request: StaffRequest) -> HttpResponse:
    """The step that is due: the province while there is no branch, then the first people."""
    if Branch.objects.exists():
        return _people(request)
    require_province_open(request.user)
    job = unfinished_set_up()
    if job is not None:
        return redirect("desk_job", job_id=job.pk)
    form = ProvinceForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        try:
            started = start_set_up(
                province_code=form.cleaned_data["province"], upload=form.cleaned_data["file"], actor=request.user
            )
        except DomainError as error:
            show_error(form, error)
        else:
            return redirect("desk_job", job_id=started.pk)
    return render(request, "organizations/setup_province.html", {"form": form})


@sensitive_variables("introduced")
def _people(request: StaffRequest) -> HttpResponse:
    require_people_open(request.user)
    form = FirstPeopleForm(request.POST or None)
    if form.is_valid():
        try:
            introduced = name_first_people(people=form.people(), actor=request.user)
        except DomainError as error:
            show_error(form, error)
        else:
            # Shown in the answer to this very request and kept nowhere: neither in the session nor in an address.
            return render(request, "organizations/setup_done.html", {"rows": _with_links(request, introduced)})
    return render(request, "organizations/setup_people.html", {"form": form})


def _with_links(request: StaffRequest, introduced: list[Introduced]) -> list[dict[str, Any]]:
    return [
        {"person": one.person, "role": one.role.label, "link": request.build_absolute_uri(one.password_path)}
        for one in introduced
    ]
