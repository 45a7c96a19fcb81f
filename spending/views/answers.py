"""What the views of this desk answer alike."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse

from core.errors import DomainError, NotAllowed, NotFound
from core.models import StoredFile


def private_file(stored: StoredFile, source: Any) -> FileResponse:
    """Hand out a private file: a picture to look at, anything else as a download, never as a page of ours."""
    is_picture = stored.content_type.startswith("image/")
    response = FileResponse(
        source, as_attachment=not is_picture, filename=stored.name, content_type=stored.content_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def add_refusal(form: Any, error: DomainError) -> None:
    """Put what a service refused onto the form, each sentence once, at its field where there is one."""
    if isinstance(error, (NotAllowed, NotFound)):
        raise error
    at_fields = {name: sentence for name, sentence in error.fields.items() if name in form.fields}
    for name, sentence in at_fields.items():
        form.add_error(name, sentence)
    if not at_fields or at_fields.keys() != error.fields.keys():
        form.add_error(None, error.message)
