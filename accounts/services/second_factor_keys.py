"""Sealing the secrets of second factors anew when the data key is changed."""

import base64
import binascii
from collections.abc import Callable, Iterator
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction

from accounts.sealing import seal_secret, unseal_secret
from core.crypto import KeyringError

_BATCH_ROWS = 200


def reseal_second_factors(prefix: bytes) -> Iterator[tuple[int, int]]:
    """Seal anew what does not begin with the prefix; yields per batch how many were, and how many do not open."""
    after = 0
    while True:
        with transaction.atomic():
            rows = list(
                Authenticator.objects.select_for_update(skip_locked=True)
                .filter(pk__gt=after)
                .order_by("pk")[:_BATCH_ROWS]
            )
            counts = [_reseal(row, prefix) for row in rows]
        if not rows:
            return
        after = rows[-1].pk
        yield sum(done for done, _broken in counts), sum(broken for _done, broken in counts)


def count_stale_second_factors(prefix: bytes) -> int:
    """Return how many secrets do not begin with the prefix."""
    count = 0

    def seen(text: str) -> str:
        nonlocal count
        count += _is_stale(text, prefix)
        return text

    for data in Authenticator.objects.values_list("data", flat=True).iterator():
        _walk(data, seen)
    return count


def _reseal(row: Any, prefix: bytes) -> tuple[int, int]:
    done = broken = 0

    def anew(text: str) -> str:
        nonlocal done, broken
        if not _is_stale(text, prefix):
            return text
        try:
            sealed = seal_secret(unseal_secret(text))
        except KeyringError:
            broken += 1
            return text
        done += 1
        return sealed

    row.data = _walk(row.data, anew)
    if done:
        row.save(update_fields=["data"])
    return done, broken


def _walk(value: Any, change: Callable[[str], str]) -> Any:
    """The same JSON with each text changed."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_walk(item, change) for item in value]
    if isinstance(value, dict):
        return {key: _walk(item, change) for key, item in value.items()}
    return value


def _is_stale(text: str, prefix: bytes) -> bool:
    """Whether a text is a sealed secret that another key sealed."""
    try:
        sealed = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return False
    return sealed[:1] == prefix[:1] and not sealed.startswith(prefix)
