"""Papers of a registration: the blank form for everybody at the desk, card and letter of a wish."""

from __future__ import annotations

import io

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from core.errors import DomainError
from core.views.answers import private_file, say_refusal
from organizations.choices import Right
from organizations.views.access import StaffRequest, desk_page
from registries.permissions import wish_for
from registries.services.printing import print_blank_form, print_wish


@desk_page(Right.KEEP_REGISTRIES)
@require_safe
def wish_blank(request: StaffRequest) -> HttpResponseBase:
    """The registration form, to be filled in by hand."""
    try:
        printed = print_blank_form()
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("desk_wishes")
    return private_file(io.BytesIO(printed.content), filename=printed.name, content_type="application/pdf")


@desk_page(Right.READ_WISHES, Right.KEEP_REGISTRIES)
@never_cache
@require_POST
def wish_print(request: StaffRequest, number: str, kind: str) -> HttpResponseBase:
    """The card or the letter of a wish; what is read for it is logged, the file is not kept."""
    wish = wish_for(request.user, number)
    try:
        printed = print_wish(wish=wish, kind=kind, actor=request.user)
    except DomainError as error:
        say_refusal(request, error)
        return redirect("desk_wish", number=wish.number)
    return private_file(io.BytesIO(printed.content), filename=printed.name, content_type="application/pdf")
