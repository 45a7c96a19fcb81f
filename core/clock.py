"""The one clock of domain code, which demo data and tests can hold still."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

SHANGHAI = ZoneInfo("Asia/Shanghai")

_frozen: ContextVar[datetime | None] = ContextVar("core_clock_frozen", default=None)


def now() -> datetime:
    """Return the present moment, aware, in UTC.

    A demo may live some days off (PORTAL_CLOCK_SHIFT_DAYS), so that a whole month can be walked through in minutes.
    """
    return _frozen.get() or datetime.now(UTC) + timedelta(days=settings.CLOCK_SHIFT_DAYS)


def wall_clock() -> datetime:
    """Return what this machine's own clock says, never held still nor shifted: for signs of life and waiting times."""
    return datetime.now(UTC)


def today() -> date:
    """Return the calendar day in Asia/Shanghai, which is the day of every `_on` date."""
    return now().astimezone(SHANGHAI).date()


@contextmanager
def frozen_at(moment: datetime) -> Iterator[datetime]:
    """Hold the clock at an aware moment within the block; for demo data and tests only.

    Holds in the current thread and task alone, so a server in the same process keeps its own time. May be nested.
    Raises ValueError when the moment has no time zone.
    """
    if moment.utcoffset() is None:
        raise ValueError("frozen_at() needs an aware datetime")
    token = _frozen.set(moment.astimezone(UTC))
    try:
        yield moment
    finally:
        _frozen.reset(token)
