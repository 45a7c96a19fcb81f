"""What every template knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def portal(request: HttpRequest) -> dict[str, Any]:
    """The association's own particulars, whether this is a demonstration, and the reader's display choices."""
    return {
        "portal": {**settings.PORTAL, "demo": settings.DEMO},
        "portal_emblem_url": "/emblem/" if settings.PORTAL["emblem_file"] else "",
        "elder": request.COOKIES.get("elder") == "1",
    }
