"""The page of one person: seen, a candle, a message, a report; gone when the family wishes it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import DomainError
from core.throttling import Limit, count_once, place_of
from core.views.answers import add_refusal, place_before, posted, private_file
from registries.choices.memorial import PageKind
from registries.forms.memorial_public import MessageForm, ReportForm
from registries.models import MemorialPage
from registries.services.memorial.messages import leave_words, light_candle, report_message
from registries.services.memorial.page_content import Shown
from registries.services.memorial.showing import PageGone, public_page, public_portrait, shown_messages
from registries.views.public.memorial.front import not_kept

CANDLES = Limit("memorial_candle", 30, 3_600)
MESSAGES = Limit("memorial_message", 6, 3_600)
REPORTS = Limit("memorial_report", 6, 3_600)


@not_kept
@require_safe
def memorial_page(request: HttpRequest, code: str) -> HttpResponse:
    """One page, exactly as it was consented to; 410 in gentle words once it was taken down."""
    try:
        page, shown = public_page(code)
    except PageGone as gone:
        return _gone(request, gone)
    return _page(request, page, shown, MessageForm())


@not_kept
@require_POST
def memorial_candle(request: HttpRequest, code: str) -> HttpResponse:
    """Light a candle: the day is kept, nothing of who did it and not how many."""
    count_once(CANDLES, place_of(request))
    try:
        page, shown = public_page(code)
    except PageGone as gone:
        return _gone(request, gone)
    if shown.takes_messages:
        light_candle(page_id=page.pk)
        messages.success(request, _("烛光已点亮。谢谢您的心意。"))
    return redirect("memorial_page", code=page.code)


@not_kept
@require_http_methods(["GET", "HEAD", "POST"])
def memorial_message(request: HttpRequest, code: str) -> HttpResponse:
    """Leave a message; who moderates sees it first."""
    try:
        page, shown = public_page(code)
    except PageGone as gone:
        return _gone(request, gone)
    form = MessageForm(posted(request))
    if request.method == "POST":
        count_once(MESSAGES, place_of(request))
    if form.is_valid():
        try:
            # A program is answered as a person is, and learns nothing.
            if not form.is_program:
                leave_words(page_id=page.pk, words=form.words())
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("谢谢您的留言。工作人员看过以后才会显示。"))
            return redirect("memorial_page", code=page.code)
    return _page(request, page, shown, form)


@not_kept
@require_http_methods(["GET", "HEAD", "POST"])
def memorial_report(request: HttpRequest, code: str, message: str) -> HttpResponse:
    """Report a message: it is taken off until somebody has looked at it again."""
    try:
        page, shown = public_page(code)
    except PageGone as gone:
        return _gone(request, gone)
    form = ReportForm(posted(request))
    if form.is_valid():
        count_once(REPORTS, place_of(request))
        report_message(code=message[:16], page_code=page.code, reason=form.cleaned_data["reason"])
        messages.success(request, _("已收到，这条留言先不显示，工作人员会再看。"))
        return redirect("memorial_page", code=page.code)
    return render(request, "public/registries/memorial/report.html", {"shown": shown, "form": form})


@not_kept
@require_safe
def memorial_portrait(request: HttpRequest, code: str) -> HttpResponse | FileResponse:
    """The portrait, where the consent lets it be seen."""
    try:
        stored, source = public_portrait(code)
    except PageGone as gone:
        return _gone(request, gone)
    return private_file(source, filename=stored.name, content_type=stored.content_type, attachment=False)


def _page(request: HttpRequest, page: MemorialPage, shown: Shown, form: MessageForm) -> HttpResponse:
    found, more = shown_messages(page, before=place_before(request)) if shown.takes_messages else ([], None)
    context: dict[str, Any] = {
        "shown": shown,
        "branch": page.branch,
        "messages_shown": found,
        "more_url": f"?before={more}#messages" if more else "",
        "form": form,
        "is_story": page.kind == PageKind.STORY,
    }
    return render(request, "public/registries/memorial/page.html", context)


def _gone(request: HttpRequest, gone: PageGone) -> HttpResponse:
    return render(request, "public/registries/memorial/gone.html", status=gone.http_status)
