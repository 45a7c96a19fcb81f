"""Drafts and earlier givers at the counter: asked for by the page's script, and by plain buttons without it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.clock import SHANGHAI
from core.errors import Conflict, DomainError
from core.money import format_yuan
from donations.selectors.funds import fund_by_code_for
from donations.services.drafts import discard_draft, open_draft, save_draft
from donations.services.name_searches import look_up_givers, pick_giver
from organizations.choices import Right
from organizations.views.access import StaffRequest, desk_page


def draft_count(request: HttpRequest) -> int:
    """How often the draft had been saved when the window was opened or last saved it."""
    text = str(request.POST.get("draft_count", ""))
    return int(text) if text.isdigit() and len(text) < 9 else 0


@desk_page(Right.ENTER_GIFTS)
@require_POST
def draft_save(request: StaffRequest) -> JsonResponse:
    """Keep what is typed; answers when, and what the window is to send the next time."""
    try:
        draft = save_draft(typed=request.POST, edit_count=draft_count(request), actor=request.user)
    except Conflict as error:
        return JsonResponse({"said": error.message}, status=409)
    said = _("草稿已保存 %(at)s") % {"at": draft.saved_at.astimezone(SHANGHAI).strftime("%H:%M:%S")}
    return JsonResponse({"said": said, "count": draft.edit_count})


@desk_page(Right.ENTER_GIFTS)
@require_POST
def draft_discard(request: StaffRequest) -> HttpResponse:
    """Throw the draft away and begin with an empty form."""
    discard_draft(actor=request.user)
    return redirect("desk_counter")


@desk_page(Right.ENTER_GIFTS)
@require_POST
def giver_look_up(request: StaffRequest) -> JsonResponse:
    """Earlier givers of the chosen fund's branch, masked, as the list under the field."""
    fund = fund_by_code_for(request.user, request.POST.get("fund", ""))
    try:
        found = look_up_givers(branch=fund.branch, asked=request.POST.get("donor", ""), actor=request.user)
    except DomainError as error:
        return JsonResponse({"said": error.message, "givers": []}, status=error.http_status)
    givers = [{"key": key, "shown": one.shown, "hint": hint(one)} for key, one in found]
    said = _("找到 %(count)d 位以前的捐赠人") % {"count": len(givers)} if givers else ""
    return JsonResponse({"said": said, "givers": givers})


@desk_page(Right.ENTER_GIFTS)
@require_POST
def giver_pick(request: StaffRequest) -> HttpResponse:
    """The full name of a giver that was suggested just now; without scripts it goes into the draft."""
    fund = fund_by_code_for(request.user, request.POST.get("fund", ""))
    donor = pick_giver(branch=fund.branch, key=request.POST.get("key", ""), actor=request.user)
    if "plain" not in request.POST:
        return JsonResponse({"donor": donor})
    draft = open_draft(actor=request.user)
    typed = {**(draft.typed if draft else {}), "fund": fund.code, "donor": donor}
    save_draft(typed=typed, edit_count=draft.edit_count if draft else 0, actor=request.user)
    return redirect("desk_counter")


def giver_choice(request: StaffRequest) -> HttpResponse:
    """The page of earlier givers for somebody without scripts; what was typed waits in the draft."""
    fund = fund_by_code_for(request.user, request.POST.get("fund", ""))
    try:
        save_draft(typed=request.POST, edit_count=draft_count(request), actor=request.user)
        found = look_up_givers(branch=fund.branch, asked=request.POST.get("donor", ""), actor=request.user)
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("desk_counter")
    givers = [{"key": key, "shown": one.shown, "hint": hint(one)} for key, one in found]
    return render(request, "donations/givers.html", {"givers": givers, "fund": fund})


def hint(giver: Any) -> str:
    """What tells two givers of one masked form apart."""
    return _("%(kind)s，%(on)s 捐过 %(amount)s") % {
        "kind": giver.kind,
        "on": giver.last_on.isoformat(),
        "amount": format_yuan(giver.last_amount),
    }
