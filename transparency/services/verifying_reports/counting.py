"""How many files were sent here to be verified: the one thing that is kept of them."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.cache import cache

_KEY = "verified-files"


def count_file() -> None:
    """Count one file; the count begins anew when the cache is emptied."""
    cache.add(_KEY, 0, timeout=None)
    cache.incr(_KEY)


def metrics() -> Iterator[tuple[str, str, float]]:
    """The count, as `/metrics` takes it (METRIC_SOURCES)."""
    yield "portal_verified_files", "", cache.get(_KEY, 0)
