"""The register of schools and other bodies at the desk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.clock import today
from core.errors import DomainError
from core.exporting import CSV_CONTENT_TYPE, stream_csv
from core.views.answers import add_refusal, posted
from organizations.choices import Right
from organizations.permissions import holds_anywhere
from organizations.views.access import StaffRequest, desk_page
from training.choices import STAFF_OF
from training.forms.mass_lessons import ReasonForm
from training.forms.organisations import (
    AliasForm,
    ChangeForm,
    MergeForm,
    OrganisationFilterForm,
    OrganisationForm,
    SizeForm,
)
from training.models import Organisation
from training.permissions import keeps_organisation, organisation_for, require_keeper
from training.selectors.organisations import (
    EXPORT_FIELDS,
    organisation_detail,
    organisations_for,
    stream_organisations,
)
from training.services.organisations import (
    add_alias,
    change_organisation,
    merge_organisation,
    record_size,
    register_organisation,
    separate_organisation,
)


@desk_page(Right.VIEW_TRAINING)
@require_safe
def organisation_list(request: StaffRequest) -> HttpResponse:
    """The person's register by county and name, narrowed by what is asked."""
    form = OrganisationFilterForm(request.GET, person=request.user)
    asked = form.asked()
    after = _after(request)
    page = organisations_for(request.user, asked, after=after)
    query = request.GET.copy()
    query.pop("after", None)
    first_url = f"?{query.urlencode()}"
    query["after"] = str(page.next_after or "")
    context = {
        "form": form,
        "page": page,
        "is_open": asked.is_set or bool(form.errors),
        "query": first_url,
        "next_url": f"?{query.urlencode()}" if page.next_after else "",
        "first_url": first_url if after else "",
        "may_write": holds_anywhere(request.user, Right.PLAN_TRAINING),
    }
    return render(request, "training/organisations/list.html", context)


@desk_page(Right.VIEW_TRAINING)
@require_safe
def organisations_csv(request: StaffRequest) -> StreamingHttpResponse:
    """The same as CSV, whole: bodies and numbers, no person."""
    asked = OrganisationFilterForm(request.GET, person=request.user).asked()
    rows = (tuple(row[name] for name in EXPORT_FIELDS) for row in stream_organisations(request.user, asked))
    response = StreamingHttpResponse(stream_csv(EXPORT_FIELDS, rows), content_type=CSV_CONTENT_TYPE)
    name = f"{_('学校和单位')}_{today().isoformat()}.csv"
    response["Content-Disposition"] = content_disposition_header(True, name) or ""
    return response


@desk_page(Right.PLAN_TRAINING)
@require_http_methods(["GET", "POST"])
def organisation_new(request: StaffRequest) -> HttpResponse:
    """Write a body down."""
    form = OrganisationForm(posted(request), person=request.user)
    if form.is_valid():
        try:
            made = register_organisation(new=form.new(), actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("已登记。请再登记人数，才有覆盖率。"))
            return redirect("desk_organisation", pk=made.pk)
    return render(request, "training/organisations/form.html", {"form": form, "title": _("登记学校或单位")})


@desk_page(Right.VIEW_TRAINING)
@require_safe
def organisation_page(request: StaffRequest, pk: int) -> HttpResponse:
    """One body: its groups, what was held for it, what was said of it."""
    organisation = organisation_for(request.user, pk)
    context = {
        "organisation": organisation,
        "detail": organisation_detail(organisation, request.user),
        "may_write": keeps_organisation(request.user, organisation),
    }
    return render(request, "training/organisations/detail.html", context)


@desk_page(Right.PLAN_TRAINING)
@require_http_methods(["GET", "POST"])
def organisation_size(request: StaffRequest, pk: int) -> HttpResponse:
    """Write down how many belong to it."""
    one = _of(request, pk)
    form = SizeForm(posted(request), group=STAFF_OF[one.kind])
    return _step(request, one, form, record_size, (_("登记人数"), _("人数已登记，覆盖率马上按它计算。")))


@desk_page(Right.PLAN_TRAINING)
@require_http_methods(["GET", "POST"])
def organisation_change(request: StaffRequest, pk: int) -> HttpResponse:
    """Say another name, kind or credit code."""
    one = _of(request, pk)
    form = ChangeForm(posted(request), organisation=one)

    def change(*, reason: str, **said: Any) -> None:
        known = {name: said[name] for name in ("organisation_id", "actor")}
        change_organisation(facts=form.said(), reason=reason, **known)

    return _step(request, one, form, change, (_("更名或变更"), _("已登记变更，原来的仍可查看。")))


@desk_page(Right.PLAN_TRAINING)
@require_http_methods(["GET", "POST"])
def organisation_alias(request: StaffRequest, pk: int) -> HttpResponse:
    """Say another way of writing it."""
    one = _of(request, pk)
    words = (_("登记另一种写法"), _("已登记，明天的统计起算在这个单位。"))
    return _step(request, one, AliasForm(posted(request)), add_alias, words)


@desk_page(Right.PLAN_TRAINING)
@require_http_methods(["GET", "POST"])
def organisation_merge(request: StaffRequest, pk: int) -> HttpResponse:
    """Say that it is the same as another."""
    one = _of(request, pk)
    form = MergeForm(posted(request), organisation=one)

    def merge(*, into: Organisation, **said: Any) -> None:
        merge_organisation(into_id=into.pk, **said)

    return _step(request, one, form, merge, (_("并入另一单位"), _("已并入，明天的统计起合并计算；可以恢复单列。")))


@desk_page(Right.PLAN_TRAINING)
@require_http_methods(["GET", "POST"])
def organisation_separate(request: StaffRequest, pk: int) -> HttpResponse:
    """Say that it is another after all."""
    one = _of(request, pk)
    return _step(request, one, ReasonForm(posted(request)), separate_organisation, (_("恢复单列"), _("已恢复单列。")))


def _of(request: StaffRequest, pk: int) -> Organisation:
    organisation = organisation_for(request.user, pk)
    require_keeper(request.user, organisation)
    return organisation


def _step(
    request: StaffRequest, one: Organisation, form: Any, service: Callable[..., Any], words: tuple[str, str]
) -> HttpResponse:
    title, done = words
    if form.is_valid():
        try:
            service(organisation_id=one.pk, actor=request.user, **form.cleaned_data)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, done)
            return redirect("desk_organisation", pk=one.pk)
    context = {"form": form, "title": title, "organisation": one}
    return render(request, "training/organisations/form.html", context)


def _after(request: StaffRequest) -> int | None:
    after = request.GET.get("after", "")
    return int(after) if after.isascii() and after.isdecimal() and len(after) < 19 else None
