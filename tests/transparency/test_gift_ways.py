"""The way of a gift in public: every transfer and payment it went through, nobody named, every yuan in one place."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from core.clock import today
from donations.models import Donation
from donations.selectors.public import public_gift
from ledger.models import Fund
from spending.services.reversing import approve_reversal, request_reversal
from tests.factories.gifts import post_gifts, reverse_gift
from tests.spending.ground import STANDING, Ground
from tests.standing import Standing
from transparency.selectors.gift_ways import LISTED, GiftWay, gift_way

pytestmark = pytest.mark.django_db
GIVER, HELPED = "示例甲乙", "示例丙丁"


@pytest.fixture(scope="session")
def the_ground() -> Standing[Ground]:
    """The ground that each of these tests takes fresh."""
    return STANDING


@pytest.fixture
def ground(standing: Standing[Ground], db: None) -> Ground:
    return standing.fresh()


def given(ground: Ground, fund: Fund, *amounts: str) -> list[Donation]:
    rows = [{"donor": GIVER, "amount": amount, "received_on": today(), "donor_kind": "person"} for amount in amounts]
    code = fund.branch.code
    return post_gifts(fund.branch, rows, ground.person(f"{code}.clerk"), ground.person(f"{code}.approver"), fund)


def way_of(gift: Donation) -> GiftWay:
    way = gift_way(public_gift(gift.number))
    assert sum(place.amount for place in way.places) == way.total == gift.amount
    return way


def places(way: GiftWay) -> dict[str, Decimal]:
    return {place.label: place.amount for place in way.places if place.amount}


def shown(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return response.content.decode()


def test_a_gift_that_was_not_used_says_so_and_lies_in_its_fund(ground: Ground) -> None:
    (gift,) = given(ground, ground.fund("3301"), "100")
    way = way_of(gift)
    assert places(way) == {"在资金池中": Decimal(100)}
    assert [step.state for step in way.steps] == ["done", "done", "current", "future"]
    assert "还没有使用" in way.steps[-1].text


def test_a_gift_leads_through_a_transfer_to_the_payments_it_paid(ground: Ground, client: Client) -> None:
    city, county = ground.fund("3301"), ground.fund("330182")
    first, second = given(ground, city, "100", "200")
    ground.arrived(ground.sent(city, "330182", "150"), county)
    ground.sent(city, "330182", "70")
    payment = ground.paid(county, "120")
    assert places(way_of(first)) == {"已使用": Decimal(100)}
    way = way_of(second)
    # Of the second's 200: 50 arrived below, 20 of these were paid, 70 are under way, 80 never left.
    assert places(way) == {"已使用": Decimal(20), "在资金池中": Decimal(110), "拨付在途": Decimal(70)}
    texts = [step.text for step in way.steps]
    assert any("¥20.00 用于" in text and "虚构示例物资有限公司" in text and "共 ¥120.00" in text for text in texts)
    assert [step.title for step in way.steps][3:] == ["拨付", "签收", "拨付", "使用", "余下部分"]
    page = shown(client, f"/donations/{second.number}/")
    for address in (f"/spending/{payment.number}/", f"/funds/{city.code}/", f"/funds/{county.code}/"):
        assert f'href="{address}"' in page
        shown(client, address)


def test_no_person_stands_in_the_way_of_a_gift(ground: Ground, client: Client) -> None:
    fund = ground.fund("3301")
    (gift,) = given(ground, fund, "100")
    ground.paid(
        fund,
        "60",
        kind="aid",
        purpose="aid",
        payee_kind="person",
        payee_name="",
        payee_person=HELPED,
        payee_account="虚构账号77",
        helped_count=1,
        use="示例说明不公开",
    )
    page = shown(client, f"/donations/{gift.number}/")
    assert "受助人" in page
    assert all(word not in page for word in (GIVER, HELPED, "虚构账号77", "示例说明不公开"))


def test_a_payment_that_was_taken_back_shows_both_and_the_money_is_there_again(ground: Ground) -> None:
    fund = ground.fund("3301")
    (gift,) = given(ground, fund, "100")
    wrong = ground.paid(fund, "30")
    asked = request_reversal(
        payment_id=wrong.pk, reason="重复", public_note="重复付款。", actor=ground.person("3301.clerk")
    )
    approve_reversal(reversal_id=asked.pk, actor=ground.person("3301.approver"))
    way = way_of(gift)
    assert places(way) == {"在资金池中": Decimal(100)}
    assert [step.title for step in way.steps][3:] == ["使用", "退回", "余下部分"]


def test_a_reversed_gift_ends_with_its_note(ground: Ground) -> None:
    (gift,) = given(ground, ground.fund("3301"), "100")
    reverse_gift(gift, ground.person("3301.clerk"), ground.person("3301.approver"), "示例：重复登记。")
    way = way_of(gift)
    assert places(way) == {"已冲销或退还": Decimal(100)}
    assert way.steps[-1].title == "已冲销或退还"
    assert "示例：重复登记。" in way.steps[-1].text


def test_many_payments_are_told_together_and_add_up(ground: Ground, client: Client) -> None:
    fund = ground.fund("3301")
    (gift,) = given(ground, fund, "1000")
    for number in range(LISTED + 1):
        ground.paid(fund, "2", use=f"示例采购{number}")
    way = way_of(gift)
    assert way.is_summarised
    assert places(way) == {"已使用": Decimal(2 * (LISTED + 1)), "在资金池中": Decimal(1000 - 2 * (LISTED + 1))}
    assert sum(f"共 {LISTED + 1} 笔" in step.text for step in way.steps) == 1
    assert "合并列出" in shown(client, f"/donations/{gift.number}/")


def test_the_page_of_a_used_gift_keeps_its_budget(ground: Ground, client: Client, budget: Callable[[str], Any]) -> None:
    city, county = ground.fund("3301"), ground.fund("330182")
    (gift,) = given(ground, city, "1000")
    for amount in ("100", "200", "300"):
        ground.arrived(ground.sent(city, "330182", amount), county)
        ground.paid(county, "50")
    shown(client, f"/donations/{gift.number}/")
    with budget("donation"):
        shown(client, f"/donations/{gift.number}/")
