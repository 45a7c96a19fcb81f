"""Denominators and promises at the desk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.errors import DomainError
from core.views.answers import add_refusal, posted
from organizations.choices import Right
from organizations.permissions import holds_anywhere
from organizations.views.access import StaffRequest, desk_page
from training.forms.figures import PopulationForm, TargetForm
from training.selectors.figures import figure_rows
from training.services.figures import record_population, set_target


@desk_page(Right.VIEW_TRAINING)
@require_safe
def figures(request: StaffRequest) -> HttpResponse:
    """What rates are of and what was promised."""
    context = {
        "rows": figure_rows(request.user),
        "may_write": holds_anywhere(request.user, Right.PLAN_TRAINING),
    }
    return render(request, "training/figures/list.html", context)


@desk_page(Right.PLAN_TRAINING)
@require_http_methods(["GET", "POST"])
def population_new(request: StaffRequest) -> HttpResponse:
    """Write a denominator down."""
    return _written(request, PopulationForm(posted(request), person=request.user), record_population, _("登记人口数"))


@desk_page(Right.PLAN_TRAINING)
@require_http_methods(["GET", "POST"])
def target_new(request: StaffRequest) -> HttpResponse:
    """Write a promise down."""
    return _written(request, TargetForm(posted(request), person=request.user), set_target, _("登记年度目标"))


def _written(request: StaffRequest, form: Any, service: Callable[..., Any], title: str) -> HttpResponse:
    if form.is_valid():
        try:
            service(**form.cleaned_data, actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("已登记，公开页面马上采用。"))
            return redirect("desk_training_figures")
    return render(request, "training/figures/new.html", {"form": form, "title": title})
