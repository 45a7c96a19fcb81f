"""What the pages of one case share: fetching it, saying what a step brought, the page of a form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import DomainError
from core.views.answers import add_refusal
from organizations.views.access import StaffRequest
from registries.choices.cases import CaseStatus
from registries.models import Case
from registries.permissions.cases import case_for, require_coordinator, require_worker

# What is said where a case was held to what its person declared in life (services/cases/wish_in_life.py).
HEEDED = {
    "limited": gettext_lazy("按本人生前的意愿，捐献项目已缩小。请核对新的项目，再办这一步。"),
    "doubtful": gettext_lazy("本人生前的表示有疑问，这一步没有办。请捐献工作负责人核对书面原件。"),
    "rebased": gettext_lazy("已保存。项目或证件变了，依据已重新核定，请在案例页查看。"),
}


def worked_case(request: StaffRequest, number: str) -> Case:
    """A case that the person accompanies; 404 for one that they may not open, 403 for one that is not theirs."""
    case = case_for(request.user, number)
    require_coordinator(request.user, case)
    return case


def taken_case(request: StaffRequest, number: str) -> Case:
    """As `worked_case`, also for who took the notification down while nobody is assigned."""
    case = case_for(request.user, number)
    require_worker(request.user, case)
    return case


def carry_out(request: StaffRequest, form: BaseForm, act: Callable[[], Any], done: str) -> bool:
    """Do what a valid form asks and say so; False with the refusal on the form. A refusal in life is said instead."""
    try:
        result = act()
    except DomainError as error:
        add_refusal(form, error)
        return False
    say_heeded(request, result, done)
    return True


def say_heeded(request: StaffRequest, result: Any, done: str) -> None:
    """Say what a step brought: what was declared in life comes before what was asked for."""
    if isinstance(result, Case) and result.status == CaseStatus.REFUSED_IN_LIFE:
        messages.warning(
            request, _("查到本人生前表示过不同意捐献，案例已终止。请不要再征求家属意见，向家属致意后结束联系。")
        )
    elif isinstance(result, Case) and result.heeded in HEEDED:
        messages.warning(request, str(HEEDED[result.heeded]))
    else:
        messages.success(request, done)


def form_page(request: StaffRequest, case: Case, form: BaseForm, **words: Any) -> HttpResponse:
    """The page of a form in a case: `title`, `lead`, `submit`, `back`, `template`."""
    template = words.pop("template", "registries/cases/step.html")
    return render(request, template, {"case": case, "form": form, **words})


def to_case(case: Case) -> HttpResponse:
    """Back to the page of the case."""
    return redirect("desk_case", number=case.number)
