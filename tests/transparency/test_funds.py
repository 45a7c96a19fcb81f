"""Funds in public: what a fund holds, and each row with the balance after it, the same on page, file and API."""

import csv
import io
import json
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from ledger.models import Fund
from ledger.selectors.balances import fund_balances
from tests.transparency.conftest import HIDDEN_NAMES, Public
from tests.transparency.test_public_pages import body


@pytest.fixture
def fund(public: Public) -> Fund:
    return public.gifts["masked"].fund


def statement(client: Client, code: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    url = f"/api/v1/funds/{code}/statement/?page_size=3"
    while url:
        answer = json.loads(body(client, url))
        rows += answer["results"]
        url = answer["next"]
    return rows


def test_the_page_says_what_came_in_went_out_and_is_left(public: Public, client: Client, fund: Fund) -> None:
    page = body(client, f"/funds/{fund.code}/")
    (held,) = fund_balances([fund])
    assert f"¥{held.money:,.2f}" in page
    assert fund.name in page
    assert all(name not in page for name in HIDDEN_NAMES)


def test_each_gift_is_a_row_that_leads_to_its_page(public: Public, client: Client, fund: Fund) -> None:
    page = body(client, f"/funds/{fund.code}/")
    for gift in public.gifts.values():
        assert (f'href="/donations/{gift.number}/"' in page) == (gift.fund_id == fund.pk)


def test_a_reversed_gift_stays_and_its_reversal_carries_the_note(public: Public, client: Client) -> None:
    gift = public.gifts["reversed"]
    rows = statement(client, gift.fund.code)
    given = next(row for row in rows if row["gift"] == gift.number)
    taken = next(row for row in rows if row["kind"] == "reversal")
    assert (given["inflow"], given["reversed"]) == ("77.00", "77.00")
    assert (taken["outflow"], gift.entry.number in taken["text"]) == ("77.00", True)
    assert taken["note"] == gift.corrections.unscoped("test").get().public_note


def test_page_file_and_api_show_the_same_rows(public: Public, client: Client, fund: Fund) -> None:
    from_api = [(row["entry"], row["balance"]) for row in statement(client, fund.code)]
    table = list(csv.DictReader(io.StringIO(body(client, f"/funds/{fund.code}.csv"))))
    assert [(row["entry"], row["balance"]) for row in table] == from_api
    listed = json.loads(body(client, f"/funds/{fund.code}.json"))
    assert [(row["entry"], f"{Decimal(row['balance']):.2f}") for row in listed] == from_api
    page = re.findall(r"numeric nowrap\">([0-9-]+-E[0-9]+)<", body(client, f"/funds/{fund.code}/"))
    assert page == [entry for entry, _balance in from_api]
    assert Decimal(from_api[0][1]) == fund_balances([fund])[0].money


def test_the_list_shows_each_fund_with_what_it_holds(public: Public, client: Client) -> None:
    page, rows = body(client, "/funds/"), json.loads(body(client, "/api/v1/funds/"))["results"]
    held = {one.fund.code: one.money for one in fund_balances(Fund.objects.all())}
    assert {row["code"]: Decimal(row["in_hand"]) for row in rows} == held
    assert all(f'href="/funds/{code}/"' in page for code in held)


def test_the_list_is_narrowed_to_a_branch_with_all_below(public: Public, client: Client) -> None:
    codes = [row["code"] for row in json.loads(body(client, "/api/v1/funds/?branch=3301"))["results"]]
    assert codes
    assert all(code.startswith("3301") for code in codes)


def test_the_list_goes_on_by_code(public: Public, client: Client) -> None:
    every, url, found = json.loads(body(client, "/api/v1/funds/"))["results"], "/api/v1/funds/?page_size=1", []
    while url:
        answer = json.loads(body(client, url))
        found += answer["results"]
        url = answer["next"]
    assert found == every


@pytest.mark.parametrize(
    "url", ["/funds/none/", "/funds/none.csv", "/api/v1/funds/none/", "/api/v1/funds/none/statement/"]
)
def test_an_unknown_fund_is_a_calm_404(public: Public, client: Client, url: str) -> None:
    body(client, url, 404)


def test_a_made_up_page_is_a_calm_400(public: Public, client: Client, fund: Fund) -> None:
    assert "从第一页重新翻起" in body(client, f"/funds/{fund.code}/?page=bm9uZQ", 400)


def test_the_pages_keep_their_budgets(public: Public, client: Client, fund: Fund, budget: Callable[[str], Any]) -> None:
    for name, url in (("funds", "/funds/?branch=3301"), ("fund", f"/funds/{fund.code}/")):
        with budget(name):
            body(client, url)
