"""Payments in public: every one listed, nobody named, a few people never counted, totals that lead to their rows."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client, override_settings

from core.clock import today
from ledger.services.verifying import verify_books
from spending.choices import PaymentStatus
from spending.models import Payment
from spending.selectors.public import PublicPaymentFilter, payment_totals, public_payments, released_file
from spending.services.documents import add_document, offer_copy, release_copy
from spending.services.reversing import approve_reversal, request_reversal
from tests import databases
from tests.spending.ground import STANDING
from tests.spending.test_services_payments import picture
from tests.transparency.ground import place_all

pytestmark = pytest.mark.django_db
NAME = "示例甲乙丙"


class World:
    """Payments of a city and its county, one of them reversed, one to a person, one that helped many."""

    def __init__(self) -> None:
        self.ground = STANDING.fresh()
        city, county = self.ground.fund("3301"), self.ground.fund("330182")
        self.ground.give(city, "10000")
        self.ground.give(county, "10000")
        aid = {"kind": "aid", "purpose": "aid", "payee_kind": "person", "payee_name": "", "payee_person": NAME}
        self.purchase = self.ground.paid(city, "1000")
        self.few = self.ground.paid(city, "200", helped_count=3, payee_account="虚构账号77", **aid)
        self.many = self.ground.paid(county, "300", helped_count=12, **aid)
        self.wrong = self.ground.paid(county, "50", payee_name="虚构重复公司")
        people = self.ground.people
        asked = request_reversal(
            payment_id=self.wrong.pk, reason="重复", public_note="重复付款，已退回。", actor=people["330182.clerk"]
        )
        approve_reversal(reversal_id=asked.pk, actor=people["330182.approver"])
        self.hidden = self.ground.approved(city, "77", payee_name="虚构未付公司")
        clerk, approver = people["3301.clerk"], people["3301.approver"]
        papers = [
            add_document(payment_id=self.purchase.pk, kind=kind, upload=picture(), actor=clerk)
            for kind in ("invoice", "contract")
        ]
        for paper in papers:
            offer_copy(document_id=paper.pk, upload=picture("black"), actor=clerk)
        self.released = release_copy(document_id=papers[0].pk, actor=approver)
        self.offered = papers[1]
        place_all()


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[World]:
    """Committed, in a database of its own, once for this module: the tests only read, or roll back what they add."""
    with (
        STANDING.copy(django_db_blocker, f"{databases.PREFIX}_spending"),
        django_db_blocker.unblock(),
        override_settings(PRIVATE_FILES_DIR=tmp_path_factory.mktemp("files")),
    ):
        yield World()


def text(client: Client, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status, address
    if response.streaming:
        return b"".join(response.streaming_content).decode("utf-8-sig")
    return response.content.decode()


def test_the_list_shows_organisations_in_full_and_nobody_else(world: World, client: Client) -> None:
    shown = text(client, "/spending/")
    assert "虚构示例物资有限公司" in shown
    assert "少于5人" in shown
    assert "12 人" in shown
    for secret in (NAME, "虚构账号77", "示例帐篷采购", "虚构未付公司", "3 人"):
        assert secret not in shown
    assert shown.count("/spending/33") >= 4


def test_totals_take_reversed_ones_off_and_never_count_a_few(world: World) -> None:
    every = payment_totals(PublicPaymentFilter())
    assert (every.payment_count, every.amount, every.helped, every.few_count) == (3, Decimal(1500), 12, 1)
    city = payment_totals(PublicPaymentFilter(branch=world.ground.branches["3301"]))
    county = payment_totals(PublicPaymentFilter(branch=world.ground.branches["330182"]))
    # With all below, less the county: the difference tells the amount and nothing about the few people.
    assert (city.helped - county.helped, city.few_count) == (0, 1)
    assert city.amount - county.amount == 1200


def test_each_total_is_the_sum_of_the_rows_that_its_address_lists(world: World) -> None:
    for asked in (
        PublicPaymentFilter(),
        PublicPaymentFilter(branch=world.ground.branches["330182"]),
        PublicPaymentFilter(kind="aid"),
        PublicPaymentFilter(area="33"),
        PublicPaymentFilter(first=today(), last=today(), fund=world.ground.fund("3301")),
    ):
        rows = [row for row in public_payments(asked).rows if row.status == PaymentStatus.PAID]
        totals = payment_totals(asked)
        assert totals.payment_count == len(rows)
        assert totals.amount == sum(row.amount for row in rows)


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("branch=33", 4),
        ("branch=330182", 2),
        ("branch=3303", 0),
        ("kind=purchase", 2),
        ("kind=aid", 2),
        ("area=330182", 4),
        ("area=3303", 0),
        ("from=2999-01-01", 0),
        ("to=1999-01-01", 0),
    ],
)
def test_filters_narrow_the_page_the_files_and_the_api_alike(
    world: World, client: Client, query: str, count: int
) -> None:
    rows = list(csv.DictReader(io.StringIO(text(client, f"/spending.csv?{query}"))))
    assert len(rows) == count
    assert len(json.loads(text(client, f"/spending.json?{query}"))) == count
    assert len(client.get(f"/api/v1/spending/?{query}").json()["results"]) == count
    assert text(client, f"/spending/?{query}").count('<a class="numeric nowrap"') == count


def test_files_and_api_never_say_how_few(world: World, client: Client) -> None:
    rows = {row["number"]: row for row in csv.DictReader(io.StringIO(text(client, "/spending.csv")))}
    few = rows[world.few.number]
    assert (few["helped"], few["helped_band"], few["payee"]) == ("", "1-4", "受助人")
    assert rows[world.many.number]["helped"] == "12"
    api = client.get(f"/api/v1/spending/{world.few.number}/").json()
    assert (api["helped"], api["amount"], api["payee"]) == (None, "200.00", "受助人")
    assert isinstance(api["log_index"], int)
    everything = text(client, "/spending.csv") + text(client, "/spending.json") + json.dumps(api, ensure_ascii=False)
    assert NAME not in everything


def test_a_reversed_payment_stays_with_its_note(world: World, client: Client) -> None:
    shown = text(client, f"/spending/{world.wrong.number}/")
    assert "重复付款，已退回。" in shown
    assert "已冲销" in shown
    assert "重复付款，已退回。" in text(client, "/spending/")


def test_only_what_was_paid_is_there(world: World, client: Client) -> None:
    assert text(client, f"/spending/{world.hidden.number}/", 404)
    assert text(client, "/spending/330182-2026-P99999999/", 404)
    assert text(client, f"/api/v1/spending/{world.hidden.number}/", 404)


def test_a_released_copy_can_be_had_and_no_other(world: World, client: Client) -> None:
    page = text(client, f"/spending/{world.purchase.number}/")
    address = f"/spending/{world.purchase.number}/documents/{world.released.pk}/"
    assert address in page
    assert f"/documents/{world.offered.pk}/" not in page
    assert text(client, f"/spending/{world.purchase.number}/documents/{world.offered.pk}/", 404)
    assert text(client, f"/spending/{world.many.number}/documents/{world.released.pk}/", 404)
    assert released_file(world.purchase.number, world.released.pk).data_class == "P0"


def test_the_fund_statement_leads_to_the_payment_and_says_why_it_was_reversed(world: World, client: Client) -> None:
    county = world.ground.fund("330182")
    shown = text(client, f"/funds/{county.code}/")
    assert f"/spending/{world.many.number}/" in shown
    assert "重复付款，已退回。" in shown


def test_pages_hold_still_by_keyset_both_ways(world: World) -> None:
    seen: list[str] = []
    page = public_payments(PublicPaymentFilter(), page_size=3)
    seen += [row.number for row in page.rows]
    second = public_payments(PublicPaymentFilter(), page.next, 3)
    seen += [row.number for row in second.rows]
    assert len(seen) == len(set(seen)) == 4
    assert second.next is None
    back = public_payments(PublicPaymentFilter(), second.previous, 3)
    assert [row.number for row in back.rows] == [row.number for row in page.rows]


def test_a_wrong_filter_or_page_is_refused_in_words(world: World, client: Client) -> None:
    assert "没有列出结果" in text(client, "/spending/?area=abc", 400)
    assert "对调" in text(client, "/spending/?from=2026-02-01&to=2026-01-01", 400)
    assert client.get("/api/v1/spending/?page=x").json()["code"] == "page_unreadable"
    assert client.get("/api/v1/spending/?page=n2026-99-99.1").status_code == 400
    assert client.get("/spending.csv?kind=x").status_code == 400


def test_pages_keep_to_their_queries(world: World, client: Client, budget: Callable[[str], Any]) -> None:
    for name, address in (
        ("spending", "/spending/?branch=3301"),
        ("spending_detail", f"/spending/{world.purchase.number}/"),
        ("api_spending", "/api/v1/spending/?branch=3301"),
    ):
        client.get(address)
        with budget(name):
            assert client.get(address).status_code == 200
    with budget("spending_csv"):
        text(client, "/spending.csv")


def test_a_number_is_found_by_the_one_box(world: World, client: Client) -> None:
    response = client.get("/search/", {"q": world.many.number.lower()})
    assert response["Location"] == f"/spending/{world.many.number}/"


def test_the_books_and_the_rows_agree(world: World) -> None:
    assert {name: rows for name, rows in verify_books().items() if rows} == {}
    assert Payment.objects.for_public_display().count() == 4


def test_the_feed_has_each_payment_once_and_a_reversal_first_with_its_note(world: World, client: Client) -> None:
    response = client.get("/feed/spending.xml")
    assert response["Content-Type"].startswith("application/rss+xml")
    channel = ElementTree.fromstring(response.content).find("channel")  # noqa: S314 -- our own answer
    assert channel is not None
    items = [{part.tag: part.text or "" for part in item} for item in channel.findall("item")]
    links = [item["link"].rpartition("/spending/")[2].strip("/") for item in items]
    assert links[0] == world.wrong.number
    assert sorted(links) == sorted(one.number for one in (world.purchase, world.few, world.many, world.wrong))
    assert items[0]["title"].startswith("已冲销：")
    assert "更正说明：重复付款，已退回。" in items[0]["description"]
    assert len({item["guid"] for item in items}) == len(items)
    assert all(parsedate_to_datetime(item["pubDate"]).tzinfo for item in items)
    text = response.content.decode()
    assert NAME not in text
    [few] = [item for item in items if world.few.number in item["link"]]
    assert "受助 少于5人" in few["description"]
    assert "虚构未付公司" not in text


@pytest.mark.parametrize("page", ["/spending/", "/", "/reports/", "/campaigns/", "/disclosure/"])
def test_each_page_names_feeds_that_are_there(world: World, client: Client, page: str) -> None:
    named = re.findall(r'type="application/rss\+xml" title="[^"]+" href="([^"]+)"', client.get(page).content.decode())
    assert named
    for address in named:
        feed = ElementTree.fromstring(client.get(address).content)  # noqa: S314 -- our own answer
        assert feed.find("channel/title") is not None, address
