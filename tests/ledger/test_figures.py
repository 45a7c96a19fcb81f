"""Opening + in - out = closing, for a fund, a branch and a tree; what moved inside does not count."""

import datetime
from contextlib import AbstractContextManager
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import periods
from core.clock import frozen_at, today
from ledger.choices import EntryKind
from ledger.models import Fund
from ledger.selectors.balances import Figures, balance_of, figures, fund_balances
from ledger.selectors.funds import funds_of
from ledger.services import money_holding
from organizations.models import Branch
from organizations.services import move_branch
from tests.ledger.ground import Ground

JANUARY, FEBRUARY = periods.month(2026, 1), periods.month(2026, 2)


def at(day: int, month: int) -> AbstractContextManager[datetime.datetime]:
    return frozen_at(datetime.datetime(2026, month, day, 4, tzinfo=datetime.UTC))


@pytest.fixture
def history(ground: Ground) -> tuple[Ground, Fund, Fund]:
    """January: 100 given above. February: 60 sent down, 40 of it accepted; 7 given and 25 spent below."""
    above, below = ground.fund("3301"), ground.fund("330182")
    with at(5, 1):
        ground.gift(above, "100")
    with at(10, 2):
        ground.accept(ground.send(above, "60"), below, "40")
    with at(15, 2):
        ground.gift(below, "7")
        ground.spend(below, "25")
    return ground, above, below


def money(found: Figures) -> tuple[Decimal, ...]:
    assert found.money is not None
    one = found.money
    assert one.closing == one.opening + one.inflow - one.outflow
    assert one.inflow == sum(flow.quantity for flow in one.flows if flow.is_inflow)
    return one.opening, one.inflow, one.outflow, one.closing, one.in_transit


def test_a_branch_alone_sees_what_it_sent_and_what_is_under_way(history) -> None:
    ground, _above, _below = history
    city = ground.branches["3301"]
    assert money(figures(city, with_below=False, period=JANUARY)) == (0, 100, 0, 100, 0)
    assert money(figures(city, with_below=False, period=FEBRUARY)) == (100, 0, 40, 60, 20)
    county = ground.branches["330182"]
    assert money(figures(county, with_below=False, period=FEBRUARY)) == (0, 47, 25, 22, 0)


@pytest.mark.parametrize("code", ["3301", "33"])
def test_what_moved_inside_a_tree_does_not_count_and_what_is_under_way_counts_once(history, code: str) -> None:
    ground, _above, _below = history
    found = figures(ground.branches[code], with_below=True, period=FEBRUARY)
    assert money(found) == (100, 7, 25, 82, 20)
    assert [(flow.kind, flow.party, flow.is_inflow, flow.quantity) for flow in found.money.flows] == [
        (EntryKind.AID, "beneficiaries", False, 25),
        (EntryKind.GIFT, "givers", True, 7),
    ]


def test_a_tree_beside_sees_nothing(history) -> None:
    ground, _above, _below = history
    found = figures(ground.branches["3303"], with_below=True, period=FEBRUARY)
    assert found == Figures(money=None, goods=(), funds=())


def test_funds_show_what_moved_between_them(history) -> None:
    ground, above, below = history
    lines = {line.fund: line for line in figures(ground.branches["3301"], with_below=True, period=FEBRUARY).funds}
    assert {
        f: (line.opening, line.inflow, line.outflow, line.closing, line.in_transit) for f, line in lines.items()
    } == {
        above: (100, 0, 40, 60, 20),
        below: (0, 47, 25, 22, 0),
    }


def test_a_return_and_a_reversal_stand_on_lines_of_their_own(ground: Ground) -> None:
    fund = ground.fund()
    ground.gift(fund, "10")
    paid = ground.spend(fund, "4")
    ground.reverse(paid)
    ground.reverse(ground.gift(fund, "5"))
    period = periods.day(today())
    found = figures(fund.branch, with_below=False, period=period)
    flows = {(flow.kind, flow.party, flow.is_inflow): flow.quantity for flow in found.money.flows}
    assert flows == {
        ("gift", "givers", True): 15,
        ("aid", "beneficiaries", False): 4,
        ("reversal", "beneficiaries", True): 4,
        ("reversal", "givers", False): 5,
    }
    assert found.money.closing == 10


def test_a_branch_that_moves_takes_no_past_figure_along(history) -> None:
    ground, _above, _below = history
    before = money(figures(ground.branches["3301"], with_below=True, period=FEBRUARY))
    county = Branch.objects.get(code="330182")
    move_branch(branch=county, new_parent=Branch.objects.get(code="3303"), reason="示例调整", actor=None)
    assert money(figures(Branch.objects.get(code="3301"), with_below=True, period=FEBRUARY)) == before
    assert figures(Branch.objects.get(code="3303"), with_below=True, period=FEBRUARY).money is None


def test_money_and_goods_are_apart(ground: Ground) -> None:
    fund, rice = ground.fund(), ground.goods("示例大米", places=3)
    ground.gift(fund, "10")
    ground.post(EntryKind.GOODS_GIFT, ground.move(ground.world("givers", rice), ground.stock(fund, rice), "2.5"))
    found = figures(fund.branch, with_below=False, period=periods.year(ground.approver.created_at.year))
    assert found.money.closing == 10
    assert [(one.unit, one.closing) for one in found.goods] == [(rice, Decimal("2.5"))]
    (held,) = fund_balances(funds_of(fund.branch))
    assert (held.money, [(one.account, one.quantity) for one in held.goods]) == (
        10, [(ground.stock(fund, rice), Decimal("2.5"))]
    )  # fmt: skip


def test_a_balance_is_read_from_its_row(ground: Ground) -> None:
    fund = ground.fund()
    ground.gift(fund, "3")
    assert balance_of(money_holding(fund)) == 3
    assert balance_of(ground.world("givers")) == 0


def test_balances_of_many_funds_take_two_queries(ground: Ground) -> None:
    funds = [ground.fund() for _number in range(4)]
    ground.gift(funds[0], "1")
    ground.send(funds[0], "1")
    with CaptureQueriesContext(connection) as queries:
        found = fund_balances(funds_of(funds[0].branch))
    assert len(queries) == 2
    assert [(one.money, one.in_transit, one.is_empty) for one in found] == [
        (0, 1, False), (0, 0, True), (0, 0, True), (0, 0, True)
    ]  # fmt: skip
