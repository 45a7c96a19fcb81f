"""National numbers at the desk: the list, entering one, and another person confirming it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.errors import DomainError, NotFound
from core.views.answers import add_refusal, posted
from organizations.choices import Right
from organizations.views.access import StaffRequest, desk_page
from registries.forms.national import NationalForm
from registries.selectors.national import national_figures
from registries.services.national import (
    confirm_national,
    enter_national,
    keeps_national,
    require_national,
)


@desk_page(Right.COUNT_REGISTRIES, Right.KEEP_REGISTRIES)
@require_safe
def national_list(request: StaffRequest) -> HttpResponse:
    """All numbers, those that wait for another person first to be seen."""
    context = {"rows": national_figures(), "may_write": keeps_national(request.user)}
    return render(request, "registries/national.html", context)


@desk_page(Right.KEEP_REGISTRIES)
@require_http_methods(["GET", "POST"])
def national_new(request: StaffRequest) -> HttpResponse:
    """Enter a number with its source."""
    require_national(request.user)
    form = NationalForm(posted(request))
    if form.is_valid():
        try:
            enter_national(**form.cleaned_data, actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("已录入，另一人核对来源并确认后公开。"))
            return redirect("desk_national")
    return render(request, "registries/national_new.html", {"form": form})


@desk_page(Right.KEEP_REGISTRIES)
@require_http_methods(["GET", "POST"])
def national_confirm(request: StaffRequest, figure_id: int) -> HttpResponse:
    """Show a number with its source, and confirm it."""
    require_national(request.user)
    row = national_figures().filter(pk=figure_id).first()
    if row is None:
        raise NotFound("national_not_found", _("没有找到这个数字，请从列表打开。"))
    if request.method == "POST":
        try:
            confirm_national(figure_id=row.pk, actor=request.user)
        except DomainError as error:
            # Also for who entered it: they may look at the page, and it says who else has to confirm.
            messages.error(request, error.message)
            return redirect("desk_national_confirm", figure_id=row.pk)
        messages.success(request, _("已复核，公开页面马上采用。"))
        return redirect("desk_national")
    may_confirm = row.confirmed_at is None and row.entered_by_id != request.user.pk
    return render(request, "registries/national_confirm.html", {"row": row, "may_confirm": may_confirm})
