"""Roles of people at the desk."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import User
from core.clock import today
from core.errors import DomainError
from organizations.choices import Right
from organizations.forms import EndGrantForm, GrantForm, show_error
from organizations.models import RoleGrant
from organizations.permissions import holds_anywhere, may_grant, reaches, require_grant
from organizations.selectors import grants_of, is_held, role_help
from organizations.services import end_grant, grant_role
from organizations.views.access import StaffRequest, desk_page


@desk_page(Right.GRANT_ROLES, Right.MANAGE_PEOPLE)
def person_grants(request: StaffRequest, login: str) -> HttpResponse:
    """The roles of a person as far as they concern the reader's branches, and a form for another one."""
    person = get_object_or_404(User, login=login)
    grants = grants_of(person)
    rows = [_as_row(request.user, grant) for grant in grants if _concerns(request.user, grant)]
    form = None
    if holds_anywhere(request.user, Right.GRANT_ROLES) and person.pk != request.user.pk:
        form = GrantForm(request.POST or None, actor=request.user)
        if form.is_valid():
            try:
                grant_role(person=person, actor=request.user, **form.cleaned_data)
            except DomainError as error:
                show_error(form, error)
            else:
                messages.success(request, _("已授予角色。"))
                return redirect("desk_person_grants", login=person.login)
    context = {"person": person, "rows": rows, "elsewhere": len(grants) - len(rows), "form": form}
    return render(request, "organizations/person_grants.html", context)


@desk_page(Right.GRANT_ROLES)
def grant_end(request: StaffRequest, login: str, pk: int) -> HttpResponse:
    """End a role from a day on, for a stated reason."""
    grant = RoleGrant.objects.select_related("branch", "person").filter(pk=pk, person__login=login).first()
    if grant is None:
        raise Http404
    require_grant(request.user, grant.role, grant.branch)
    form = EndGrantForm(request.POST or None)
    if form.is_valid():
        try:
            end_grant(grant=grant, actor=request.user, **form.cleaned_data)
        except DomainError as error:
            show_error(form, error)
        else:
            messages.success(request, _("已收回角色。"))
            return redirect("desk_person_grants", login=login)
    return render(request, "organizations/grant_end.html", {"grant": grant, "person": grant.person, "form": form})


def _concerns(reader: User, grant: RoleGrant) -> bool:
    return (
        holds_anywhere(reader, Right.MANAGE_PEOPLE)
        or reaches(reader, grant.branch)
        or may_grant(reader, grant.role, grant.branch)
    )


def _as_row(reader: User, grant: RoleGrant) -> dict[str, Any]:
    if not is_held(grant):
        state, label = "withdrawn", _("已结束")
    elif grant.valid_from > today():
        state, label = "queued", _("尚未开始")
    else:
        state, label = "valid", _("有效")
    may_end = is_held(grant) and grant.valid_to is None and may_grant(reader, grant.role, grant.branch)
    return {"grant": grant, "state": state, "state_label": label, "may_end": may_end}


@desk_page()
@require_safe
def roles_help(request: StaffRequest) -> HttpResponse:
    """What each role may do: printed from the table that decides access."""
    return render(request, "organizations/roles_help.html", {"roles": role_help()})
