"""Periods: half-open, without gap or overlap, by the calendar of Shanghai."""

import itertools
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.periods import (
    Period,
    PeriodError,
    PeriodKind,
    day,
    month,
    months_between,
    parse_period,
    period_of,
    quarter,
    year,
)

kinds = st.sampled_from(list(PeriodKind))
days = st.dates(date(1950, 1, 1), date(2998, 12, 31))
any_periods = st.builds(period_of, kinds, days)
zones = st.sampled_from([UTC, ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York"), timezone(timedelta(hours=14))])


def test_a_gift_half_an_hour_into_the_new_year_is_in_the_new_year_though_utc_says_otherwise() -> None:
    moment = datetime(2025, 12, 31, 16, 30, tzinfo=UTC)
    assert month(2026, 1).contains(moment)
    assert year(2026).contains(moment)
    assert not month(2025, 12).contains(moment)


def test_a_period_holds_its_first_moment_and_not_its_end() -> None:
    january = month(2026, 1)
    assert january.start == datetime(2025, 12, 31, 16, tzinfo=UTC)
    assert january.end == datetime(2026, 1, 31, 16, tzinfo=UTC)
    assert january.start.utcoffset() == timedelta(hours=8)
    assert january.contains(january.start)
    assert january.contains(january.end - timedelta(microseconds=1))
    assert not january.contains(january.end)
    assert (january.first_day, january.last_day) == (date(2026, 1, 1), date(2026, 1, 31))


def test_a_naive_moment_lies_in_no_period() -> None:
    with pytest.raises(ValueError, match="naive"):
        year(2026).contains(datetime(2026, 5, 1))  # noqa: DTZ001 the subject


@pytest.mark.parametrize(
    ("text", "period", "label", "last"),
    [
        ("2025", year(2025), "2025年", date(2025, 12, 31)),
        ("2025Q1", quarter(2025, 1), "2025年第1季度", date(2025, 3, 31)),
        ("2025Q4", quarter(2025, 4), "2025年第4季度", date(2025, 12, 31)),
        ("2025-01", month(2025, 1), "2025年1月", date(2025, 1, 31)),
        ("2024-02", month(2024, 2), "2024年2月", date(2024, 2, 29)),
        ("2025-12", month(2025, 12), "2025年12月", date(2025, 12, 31)),
        ("2025-01-31", day(date(2025, 1, 31)), "2025年1月31日", date(2025, 1, 31)),
    ],
)
def test_a_period_is_read_and_written_as_in_commands_and_addresses(
    text: str, period: Period, label: str, last: date
) -> None:
    assert parse_period(text) == period
    assert parse_period(f" {text.lower()} ") == period
    assert period.code == str(period) == text
    assert period.label == label
    assert period.last_day == last


@pytest.mark.parametrize(
    "text",
    [
        "",
        "25",
        "2025Q0",
        "2025Q5",
        "2025-13",
        "2025-00",
        "2025-1",
        "2025/01",
        "2025-02-30",
        "2025Q1-01",
        "20251",
        "２０２５",
        "2025-01-01T00:00",
        "年",
    ],
)
def test_what_is_no_period_is_refused_with_the_forms_that_are(text: str) -> None:
    with pytest.raises(PeriodError) as refused:
        parse_period(text)
    assert refused.value.code == "period_unreadable"
    assert "2025Q1" in refused.value.message


@pytest.mark.parametrize("text", ["1948", "0000", "1948Q4", "1948-12", "3000", "9999-12", "1948-12-31"])
def test_a_year_out_of_range_is_refused(text: str) -> None:
    with pytest.raises(PeriodError) as refused:
        parse_period(text)
    assert refused.value.code == "period_out_of_range"


@pytest.mark.parametrize("number", [0, 5, -1])
def test_there_are_four_quarters(number: int) -> None:
    with pytest.raises(PeriodError):
        quarter(2025, number)


@pytest.mark.parametrize("number", [0, 13])
def test_there_are_twelve_months(number: int) -> None:
    with pytest.raises(PeriodError):
        month(2025, number)


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="week"):
        period_of("week", date(2025, 1, 1))


@given(kinds, days, st.times(), zones)
def test_every_moment_lies_in_exactly_one_period_of_each_kind(kind: PeriodKind, on: date, at, zone) -> None:
    moment = datetime.combine(on, at, tzinfo=zone)
    shanghai_day = moment.astimezone(ZoneInfo("Asia/Shanghai")).date()
    period = period_of(kind, shanghai_day)
    assert period.contains(moment)
    assert period.contains_day(shanghai_day)
    assert not period.previous().contains(moment)
    assert not period.next().contains(moment)


@given(any_periods)
def test_neighbours_touch_without_gap_or_overlap(period: Period) -> None:
    assert period.next().start == period.end
    assert period.previous().end == period.start
    assert period.next().previous() == period == period.previous().next()
    assert period.previous() < period < period.next()
    assert period.contains_day(period.first_day)
    assert period.contains_day(period.last_day)
    assert not period.contains_day(period.last_day + timedelta(days=1))
    assert not period.contains_day(period.first_day - timedelta(days=1))


@given(any_periods)
def test_a_period_survives_being_written_and_read(period: Period) -> None:
    assert parse_period(period.code) == period


@given(st.integers(1950, 2998))
def test_months_and_quarters_tile_their_year(number: int) -> None:
    whole = year(number)
    quarters = [quarter(number, each) for each in range(1, 5)]
    months = [month(number, each) for each in range(1, 13)]
    assert whole.months() == months
    assert [each for part in quarters for each in part.months()] == months
    assert (quarters[0].start, quarters[-1].end) == (whole.start, whole.end)


@given(st.dates(date(1990, 1, 1), date(2040, 1, 1)), st.integers(0, 1500))
def test_months_between_cover_each_day_once(first: date, span: int) -> None:
    last = first + timedelta(days=span)
    months = months_between(first, last)
    assert months[0].contains_day(first)
    assert months[-1].contains_day(last)
    assert all(one.end == other.start for one, other in itertools.pairwise(months))


def test_there_are_no_months_between_a_day_and_an_earlier_one() -> None:
    assert months_between(date(2025, 2, 1), date(2025, 1, 31)) == []
    assert months_between(date(2025, 2, 1), date(2025, 2, 1)) == [month(2025, 2)]
