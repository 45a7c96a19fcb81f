"""The telephone and the request of somebody without an account, kept in the session for twenty minutes."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.http import HttpRequest

from core.clock import now
from core.kept_phones import STAYS, WAITS, keep_phone, kept_phone, prove_phone
from core.notifying import notifier
from core.notifying.backends.filed import CODE
from core.phone_codes import ask_for_code, check_code, checked_mobile
from core.throttling import place_of
from registries.services.requests.filing import own_request

PURPOSE = "request"
_ASKED, _PROVED = "registry_request_asked", "registry_request_proved"
_FINDS, _FOUND, _OWN = "registry_request_finds", "registry_request_found", "registry_request_own"


def can_prove() -> bool:
    """Whether codes can be sent at all."""
    return bool(settings.NOTIFIER != "off") and notifier().carries(f"{PURPOSE}.{CODE}")


def ask(request: HttpRequest, phone: str) -> None:
    """Send a code to whoever wants to make a request; every number gets one, because none need be known."""
    number = checked_mobile(phone)
    ask_for_code(phone=number, purpose=PURPOSE, place=place_of(request), is_known=True)
    request.session.pop(_PROVED, None)
    keep_phone(request, _ASKED, number, now() + WAITS)


def prove(request: HttpRequest, code: str) -> None:
    """Take the code of the number that was asked for. Raises DomainError with the field `code`."""
    number = check_code(phone=asked(request), purpose=PURPOSE, code=code)
    prove_phone(request, _ASKED, _PROVED, number)


def asked(request: HttpRequest) -> str:
    """The number whose code is waited for; empty where there is none."""
    return kept_phone(request, _ASKED)


def proved(request: HttpRequest) -> str:
    """The number that was shown within the last twenty minutes; empty where there is none."""
    return kept_phone(request, _PROVED)


def forget(request: HttpRequest) -> None:
    """Begin with another number."""
    for name in (_ASKED, _PROVED):
        request.session.pop(name, None)


def find(request: HttpRequest, *, phone: str, number: str) -> None:
    """Send a code where telephone and number of a request belong together; the answer is the same either way."""
    mobile = checked_mobile(phone)
    found = own_request(phone=mobile, number=number)
    ask_for_code(phone=mobile, purpose=PURPOSE, place=place_of(request), is_known=found is not None)
    for name in (_OWN, _FOUND):
        request.session.pop(name, None)
    keep_phone(request, _FINDS, mobile, now() + WAITS)
    # For one that is not there as well, so that the two sessions look alike.
    request.session[_FOUND] = found or 0


def finds(request: HttpRequest) -> str:
    """The number whose request is looked for; empty where there is none."""
    return kept_phone(request, _FINDS)


def open_found(request: HttpRequest, code: str) -> None:
    """Take the code and open the request that was looked for. Raises DomainError with the field `code`."""
    check_code(phone=finds(request), purpose=PURPOSE, code=code)
    found = int(request.session.pop(_FOUND, 0))
    request.session.pop(_FINDS, None)
    # A session that somebody else may have planted is not the one that opens the page.
    request.session.cycle_key()
    open_own(request, found)


def open_own(request: HttpRequest, request_id: int) -> None:
    """Keep one's own request open for twenty minutes."""
    request.session[_OWN] = {"id": request_id, "until": (now() + STAYS).isoformat()}


def own(request: HttpRequest) -> int:
    """The id of the request that is open; 0 where there is none or its time is over."""
    kept = request.session.get(_OWN)
    if not kept or now() >= datetime.fromisoformat(kept["until"]):
        return 0
    return int(kept["id"])


def close_own(request: HttpRequest) -> None:
    """Leave the page for good."""
    for name in (_ASKED, _PROVED, _FINDS, _FOUND, _OWN):
        request.session.pop(name, None)
