"""Working days in mainland China, with the make-up days and holidays that the State Council announces each autumn.

The table that is installed ends with the last year announced. Beyond it Monday to Friday counts, and the answer
says that it is not assured, so that a due date can be shown as provisional.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import chinese_calendar

FIRST_YEAR: int = min(chinese_calendar.constants.holidays).year
LAST_YEAR: int = max(chinese_calendar.constants.holidays).year

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class DueDay:
    """A day found by counting; `assured` is False where an unannounced year was guessed as Monday to Friday."""

    on: date
    assured: bool


def is_announced(on: date) -> bool:
    """Say whether the holidays of a day's year are in the table."""
    return FIRST_YEAR <= on.year <= LAST_YEAR


def is_workday(on: date) -> bool:
    """Say whether a day is a working day; Monday to Friday where its year is not announced (see `is_announced`)."""
    if is_announced(on):
        return bool(chinese_calendar.is_workday(on))
    return on.weekday() < 5


def add_workdays(start: date, count: int) -> DueDay:
    """Return the `count`-th working day after `start`; the day of the event itself does not count.

    Source: 民法典 Art. 201. ValueError where `count` is negative; 0 gives `start`.
    """
    if count < 0:
        raise ValueError("working days are counted forward only")
    on, assured = start, is_announced(start)
    while count:
        on += _DAY
        assured = assured and is_announced(on)
        count -= is_workday(on)
    return DueDay(on, assured)


def add_calendar_days(start: date, count: int) -> DueDay:
    """Return the end of a term of `count` calendar days after `start`, moved on to a working day where it is none.

    Source: 民法典 Arts. 201 and 203. ValueError where `count` is negative.
    """
    if count < 0:
        raise ValueError("days are counted forward only")
    return on_or_after(start + timedelta(days=count))


def on_or_after(on: date) -> DueDay:
    """Return the day itself where it is a working day, else the next one."""
    assured = is_announced(on)
    while not is_workday(on):
        on += _DAY
        assured = assured and is_announced(on)
    return DueDay(on, assured)


def workdays_between(start: date, end: date) -> int:
    """Count the working days after `start` up to and including `end`; negative where `end` comes first.

    The inverse of `add_workdays`: says by how many working days something is late.
    """
    if end < start:
        return -workdays_between(end, start)
    return sum(is_workday(start + timedelta(days=number)) for number in range(1, (end - start).days + 1))
