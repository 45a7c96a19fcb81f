"""Instructors at the desk: the list, one with their calendar, and what is written down of them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.clock import today
from core.errors import DomainError
from core.views.answers import add_refusal, posted, say_refusal
from organizations.choices import Right
from organizations.permissions import branches_with, holds_anywhere, may, require
from organizations.views.access import StaffRequest, desk_page
from training.choices import CourseKind
from training.forms.instructors import (
    AbsenceForm,
    EndInstructorForm,
    InstructorFilterForm,
    InstructorForm,
    PhonePurposeForm,
)
from training.models import Instructor
from training.permissions import instructor_for, keeps_times_of, require_times_of, seen_branches
from training.selectors.instructors import calendar_of, hours_by_year, instructors_page
from training.services import instructors as services
from training.views.sessions import branch_to_plan, page_links


@desk_page(Right.VIEW_TRAINING)
@require_safe
def instructor_list(request: StaffRequest) -> HttpResponse:
    """The instructors that the person sees, with the hours of this year, narrowed by the form."""
    form = InstructorFilterForm(request.GET or None, person=request.user)
    asked = form.asked()
    cursor = request.GET.get("page", "")
    page = instructors_page(request.user, asked, cursor)
    context = {
        "form": form,
        "page": page,
        "year": str(today().year),
        "is_open": asked.is_set or bool(form.errors),
        "may_plan": holds_anywhere(request.user, Right.PLAN_TRAINING),
        **page_links(request, cursor, page.next_cursor),
    }
    return render(request, "training/instructors.html", context)


@desk_page(Right.VIEW_TRAINING)
@require_safe
def instructor_detail(request: StaffRequest, instructor_id: int) -> HttpResponse:
    """One instructor: qualification, calendar of lessons, hours by year, times they cannot teach."""
    instructor = instructor_for(request.user, instructor_id)
    return render(request, "training/instructor.html", _context(request, instructor))


def _context(request: StaffRequest, instructor: Instructor) -> dict[str, Any]:
    """What an instructor's page shows, and what the person may do there."""
    this_year = today().year
    hours = hours_by_year(instructor)
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 and asked > "1999" else this_year
    calendar = calendar_of(instructor, year)
    return {
        "instructor": instructor,
        "kinds": [CourseKind(kind).label for kind in instructor.kinds],
        "hours": hours,
        "hours_now": dict(hours).get(this_year, 0),
        "this_year": this_year,
        "year": year,
        "years": sorted({this_year, year, *(one for one, _hours in hours)}, reverse=True),
        "calendar": calendar,
        "is_valid": instructor.is_valid_on(today()),
        "is_self": instructor.person_id == request.user.pk,
        "seen_branches": seen_branches(request.user, [one.lesson.session for one in calendar.coming + calendar.past]),
        "may_plan": may(request.user, Right.PLAN_TRAINING, instructor.branch),
        "may_absent": keeps_times_of(request.user, instructor),
        "phone_form": PhonePurposeForm(auto_id="phone-%s"),
        "absence_form": AbsenceForm(auto_id="absence-%s"),
    }


@desk_page(Right.PLAN_TRAINING)
@require_http_methods(["GET", "POST"])
def instructor_new(request: StaffRequest) -> HttpResponseBase:
    """Write down an instructor."""
    branch = branch_to_plan(request)
    form = InstructorForm(posted(request))
    if form.is_valid():
        try:
            saved = services.register_instructor(branch=branch, facts=form.facts(), actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("师资已登记。"))
            return redirect("desk_instructor", instructor_id=saved.pk)
    branches = list(branches_with(request.user, Right.PLAN_TRAINING).filter(valid_to=None))
    return render(request, "training/instructor_edit.html", {"form": form, "branch": branch, "branches": branches})


@desk_page(Right.PLAN_TRAINING)
@require_http_methods(["GET", "POST"])
def instructor_edit(request: StaffRequest, instructor_id: int) -> HttpResponseBase:
    """Change what is written down of an instructor."""
    instructor = _planned(request, instructor_id)
    form = InstructorForm(posted(request), instructor=instructor)
    if form.is_valid():
        try:
            services.change_instructor(instructor_id=instructor.pk, facts=form.facts(), actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("修改已保存。"))
            return redirect("desk_instructor", instructor_id=instructor.pk)
    context = {"form": form, "branch": instructor.branch, "instructor": instructor}
    return render(request, "training/instructor_edit.html", context)


@desk_page(Right.PLAN_TRAINING)
@require_http_methods(["GET", "POST"])
def instructor_end(request: StaffRequest, instructor_id: int) -> HttpResponseBase:
    """End an instructor's qualification, with what is still planned."""
    instructor = _planned(request, instructor_id)
    form = EndInstructorForm(posted(request))
    if form.is_valid():
        try:
            services.end_instructor(instructor_id=instructor.pk, actor=request.user, **form.cleaned_data)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("资格已结束。"))
            return redirect("desk_instructor", instructor_id=instructor.pk)
    context = {"form": form, "instructor": instructor, "calendar": calendar_of(instructor, today().year)}
    return render(request, "training/instructor_end.html", context)


@desk_page(Right.PLAN_TRAINING)
@require_POST
def instructor_phone(request: StaffRequest, instructor_id: int) -> HttpResponse:
    """Show an instructor's telephone once, to somebody who says what for; the reading is logged."""
    instructor = _planned(request, instructor_id)
    form = PhonePurposeForm(request.POST, auto_id="phone-%s")
    shown: dict[str, Any] = {}
    if form.is_valid():
        try:
            shown["phone"] = services.read_phone(instructor=instructor, actor=request.user, **form.cleaned_data)
        except DomainError as error:
            add_refusal(form, error)
    return render(request, "training/instructor.html", {**_context(request, instructor), **shown, "phone_form": form})


@desk_page(Right.VIEW_TRAINING)
@require_POST
def absence_add(request: StaffRequest, instructor_id: int) -> HttpResponseBase:
    """Write down a time in which an instructor cannot teach."""
    instructor = instructor_for(request.user, instructor_id)
    require_times_of(request.user, instructor)
    form = AbsenceForm(request.POST, auto_id="absence-%s")
    if form.is_valid():
        times = {"starts_at": form.cleaned_data["starts"], "ends_at": form.cleaned_data["ends"]}
        try:
            services.add_absence(instructor_id=instructor.pk, actor=request.user, **times)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("已登记，这段时间不会再安排课。"))
            return redirect("desk_instructor", instructor_id=instructor.pk)
    return render(request, "training/instructor.html", {**_context(request, instructor), "absence_form": form})


@desk_page(Right.VIEW_TRAINING)
@require_POST
def absence_remove(request: StaffRequest, instructor_id: int, absence_id: int) -> HttpResponseBase:
    """Take such a time away again."""
    instructor = instructor_for(request.user, instructor_id)
    require_times_of(request.user, instructor)
    try:
        services.remove_absence(instructor_id=instructor.pk, absence_id=absence_id, actor=request.user)
        messages.success(request, _("已删除，这段时间又可以安排课。"))
    except DomainError as error:
        say_refusal(request, error)
    return redirect("desk_instructor", instructor_id=instructor.pk)


def _planned(request: StaffRequest, instructor_id: int) -> Instructor:
    instructor = instructor_for(request.user, instructor_id)
    require(request.user, Right.PLAN_TRAINING, instructor.branch)
    return instructor
