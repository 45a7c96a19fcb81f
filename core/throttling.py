"""How often something may be asked from one place: counted in the cache, by minute-like windows.

For look-ups that a stranger might otherwise try through: numbers, codes, names. What is counted is kept under a keyed
digest, so that the cache holds neither addresses nor telephone numbers (privacy: P2).
"""

from __future__ import annotations

from dataclasses import dataclass

from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core.clock import now
from core.crypto import lookup_digest
from core.errors import DomainError


class TooOften(DomainError):
    """The same place asked more often than the limit allows (HTTP 429)."""

    http_status = 429

    def __init__(self) -> None:
        super().__init__("too_many_requests", _("查询太频繁，请过几分钟再试，或致电询问。"))


@dataclass(frozen=True)
class Limit:
    """At most `count` times in each window of `seconds`."""

    action: str
    count: int
    seconds: int


def count_once(limit: Limit, subject: str) -> None:
    """Count one attempt of a subject (an address, a number). Raises TooOften beyond the limit.

    A window begins with the clock, not with the first attempt, so twice the limit may pass around its edge.
    """
    window = int(now().timestamp()) // limit.seconds
    key = f"throttle:{limit.action}:{window}:{lookup_digest(subject, 'core.throttling')[:32]}"
    cache.add(key, 0, timeout=limit.seconds * 2)
    if cache.incr(key) > limit.count:
        raise TooOften


def place_of(request: HttpRequest) -> str:
    """The address that a request came from, as far as it is known here."""
    return str(request.META.get("REMOTE_ADDR", ""))
