"""What the QR of a lesson holds: the lesson and the half minute in which it was shown, signed.

A code is short enough to be typed: `<lesson><slot><mac>` in Crockford's alphabet, hyphens between. Slot 0 is good for
the whole lesson, for a desk without JavaScript and for paper; slot n was shown from `first + (n - 1) * 30 s` on, and is
good for two minutes.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.core.signing import BadSignature, TimestampSigner
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from core.clock import now
from core.errors import NotFound
from core.random_codes import ALPHABET, normalise_code
from training.choices import ROLL_EARLY
from training.errors import TrainingError
from training.models import Attendance, Enrolment, Lesson
from training.services.attending import AFTER, CLOCK_AHEAD, scan_in

SLOT = datetime.timedelta(seconds=30)
GOOD_FOR = datetime.timedelta(minutes=2)
# A page that was opened by a code waits so long for a telephone's own code, or a typed number.
PAGE_WAITS = datetime.timedelta(minutes=15)
_SLOT_DIGITS, _MAC_DIGITS = 3, 8
_SALT = "training.check_in"


@dataclass(frozen=True)
class ShownCode:
    """A code that was read: its lesson, and from when to when it was shown."""

    lesson: Lesson
    shown_from: datetime.datetime
    shown_until: datetime.datetime
    is_for_whole_lesson: bool


def code_for(lesson: Lesson, moment: datetime.datetime | None = None) -> str:
    """The code of a lesson at a moment, or that for the whole lesson. Raises TrainingError too early and too late."""
    slot = 0
    if moment is not None:
        if not _first(lesson) <= moment <= _last(lesson):
            raise TrainingError("check_in_time", _("现在不是这次课的签到时间：课前一小时至课后一小时内可签到。"))
        slot = (moment - _first(lesson)) // SLOT + 1
    parts = (_digits(lesson.pk), _digits(slot).rjust(_SLOT_DIGITS, "0"))
    return "-".join((*parts, _mac(lesson.pk, slot)))


def read_code(written: str) -> ShownCode:
    """Read a code, also typed; one query. Raises NotFound where it is none of ours."""
    text = normalise_code(written)
    rest, mac = text[:-_MAC_DIGITS], text[-_MAC_DIGITS:]
    lesson_id, slot = rest[:-_SLOT_DIGITS], rest[-_SLOT_DIGITS:]
    if not 1 <= len(lesson_id) <= 12 or not set(text) <= set(ALPHABET):
        raise _unknown()
    numbers = _number(lesson_id), _number(slot)
    if not constant_time_compare(mac, _mac(*numbers)):
        raise _unknown()
    lesson = Lesson.objects.select_related("session__version__course").filter(pk=numbers[0]).first()
    if lesson is None:
        raise _unknown()
    if numbers[1] == 0:
        return ShownCode(lesson, _first(lesson), _last(lesson), is_for_whole_lesson=True)
    start = _first(lesson) + (numbers[1] - 1) * SLOT
    return ShownCode(lesson, start, start + GOOD_FOR, is_for_whole_lesson=False)


def require_fresh(code: ShownCode) -> datetime.datetime:
    """The present moment, where the code is shown still. Raises TrainingError."""
    moment = now()
    # A server's clock may be a little before another's.
    if not code.shown_from - SLOT <= moment <= code.shown_until:
        raise TrainingError("check_in_code_old", _("这个签到码已经换新，请重新扫描屏幕上的二维码。"))
    return moment


def check_in(*, code: ShownCode, enrolment: Enrolment, at: datetime.datetime | None = None) -> Attendance:
    """Take a check-in; `at` is what a telephone without a network wrote down, held to the time the code was shown.

    Raises TrainingError, WrongState as scan_in does, and where `at` and the code do not go together.
    """
    if at is None:
        at = require_fresh(code)
    elif at <= now() + CLOCK_AHEAD and not code.is_for_whole_lesson:
        if not code.shown_from - CLOCK_AHEAD <= at <= code.shown_until + CLOCK_AHEAD:
            sentence = _("手机记下的时间和签到码出示的时间对不上，请校准手机时间，并请老师点名。")
            raise TrainingError("check_in_apart", sentence)
        at = max(code.shown_from, min(at, code.shown_until))
    return scan_in(lesson_id=code.lesson.pk, enrolment_id=enrolment.pk, at=at)


def seal_scan(code: ShownCode, seen_at: datetime.datetime) -> str:
    """That a code was seen at a moment, for the forms of the page which it opened."""
    return TimestampSigner(salt=_SALT).sign_object({"lesson": code.lesson.pk, "at": seen_at.isoformat()})


def read_scan(text: str) -> tuple[int, datetime.datetime]:
    """Lesson and moment of a sealed scan. Raises TrainingError after a quarter of an hour."""
    try:
        # By the machine's own clock, as it was signed.
        found = TimestampSigner(salt=_SALT).unsign_object(text, max_age=PAGE_WAITS)
    except BadSignature as error:
        raise TrainingError("check_in_page_old", _("页面停留太久，请重新扫描屏幕上的二维码。")) from error
    return int(found["lesson"]), datetime.datetime.fromisoformat(found["at"])


def _first(lesson: Lesson) -> datetime.datetime:
    return lesson.starts_at - ROLL_EARLY


def _last(lesson: Lesson) -> datetime.datetime:
    return lesson.ends_at + AFTER


def _mac(lesson_id: int, slot: int) -> str:
    digest = salted_hmac(_SALT, f"{lesson_id}.{slot}", algorithm="sha256").digest()
    return "".join(ALPHABET[byte % len(ALPHABET)] for byte in digest[:_MAC_DIGITS])


def _digits(number: int) -> str:
    text = ""
    while number:
        number, rest = divmod(number, len(ALPHABET))
        text = ALPHABET[rest] + text
    return text


def _number(text: str) -> int:
    found = 0
    for character in text:
        found = found * len(ALPHABET) + ALPHABET.index(character)
    return found


def _unknown() -> NotFound:
    sentence = _("这不是签到码，请重新扫描教室屏幕上的二维码，或逐位核对输入的签到码。")
    return NotFound("check_in_unknown", sentence, {"token": sentence})
