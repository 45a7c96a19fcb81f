"""The pages that anybody may see."""

import csv
import datetime
import io
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client

from donations.selectors.public import Page, PublicGift, PublicGiftFilter, public_gifts
from tests.factories.gifts import post_gifts
from tests.transparency.conftest import HIDDEN_NAMES, ROWS, Public
from transparency.selectors.open_data import GIFT_FIELDS
from transparency.views.public.gift_rows import gift_rows
from transparency.views.public.search import page_of_number

PAGES = {
    "home": "/",
    "donations": "/donations/?branch=3301&from=2026-01-01&to=2026-12-31",
    "donations_by_name": "/donations/?q=" + quote("公司"),
    "search": "/search/?q=" + quote("公司"),
    "branches": "/branches/",
    "branch": "/branches/330106/",
    "disclosure": "/disclosure/",
    "reports": "/reports/",
}
TEXTS = (
    "/about/",
    "/privacy/",
    "/accessibility/",
    "/report-error/",
    "/robots.txt",
    "/sitemap.xml",
    "/feed/disclosure.xml",
)


def body(client: Client, url: str, status: int = 200) -> str:
    response = client.get(url)
    assert response.status_code == status, f"{url}: {response.status_code}"
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return content.decode("utf-8-sig")


@contextmanager
def rolled_back() -> Iterator[None]:
    """Take back at the end what a test added to the database of all."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def read_csv(client: Client, query: str = "") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body(client, "/donations.csv" + query))))


@pytest.mark.parametrize("name", PAGES)
def test_a_page_answers_within_its_query_budget(
    public: Public, client: Client, budget: Callable[[str], Any], name: str
) -> None:
    with budget(name):
        body(client, PAGES[name])


def test_the_list_shows_each_gift_by_its_displayed_name_and_exact_amount(public: Public, client: Client) -> None:
    html = body(client, "/donations/")
    for word, gift in public.gifts.items():
        assert f"/donations/{gift.number}/" in html, word
    assert "虚**" in html
    assert "示例实名丙" in html
    assert "爱心人士" in html
    assert "¥12,345.67" in html


def test_no_hidden_name_stands_in_any_answer(public: Public, client: Client) -> None:
    urls = [*PAGES.values(), *TEXTS, "/donations.csv", "/donations.json", "/api/v1/donations/", "/api/v1/branches/"]
    urls += [f"/donations/{gift.number}/" for gift in public.gifts.values()]
    urls += [f"/api/v1/donations/{gift.number}/" for gift in public.gifts.values()]
    for url in urls:
        answer = body(client, url)
        # The company's own name begins with the masked person's: it is not that person's name.
        answer = answer.replace("虚构甲乙丙有限公司", "")
        for name in HIDDEN_NAMES:
            assert name not in answer, f"{name} in {url}"


@pytest.mark.parametrize(
    ("q", "words"), [("甲乙", {"company"}), ("匿名丁", set()), ("实名丙", {"real"}), ("爱心", {"hidden"})]
)
def test_a_search_finds_only_what_is_displayed(public: Public, client: Client, q: str, words: set[str]) -> None:
    numbers = {row["number"] for row in read_csv(client, f"?q={quote(q)}")}
    assert numbers == {public.gifts[word].number for word in words}


def test_a_search_for_three_characters_compares_the_name_itself_not_pairs_alone(public: Public, client: Client) -> None:
    """甲乙甲 holds the pairs 甲乙 and 乙甲; the name holds only the first."""
    assert read_csv(client, "?q=" + quote("甲乙甲")) == []
    assert len(read_csv(client, "?q=" + quote("甲乙丙"))) == 1


def test_a_reversed_gift_stays_listed_is_marked_and_leaves_the_total(public: Public, client: Client) -> None:
    gift = public.gifts["reversed"]
    html = body(client, "/donations/?branch=330106")
    assert gift.number in html
    assert "已冲销" in html
    standing = [row for word, row in ROWS.items() if word != "reversed"]
    total = sum(Decimal(row["amount"]) for row in standing)
    assert f"¥{total:,.2f}" in html
    assert f">{len(standing)}</strong> 笔" in html
    detail = body(client, f"/donations/{gift.number}/")
    assert "这笔捐赠已冲销" in detail
    assert "示例：重复登记，予以冲销。" in detail


def test_the_trail_says_what_is_known_and_that_use_comes_later(public: Public, client: Client) -> None:
    html = body(client, f"/donations/{public.gifts['masked'].number}/")
    for word in ("已收到", "已入账", "归集到资金池", "拨付与使用", "人民币壹佰元整", "2026-10-03"):
        assert word in html, word


def test_the_trail_keeps_its_query_budget(public: Public, client: Client, budget: Callable[[str], Any]) -> None:
    with budget("donation"):
        body(client, f"/donations/{public.gifts['masked'].number}/")


def test_an_unknown_number_is_not_found_and_says_what_to_do(public: Public, client: Client) -> None:
    assert "请核对后再查" in body(client, "/donations/330106-2026-99999999/", 404)
    body(client, "/branches/999999/", 404)
    body(client, "/reports/33-2026-R00000001/", 404)
    body(client, "/reports/33-2026-R00000001.pdf", 404)


@pytest.mark.parametrize(
    ("query", "field", "sentence"),
    [
        ("branch=9999", "branch", "没有编码为“9999”的红十字会"),
        ("from=2026.13.45", "from", "日期请写成"),
        ("from=2026-02-01&to=2026-01-01", "to", "截止日期早于起始日期"),
        ("from=1900-01-01", "from", "日期超出范围"),
        ("q=%E7%8E%8B", "q", "至少输入两个字"),
        ("min=abc", "min", ""),
        ("min=5&max=1", "max", "金额上限小于下限"),
        ("fund=nowhere", "fund", "没有编码为“nowhere”的资金池"),
        ("kind=love", "kind", ""),
    ],
)
def test_a_wrong_filter_is_refused_at_its_field(
    public: Public, client: Client, query: str, field: str, sentence: str
) -> None:
    html = body(client, f"/donations/?{query}", 400)
    assert f'href="#id_{field}"' in html
    assert sentence in html
    assert "gift-rows" not in html
    error = json.loads(body(client, f"/api/v1/donations/?{query}", 400))
    assert error["code"] == "filter_invalid"
    assert list(error["fields"]) == [field]
    assert sentence in error["fields"][field]
    assert client.get(f"/donations.csv?{query}").status_code == 400


@pytest.mark.parametrize("page", ["zz", "bjIwMjYtMTMtNDUuMQ", "n2026-01-01.1", "%00", "%E5%BC%A0", "A"])
def test_a_cursor_that_is_none_is_refused(public: Public, client: Client, page: str) -> None:
    assert "从第一页重新翻起" in body(client, f"/donations/?page={page}", 400)
    assert json.loads(body(client, f"/api/v1/donations/?page={page}", 400))["code"] == "page_unreadable"


def test_a_formula_reaches_a_spreadsheet_as_text_and_json_as_it_is(public: Public, client: Client) -> None:
    row = next(row for row in read_csv(client) if row["number"] == public.gifts["formula"].number)
    assert row["donor"] == "'=HYPERLINK(虚构公司)"
    rows = json.loads(body(client, "/donations.json"))
    assert next(one for one in rows if one["number"] == row["number"])["donor"] == "=HYPERLINK(虚构公司)"


def test_rare_characters_and_markup_are_shown_as_they_are(public: Public, client: Client) -> None:
    html = body(client, "/donations/")
    assert "虚构𬭎䶮商会" in html
    assert "虚构&lt;b&gt;甲&lt;/b&gt;&amp;公司" in html
    assert "<b>甲</b>" not in html
    assert any(row["donor"] == "虚构𬭎䶮商会" for row in read_csv(client))


def test_csv_and_json_have_the_fields_of_the_contract_in_order(public: Public, client: Client) -> None:
    row = json.loads(body(client, "/donations.json"))[0]
    assert tuple(row) == GIFT_FIELDS
    assert tuple(read_csv(client)[0]) == GIFT_FIELDS
    assert re.fullmatch(r"\d+\.\d\d", row["amount"])
    assert isinstance(row["log_index"], int)


def test_a_download_is_named_and_public_pages_may_be_kept_a_minute(public: Public, client: Client) -> None:
    response = client.get("/donations.csv?branch=3301")
    assert quote("捐赠公示_3301") in response["Content-Disposition"]
    b"".join(response.streaming_content)
    assert client.get("/donations/")["Cache-Control"] == "public, max-age=60"
    assert "Set-Cookie" not in client.get("/donations/").headers


def test_a_page_for_somebody_signed_in_is_kept_by_nobody(public: Public, client: Client) -> None:
    with rolled_back():
        client.force_login(public.clerk)
        assert settings.SESSION_COOKIE_NAME in client.cookies
        assert "no-store" in client.get("/donations/")["Cache-Control"]


def test_a_public_page_is_only_read(public: Public, client: Client) -> None:
    assert client.post("/donations/").status_code == 405
    assert client.head("/donations/").status_code == 200


def test_the_rows_of_the_list_escape_every_text() -> None:
    values: dict[str, Any] = {name: f"<{name}>" for name in ("number", "donor", "branch_name")}
    row = PublicGift(
        1, 1, values["number"], datetime.date(2026, 1, 2), None, values["donor"], "money", Decimal(1),  # type: ignore[arg-type]
        "general", "F", "F", "33", values["branch_name"], None, None,
    )  # fmt: skip
    html = str(gift_rows([row]))
    for name in values:
        assert f"<{name}>" not in html
        assert f"&lt;{name}&gt;" in html


def test_a_number_leads_straight_to_its_page(public: Public, client: Client) -> None:
    number = public.gifts["masked"].number
    assert client.get("/search/", {"q": f" {number.lower()} "})["Location"] == f"/donations/{number}/"
    assert page_of_number("330106-2026-99999999") == ""
    assert "没有找到这个编号" in body(client, "/search/?q=330106-2026-99999999")


def test_the_search_page_finds_branches_and_names(public: Public, client: Client) -> None:
    assert "/branches/3301/" in body(client, "/search/?tab=branches&q=" + quote("杭州"))
    assert public.gifts["company"].number in body(client, "/search/?q=" + quote("有限公司"))
    assert "至少输入两个字" in body(client, "/search/?q=" + quote("王"))


def test_every_figure_of_the_front_page_links_to_the_rows_it_sums(public: Public, client: Client) -> None:
    html = body(client, "/")
    links = re.findall(r'class="stat__link" href="([^"]+)"', html)
    figures = re.findall(r'class="stat__exact">([^<]+)<', html)
    assert len(links) == len(figures) == 6
    for link, figure in zip(links, figures, strict=True):
        assert figure in body(client, link.replace("&amp;", "&"))


def test_a_branch_page_sums_itself_with_all_below_and_links_to_the_rows(public: Public, client: Client) -> None:
    for code in ("33", "3301", "330106"):
        html = body(client, f"/branches/{code}/")
        assert f"/donations/?branch={code}" in html
        links = re.findall(r'class="stat__link" href="([^"]+)"', html)
        figures = re.findall(r'class="stat__exact">([^<]+)<', html)
        assert links == [f"/{name}/?branch={code}" for name in ("donations", "spending", "funds")]
        for link, figure in zip(links, figures, strict=True):
            assert figure in body(client, link), link
    assert "<svg" in body(client, "/branches/3301/")


def test_pages_forward_and_back_show_each_gift_once_while_rows_are_added(public: Public, client: Client) -> None:
    asked = PublicGiftFilter(branch=public.branches["330106"])
    first = public_gifts(asked, page_size=3)
    with rolled_back():
        _page_on(public, asked, first)


def _page_on(public: Public, asked: PublicGiftFilter, first: Page) -> None:
    late = {"donor": "虚构新增公司", "amount": "5.00", "received_on": "2026-10-30", "donor_kind": "organisation"}
    post_gifts(public.branches["330106"], [late], public.clerk, public.approver)
    second = public_gifts(asked, first.next, page_size=3)
    third = public_gifts(asked, second.next, page_size=3)
    seen = [gift.number for page in (first, second, third) for gift in page.rows]
    assert seen == [public.gifts[word].number for word in reversed(ROWS)]
    assert third.next is None
    assert public_gifts(asked, second.previous, page_size=3).rows == first.rows
    assert public_gifts(asked, third.previous, page_size=3).rows == second.rows
