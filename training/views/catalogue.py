"""The catalogue at the desk: courses with their versions, and a new version."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.clock import today
from core.errors import DomainError
from core.views.answers import add_refusal, posted
from organizations.choices import Right
from organizations.permissions import may, require
from organizations.views.access import StaffRequest, desk_page
from training.forms.catalogue import VersionForm
from training.permissions import catalogue_branch, course_by_code
from training.selectors.catalogue import catalogue_on, last_version
from training.services.catalogue import add_version


@desk_page(Right.VIEW_TRAINING)
@require_safe
def course_list(request: StaffRequest) -> HttpResponse:
    """All courses with their versions."""
    context = {
        "cards": catalogue_on(today()),
        "may_add": may(request.user, Right.PLAN_TRAINING, catalogue_branch()),
        "day": today(),
    }
    return render(request, "training/courses.html", context)


@desk_page(Right.PLAN_TRAINING)
@require_http_methods(["GET", "POST"])
def version_new(request: StaffRequest, code: str) -> HttpResponseBase:
    """Add a version to a course, for those who plan training in the province's branch."""
    require(request.user, Right.PLAN_TRAINING, catalogue_branch())
    course = course_by_code(code)
    last = last_version(course)
    form = VersionForm(posted(request), course=course, last=last)
    if form.is_valid():
        try:
            number = form.cleaned_data["number"]
            add_version(course_id=course.pk, number=number, terms=form.terms(), actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("新版本已添加，到启用日期自动生效。"))
            return redirect("desk_courses")
    return render(request, "training/version_edit.html", {"form": form, "course": course, "last": last})
