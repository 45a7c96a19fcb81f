"""Funds are opened under codes without gap and closed empty, with a successor."""

import datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from core.errors import NotAllowed
from ledger.errors import LedgerConflict, LedgerError
from ledger.models import Fund
from ledger.services import FundTerms, close_fund, ensure_default_fund, open_fund
from tests.factories.people import make_person
from tests.ledger.ground import DAY, Ground


@pytest.fixture
def finance(ground: Ground):
    return make_person("bing.finance", "finance", ground.branches["330182"])


def opened(ground: Ground, actor, name: str = "示例专项", **terms: object) -> Fund:
    return open_fund(branch=ground.branches["330182"], terms=FundTerms(name=name, **terms), on=DAY, actor=actor)


def test_codes_run_without_gap(ground: Ground, finance) -> None:
    first = opened(ground, finance, "甲专项", purpose="助学")
    with pytest.raises(LedgerConflict) as refused:
        opened(ground, finance, "甲专项", purpose="助学")
    assert refused.value.code == "fund_name_taken"
    second = opened(ground, finance, "乙专项")
    assert (first.code, second.code) == ("330182-F1", "330182-F2")
    assert (first.is_restricted, second.is_restricted) == (True, False)


def test_a_default_fund_is_made_once(ground: Ground) -> None:
    branch = ground.branches["330182"]
    fund = ensure_default_fund(branch=branch, on=DAY, actor=None)
    assert (fund.name, fund.code, fund.is_default, fund.is_restricted) == (
        "日常捐赠（非定向）",
        "330182-F1",
        True,
        False,
    )
    assert ensure_default_fund(branch=branch, on=DAY, actor=None) == fund


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"name": " "}, "name"),
        ({"fee_rate": Decimal("0.05")}, "fee_rate"),
        ({"fee_rate": Decimal(1), "purpose": "助学"}, "fee_rate"),
        ({"fee_rate": Decimal("0.00001"), "purpose": "助学"}, "fee_rate"),
    ],
)
def test_terms_that_are_wrong_name_their_field(ground: Ground, finance, over: dict, field: str) -> None:
    with pytest.raises(LedgerError) as refused:
        opened(ground, finance, **over)
    assert field in refused.value.fields


def test_only_those_with_the_right_open_and_close(ground: Ground, finance) -> None:
    with pytest.raises(NotAllowed):
        opened(ground, ground.clerk)
    fund, other = opened(ground, finance, "甲"), opened(ground, finance, "乙")
    with pytest.raises(NotAllowed):
        close_fund(fund=fund, successor=other, on=DAY, actor=ground.clerk)


def test_a_fund_that_holds_anything_is_not_closed(ground: Ground, finance) -> None:
    fund, other = opened(ground, finance, "甲"), opened(ground, finance, "乙")
    ground.gift(fund, "10")
    sent = ground.send(fund, "10")
    with pytest.raises(LedgerError) as refused:
        close_fund(fund=fund, successor=other, on=DAY, actor=finance)
    assert "10.00" in refused.value.message
    assert "在途" in refused.value.message
    ground.send_back(sent, "10")
    with pytest.raises(LedgerError):
        close_fund(fund=fund, successor=other, on=DAY, actor=finance)
    ground.spend(fund, "10")
    assert not close_fund(fund=fund, successor=other, on=DAY, actor=finance).is_open
    with pytest.raises(LedgerError) as refused:
        ground.gift(fund, "1")
    assert refused.value.code == "fund_closed"
    with pytest.raises(LedgerConflict):
        close_fund(fund=fund, successor=other, on=DAY, actor=finance)


def test_a_successor_is_another_open_fund_of_the_branch(ground: Ground, finance) -> None:
    fund, other = opened(ground, finance, "甲"), opened(ground, finance, "乙")
    for wrong in (fund, ground.fund("3303")):
        with pytest.raises(LedgerError) as refused:
            close_fund(fund=fund, successor=wrong, on=DAY, actor=finance)
        assert refused.value.code == "successor_does_not_fit"
    close_fund(fund=other, successor=fund, on=DAY, actor=finance)
    with pytest.raises(LedgerError):
        close_fund(fund=fund, successor=other, on=DAY, actor=finance)


@pytest.mark.parametrize(
    "change",
    [{"purpose": "别的"}, {"fee_rate": Decimal("0.5")}, {"code": "X"}, {"opened_on": DAY - datetime.timedelta(days=1)}],
)
def test_what_a_fund_is_for_is_not_changed(ground: Ground, finance, change: dict) -> None:
    fund = opened(ground, finance, purpose="助学")
    with pytest.raises(IntegrityError), transaction.atomic():
        Fund.objects.filter(pk=fund.pk).update(**change)


def test_a_fund_is_neither_deleted_nor_opened_again(ground: Ground, finance) -> None:
    fund, other = opened(ground, finance, "甲"), opened(ground, finance, "乙")
    close_fund(fund=fund, successor=other, on=DAY, actor=finance)
    with pytest.raises(IntegrityError), transaction.atomic():
        Fund.objects.filter(pk=fund.pk).update(closed_on=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        Fund.objects.filter(pk=other.pk).delete()
