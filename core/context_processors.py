"""What every template knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def portal(request: HttpRequest) -> dict[str, Any]:
    """The association's own particulars, and whether this is a demonstration."""
    return {
        "portal": {**settings.PORTAL, "demo": settings.DEMO},
        "portal_emblem_url": "/emblem/" if settings.PORTAL["emblem_file"] else "",
    }
