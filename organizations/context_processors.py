"""What the desk's templates know."""

from typing import Any

from django.http import HttpRequest


def desk(request: HttpRequest) -> dict[str, Any]:
    """The desk's menu for this person."""
    return {}
