"""A telephone that was asked for or shown by a code, kept in the session, sealed, until its time is over."""

from __future__ import annotations

import base64
import uuid
from datetime import datetime, timedelta

from django.http import HttpRequest

from core.clock import now
from core.crypto import KeyringError, seal, unseal

STAYS = timedelta(minutes=20)
# How long the page waits for the code.
WAITS = timedelta(minutes=10)
# Named before the function stood here; the name is part of what was sealed.
_FIELD = "transparency.session.phone"


def keep_phone(request: HttpRequest, name: str, phone: str, until: datetime) -> None:
    """Keep a number in the session, sealed: neither the database nor the cache holds it in clear."""
    row = uuid.uuid4()
    sealed = base64.b64encode(seal(phone.encode(), field=_FIELD, row=row)).decode()
    request.session[name] = {"row": str(row), "sealed": sealed, "until": until.isoformat()}


def kept_phone(request: HttpRequest, name: str) -> str:
    """The number kept in the session; empty where there is none or its time is over."""
    kept = request.session.get(name)
    if not kept or now() >= datetime.fromisoformat(kept["until"]):
        return ""
    try:
        return unseal(base64.b64decode(kept["sealed"]), field=_FIELD, row=kept["row"]).decode()
    except KeyringError:
        return ""


def prove_phone(request: HttpRequest, asked: str, proved: str, number: str) -> None:
    """Move a number from asked to proved for twenty minutes, after the right code."""
    request.session.pop(asked, None)
    # A session that somebody else may have planted is not the one that opens the pages.
    request.session.cycle_key()
    keep_phone(request, proved, number, now() + STAYS)
