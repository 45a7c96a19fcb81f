"""A telephone shown by a code, for signing up and for checking in."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

from core.clock import now
from core.kept_phones import WAITS, keep_phone, kept_phone, prove_phone
from core.phone_codes import ask_for_code, check_code, checked_mobile
from core.throttling import place_of

PURPOSE = "training"
_ASKED, PROVED = "training_asked", "training_proved"


def can_prove() -> bool:
    """Whether codes can be sent at all."""
    return bool(settings.NOTIFIER != "off")


def ask(request: HttpRequest, phone: str) -> None:
    """Send a code and keep the number until it comes back. Raises DomainError, TooOften."""
    number = checked_mobile(phone)
    ask_for_code(phone=number, purpose=PURPOSE, place=place_of(request), is_known=True)
    request.session.pop(PROVED, None)
    keep_phone(request, _ASKED, number, now() + WAITS)


def prove(request: HttpRequest, code: str) -> None:
    """Take the code of the number that was asked for. Raises DomainError with the field `code`."""
    number = check_code(phone=asked(request), purpose=PURPOSE, code=code)
    prove_phone(request, _ASKED, PROVED, number)


def asked(request: HttpRequest) -> str:
    """The number whose code is waited for; empty where there is none."""
    return kept_phone(request, _ASKED)


def proved(request: HttpRequest) -> str:
    """The number that was shown within the last twenty minutes; empty where there is none."""
    return kept_phone(request, PROVED)


def forget(request: HttpRequest) -> None:
    """Begin with another number."""
    for name in (_ASKED, PROVED):
        request.session.pop(name, None)
