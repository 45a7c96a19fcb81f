"""Gifts whose payer the bank did not name wait for their givers, with what the line tells, sealed."""

from __future__ import annotations

import pytest
from django.test import Client

from core.sealed import matching
from donations.models import UnidentifiedGift
from reconciliation.services.batching import make_batch
from reconciliation.services.pooling import pool_unnamed
from tests.reconciliation.files import Made, icbc
from tests.reconciliation.ground import Ground

pytestmark = pytest.mark.django_db
LINES = [
    Made("2026-01-05", "500.00", "示例甲乙", account="6222000000001234"),
    Made("2026-01-09", "88.00", "", "现金存入", account="6222000000005678"),
    Made("2026-01-10", "66.00", "", "现金存入"),
]


def pooled(ground: Ground) -> list[UnidentifiedGift]:
    return list(UnidentifiedGift.objects.unscoped("test").order_by("pk"))


def test_only_gifts_without_a_payer_go_in_and_once(ground: Ground) -> None:
    statement = ground.read(icbc(LINES))
    assert pool_unnamed(statement=statement, actor=ground.clerk) == 0
    batch = make_batch(statement_id=statement.pk, fund=ground.fund, actor=ground.clerk)
    assert pool_unnamed(statement=statement, actor=ground.clerk) == 0
    ground.post(batch)
    assert pool_unnamed(statement=statement, actor=ground.clerk) == 2
    assert pool_unnamed(statement=statement, actor=ground.clerk) == 0
    gifts = ground.gifts(batch)
    assert [row.donation_id for row in pooled(ground)] == [gifts[1].pk, gifts[2].pk]
    found = UnidentifiedGift.objects.unscoped("test").filter(matching(UnidentifiedGift, "account", "5678"))
    assert [row.donation_id for row in found] == [gifts[1].pk]
    assert ground.lines(statement)[1].outcome == "gift"


def test_the_statements_page_offers_it_while_there_are_some(ground: Ground, client: Client) -> None:
    statement = ground.read(icbc(LINES))
    ground.post(make_batch(statement_id=statement.pk, fund=ground.fund, actor=ground.clerk))
    client.force_login(ground.clerk, backend="allauth.account.auth_backends.AuthenticationBackend")
    address = f"/desk/reconciliation/statements/{statement.number}/"
    assert "列入待认领（2 笔）" in client.get(address).content.decode()
    page = client.post(address + "pool/", follow=True).content.decode()
    assert "2 笔已列入待认领" in page
    assert "列入待认领（" not in page
