"""Lessons as iCalendar (RFC 5545), for the calendar of a telephone."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _

from core.clock import now
from training.selectors.public.sessions import PublicLesson, PublicSession

CALENDAR_CONTENT_TYPE = "text/calendar; charset=utf-8"
LINE_BYTES = 75


def session_calendar(session: PublicSession, lessons: Iterable[PublicLesson], *, url: str, host: str) -> bytes:
    """One event for each lesson, with an alarm a day before; `url` is the page that the event leads to."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:-//{host}//training//ZH", "METHOD:PUBLISH"]
    for lesson in lessons:
        lines += _event(session, lesson, url, host)
    lines.append("END:VCALENDAR")
    return b"".join(folded(line) for line in lines)


def _event(session: PublicSession, lesson: PublicLesson, url: str, host: str) -> Iterator[str]:
    summary = _("急救培训：%(title)s") % {"title": session.title}
    yield "BEGIN:VEVENT"
    yield f"UID:{session.number}-{lesson.id}@{host}"
    yield f"DTSTAMP:{_utc(now())}"
    yield f"DTSTART:{_utc(lesson.starts_at)}"
    yield f"DTEND:{_utc(lesson.ends_at)}"
    yield f"SUMMARY:{_escaped(summary)}"
    yield f"LOCATION:{_escaped(f'{session.area_name} {session.place}')}"
    yield f"URL:{url}"
    if session.contact:
        yield f"DESCRIPTION:{_escaped(_('咨询电话：%(phone)s') % {'phone': session.contact})}"
    yield from ("BEGIN:VALARM", "ACTION:DISPLAY", f"DESCRIPTION:{_escaped(summary)}", "TRIGGER:-P1D", "END:VALARM")
    yield "END:VEVENT"


def folded(line: str) -> bytes:
    """A line in pieces of at most 75 bytes, no character torn apart."""
    pieces: list[bytes] = []
    piece = b""
    for character in line:
        encoded = character.encode()
        if len(piece) + len(encoded) > LINE_BYTES - bool(pieces):
            pieces.append(piece)
            piece = b""
        piece += encoded
    return b"\r\n ".join([*pieces, piece]) + b"\r\n"


def _utc(moment: datetime.datetime) -> str:
    return moment.astimezone(datetime.UTC).strftime("%Y%m%dT%H%M%SZ")


def _escaped(text: str) -> str:
    plain = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return "\\n".join(plain.splitlines())
