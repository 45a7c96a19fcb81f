"""What desks answer alike: refusals, what was posted, private files."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest

from core.errors import DomainError, NotAllowed, NotFound


def say_refusal(request: HttpRequest, error: DomainError) -> None:
    """Show what a service refused as a message; a missing right or object goes on to its error page."""
    if isinstance(error, (NotAllowed, NotFound)):
        raise error
    messages.error(request, error.message)


def add_refusal(form: Any, error: DomainError) -> None:
    """Put what a service refused onto the form, each sentence once, at its field where there is one."""
    if isinstance(error, (NotAllowed, NotFound)):
        raise error
    at_fields = {name: sentence for name, sentence in error.fields.items() if name in form.fields}
    for name, sentence in at_fields.items():
        form.add_error(name, sentence)
    if error.message not in at_fields.values():
        form.add_error(None, error.message)


def place_before(request: HttpRequest) -> int | None:
    """The row before which a keyset page begins (`?before=<id>`); None for the first page, and for what is no place."""
    before = request.GET.get("before", "")
    return int(before) if before.isascii() and before.isdecimal() and len(before) < 19 else None


def posted(request: HttpRequest) -> Any:
    """What was sent with a POST, also where nothing was; None for a GET."""
    return request.POST if request.method == "POST" else None


def private_file(source: object, *, filename: str, content_type: str, attachment: bool = True) -> FileResponse:
    """Hand out a private file: as a download or a picture, never as a page of ours."""
    response = FileResponse(source, as_attachment=attachment, filename=filename, content_type=content_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
