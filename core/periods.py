"""Periods of disclosure: half-open intervals of the calendar of Asia/Shanghai.

A gift of 00:30 on 1 January belongs to the new year in Shanghai though UTC still writes the old one; so every
question "is it in this month" goes through here.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from django.utils.translation import gettext as _

from core.clock import SHANGHAI
from core.errors import DomainError

FIRST_YEAR = 1949
LAST_YEAR = 2999

_WRITTEN = re.compile(
    r"(?P<year>[0-9]{4})(?:Q(?P<quarter>[1-4])|-(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2}))?)?", re.ASCII
)


class PeriodError(DomainError):
    """A period was asked for that does not exist or cannot be read."""


class PeriodKind(StrEnum):
    """How long a period is; the stored value of every `period_kind`."""

    DAY = "day"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True, order=True)
class Period:
    """A whole day, month, quarter or year: `start <= moment < end`, both aware in Asia/Shanghai.

    Made by `day()`, `month()`, `quarter()`, `year()`, `period_of()` and `parse_period()`.
    """

    start: datetime
    end: datetime
    kind: PeriodKind

    def __str__(self) -> str:
        return self.code

    @property
    def code(self) -> str:
        """The period as it is written in addresses and commands: `2025`, `2025Q1`, `2025-01`, `2025-01-31`."""
        first = self.first_day
        match self.kind:
            case PeriodKind.YEAR:
                return f"{first.year:04d}"
            case PeriodKind.QUARTER:
                return f"{first.year:04d}Q{_quarter_of(first)}"
            case PeriodKind.MONTH:
                return f"{first.year:04d}-{first.month:02d}"
        return first.isoformat()

    @property
    def label(self) -> str:
        """The period as a person reads it: 2025年, 2025年第1季度, 2025年1月, 2025年1月31日."""
        first = self.first_day
        figures = {"year": first.year, "quarter": _quarter_of(first), "month": first.month, "day": first.day}
        match self.kind:
            case PeriodKind.YEAR:
                return _("%(year)s年") % figures
            case PeriodKind.QUARTER:
                return _("%(year)s年第%(quarter)s季度") % figures
            case PeriodKind.MONTH:
                return _("%(year)s年%(month)s月") % figures
        return _("%(year)s年%(month)s月%(day)s日") % figures

    @property
    def first_day(self) -> date:
        """The first day in the period."""
        return self.start.date()

    @property
    def last_day(self) -> date:
        """The last day in the period (the interval ends at the midnight after it)."""
        return self.end.date() - timedelta(days=1)

    def contains(self, moment: datetime) -> bool:
        """Say whether an aware moment, of any time zone, lies in the period; ValueError where it is naive."""
        if moment.utcoffset() is None:
            raise ValueError("a naive datetime lies in no period")
        return self.start <= moment < self.end

    def contains_day(self, day: date) -> bool:
        """Say whether a calendar day lies in the period."""
        return self.first_day <= day <= self.last_day

    def previous(self) -> "Period":
        """Return the period of the same kind which ends where this one starts."""
        return period_of(self.kind, self.first_day - timedelta(days=1))

    def next(self) -> "Period":
        """Return the period of the same kind which starts where this one ends."""
        return period_of(self.kind, self.end.date())

    def months(self) -> list["Period"]:
        """Return the months of the period in order; for a day, the month that holds it."""
        return months_between(self.first_day, self.last_day)


def day(on: date) -> Period:
    """Return one calendar day."""
    return _between(on, on + timedelta(days=1), PeriodKind.DAY)


def month(year: int, number: int) -> Period:
    """Return a month, 1 to 12; PeriodError for another number or a year out of range."""
    _check(1 <= number <= 12, year)
    return _between(date(year, number, 1), _month_start(year, number + 1), PeriodKind.MONTH)


def quarter(year: int, number: int) -> Period:
    """Return a quarter, 1 to 4; PeriodError for another number or a year out of range."""
    _check(1 <= number <= 4, year)
    return _between(date(year, number * 3 - 2, 1), _month_start(year, number * 3 + 1), PeriodKind.QUARTER)


def year(number: int) -> Period:
    """Return a calendar year; PeriodError where it is out of range."""
    _check(True, number)
    return _between(date(number, 1, 1), date(number + 1, 1, 1), PeriodKind.YEAR)


def period_of(kind: PeriodKind | str, on: date) -> Period:
    """Return the period of a kind that a calendar day lies in; ValueError for an unknown kind."""
    match PeriodKind(kind):
        case PeriodKind.YEAR:
            return year(on.year)
        case PeriodKind.QUARTER:
            return quarter(on.year, _quarter_of(on))
        case PeriodKind.MONTH:
            return month(on.year, on.month)
    _check(True, on.year)
    return day(on)


def parse_period(text: str) -> Period:
    """Read `2025`, `2025Q1`, `2025-01` or `2025-01-31`; PeriodError says which forms there are."""
    found = _WRITTEN.fullmatch(text.strip().upper())
    if not found:
        raise _unreadable()
    number = int(found["year"])
    if found["quarter"]:
        return quarter(number, int(found["quarter"]))
    if found["day"]:
        return period_of(PeriodKind.DAY, _read_day(found[0]))
    if found["month"]:
        return month(number, int(found["month"]))
    return year(number)


def months_between(first: date, last: date) -> list[Period]:
    """Return all months that the days from `first` to `last`, both included, touch; none where `last` is earlier."""
    found = []
    if first <= last:
        found.append(period_of(PeriodKind.MONTH, first))
        while found[-1].last_day < last:
            found.append(found[-1].next())
    return found


def _between(first: date, after_last: date, kind: PeriodKind) -> Period:
    return Period(_midnight(first), _midnight(after_last), kind)


def _midnight(on: date) -> datetime:
    return datetime.combine(on, time(), tzinfo=SHANGHAI)


def _month_start(year: int, number: int) -> date:
    return date(year, number, 1) if number <= 12 else date(year + 1, number - 12, 1)


def _quarter_of(on: date) -> int:
    return (on.month + 2) // 3


def _read_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _unreadable() from None


def _check(number_fits: bool, year: int) -> None:
    if not number_fits:
        raise _unreadable()
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise PeriodError(
            "period_out_of_range",
            _("年份应在 %(first)s 至 %(last)s 之间，请核对。") % {"first": FIRST_YEAR, "last": LAST_YEAR},
        )


def _unreadable() -> PeriodError:
    return PeriodError(
        "period_unreadable",
        _("期间写法无法识别，请写成年 2025、季 2025Q1、月 2025-01 或日 2025-01-31。"),
    )
