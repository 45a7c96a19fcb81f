"""When the follow-ups of a collection fall due."""

from __future__ import annotations

import datetime

from registries.choices.donors import FOLLOW_UP_DAYS, FOLLOW_UP_MONTHS


def due_on(collected_on: datetime.date, step: int) -> datetime.date:
    """When the n-th follow-up of a collection is due, from 1."""
    at = step - 1
    if at < len(FOLLOW_UP_DAYS):
        return collected_on + datetime.timedelta(days=FOLLOW_UP_DAYS[at])
    at -= len(FOLLOW_UP_DAYS)
    months = FOLLOW_UP_MONTHS[at] if at < len(FOLLOW_UP_MONTHS) else 12 * (at - len(FOLLOW_UP_MONTHS) + 2)
    return _months_after(collected_on, months)


def _months_after(day: datetime.date, months: int) -> datetime.date:
    """The same day so many months later, or the last of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return datetime.date(year, month + 1, min(last, day.day))
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")
