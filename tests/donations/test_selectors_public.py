"""What the public may read of gifts."""

import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import DomainError, NotFound
from donations.models import Donation
from donations.selectors.public import (
    Cursor,
    Page,
    PublicGiftFilter,
    bounded_count,
    fund_by_code,
    home_figures,
    monthly_figures,
    public_gift,
    public_gifts,
    public_totals,
    stream_gifts,
    totals_by_branch,
)
from donations.selectors.public import search as search_module
from organizations.choices import Role
from organizations.models import Branch
from tests.factories.gifts import post_gifts, reverse_gift
from tests.factories.people import make_person, make_province

DAYS = st.dates(datetime.date(1949, 1, 1), datetime.date(2999, 12, 31))


@pytest.fixture
def county(db: None) -> Branch:
    return make_province(towns=True)["330106"]


def given_gifts(branch: Branch, rows: list[tuple[str, str, str]], **over: str) -> list[Donation]:
    clerk = make_person(f"clerk.{branch.code}", Role.CLERK, branch)
    approver = make_person(f"approver.{branch.code}", Role.APPROVER, branch)
    typed = [
        {"donor": donor, "amount": amount, "received_on": on, "donor_kind": "organisation", **over}
        for donor, amount, on in rows
    ]
    return post_gifts(branch, typed, clerk, approver)


@given(day=DAYS, pk=st.integers(1, 10**17), backwards=st.booleans())
def test_a_cursor_survives_its_way_through_an_address(day: datetime.date, pk: int, backwards: bool) -> None:
    cursor = Cursor(day, pk, backwards)
    assert Cursor.parse(str(cursor)) == cursor
    assert "=" not in str(cursor)


@given(text=st.text(min_size=1, max_size=40))
def test_any_other_text_is_no_cursor_and_says_so(text: str) -> None:
    with pytest.raises(DomainError) as refused:
        Cursor.parse(f"!{text}")
    assert refused.value.code == "page_unreadable"


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_pages_of_any_size_show_all_gifts_of_one_day_once_in_both_directions(county: Branch, size: int) -> None:
    made = given_gifts(county, [(f"虚构{n}号公司", "1.00", "2026-10-01") for n in range(7)])
    asked, seen, cursor = PublicGiftFilter(branch=county), [], None
    while True:
        page = public_gifts(asked, cursor, page_size=size)
        seen.append([gift.id for gift in page.rows])
        if page.next is None:
            break
        cursor = page.next
    assert [one for ids in seen for one in ids] == [gift.pk for gift in reversed(made)]
    back = [seen[-1]]
    while page.previous is not None:
        page = public_gifts(asked, page.previous, page_size=size)
        back.append([gift.id for gift in page.rows])
    assert back[::-1] == seen


def test_a_stream_is_the_list_whatever_its_chunks(county: Branch) -> None:
    made = given_gifts(county, [(f"虚构{n}号公司", "1.00", f"2026-10-{n + 1:02}") for n in range(6)])
    for chunk in (1, 4, 6, 100):
        rows = [gift.id for rows in stream_gifts(PublicGiftFilter(), chunk) for gift in rows]
        assert rows == [gift.pk for gift in reversed(made)]
        named = [gift.id for rows in stream_gifts(PublicGiftFilter(q="公司"), chunk) for gift in rows]
        assert named == rows


def test_a_branch_counts_what_stands_below_and_a_town_counts_itself(county: Branch) -> None:
    given_gifts(county, [("虚构甲公司", "10.00", "2026-10-01")])
    town = Branch.objects.get(code="330106109")
    given_gifts(town, [("虚构乙公司", "5.00", "2026-10-02")])
    for code, total in (
        ("33", "15.00"),
        ("3301", "15.00"),
        ("330106", "15.00"),
        ("330106109", "5.00"),
        ("3303", "0.00"),
    ):
        asked = PublicGiftFilter(branch=Branch.objects.get(code=code))
        found = public_totals(asked)
        assert found is not None
        assert found.amount == Decimal(total), code
        assert sum((gift.amount for gift in public_gifts(asked).rows), Decimal("0.00")) == found.amount
    assert {code: one.gift_count for code, one in totals_by_branch(PublicGiftFilter()).items()} == {
        "330106": 1,
        "330106109": 1,
    }


def test_a_town_with_branches_below_it_is_listed_in_one_order(county: Branch) -> None:
    town, community = Branch.objects.get(code="330182001"), Branch.objects.get(code="330182001001")
    given_gifts(town, [("虚构甲公司", "1.00", "2026-10-01"), ("虚构丙公司", "1.00", "2026-10-03")])
    given_gifts(community, [("虚构乙公司", "1.00", "2026-10-02"), ("虚构丁公司", "1.00", "2026-10-04")])
    asked = PublicGiftFilter(branch=town)
    first = public_gifts(asked, page_size=3)
    assert [gift.received_on.day for gift in first.rows] == [4, 3, 2]
    assert [gift.received_on.day for gift in public_gifts(asked, first.next, page_size=3).rows] == [1]
    assert [gift.received_on.day for rows in stream_gifts(asked, 1) for gift in rows] == [4, 3, 2, 1]


def test_a_filter_by_fund_finds_its_gifts(county: Branch) -> None:
    gift = given_gifts(county, [("虚构甲公司", "10.00", "2026-10-01")])[0]
    fund = fund_by_code(gift.fund.code)
    assert [one.number for one in public_gifts(PublicGiftFilter(fund=fund)).rows] == [gift.number]
    with pytest.raises(NotFound):
        fund_by_code("nowhere")


def test_figures_by_month_and_of_the_front_page_leave_reversed_gifts_out(county: Branch) -> None:
    made = given_gifts(
        county,
        [
            ("虚构甲公司", "10.00", "2026-10-31"),
            ("虚构乙公司", "5.00", "2026-11-01"),
            ("虚构丙公司", "3.00", "2025-12-31"),
        ],
    )
    clerk, approver = make_person("c2", Role.CLERK, county), make_person("a2", Role.APPROVER, county)
    reverse_gift(made[0], clerk, approver)
    asked = PublicGiftFilter(first=datetime.date(2026, 9, 15), last=datetime.date(2026, 11, 20))
    months = monthly_figures(asked)
    assert [(one.month.code, one.totals.gift_count, one.totals.amount) for one in months] == [
        ("2026-09", 0, Decimal("0.00")),
        ("2026-10", 0, Decimal("0.00")),
        ("2026-11", 1, Decimal("5.00")),
    ]
    figures = home_figures(datetime.date(2026, 11, 23))
    assert [one.amount for one in (figures.in_month, figures.in_year, figures.ever)] == [
        Decimal("5.00"),
        Decimal("5.00"),
        Decimal("8.00"),
    ]
    found = public_gift(made[0].number)
    assert (found.status, found.note) == ("reversed", "示例：重复登记，予以冲销。")


@pytest.mark.parametrize(("first", "longest"), [(1000, 6000), (2, 4), (1, 100), (3, 0)])
def test_every_way_of_searching_finds_the_same(
    county: Branch, monkeypatch: pytest.MonkeyPatch, first: int, longest: int
) -> None:
    """The walk, the longer walk and the index of pairs answer alike, forward and back, with amounts and without."""
    names = ["虚构甲公司", "虚构乙商会", "虚构丙公司", "虚构丁医院", "虚构戊公司", "虚构己商会"]
    made = given_gifts(county, [(name, f"{n + 1}.00", f"2026-10-{n + 1:02}") for n, name in enumerate(names * 2)])
    monkeypatch.setattr(search_module, "FIRST_WALK", first)
    monkeypatch.setattr(search_module, "LONGEST_WALK", longest)
    for q, low in (("公司", None), ("商会", Decimal("3")), ("医院", None), ("查无", None), ("虚构", Decimal("12"))):
        asked = PublicGiftFilter(q=q, minimum=low)
        expected = [gift.number for gift in reversed(made) if q in gift.display_name and gift.amount >= (low or 0)]
        page: Page = public_gifts(asked, page_size=2)
        seen = [page]
        while page.next is not None:
            page = public_gifts(asked, page.next, page_size=2)
            seen.append(page)
        assert [gift.number for one in seen for gift in one.rows] == expected, q
        if len(seen) > 1:
            assert public_gifts(asked, seen[1].previous, page_size=2).rows == seen[0].rows
        count = bounded_count(asked, seen[0])
        assert count.number == len(expected) if count.exact else count.number <= len(expected)


def test_a_count_that_is_not_exact_says_so(county: Branch, monkeypatch: pytest.MonkeyPatch) -> None:
    given_gifts(county, [(f"虚构{n}号公司", "1.00", "2026-10-01") for n in range(5)])
    monkeypatch.setattr(search_module, "FIRST_WALK", 2)
    monkeypatch.setattr(search_module, "COUNT_WALK", 4)
    asked = PublicGiftFilter(q="公司")
    count = bounded_count(asked, public_gifts(asked, page_size=1))
    assert (count.number, count.exact) == (4, False)
