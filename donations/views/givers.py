"""Givers at the desk: their telephone, their requests, what they were told."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.clock import today
from core.errors import DomainError
from core.sealed import reveal
from core.views.answers import add_refusal
from donations.choices import RequestStatus
from donations.forms.givers import AnswerForm, ContactForm, FeedbackForm
from donations.models import Donation
from donations.permissions import gift_for, request_for
from donations.selectors.desk import gift_facts
from donations.selectors.givers import waiting_requests
from donations.services.givers import answer_request, record_contact, record_feedback
from organizations.choices import Right
from organizations.permissions import require
from organizations.views.access import StaffRequest, desk_page


@desk_page(Right.SERVE_GIVERS)
@require_safe
def request_list(request: StaffRequest) -> HttpResponse:
    """Givers' requests that wait for an answer, the most urgent first."""
    rows = waiting_requests(request.user)
    return render(request, "donations/requests.html", {"requests": rows, "today": today()})


@desk_page(Right.SERVE_GIVERS)
@require_http_methods(["GET", "POST"])
def contact(request: StaffRequest, number: str) -> HttpResponse:
    """Record the telephone that a giver left; the one that is there is not shown."""
    gift = _gift(request, number)
    form = ContactForm(request.POST or None)
    if form.is_valid() and _done(form, lambda: record_contact(donation=gift, actor=request.user, **form.cleaned_data)):
        messages.success(request, _("手机号已登记，捐赠人可以在“我的捐赠”中查看。"))
        return redirect("desk_gift", number=gift.number)
    return _form_page(request, gift, form, _("登记捐赠人手机号"), _("登记"))


@desk_page(Right.SERVE_GIVERS)
@require_http_methods(["GET", "POST"])
def feedback(request: StaffRequest, number: str) -> HttpResponse:
    """Record that the giver was told what became of the gift."""
    gift = _gift(request, number)
    form = FeedbackForm(request.POST or None, initial={"told_on": today()})
    if form.is_valid() and _done(form, lambda: record_feedback(donation=gift, actor=request.user, **form.cleaned_data)):
        messages.success(request, _("反馈已登记。"))
        return redirect("desk_gift", number=gift.number)
    return _form_page(request, gift, form, _("登记反馈"), _("登记"))


@desk_page(Right.SERVE_GIVERS)
@require_http_methods(["GET", "POST"])
def request_answer(request: StaffRequest, number: str, request_id: int) -> HttpResponse:
    """Read a giver's request, which is recorded, and answer it."""
    gift = _gift(request, number)
    asked = request_for(gift, request_id)
    form = AnswerForm(request.POST or None)
    if form.is_valid() and _done(
        form, lambda: answer_request(request_id=asked.pk, actor=request.user, **form.cleaned_data)
    ):
        messages.success(request, _("已答复，捐赠人会在自己的页面上看到。"))
        return redirect("desk_requests")
    purpose = _("办理捐赠人请求")
    context = {
        "gift": gift_facts(gift),
        "asked": asked,
        "text": reveal(asked, "text", reader=request.user, purpose=purpose),
        "answer": reveal(asked, "answer", reader=request.user, purpose=purpose) if asked.answer else "",
        "form": form,
        "is_open": asked.status == RequestStatus.OPEN,
    }
    return render(request, "donations/request.html", context)


def _gift(request: StaffRequest, number: str) -> Donation:
    gift = gift_for(request.user, number)
    require(request.user, Right.SERVE_GIVERS, gift.branch)
    return gift


def _done(form: forms.Form, act: Any) -> bool:
    try:
        act()
    except DomainError as error:
        add_refusal(form, error)
        return False
    return True


def _form_page(request: StaffRequest, gift: Donation, form: forms.Form, title: str, submit: str) -> HttpResponse:
    context = {"gift": gift_facts(gift), "form": form, "title": title, "submit": submit}
    return render(request, "donations/giver_form.html", context)
