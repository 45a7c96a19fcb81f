"""The public API, version 1."""

import csv
import io
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as rounds
from hypothesis import strategies as st
from rest_framework.throttling import AnonRateThrottle

from tests.transparency.conftest import Public
from transparency.selectors.open_data import GIFT_FIELDS


def get(client: Client, url: str, params: dict[str, Any] | None = None, status: int = 200) -> Any:
    response = client.get(url, params or {})
    assert response.status_code == status, response.content
    return json.loads(response.content)


def pages(client: Client, url: str, params: dict[str, Any]) -> list[dict[str, Any]]:
    page = get(client, url, params)
    rows = page["results"]
    while page["next"]:
        page = get(client, page["next"])
        rows += page["results"]
    return rows


def test_a_gift_has_the_fields_of_the_contract(public: Public, client: Client) -> None:
    gift = public.gifts["company"]
    row = get(client, f"/api/v1/donations/{gift.number}/")
    assert tuple(row) == GIFT_FIELDS
    assert row["amount"] == "12345.67"
    assert row["currency"] == "CNY"
    assert row["donor"] == "虚构甲乙丙有限公司"
    assert row["branch"] == "330106"
    assert row["status"] == "posted"
    assert row["trail"] == f"/donations/{gift.number}/"
    assert row["posted_at"].endswith("+08:00")


def test_a_reversed_gift_carries_its_note(public: Public, client: Client) -> None:
    row = get(client, f"/api/v1/donations/{public.gifts['reversed'].number}/")
    assert (row["status"], row["correction_note"]) == ("reversed", "示例：重复登记，予以冲销。")


def test_lists_are_cursor_pages(public: Public, client: Client, budget: Callable[[str], Any]) -> None:
    with budget("api_donations"):
        page = get(client, "/api/v1/donations/", {"branch": "3301", "page_size": 3})
    assert list(page) == ["results", "next", "previous"]
    assert len(page["results"]) == 3
    assert page["previous"] is None
    second = get(client, page["next"])
    assert get(client, second["previous"])["results"] == page["results"]


def test_every_list_keeps_its_query_budget(public: Public, client: Client, budget: Callable[[str], Any]) -> None:
    with budget("api_branches"):
        get(client, "/api/v1/branches/")
    with budget("api_reports"):
        get(client, "/api/v1/reports/")


def test_branches_are_listed_with_their_parents(public: Public, client: Client) -> None:
    rows = {row["code"]: row for row in pages(client, "/api/v1/branches/", {"page_size": 2})}
    assert set(rows) == set(public.branches)
    assert rows["330106"]["parent"] == "3301"
    assert rows["33"]["parent"] is None
    below = {row["code"] for row in pages(client, "/api/v1/branches/", {"branch": "3301"})}
    assert below == {"3301", "330106", "330182"}


@pytest.mark.parametrize("size", ["0", "501", "-1", "ten", "1e3", "९"])
def test_a_page_size_out_of_bounds_is_refused(public: Public, client: Client, size: str) -> None:
    error = get(client, "/api/v1/donations/", {"page_size": size}, 400)
    assert error["code"] == "page_size_invalid"
    assert list(error) == ["code", "message", "fields"]


def test_errors_have_one_shape(public: Public, client: Client) -> None:
    for url, status in (
        ("/api/v1/donations/nothing/", 404),
        ("/api/v1/reports/nothing/", 404),
        ("/api/v1/branches/?branch=9", 404),
    ):
        assert list(get(client, url, status=status)) == ["code", "message", "fields"]
    assert client.post("/api/v1/donations/", {}).status_code == 405


def test_the_description_of_the_api_holds_without_warnings(tmp_path: Any) -> None:
    target = tmp_path / "schema.yml"
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(target))
    text = target.read_text(encoding="utf-8")
    for path in ("/api/v1/donations/", "/api/v1/branches/", "/api/v1/reports/{number}/"):
        assert f"{path}:" in text


def test_the_api_is_explained_on_a_page(public: Public, client: Client) -> None:
    html = client.get("/api/v1/docs/").content.decode()
    for field in GIFT_FIELDS:
        assert f"<code>{field}</code>" in html


def test_callers_are_throttled(public: Public, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AnonRateThrottle, "THROTTLE_RATES", {"anon": "2/min"})
    answers = [client.get("/api/v1/reports/", REMOTE_ADDR="192.0.2.77").status_code for _ in range(3)]
    assert answers == [200, 200, 429]


FILTERS = st.fixed_dictionaries(
    {},
    optional={
        "branch": st.sampled_from(["33", "3301", "330106", "3303", "330302"]),
        "from": st.sampled_from(["2025-01-01", "2026-10-05", "2026-10-08"]),
        "to": st.sampled_from(["2026-10-08", "2026-12-31"]),
        "q": st.sampled_from(["公司", "有限", "虚构", "爱心", "查无"]),
        "min": st.sampled_from(["0.01", "20", "300"]),
        "max": st.sampled_from(["300", "12345.67"]),
        "kind": st.sampled_from(["money", "goods"]),
    },
)


@rounds(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(params=FILTERS)
def test_page_files_and_api_give_the_same_rows_and_sum(public: Public, client: Client, params: dict[str, str]) -> None:
    listed = pages(client, "/api/v1/donations/", {**params, "page_size": 2})
    as_json = json.loads(b"".join(client.get("/donations.json", params).streaming_content))
    text = b"".join(client.get("/donations.csv", params).streaming_content).decode("utf-8-sig")
    as_csv = list(csv.DictReader(io.StringIO(text)))
    numbers = [row["number"] for row in listed]
    assert numbers == [row["number"] for row in as_json] == [row["number"] for row in as_csv]
    sums = [sum((Decimal(row["amount"]) for row in rows), Decimal(0)) for rows in (listed, as_json, as_csv)]
    assert len(set(sums)) == 1
    html = client.get("/donations/", params).content.decode()
    assert all(f">{number}</a>" in html for number in numbers)
    assert html.count("data-label=") == 7 * len(numbers)
    if not {"q", "min", "max"} & set(params) and numbers:
        standing = sum(Decimal(row["amount"]) for row in listed if row["status"] == "posted")
        assert f"¥{standing:,.2f}" in html
