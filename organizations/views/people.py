"""People's accounts at the desk; their roles are in `organizations.views.grants`."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST, require_safe

from accounts.forms import ChangePersonForm, PersonForm, ReasonForm
from accounts.models import User
from accounts.selectors import people_facts, people_page, person_by_login
from core.errors import Conflict, DomainError, NotAllowed
from organizations.choices import Right
from organizations.forms import show_error
from organizations.models import held_grants
from organizations.permissions import holds_anywhere
from organizations.services import people as services
from organizations.views.access import StaffRequest, desk_page

_DISABLE = {
    "title": gettext_lazy("停用账号"),
    "text": gettext_lazy("停用后立即不能登录，已登录的电脑在下一步操作时退出。角色保留，可以再启用。"),
    "submit": gettext_lazy("停用"),
    "done": gettext_lazy("账号已停用。"),
}
_RESET = {
    "title": gettext_lazy("重置第二重验证"),
    "text": gettext_lazy("请先核实是本人。重置后，手机验证器和恢复码作废，本人下次登录时重新设置。"),
    "submit": gettext_lazy("重置"),
    "done": gettext_lazy("第二重验证已重置。"),
}


@require_safe
@desk_page(Right.MANAGE_PEOPLE, Right.GRANT_ROLES)
def people_list(request: StaffRequest) -> HttpResponse:
    """People by login, 50 a page."""
    search = request.GET.get("q", "").strip()[:60]
    page = people_page(search, request.GET.get("after", ""))
    may_create = holds_anywhere(request.user, Right.MANAGE_PEOPLE)
    context = {"page": page, "search": search, "may_create": may_create}
    return render(request, "organizations/people.html", context)


@desk_page(Right.MANAGE_PEOPLE)
def person_new(request: StaffRequest) -> HttpResponse:
    """Make a person."""
    form = PersonForm(request.POST or None)
    if form.is_valid():
        try:
            person = services.open_account(actor=request.user, **form.cleaned_data)
        except DomainError as error:
            show_error(form, error)
        else:
            messages.success(request, _("已建立账号。请给出设置密码的链接，并由有权的人授予角色。"))
            return redirect("desk_person", login=person.login)
    return render(request, "organizations/person_new.html", {"form": form})


@require_safe
@desk_page(Right.MANAGE_PEOPLE, Right.GRANT_ROLES)
def person_detail(request: StaffRequest, login: str) -> HttpResponse:
    """One person's account, and what the reader may do to it."""
    person = person_by_login(login)
    context = {
        "facts": people_facts([person])[0],
        "grants": held_grants(person),
        "may_keep": services.may_keep(request.user, person, Right.MANAGE_PEOPLE),
        "may_reset": services.may_keep(request.user, person, Right.GRANT_ROLES) and person.pk != request.user.pk,
    }
    return render(request, "organizations/person.html", context)


@desk_page(Right.MANAGE_PEOPLE)
def person_edit(request: StaffRequest, login: str) -> HttpResponse:
    """Change name and e-mail address."""
    person = person_by_login(login)
    services.require_keeper(request.user, person, Right.MANAGE_PEOPLE)
    form = ChangePersonForm(request.POST or None, initial={"name": person.name, "email": person.email})
    if form.is_valid():
        try:
            services.change_account(person=person, actor=request.user, **form.cleaned_data)
        except DomainError as error:
            show_error(form, error)
        else:
            messages.success(request, _("已保存。"))
            return redirect("desk_person", login=person.login)
    return render(request, "organizations/person_edit.html", {"person": person, "form": form})


@desk_page(Right.MANAGE_PEOPLE)
def person_disable(request: StaffRequest, login: str) -> HttpResponse:
    """Disable, for a stated reason."""
    return _with_reason(request, login, Right.MANAGE_PEOPLE, services.close_account, _DISABLE)


@desk_page(Right.GRANT_ROLES)
def person_reset_factor(request: StaffRequest, login: str) -> HttpResponse:
    """Remove a lost second factor, with how the person was recognised."""
    return _with_reason(request, login, Right.GRANT_ROLES, services.reset_account_factor, _RESET)


@require_POST
@desk_page(Right.MANAGE_PEOPLE)
def person_enable(request: StaffRequest, login: str) -> HttpResponse:
    """Enable again."""
    return _at_once(request, login, services.reopen_account, _("账号已启用，原有的角色重新起作用。"))


@require_POST
@desk_page(Right.MANAGE_PEOPLE)
def person_unlock(request: StaffRequest, login: str) -> HttpResponse:
    """Let somebody who mistyped the password try again."""
    return _at_once(request, login, services.unlock_account, _("已解锁，现在可以重新登录。"))


@require_POST
@desk_page(Right.MANAGE_PEOPLE)
@sensitive_variables("link")
def person_password_link(request: StaffRequest, login: str) -> HttpResponse:
    """Show a one-time link to set the password: in this answer only, never in the session or an address."""
    person = person_by_login(login)
    try:
        path = services.give_password_link(person=person, actor=request.user)
    except NotAllowed:
        raise
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("desk_person", login=person.login)
    link = request.build_absolute_uri(path)
    return render(request, "organizations/person_link.html", {"person": person, "link": link})


def _with_reason(
    request: StaffRequest, login: str, right: Right, change: Callable[..., Any], words: dict[str, Any]
) -> HttpResponse:
    person = person_by_login(login)
    services.require_keeper(request.user, person, right)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        try:
            change(person=person, reason=form.cleaned_data["reason"], actor=request.user)
        except DomainError as error:
            show_error(form, error)
        else:
            messages.success(request, words["done"])
            return redirect("desk_person", login=person.login)
    return render(request, "organizations/person_reason.html", {"person": person, "form": form, "words": words})


def _at_once(request: StaffRequest, login: str, change: Callable[..., Any], done: str) -> HttpResponse:
    person: User = person_by_login(login)
    try:
        change(person=person, actor=request.user)
        messages.success(request, done)
    except Conflict as error:
        messages.warning(request, error.message)
    return redirect("desk_person", login=person.login)
