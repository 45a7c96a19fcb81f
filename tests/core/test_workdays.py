"""Working days: the holidays that were announced, and an honest guess beyond them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.workdays import (
    LAST_YEAR,
    DueDay,
    add_calendar_days,
    add_workdays,
    is_announced,
    is_workday,
    on_or_after,
    workdays_between,
)

days = st.dates(date(2003, 1, 1), date(2035, 12, 31))


def test_holidays_and_make_up_days_are_those_of_the_state_council() -> None:
    assert not is_workday(date(2025, 10, 1))  # National Day, a Wednesday
    assert is_workday(date(2025, 9, 28))  # a Sunday, worked for it
    assert not is_workday(date(2025, 9, 27))  # a Saturday
    assert is_workday(date(2025, 9, 26))


def test_the_day_of_the_event_does_not_count() -> None:
    assert add_workdays(date(2025, 9, 26), 0) == DueDay(date(2025, 9, 26), True)
    assert add_workdays(date(2025, 9, 26), 1) == DueDay(date(2025, 9, 28), True)
    assert add_workdays(date(2025, 9, 30), 1) == DueDay(date(2025, 10, 9), True)
    assert add_workdays(date(2025, 9, 27), 1) == DueDay(date(2025, 9, 28), True)


def test_a_term_that_ends_on_a_holiday_ends_on_the_next_working_day() -> None:
    assert add_calendar_days(date(2025, 9, 1), 30) == DueDay(date(2025, 10, 9), True)
    assert add_calendar_days(date(2025, 9, 1), 10) == DueDay(date(2025, 9, 11), True)


def test_beyond_the_announced_years_monday_to_friday_counts_and_the_answer_says_so() -> None:
    beyond = date(LAST_YEAR + 1, 6, 1)
    assert not is_announced(beyond)
    assert is_workday(date(LAST_YEAR + 1, 10, 1)) == (date(LAST_YEAR + 1, 10, 1).weekday() < 5)
    assert not add_workdays(beyond, 5).assured
    assert not on_or_after(beyond).assured
    assert not add_workdays(date(LAST_YEAR, 12, 31), 3).assured
    assert add_workdays(date(LAST_YEAR, 6, 1), 3).assured


def test_days_are_counted_forward_only() -> None:
    with pytest.raises(ValueError, match="forward"):
        add_workdays(date(2025, 1, 1), -1)
    with pytest.raises(ValueError, match="forward"):
        add_calendar_days(date(2025, 1, 1), -1)


@given(days, st.integers(1, 60))
def test_counting_back_what_was_counted_forward_gives_the_same_number(start: date, count: int) -> None:
    due = add_workdays(start, count).on
    assert is_workday(due)
    assert workdays_between(start, due) == count
    assert workdays_between(due, start) == -count
    assert workdays_between(start, due - timedelta(days=1)) == count - 1


@given(days)
def test_the_next_working_day_is_the_first_one(on: date) -> None:
    found = on_or_after(on).on
    assert is_workday(found)
    assert found >= on
    assert not any(is_workday(on + timedelta(days=number)) for number in range((found - on).days))
