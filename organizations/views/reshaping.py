"""Moving, closing and merging a branch at the desk: asked first, then shown with its consequences, then done."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError, NotFound
from organizations.choices import OVERSIGHT_ROLES, Right
from organizations.forms import CloseForm, MergeForm, MoveForm, ReshapeForm, show_error
from organizations.models import Branch
from organizations.permissions import require_manage_below
from organizations.selectors import branch_by_code, held_in, open_count_below
from organizations.services import close_branch, merge_branch, move_branch
from organizations.views.access import StaffRequest, desk_page


@dataclass(frozen=True)
class Way:
    """One way to change the tree: its words, its form, its service."""

    title: Any
    lead: Any
    submit: Any
    done: Any
    form: type[ReshapeForm]
    service: Callable[..., Branch]
    ends_roles: bool


WAYS: dict[str, Way] = {
    "move": Way(
        title=_("移到别的上级"),
        lead=_("它和它的下级一起移动；已入账的捐赠和已公开的报告仍记在当时的上级名下。"),
        submit=_("移动"),
        done=_("已移动。"),
        form=MoveForm,
        service=move_branch,
        ends_roles=False,
    ),
    "close": Way(
        title=_("停用"),
        lead=_("停用后不能再录入；已有记录照常公开。有未停用的下级、资金池还有款物、有没办结的捐赠批次时，不能停用。"),
        submit=_("停用"),
        done=_("已停用。"),
        form=CloseForm,
        service=close_branch,
        ends_roles=True,
    ),
    "merge": Way(
        title=_("并入别的组织"),
        lead=_("下级移到并入的组织名下，本组织停用；已有记录仍记在本组织名下。资金池里的款物要先转出。"),
        submit=_("合并"),
        done=_("已合并。"),
        form=MergeForm,
        service=merge_branch,
        ends_roles=True,
    ),
}


@desk_page(Right.MANAGE_BRANCH)
def branch_reshape(request: StaffRequest, code: str, what: str) -> HttpResponse:
    """Ask, show what it means, and do it when it is confirmed."""
    way = WAYS[what]
    branch = branch_by_code(code)
    parent = Branch.objects.get_parent(branch)
    if parent is None:
        raise NotFound
    require_manage_below(request.user, parent)
    form = way.form(request.POST or None, branch=branch)
    is_asked = form.is_valid()
    if is_asked and request.POST.get("step") == "do":
        try:
            way.service(branch=branch, actor=request.user, **form.cleaned_data)
        except DomainError as error:
            show_error(form, error)
            is_asked = False
        else:
            messages.success(request, way.done)
            return redirect("desk_branch", code=branch.code)
    roles = [grant for grant in held_in(branch) if way.ends_roles and grant.role not in OVERSIGHT_ROLES]
    context = {"way": way, "branch": branch, "parent": parent, "form": form, "is_asked": is_asked, "ending": roles}
    context["below"] = open_count_below(branch)
    return render(request, "organizations/branch_reshape.html", context)
