"""The queue of messages at the desk: nobody sees one before somebody has approved it here."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from core.errors import DomainError
from core.views.answers import say_refusal
from organizations.choices import Right
from organizations.views.access import StaffRequest, desk_page
from registries.choices.memorial import NEVER_SHOWN, Flag, MessageStatus
from registries.forms.memorial import DeclineForm
from registries.permissions.memorial import message_for
from registries.selectors.memorial import QUEUE_SIZE, waiting_messages
from registries.services.memorial.messages import approve_message, decline_message
from registries.services.memorial.reading import read_messages


@desk_page(Right.KEEP_MEMORIAL)
@never_cache
@require_safe
def message_queue(request: StaffRequest) -> HttpResponse:
    """What waits, oldest first, with what the rules found."""
    after = request.GET.get("after", "")
    place = int(after) if after.isascii() and after.isdecimal() and len(after) < 19 else None
    found = waiting_messages(request.user, after=place)
    page = found[:QUEUE_SIZE]
    rows = [
        {
            "message": message,
            "text": text,
            "name": name,
            "flags": [Flag(one).label for one in message.flags],
            "must_decline": bool(NEVER_SHOWN & set(message.flags)),
            "form": DeclineForm(auto_id=f"id_{message.code}_%s"),
        }
        for message, (text, name) in zip(page, read_messages(page, reader=request.user), strict=True)
    ]
    next_url = f"?after={page[-1].pk}" if len(found) > QUEUE_SIZE else ""
    context = {"rows": rows, "next_url": next_url, "first_url": "?" if place else ""}
    return render(request, "registries/memorial/queue.html", context)


@desk_page(Right.KEEP_MEMORIAL)
@require_POST
def message_decide(request: StaffRequest, code: str) -> HttpResponse:
    """Approve a message, or decline it for a literal reason; one that was shown is declined on its page's own page."""
    message = message_for(request.user, code)
    was_shown = message.status == MessageStatus.SHOWN
    try:
        if request.POST.get("act") == "approve":
            approve_message(message_id=message.pk, actor=request.user)
            messages.success(request, _("已显示。"))
        else:
            decline_message(message_id=message.pk, reason=request.POST.get("reason", ""), actor=request.user)
            messages.success(request, _("不予显示，三十天后销毁。"))
    except DomainError as error:
        say_refusal(request, error)
    if was_shown:
        return redirect("desk_memorial_page", number=message.page.number)
    return redirect("desk_memorial_messages")
