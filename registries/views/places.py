"""Where a page of a list of numbers goes on."""

from __future__ import annotations

import re

from django.http import HttpRequest

_NUMBER = re.compile(r"[0-9A-Za-z-]{1,40}")


def number_after(request: HttpRequest, name: str) -> str:
    """The number behind which a page begins; empty for the first page, and for what is no number."""
    written = request.GET.get(name, "")
    return written if _NUMBER.fullmatch(written) else ""
