"""The lists that associations published in 2020, and statements of banks and platforms, where they are at hand."""

import datetime
import os
from decimal import Decimal
from pathlib import Path

import pytest

from donations.intake import UnreadableFile, read_list

ROOT = Path(os.environ.get("SHARED_DATA") or Path(__file__).resolve().parents[4] / "shared" / "data")
HUBEI = ROOT / "hubei-2020"
STATEMENTS = ROOT / "statements"
TODAY = datetime.date(2025, 1, 1)
DAY = datetime.date(2020, 1, 29)

pytestmark = [
    pytest.mark.realdata,
    pytest.mark.skipif(not HUBEI.is_dir(), reason="the published lists are not at hand (SHARED_DATA)"),
]


def read_all(path):
    parsed = read_list(path, filename=path.name, today=TODAY, default_on=DAY)
    return parsed, list(parsed.rows())


@pytest.mark.parametrize(
    ("name", "count", "total"),
    [
        ("donate01.xls", 60, "3482232.11"),
        ("donate02.xls", 1633, "38422322.24"),
        ("donate03.xls", 1995, "153967316.14"),
        ("donate04.xls", 1995, "153967316.14"),
        ("donate05.xls", 6661, "80516593.00"),
        ("donate08.xls", 2860, "29763117.98"),
    ],
)
def test_a_published_list_has_every_row_and_meets_its_own_total(name, count, total):
    parsed, rows = read_all(HUBEI / name)
    assert len(rows) == parsed.found_count == count
    assert parsed.found_total == parsed.declared_total == Decimal(total)
    assert parsed.total_matches is True
    assert parsed.layout_key == "hubei-list"
    assert not [row.row_number for row in rows if row.level == "error"]
    assert all(row.content_key and row.received_on for row in rows)


def test_two_files_with_one_content_have_the_same_keys():
    third, fourth = (read_all(HUBEI / name)[1] for name in ("donate03.xls", "donate04.xls"))
    assert [row.content_key for row in third] == [row.content_key for row in fourth]


def test_all_but_one_gift_of_the_first_list_stand_in_the_second_some_on_another_day():
    first, second = (read_all(HUBEI / name)[1] for name in ("donate01.xls", "donate02.xls"))
    prints, keys = {row.row_fingerprint for row in second}, {row.content_key for row in second}
    assert sum(row.row_fingerprint in prints for row in first) == 59
    assert 0 < sum(row.content_key in keys for row in first) < 59


def test_a_two_column_list_meets_its_total_and_says_that_its_count_is_off_by_one():
    parsed, rows = read_all(HUBEI / "wuhan-bank-abc.xlsx")
    assert parsed.layout_key == "bank-list-two-column"
    assert (parsed.declared_total, parsed.total_matches) == (Decimal("61609585.05"), True)
    # The published sheet has 745 rows and says 746; its sum is that of the 745.
    assert (parsed.declared_count, len(rows), parsed.count_matches) == (746, 745, False)


def test_a_two_column_list_without_a_total_leaves_its_footer_out():
    parsed, rows = read_all(HUBEI / "wuhan-cash-06.xlsx")
    assert (len(rows), parsed.found_total, parsed.declared_total) == (100, Decimal("362638873.00"), None)
    assert [item.what for item in parsed.left_out] == ["note"] * 3
    assert {row.received_on for row in rows} == {DAY}


@pytest.mark.parametrize("name", ["goods-use-01.xlsx", "wuhan-goods-in-07.xlsx", "wuhan-goods-out.xlsx"])
def test_goods_lists_are_refused_as_goods(name):
    with pytest.raises(UnreadableFile) as refused:
        read_all(HUBEI / name)
    assert refused.value.code == "goods_list"


@pytest.mark.parametrize(
    ("name", "key", "lines", "income", "total"),
    [
        ("example-icbc-debit-v2-records.csv", "icbc-v2", 11, 5, "2841.74"),
        ("example-alipay-records.csv", "alipay", 10, 1, "222228.50"),
        ("example-wechat-records.csv", "wechat", 27, 5, "28.49"),
    ],
)
def test_a_statement_gives_its_income(name, key, lines, income, total):
    parsed, rows = read_all(STATEMENTS / name)
    assert (parsed.layout_key, len(rows)) == (key, lines)
    gifts = [row for row in rows if row.is_gift]
    assert (len(gifts), sum(row.amount for row in gifts)) == (income, Decimal(total))
    assert all(row.not_gift_reason for row in rows if not row.is_gift)
