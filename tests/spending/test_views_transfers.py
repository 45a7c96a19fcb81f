"""Transfers at the desk: from a draft to the other branch's books, by pages alone."""

from __future__ import annotations

import datetime
import re
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core.clock import today
from spending.models import Transfer
from tests.spending.ground import Ground

pytestmark = pytest.mark.django_db


def client_of(ground: Ground, login: str) -> Client:
    client = Client()
    client.force_login(ground.person(login), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def page(client: Client, name: str, *args: str, **query: str) -> str:
    response = client.get(reverse(name, args=args), query)
    assert response.status_code == 200
    return response.content.decode()


def post(client: Client, name: str, *args: str, **values: Any) -> str:
    response = client.post(reverse(name, args=args), values, follow=True)
    assert response.status_code == 200
    return response.content.decode()


def form_values(fund: Any, **over: Any) -> dict[str, Any]:
    return {
        "fund": fund.code,
        "to_branch": "3301",
        "amount": "1，234.50",
        "use": "示例救灾物资采购",
        "decision": "示例会议纪要1号",
        "expected_on": (today() + datetime.timedelta(days=3)).isoformat(),
        "key": str(uuid.uuid4()),
        **over,
    }


def test_a_transfer_goes_all_the_way_by_pages(ground: Ground) -> None:
    fund, to_fund = ground.fund("33"), ground.fund("3301")
    ground.give(fund, "2000")
    clerk, approver = client_of(ground, "33.clerk"), client_of(ground, "33.approver")
    shown = page(clerk, "desk_transfer_new")
    assert "¥2,000.00" in shown
    assert re.findall(r'<option value="(33[0-9]*)">', shown) == ["3301", "330106", "330182", "3303", "330302"]
    saved = post(clerk, "desk_transfer_new", **form_values(fund))
    assert "拨付单已保存" in saved
    number = Transfer.objects.unscoped("test").get().number
    assert "将" not in post(clerk, "desk_transfer_step", number, "submit", note="")
    confirm = page(approver, "desk_transfer_step", number, "send")
    assert "人民币壹仟贰佰叁拾肆元伍角整" in confirm
    assert "现有 ¥2,000.00，拨出后 ¥765.50" in confirm
    assert "款项在途" in post(approver, "desk_transfer_step", number, "send", sent_on=today().isoformat())
    below, second = client_of(ground, "3301.clerk"), client_of(ground, "3301.approver")
    assert number in page(below, "desk_transfers", show="receive")
    arrival = {
        "received_on": today().isoformat(),
        "accepted": "1234.50",
        "fund": to_fund.code,
        "sent_back": "0",
        "lost": "0",
    }
    assert "须由本会另一人确认" in post(below, "desk_transfer_receive", number, **arrival)
    assert "现在不能办理" in page(below, "desk_transfer_step", number, "confirm")
    assert number in page(second, "desk_transfers", show="confirm")
    assert "已确认签收并入账" in post(second, "desk_transfer_step", number, "confirm")
    again = post(second, "desk_transfer_step", number, "confirm")
    assert "没有重复记账" in again
    assert ground.money(to_fund) == Decimal("1234.50")
    assert "已全额签收" in page(client_of(ground, "above"), "desk_transfer", number)


def test_a_refusal_stands_at_its_field_and_keeps_what_was_typed(ground: Ground) -> None:
    fund = ground.fund("3301")
    shown = post(
        client_of(ground, "3301.clerk"), "desk_transfer_new", **form_values(fund, to_branch="330182", amount="0")
    )
    assert "金额必须大于零" in shown
    assert "示例会议纪要1号" in shown


def test_a_transfer_outside_ones_branches_is_not_there(ground: Ground) -> None:
    fund = ground.fund("33")
    ground.give(fund, "100")
    transfer = ground.sent(fund, "3301", "100")
    for login in ("330182.clerk", "3303.clerk"):
        assert client_of(ground, login).get(reverse("desk_transfer", args=[transfer.number])).status_code == 404
    assert (
        client_of(ground, "above").post(reverse("desk_transfer_step", args=[transfer.number, "confirm"])).status_code
        == 403
    )


def test_what_is_late_is_counted_and_said(ground: Ground) -> None:
    fund = ground.fund("33")
    ground.give(fund, "100")
    late = ground.sent(fund, "3301", "100", expected_on=today() - datetime.timedelta(days=1))
    for login in ("33.clerk", "3301.clerk", "above"):
        client = client_of(ground, login)
        assert late.number in page(client, "desk_transfers", show="overdue")
        assert "逾期未到" in page(client, "desk_transfer", late.number)
    csv = b"".join(client_of(ground, "above").get(reverse("desk_transfers_csv"), {"show": "overdue"}).streaming_content)
    assert late.number in csv.decode()


def test_the_list_asks_the_database_as_often_for_many_as_for_few(
    ground: Ground, django_assert_max_num_queries: Any
) -> None:
    fund = ground.fund("33")
    for _n in range(6):
        ground.drafted(fund, "3301", "1")
    client = client_of(ground, "33.clerk")
    page(client, "desk_transfers")
    with django_assert_max_num_queries(12):
        page(client, "desk_transfers")
