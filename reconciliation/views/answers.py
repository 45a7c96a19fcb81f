"""What the views of this desk answer alike."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest

from core.errors import DomainError, NotAllowed, NotFound


def say_refusal(request: HttpRequest, error: DomainError) -> None:
    """Show what a service refused as a message; a missing right or object goes on to its error page."""
    if isinstance(error, (NotAllowed, NotFound)):
        raise error
    messages.error(request, error.message)


def add_refusal(form: Any, error: DomainError) -> None:
    """Put what a service refused onto the form, at its field where there is one."""
    if isinstance(error, (NotAllowed, NotFound)):
        raise error
    at_fields = {name: sentence for name, sentence in error.fields.items() if name in form.fields}
    for name, sentence in at_fields.items():
        form.add_error(name, sentence)
    if error.message not in at_fields.values():
        form.add_error(None, error.message)


def posted(request: HttpRequest) -> Any:
    """What was sent with a POST, also where nothing was; None for a GET."""
    return request.POST if request.method == "POST" else None


def chosen_seqs(request: HttpRequest) -> list[int]:
    """The lines that were ticked."""
    return [int(one) for one in request.POST.getlist("seq") if one.isdigit() and len(one) < 10]
