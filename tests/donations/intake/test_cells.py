"""Cells: text cleaned, amounts in yuan, dates, and what is said where they cannot be read."""

import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from donations.intake.cells import clean_name, clean_text, name_key, read_amount, read_date, repair_noise

TODAY = datetime.date(2025, 6, 1)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("示例甲\t", "示例甲"),
        ("\u3000示例甲\u3000\u3000", "示例甲"),
        ("示例\u200b甲\ufeff", "示例甲"),
        ("示例\xa0公司", "示例 公司"),
        ("\n示例公司\n", "示例公司"),
        ("１２３ＡＢＣ", "123ABC"),
        ("示例（甲）", "示例（甲）"),
        ("𬭎䶮", "𬭎䶮"),
        ("示例\x00甲", "示例甲"),
        (123.0, "123"),
        (None, ""),
        (True, "TRUE"),
    ],
)
def test_text_is_cleaned_of_what_cannot_be_seen(written, expected):
    assert clean_text(written) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("甲  乙", "甲乙"),
        ("甲\u3000乙\u3000丙", "甲乙丙"),
        ("EXAMPLE  NAME", "EXAMPLE NAME"),
        ("示例 公司", "示例 公司"),
    ],
)
def test_names_set_wide_for_alignment_are_closed_up(written, expected):
    assert clean_name(written) == expected


def test_the_same_giver_is_recognised_in_other_spellings():
    assert name_key("虚构(示例)公司") == name_key("虚构（示例） 公司") == name_key("虚构\u200b示例公司")
    assert name_key("示例甲") != name_key("示例乙")
    assert name_key("***") != name_key("")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (100.0, "100.00"),
        (7, "7.00"),
        (0.1 + 0.2, "0.30"),
        (3482232.1100000003, "3482232.11"),
        (29763117.980000034, "29763117.98"),
        ("1,234.50", "1234.50"),
        ("¥1234.5", "1234.50"),
        ("￥ 1234.5元", "1234.50"),
        ("人民币100元整", "100.00"),
        (" 100 \t", "100.00"),
        ("999999999999.99", "999999999999.99"),
        ("+5", "5.00"),
    ],
)
def test_amounts_are_read_without_a_word(written, expected):
    assert read_amount(written) == (Decimal(expected), None)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("1，234.50", "1234.50"),
        ("１２３４．５", "1234.50"),
        ("1.2万", "12000.00"),
        ("3万元", "30000.00"),
        ("0.5亿", "50000000.00"),
    ],
)
def test_amounts_written_otherwise_are_read_and_shown_for_a_look(written, expected):
    amount, trouble = read_amount(written)
    assert amount == Decimal(expected)
    assert trouble is not None
    assert not trouble.is_error
    assert f"{Decimal(expected):,.2f} 元" in trouble.message


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("", "amount_missing"),
        (None, "amount_missing"),
        ("一百元", "amount_not_a_number"),
        ("示例甲", "amount_not_a_number"),
        (datetime.date(2020, 1, 2), "amount_not_a_number"),
        (True, "amount_not_a_number"),
        (float("nan"), "amount_not_a_number"),
        (float("inf"), "amount_not_a_number"),
        ("1e5", "amount_not_a_number"),
        ("1,23,4", "amount_separators"),
        ("1,2345", "amount_separators"),
        (-5.0, "amount_negative"),
        ("-5", "amount_negative"),
        ("(5.00)", "amount_negative"),
        (0.0, "amount_zero"),
        ("0.00", "amount_zero"),
        (1.234, "amount_decimals"),
        (153967.123, "amount_decimals"),
        ("0.001", "amount_decimals"),
        ("1000000000000", "amount_too_large"),
        (1e300, "amount_too_large"),
        ("9" * 60, "amount_too_large"),
        ("1万亿", "amount_not_a_number"),
    ],
)
def test_amounts_that_are_none_are_refused_by_what_is_wrong(written, code):
    amount, trouble = read_amount(written)
    assert amount is None
    assert trouble is not None
    assert (trouble.code, trouble.is_error) == (code, True)
    assert "示例" not in trouble.message


@given(st.decimals(min_value=Decimal("0.01"), max_value=Decimal("999999999999.99"), places=2))
def test_every_amount_of_14_digits_is_read_exactly(amount):
    assert read_amount(str(amount))[0] == amount
    assert read_amount(f"{amount:,.2f}")[0] == amount
    assert read_amount(float(amount))[0] == amount


@given(st.lists(st.decimals(min_value=0, max_value=Decimal("99999.99"), places=2), min_size=1, max_size=200))
def test_the_noise_of_added_floats_is_taken_off_and_nothing_else(amounts):
    added = 0.0
    for amount in amounts:
        added += float(amount)
    assert repair_noise(Decimal(repr(added))) == sum(amounts)


@given(st.decimals(min_value=Decimal("0.001"), max_value=Decimal("999999999.999"), places=3))
def test_a_third_decimal_is_never_rounded_away(amount):
    read, trouble = read_amount(str(amount))
    if amount == amount.quantize(Decimal("0.01")):
        assert read == amount
    else:
        assert read is None
        assert trouble.code == "amount_decimals"


@pytest.mark.parametrize(
    "written",
    [
        "2020.01.22", "2020-1-22", "2020/1/22", "20200122", "2020年1月22日", "2020 年 1 月 22 日", 20200122.0,
        43852.0, "43852",
        datetime.date(2020, 1, 22), datetime.datetime(2020, 1, 22, 23, 59),  # noqa: DTZ001 as a spreadsheet gives it
        "2020-01-22 13:05:06", "2020-01-22T13:05", "2020．01．22",
        "2020.1.22 下午3:20", "2020-01-22\t", "2020年1月22日（星期三）", "20200122 130506",
    ],
)  # fmt: skip
def test_days_are_read_as_people_and_programs_write_them(written):
    assert read_date(written, today=TODAY) == (datetime.date(2020, 1, 22), None)


@pytest.mark.parametrize("written", ["1.22", "1月22日", "01-22", "1/22", 1.22])
def test_a_day_without_a_year_needs_one_from_the_caller(written):
    day, trouble = read_date(written, today=TODAY)
    assert (day, trouble.code) == (None, "date_without_year")
    day, trouble = read_date(written, today=TODAY, default_year=2020)
    assert (day, trouble.code, trouble.is_error) == (datetime.date(2020, 1, 22), "date_year_assumed", False)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("2020.13.45", "date_impossible"),
        ("2021-02-29", "date_impossible"),
        ("20201345", "date_impossible"),
        ("2025-06-02", "date_in_future"),
        ("9999-12-31", "date_in_future"),
        ("1948-12-31", "date_too_early"),
        ("1900-01-01", "date_too_early"),
        (1.3, "date_unreadable"),
        (-5.0, "date_unreadable"),
        (float("nan"), "date_unreadable"),
        ("20.1.22", "date_unreadable"),
        ("2020.1.22-2020.1.25", "date_unreadable"),
        ("示例", "date_unreadable"),
        (True, "date_unreadable"),
        (datetime.time(3, 4), "date_unreadable"),
    ],
)
def test_days_that_are_none_are_refused_by_what_is_wrong(written, code):
    day, trouble = read_date(written, today=TODAY)
    assert day is None
    assert (trouble.code, trouble.is_error) == (code, True)
    assert "示例" not in trouble.message


def test_no_day_is_no_trouble_yet():
    assert read_date("", today=TODAY) == read_date("\u3000", today=TODAY) == (None, None)


@given(st.dates(min_value=datetime.date(1949, 1, 1), max_value=TODAY))
def test_every_day_is_read_in_every_writing(day):
    for written in (day.isoformat(), f"{day:%Y.%m.%d}", f"{day.year}年{day.month}月{day.day}日", f"{day:%Y%m%d}"):
        assert read_date(written, today=TODAY) == (day, None)


@given(
    st.one_of(st.text(max_size=60), st.floats(), st.integers(), st.booleans(), st.none(), st.datetimes(), st.times())
)
def test_no_cell_makes_the_reader_fall_over(cell):
    assert isinstance(clean_text(cell), str)
    amount, trouble = read_amount(cell)
    assert (amount is None) <= (trouble is not None)
    assert amount is None or (amount > 0 and amount == amount.quantize(Decimal("0.01")))
    day, _trouble = read_date(cell, today=TODAY, default_year=2020)
    assert day is None or datetime.date(1949, 1, 1) <= day <= TODAY


@given(st.text(max_size=80))
def test_cleaning_twice_changes_nothing_more(text):
    once = clean_name(text)
    assert clean_name(once) == once
    assert not set(once) & set("\t\n\r\x00\u200b\ufeff")
