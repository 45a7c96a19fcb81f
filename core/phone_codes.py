"""Showing by a code that a telephone is one's own: for people without an account."""

from __future__ import annotations

import hmac
import re
import secrets
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from core.clock import now
from core.crypto import lookup_digest
from core.errors import DomainError
from core.identifiers import normalise_phone
from core.models import PhoneCode
from core.notifying import leave_or_pretend
from core.notifying.backends.filed import CODE
from core.sealed import matching, seal_into
from core.throttling import Limit, count_once

DIGITS = 6
VALID = timedelta(minutes=5)
MOST_ATTEMPTS = 5
# Each is counted whether the number is known or not, so that a limit tells nothing either. Of a number from one place
# fewer than from all together: a stranger who asks for somebody's codes leaves that person some.
LIMITS_OF_A_NUMBER_AND_PLACE = (Limit("phone_code_minute", 1, 60), Limit("phone_code_day", 10, 86_400))
LIMITS_OF_A_NUMBER = (Limit("phone_code_number_minute", 3, 60), Limit("phone_code_number_day", 30, 86_400))
LIMIT_OF_A_PLACE = Limit("phone_code_place", 30, 3_600)
_MOBILE = re.compile(r"1[3-9][0-9]{9}", re.ASCII)


class CodeWrong(DomainError):
    """The code is not the one that was sent, or no longer counts; which of the two is not told."""


def checked_mobile(written: str) -> str:
    """Return a mobile number of mainland China in its stored form. Raises DomainError."""
    number = normalise_phone(written)
    if not _MOBILE.fullmatch(number):
        sentence = _("请填写 11 位手机号码，例如 138 开头的号码。")
        raise DomainError("phone_form", sentence, {"phone": sentence})
    return number


def ask_for_code(*, phone: str, purpose: str, place: str, is_known: bool) -> str:
    """Send a code to a number, if something is known of it; answer and work are the same either way.

    Returns the code's key, by which whoever asked has it checked apart from codes that others ask for. Raises
    DomainError where the number has not the form of one, TooOften beyond the limits: one a minute and ten a day for a
    number from one place, three and thirty from all places, thirty an hour from one place.
    """
    number = checked_mobile(phone)
    count_once(LIMIT_OF_A_PLACE, place)
    for limit in LIMITS_OF_A_NUMBER_AND_PLACE:
        count_once(limit, f"{purpose} {number} {place}")
    for limit in LIMITS_OF_A_NUMBER:
        count_once(limit, f"{purpose} {number}")
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    moment = now()
    with transaction.atomic():
        row = PhoneCode(purpose=purpose, created_at=moment, expires_at=moment + VALID)
        row.code_digest = _digest(row, code)
        seal_into(row, phone=number)
        row.save()
        minutes = VALID.seconds // 60
        text = _("您的验证码是 %(code)s，%(minutes)d 分钟内有效。工作人员不会向您索要验证码。") % {
            "code": code,
            "minutes": minutes,
        }
        leave_or_pretend(
            is_real=is_known,
            phone=number,
            text=text,
            purpose=f"{purpose}.{CODE}",
            give_up_at=row.expires_at,
            values={"code": code, "minutes": str(minutes)},
        )
    return str(row.row_key)


def check_code(*, phone: str, purpose: str, code: str, key: str = "") -> str:
    """Return the number in its stored form where the code is right, as `is_right_code` says; it counts once.

    Raises CodeWrong for a wrong, used or expired code, and after five attempts at one.
    """
    if not is_right_code(phone=phone, purpose=purpose, code=code, key=key):
        sentence = _("验证码不对或已失效。请核对短信中最新的一条；五次不对须重新获取。")
        raise CodeWrong("code_wrong", sentence, {"code": sentence})
    return checked_mobile(phone)


def is_right_code(*, phone: str, purpose: str, code: str, key: str = "", uses: bool = True) -> bool:
    """Whether a code is the one with this key that was sent to a number; without a key, the last one.

    Each call is an attempt, of which a code has five. A right one counts once; not `uses`: it stays to be tried again.
    Locks the code's row; the attempt stays counted whatever the caller raises, outside a transaction.
    """
    number = checked_mobile(phone)
    with transaction.atomic():
        rows = PhoneCode.objects.select_for_update().filter(matching(PhoneCode, "phone", number), purpose=purpose)
        row = (rows.filter(row_key=key) if key else rows).order_by("-pk").first()
        is_right = row is not None and _counts(row) and hmac.compare_digest(row.code_digest, _digest(row, _plain(code)))
        if row is not None:
            row.attempt_count = min(row.attempt_count + 1, 30_000)
            row.used_at = now() if is_right and uses else row.used_at
            row.save(update_fields=["attempt_count", "used_at"])
    return is_right


def forget_old_codes() -> int:
    """Delete codes that expired more than a day ago; return how many."""
    return PhoneCode.objects.filter(expires_at__lt=now() - timedelta(days=1)).delete()[0]


def _counts(row: PhoneCode) -> bool:
    return row.used_at is None and row.attempt_count < MOST_ATTEMPTS and now() < row.expires_at


def _digest(row: PhoneCode, code: str) -> str:
    return lookup_digest(f"{row.row_key}:{code}", "core.phonecode.code")


def _plain(code: str) -> str:
    # An odd look-alike, such as a full-width digit from a telephone's keyboard, is the digit.
    return "".join(str(int(one)) for one in code if one.isdecimal())
