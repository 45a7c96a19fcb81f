"""Rescue cases at the desk: lists, one case, reporting, verifying, telling."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from core.errors import DomainError
from core.views.answers import add_refusal, place_before, posted, private_file
from organizations.choices import Right
from organizations.permissions import holds_anywhere, may, require
from organizations.views.access import StaffRequest, desk_page
from training.choices import RescueStatus
from training.forms.mass_lessons import ReasonForm
from training.forms.rescues import RescueForm, StoryForm
from training.models import RescueCase
from training.permissions import rescue_for
from training.selectors.rescues import PAGE_SIZE, RESCUE_TABS, rescue_counts, rescue_history, rescues_for
from training.services.rescues import (
    decline_rescue,
    keep_rescue_evidence,
    open_rescue_evidence,
    publish_rescue,
    report_rescue,
    verify_rescue,
    withdraw_rescue,
)

# Each step: its words, the states that it is taken from, its service, what is asked for.
STEPS: dict[str, tuple[Any, Any, frozenset[str], Callable[..., Any], Any]] = {
    "verify": (
        gettext_lazy("核实无误"),
        gettext_lazy("核实后计入救人数，不能再改。请先看佐证材料。"),
        frozenset({RescueStatus.REPORTED}),
        verify_rescue,
        None,
    ),
    "decline": (
        gettext_lazy("未能核实"),
        gettext_lazy("不计入任何数字，记录保留。"),
        frozenset({RescueStatus.REPORTED}),
        decline_rescue,
        ReasonForm,
    ),
    "publish": (
        gettext_lazy("公开经过"),
        gettext_lazy("公开前须取得救护员签字同意；同意随时可以收回。"),
        frozenset({RescueStatus.VERIFIED, RescueStatus.WITHDRAWN}),
        publish_rescue,
        StoryForm,
    ),
    "withdraw": (
        gettext_lazy("撤下"),
        gettext_lazy("马上从公开页面撤下，仍计入救人数。"),
        frozenset({RescueStatus.PUBLISHED}),
        withdraw_rescue,
        ReasonForm,
    ),
}


@desk_page(Right.VIEW_TRAINING)
@require_safe
def rescue_list(request: StaffRequest) -> HttpResponse:
    """The person's rescue cases by list."""
    tab = request.GET.get("show", "all")
    tab = tab if tab in RESCUE_TABS else "all"
    place = place_before(request)
    found, counts = rescues_for(request.user, tab, before=place), rescue_counts(request.user)
    request.desk_counts = {"desk_rescues": counts["verify"]}  # type: ignore[attr-defined]
    context = {
        "tab": tab,
        "tabs": [
            {"label": label, "url": f"?show={name}", "count": counts[name], "active": name == tab}
            for name, label in RESCUE_TABS.items()
        ],
        "cases": found[:PAGE_SIZE],
        "next_url": f"?show={tab}&before={found[PAGE_SIZE - 1].pk}" if len(found) > PAGE_SIZE else "",
        "first_url": f"?show={tab}" if place else "",
        "may_write": holds_anywhere(request.user, Right.MARK_TRAINING),
    }
    return render(request, "training/rescues/list.html", context)


@desk_page(Right.MARK_TRAINING)
@require_http_methods(["GET", "POST"])
def rescue_new(request: StaffRequest) -> HttpResponse:
    """Write a rescue down."""
    form = RescueForm(posted(request), request.FILES, person=request.user)
    if form.is_valid():
        try:
            evidence = keep_rescue_evidence(upload=form.cleaned_data["evidence"].file, actor=request.user)
            case = report_rescue(report=form.report(evidence), actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("已登记，等待另一位同事核实。"))
            return redirect("desk_rescue", number=case.number)
    return render(request, "training/rescues/new.html", {"form": form})


@desk_page(Right.VIEW_TRAINING)
@require_safe
def rescue_detail(request: StaffRequest, number: str) -> HttpResponse:
    """One case, its steps and what may be done now."""
    case = rescue_for(request.user, number)
    plans = may(request.user, Right.PLAN_TRAINING, case.branch)
    context = {
        "case": case,
        "history": rescue_history(case),
        "steps": [(name, step[0]) for name, step in STEPS.items() if plans and case.status in step[2]],
        "why_not": _("由您登记，须由另一位同事核实。") if _is_own(request, case) else "",
        "may_read_evidence": plans,
    }
    return render(request, "training/rescues/detail.html", context)


@desk_page(Right.PLAN_TRAINING)
@require_safe
def rescue_evidence(request: StaffRequest, number: str) -> FileResponse:
    """What shows the rescue, for those who verify it; the reading is recorded."""
    case = rescue_for(request.user, number)
    stored, source = open_rescue_evidence(case=case, actor=request.user)
    is_picture = stored.content_type.startswith("image/")
    return private_file(source, filename=stored.name, content_type=stored.content_type, attachment=not is_picture)


@desk_page(Right.PLAN_TRAINING)
@require_http_methods(["GET", "POST"])
def rescue_step(request: StaffRequest, number: str, step: str) -> HttpResponse:
    """Ask for one step and take it."""
    way = STEPS.get(step)
    if way is None:
        raise Http404
    title, lead, states, service, form_class = way
    case = rescue_for(request.user, number)
    require(request.user, Right.PLAN_TRAINING, case.branch)
    form = form_class(posted(request), initial={"story": case.story}) if form_class else None
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            service(case_id=case.pk, actor=request.user, **(form.cleaned_data if form else {}))
        except DomainError as error:
            if form is None or not error.fields:
                messages.error(request, error.message)
                return redirect("desk_rescue", number=case.number)
            add_refusal(form, error)
        else:
            messages.success(request, _("已办理：%(step)s。") % {"step": title})
            return redirect("desk_rescue", number=case.number)
    context = {"case": case, "title": title, "lead": lead, "form": form, "is_open": case.status in states}
    return render(request, "training/rescues/step.html", context)


def _is_own(request: StaffRequest, case: RescueCase) -> bool:
    return case.status == RescueStatus.REPORTED and request.user.pk in case.maker_ids
