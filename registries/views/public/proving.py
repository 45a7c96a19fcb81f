"""Who has shown, by telephone, code and name, whose registrations they are; kept in the session for twenty minutes."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.http import HttpRequest

from core.clock import now
from core.kept_phones import STAYS, WAITS, keep_phone, kept_phone
from core.notifying import notifier
from core.notifying.backends.filed import CODE
from core.phone_codes import ask_for_code, check_code, is_right_code
from core.throttling import Limit, count_once, place_of
from registries.services.mine import knows_phone, mobile_for_code, own_registrants

PURPOSE = "registries"
_ASKED, _NEW, _PEOPLE = "registries_asked", "registries_new", "registries_people"
_CODE, _NEW_CODE = "registries_code", "registries_new_code"
_ALL = (_ASKED, _CODE, _NEW, _NEW_CODE, _PEOPLE)
# Whoever holds somebody's telephone does not try names through; a wrong code is counted elsewhere, so that it takes as
# long, and never refused for it.
NAMES = Limit("registries_names", 10, 86_400)
_CODES = Limit("registries_codes", 10**9, 86_400)


def can_prove() -> bool:
    """Whether codes can be sent at all."""
    return bool(settings.NOTIFIER != "off") and notifier().carries(f"{PURPOSE}.{CODE}")


def ask(request: HttpRequest, phone: str) -> None:
    """Send a code, if anybody is registered with the number; answer and work are the same either way."""
    number = mobile_for_code(phone)
    code = ask_for_code(phone=number, purpose=PURPOSE, place=place_of(request), is_known=knows_phone(number))
    # Also the number that somebody before, on the same device, was about to take.
    leave(request)
    # One's own code: what a stranger asks for, or tries, elsewhere does not end it.
    request.session[_CODE] = code
    keep_phone(request, _ASKED, number, now() + WAITS)


def asked(request: HttpRequest) -> str:
    """The number whose code is waited for; empty where there is none."""
    return kept_phone(request, _ASKED)


def prove(request: HttpRequest, *, code: str, name: str) -> bool:
    """Take the code and the name; whether they are somebody's. Which of the two is wrong is not told.

    Both are looked at each time. A code stays good where the name was wrong, for its five attempts; of right codes a
    number gets ten a day. Raises TooOften.
    """
    number = asked(request)
    found = own_registrants(phone=number, name=name)
    is_right = is_right_code(
        phone=number, purpose=PURPOSE, code=code, key=request.session.get(_CODE, ""), uses=bool(found)
    )
    count_once(NAMES if is_right else _CODES, number)
    if not (is_right and found):
        return False
    leave(request)
    # A session that somebody else may have planted is not the one that opens the pages.
    request.session.cycle_key()
    request.session[_PEOPLE] = {"ids": found, "until": (now() + STAYS).isoformat()}
    return True


def people(request: HttpRequest) -> list[int]:
    """The ids of the registrants that were proved; none where the time is over."""
    kept = request.session.get(_PEOPLE)
    if not kept or now() >= datetime.fromisoformat(kept["until"]):
        return []
    return [int(one) for one in kept["ids"]]


def ask_new(request: HttpRequest, phone: str) -> None:
    """Send a code to a new number, which must be shown as well."""
    number = mobile_for_code(phone)
    request.session[_NEW_CODE] = ask_for_code(phone=number, purpose=PURPOSE, place=place_of(request), is_known=True)
    keep_phone(request, _NEW, number, now() + WAITS)


def asked_new(request: HttpRequest) -> str:
    """The new number whose code is waited for."""
    return kept_phone(request, _NEW)


def prove_new(request: HttpRequest, code: str) -> str:
    """Take the code of the new number and return it. Raises DomainError."""
    key = request.session.get(_NEW_CODE, "")
    number = check_code(phone=asked_new(request), purpose=PURPOSE, code=code, key=key)
    for name in (_NEW, _NEW_CODE):
        request.session.pop(name, None)
    return number


def leave(request: HttpRequest) -> None:
    """Forget all of it."""
    for name in _ALL:
        request.session.pop(name, None)
