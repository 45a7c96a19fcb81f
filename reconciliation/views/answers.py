"""What the views of this desk answer alike."""

from __future__ import annotations

from django.http import HttpRequest


def chosen_seqs(request: HttpRequest) -> list[int]:
    """The lines that were ticked."""
    return [int(one) for one in request.POST.getlist("seq") if one.isdigit() and len(one) < 10]
