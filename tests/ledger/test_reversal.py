"""What was posted is taken back by a new entry, at most once, and never from another giver."""

import datetime
from decimal import Decimal

import pytest

from ledger.choices import EntryKind
from ledger.errors import AlreadySpent, LedgerConflict, LedgerError
from ledger.models import Fund, Movement
from ledger.services import money_holding
from tests.ledger.ground import DAY, Ground


def close(fund: Fund, successor: Fund) -> None:
    fund.closed_on, fund.successor = DAY, successor
    fund.save()


def test_a_reversed_gift_leaves_a_hole_in_its_own_place(ground: Ground) -> None:
    fund = ground.fund()
    ground.gift(fund, "10")
    gift = ground.gift(fund, "20")
    ground.gift(fund, "30")
    back = ground.only(ground.reverse(gift))
    assert (back.hole_from, back.quantity, back.out_from, back.in_from) == (10, 20, None, None)
    assert back.destination == ground.world("givers")
    assert ground.money(fund) == 40
    # What follows moves up: all that is left can be spent.
    ground.spend(fund, "40")
    assert ground.money(fund) == 0


def test_a_gift_is_reversed_once(ground: Ground) -> None:
    fund = ground.fund()
    gift = ground.gift(fund, "10")
    ground.gift(fund, "10")
    ground.reverse(gift)
    with pytest.raises(LedgerConflict) as refused:
        ground.reverse(gift)
    assert refused.value.code == "reversed_already"
    assert ground.money(fund) == 10


def test_the_same_reversal_again_gives_the_one_that_is_there(ground: Ground) -> None:
    gift = ground.gift(ground.fund(), "10")
    first = ground.reverse(gift, key="r", quantity=Decimal(4))
    assert ground.reverse(gift, key="r", quantity=Decimal(4)) == first
    with pytest.raises(LedgerConflict) as refused:
        ground.reverse(gift, key="r", quantity=Decimal(5))
    assert refused.value.code == "key_used"


def test_a_gift_spent_in_part_is_not_taken_from_another_giver(ground: Ground) -> None:
    fund = ground.fund()
    gift = ground.gift(fund, "100")
    ground.gift(fund, "50")
    ground.spend(fund, "30")
    with pytest.raises(AlreadySpent) as refused:
        ground.reverse(gift)
    assert "70.00" in refused.value.message
    assert "垫付" in refused.value.message
    ground.reverse(gift, quantity=Decimal(70))
    assert ground.money(fund) == 50
    with pytest.raises(AlreadySpent) as refused:
        ground.reverse(gift)
    assert "0.00" in refused.value.message


def test_parts_are_taken_out_around_what_was_taken_before(ground: Ground) -> None:
    fund = ground.fund()
    gift = ground.gift(fund, "100")
    ground.gift(fund, "100")
    ground.reverse(gift, quantity=Decimal(10))
    ground.spend(fund, "20")
    ground.reverse(gift, quantity=Decimal(5))
    holes = Movement.objects.filter(hole_from__isnull=False).order_by("id").values_list("hole_from", "quantity")
    assert list(holes) == [(90, 10), (85, 5)]
    ground.reverse(gift, quantity=Decimal(65))
    assert ground.money(fund) == 100
    with pytest.raises(AlreadySpent):
        ground.reverse(gift)


def test_a_hole_before_moves_what_follows_so_that_it_counts_as_spent_sooner(ground: Ground) -> None:
    fund = ground.fund()
    first, second = ground.gift(fund, "10"), ground.gift(fund, "10")
    ground.reverse(first)
    ground.spend(fund, "4")
    with pytest.raises(AlreadySpent) as refused:
        ground.reverse(second)
    assert "6.00" in refused.value.message
    ground.reverse(second, quantity=Decimal(6))
    assert ground.money(fund) == 0


def test_a_reversed_payment_comes_back_at_the_end(ground: Ground) -> None:
    fund = ground.fund()
    ground.gift(fund, "100")
    paid = ground.spend(fund, "40")
    one = ground.only(ground.reverse(paid, quantity=Decimal(15)))
    two = ground.only(ground.reverse(paid))
    assert [(m.in_from, m.back_from, m.quantity) for m in (one, two)] == [(100, 0, 15), (115, 15, 25)]
    assert ground.money(fund) == 100
    with pytest.raises(LedgerConflict):
        ground.reverse(paid)


def test_a_transfer_under_way_is_reversed_into_the_fund(ground: Ground) -> None:
    above, below = ground.fund("3301"), ground.fund("330182")
    ground.gift(above, "100")
    sent = ground.send(above, "60")
    ground.accept(sent, below, "20")
    with pytest.raises(AlreadySpent) as refused:
        ground.reverse(sent.entry)
    assert "40.00" in refused.value.message
    ground.reverse(sent.entry, quantity=Decimal(40))
    assert (ground.money(above), ground.balance(sent.destination)) == (80, 0)


def test_an_acceptance_is_reversed_into_transit_and_may_be_accepted_again(ground: Ground) -> None:
    above, below = ground.fund("3301"), ground.fund("330182")
    ground.gift(above, "100")
    sent = ground.send(above, "60")
    accepted = ground.accept(sent, below, "60")
    ground.reverse(accepted.entry)
    assert (ground.money(below), ground.balance(sent.destination)) == (0, 60)
    ground.accept(sent, below, "60")
    assert ground.money(below) == 60


def test_a_purchase_is_reversed_line_by_line(ground: Ground) -> None:
    fund, quilts = ground.fund(), ground.goods()
    ground.gift(fund, "100")
    bought = ground.post(
        EntryKind.PURCHASE,
        ground.move(money_holding(fund), ground.world("suppliers"), "100"),
        ground.move(ground.world("suppliers", quilts), ground.stock(fund, quilts), "10", value=Decimal(100)),
    )
    with pytest.raises(LedgerError) as refused:
        ground.reverse(bought, quantity=Decimal(1))
    assert refused.value.code == "line_missing"
    ground.reverse(bought, by_line={1: Decimal(20), 2: Decimal(2)})
    assert (ground.money(fund), ground.balance(ground.stock(fund, quilts))) == (20, 8)
    ground.reverse(bought)
    assert (ground.money(fund), ground.balance(ground.stock(fund, quilts))) == (100, 0)


@pytest.mark.parametrize(
    ("by_line", "code"),
    [
        ({2: "1"}, "line_unknown"),
        ({1: "0"}, "quantity_out_of_range"),
        ({1: "11"}, "quantity_out_of_range"),
        ({1: "0.001"}, "quantity_out_of_range"),
    ],
)
def test_a_part_that_is_wrong_is_refused(ground: Ground, by_line: dict, code: str) -> None:
    gift = ground.gift(ground.fund(), "10")
    with pytest.raises(LedgerError) as refused:
        ground.reverse(gift, by_line={line: Decimal(part) for line, part in by_line.items()})
    assert refused.value.code == code


def test_a_reversal_is_not_reversed(ground: Ground) -> None:
    back = ground.reverse(ground.gift(ground.fund(), "10"))
    with pytest.raises(LedgerError) as refused:
        ground.reverse(back)
    assert refused.value.code == "reversal_of_reversal"


def test_what_comes_back_to_a_closed_fund_comes_to_its_successor(ground: Ground) -> None:
    old, between, new = ground.fund(), ground.fund(), ground.fund()
    ground.gift(old, "10")
    paid = ground.spend(old, "10")
    close(old, between)
    close(between, new)
    back = ground.only(ground.reverse(paid))
    assert (back.destination, back.back_from) == (money_holding(new), 0)
    assert (ground.money(old), ground.money(new)) == (0, 10)


def test_a_reversal_is_not_dated_before_what_it_reverses(ground: Ground) -> None:
    gift = ground.gift(ground.fund(), "10")
    for day in (DAY - datetime.timedelta(days=1), datetime.date(2999, 1, 1)):
        with pytest.raises(LedgerError) as refused:
            ground.reverse(gift, occurred_on=day)
        assert refused.value.code == "date_out_of_range"


def test_a_reversal_takes_two_people(ground: Ground) -> None:
    gift = ground.gift(ground.fund(), "10")
    with pytest.raises(LedgerError) as refused:
        ground.reverse(gift, approved_by=ground.clerk)
    assert refused.value.code == "maker_is_approver"
