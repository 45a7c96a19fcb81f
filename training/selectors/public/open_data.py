"""Sessions in the one form of the API, the CSV and the JSON: fields and their order are fixed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from training.selectors.public.sessions import PublicSession, PublicSessionFilter, stream_public_sessions

SESSION_FIELDS = (
    "number",
    "title",
    "kind",
    "course",
    "area",
    "area_name",
    "place",
    "starts_on",
    "ends_on",
    "first_lesson_at",
    "lessons",
    "hours",
    "seats",
    "free_seats",
    "waiting",
    "sign_up",
    "sign_up_from",
    "sign_up_until",
    "contact",
    "branch",
    "branch_name",
    "status",
    "url",
)


def session_row(session: PublicSession) -> dict[str, Any]:
    """A session as open data; no person stands in it."""
    return {
        "number": session.number,
        "title": session.title,
        "kind": session.course_kind,
        "course": session.course_name,
        "area": session.area_code,
        "area_name": session.area_name,
        "place": session.place,
        "starts_on": session.starts_on,
        "ends_on": session.ends_on,
        "first_lesson_at": session.first_at,
        "lessons": session.lesson_count,
        "hours": session.hours,
        "seats": session.seats,
        "free_seats": session.free_seats,
        "waiting": session.waiting_count,
        "sign_up": session.sign_up_state.value,
        "sign_up_from": session.sign_up_from,
        "sign_up_until": session.sign_up_until,
        "contact": session.contact,
        "branch": session.branch_code,
        "branch_name": session.branch_name,
        "status": session.status,
        "url": session.address,
    }


def stream_session_rows(asked: PublicSessionFilter) -> Iterator[dict[str, Any]]:
    """All sessions of a filter as open data, soonest first; a query for every 2,000, memory flat."""
    for sessions in stream_public_sessions(asked):
        yield from map(session_row, sessions)
