"""The branch network at the desk: tree, one branch, new and changed ones."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.errors import DomainError
from organizations.choices import Right
from organizations.forms import BranchFactsForm, NewBranchForm, kind_choices, show_error
from organizations.models import Branch
from organizations.permissions import holds_anywhere, may_manage, may_manage_below, require_manage, require_manage_below
from organizations.selectors import (
    BranchNode,
    association_tree,
    branch_by_code,
    branch_page,
    held_in,
    kinds_below,
    search_branches,
)
from organizations.services import create_branch, update_branch_facts
from organizations.services.branches import FACTS
from organizations.views.access import StaffRequest, desk_page


@desk_page()
@require_safe
def branch_tree(request: StaffRequest) -> HttpResponse:
    """All associations as a tree, and a search that also finds grass-roots branches."""
    text = request.GET.get("q", "").strip()
    context: dict[str, Any] = {"q": text}
    if text:
        context["hits"] = search_branches(text)
    else:
        context["nodes"] = [_as_node(node, is_open=True) for node in association_tree()]
    return render(request, "organizations/branch_tree.html", context)


@desk_page()
@require_safe
def branch_detail(request: StaffRequest, code: str) -> HttpResponse:
    """One branch: its particulars, what stands below it, who holds roles in it."""
    branch = branch_by_code(code)
    page = branch_page(branch)
    parent = page.ancestors[-1] if page.ancestors else None
    context = {
        "page": page,
        "branch": branch,
        "may_manage": branch.is_open and may_manage(request.user, branch),
        "may_create": branch.is_open and bool(kinds_below(branch)) and may_manage_below(request.user, branch),
        "may_reshape": branch.is_open and parent is not None and may_manage_below(request.user, parent),
        "grants": held_in(branch) if holds_anywhere(request.user, Right.GRANT_ROLES, Right.MANAGE_PEOPLE) else None,
    }
    return render(request, "organizations/branch_detail.html", context)


@desk_page(Right.MANAGE_BRANCH)
def branch_new(request: StaffRequest, code: str) -> HttpResponse:
    """Make a branch below this one: first its kind, then the rest."""
    parent = branch_by_code(code)
    require_manage_below(request.user, parent)
    kinds = kinds_below(parent)
    kind = request.GET.get("kind", "")
    context: dict[str, Any] = {"parent": parent, "steps": [_("选类别"), _("填资料")]}
    context["kinds"] = [(label, f"?kind={value}") for value, label in kind_choices(kinds)]
    if kind in kinds:
        form = NewBranchForm(request.POST or None, parent=parent, kind=kind)
        if form.is_valid():
            try:
                branch = create_branch(parent=parent, kind=kind, actor=request.user, **form.cleaned_data)
            except DomainError as error:
                show_error(form, error)
            else:
                messages.success(
                    request, _("已设立“%(name)s”，编码 %(code)s。") % {"name": branch.name, "code": branch.code}
                )
                return redirect("desk_branch", code=branch.code)
        context.update(form=form, kind=kind, kind_label=dict(kind_choices(kinds))[kind])
    return render(request, "organizations/branch_new.html", context)


@desk_page(Right.MANAGE_BRANCH)
def branch_edit(request: StaffRequest, code: str) -> HttpResponse:
    """Change the particulars of a branch."""
    branch = branch_by_code(code)
    require_manage(request.user, branch)
    form = BranchFactsForm(request.POST or None, initial={field: getattr(branch, field) for field in FACTS})
    if form.is_valid():
        try:
            update_branch_facts(branch=branch, actor=request.user, **form.cleaned_data)
        except DomainError as error:
            show_error(form, error)
        else:
            messages.success(request, _("资料已保存。"))
            return redirect("desk_branch", code=branch.code)
    return render(request, "organizations/branch_edit.html", {"branch": branch, "form": form})


def _as_node(node: BranchNode, *, is_open: bool = False) -> dict[str, Any]:
    branch: Branch = node.branch
    notes = [branch.code]
    if node.below_count:
        notes.append(_("基层组织 %(n)d 个") % {"n": node.below_count})
    return {
        "label": branch.name,
        "url": reverse("desk_branch", args=[branch.code]),
        "note": " · ".join(notes),
        "open": is_open,
        "children": [_as_node(child) for child in node.children],
    }
