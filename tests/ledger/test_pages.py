"""Funds and opening balances at the desk: who sees what, and the way through the pages."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from ledger.models import Fund, OpeningBatch
from tests.factories.people import make_person
from tests.ledger.ground import Ground

HEADER = "资金池编码,计量对象,数量,截至日期,仓库,依据\n"


@pytest.fixture
def finance(ground: Ground):
    return make_person("bing.finance", "finance", ground.branches["330182"])


@pytest.fixture
def client_of(client: Client):
    def sign_in(person) -> Client:
        client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return sign_in


def text(response) -> str:
    return response.content.decode()


def test_strangers_are_sent_to_sign_in(ground: Ground, client: Client) -> None:
    fund = ground.fund()
    for url in (reverse("desk_funds"), reverse("desk_fund", args=[fund.code]), reverse("desk_opening")):
        response = client.get(url)
        assert response.status_code == 302
        assert "/accounts/login/" in response["Location"]


def test_a_clerk_without_the_right_is_refused(ground: Ground, client_of) -> None:
    assert client_of(ground.clerk).get(reverse("desk_funds")).status_code == 403


def test_people_of_another_branch_find_nothing(ground: Ground, client_of) -> None:
    fund = ground.fund()
    elsewhere = make_person("wu.finance", "finance", ground.branches["3303"])
    client = client_of(elsewhere)
    assert client.get(reverse("desk_fund", args=[fund.code])).status_code == 404
    assert client.get(reverse("desk_funds"), {"branch": "330182"}).status_code == 404
    assert client.get(reverse("desk_fund", args=["330182-F99"])).status_code == 404


def test_an_auditor_above_reads_and_manages_nothing(ground: Ground, client_of) -> None:
    fund = ground.fund()
    auditor = make_person("ji.auditor", "auditor", ground.branches["33"], with_below=True)
    client = client_of(auditor)
    page = client.get(reverse("desk_fund", args=[fund.code]))
    assert page.status_code == 200
    assert reverse("desk_fund_close", args=[fund.code]) not in text(page)
    assert client.get(reverse("desk_fund_close", args=[fund.code])).status_code == 403
    assert client.get(reverse("desk_fund_new"), {"branch": "330182"}).status_code == 403


def test_the_list_shows_what_funds_hold(ground: Ground, finance, client_of) -> None:
    fund = ground.fund()
    ground.gift(fund, "1234.50")
    ground.send(fund, "34.50")
    page = text(client_of(finance).get(reverse("desk_funds")))
    assert "¥1,200.00" in page
    assert "¥34.50" in page


def test_a_fund_is_opened_and_closed_on_pages(ground: Ground, finance, client_of) -> None:
    client = client_of(finance)
    new = reverse("desk_fund_new") + "?branch=330182"
    wrong = client.post(new, {"name": "", "on": "2026-03-01"})
    assert "error-summary" in text(wrong)
    assert "没有这个区划代码" in text(client.post(new, {"name": "甲", "on": "2026-03-01", "area": "99"}))
    for name in ("甲专项", "乙专项"):
        made = client.post(new, {"name": name, "on": "2026-03-01", "purpose": "助学", "fee_rate": "0.05"})
        assert made.status_code == 302
    first, second = Fund.objects.order_by("pk")
    close = reverse("desk_fund_close", args=[first.code])
    values = {"successor": second.pk, "on": "2026-03-02"}
    asked = client.post(close, values)
    assert "确认关闭" in text(asked)
    assert Fund.objects.get(pk=first.pk).is_open
    assert client.post(close, {**values, "step": "do"}).status_code == 302
    assert not Fund.objects.get(pk=first.pk).is_open
    assert second.name in text(client.get(reverse("desk_fund", args=[first.code])))


def test_a_fund_that_holds_money_is_not_closed_on_the_page(ground: Ground, finance, client_of) -> None:
    fund, other = ground.fund(), ground.fund()
    ground.gift(fund, "10")
    values = {"successor": other.pk, "on": "2026-03-02", "step": "do"}
    page = text(client_of(finance).post(reverse("desk_fund_close", args=[fund.code]), values))
    assert "还有 10.00" in page
    assert Fund.objects.get(pk=fund.pk).is_open


def test_opening_balances_go_the_whole_way_on_pages(ground: Ground, finance, client_of) -> None:
    fund, other = ground.fund(), make_person("ding.finance", "finance", ground.branches["330182"])
    client = client_of(finance)

    def upload(body: str):
        file = SimpleUploadedFile("期初.csv", (HEADER + body).encode())
        return client.post(reverse("desk_opening"), {"branch": "330182", "file": file})

    assert "第 2 行“资金池编码”" in text(upload("X,,1,2025-12-31,,\n"))
    assert upload(f"{fund.code},,500,2025-12-31,,审计报告\n").status_code == 302
    batch = OpeningBatch.objects.unscoped("test").get()
    page = reverse("desk_opening_batch", args=[batch.pk])
    assert "¥500.00" in text(client.get(page))
    client.post(reverse("desk_opening_submit", args=[batch.pk]))
    assert "须由另一位同事审核" in text(client.get(page))
    assert "另一人审核" in text(client.post(reverse("desk_opening_approve", args=[batch.pk]), follow=True))
    client = client_of(other)
    assert client.get(reverse("desk_opening_approve", args=[batch.pk])).status_code == 405
    client.post(reverse("desk_opening_approve", args=[batch.pk]))
    assert ground.money(fund) == 500
    assert "已入账" in text(client.get(page))
    assert batch.file_name in text(client.get(reverse("desk_opening")))


def test_the_template_is_a_csv_that_a_spreadsheet_reads(ground: Ground, finance, client_of) -> None:
    response = client_of(finance).get(reverse("desk_opening_template"))
    assert response.content.startswith(b"\xef\xbb\xbf")
    written = response.content.decode("utf-8-sig").strip().replace('"', "")
    assert written == HEADER.strip()


@pytest.mark.parametrize("count", [1, 6])
def test_the_list_takes_the_same_queries_however_many_funds(
    ground: Ground, finance, client_of, count: int, django_assert_max_num_queries
) -> None:
    for _number in range(count):
        ground.gift(ground.fund(), "1")
    client = client_of(finance)
    client.get(reverse("desk_funds"))
    with django_assert_max_num_queries(14):
        client.get(reverse("desk_funds"))
