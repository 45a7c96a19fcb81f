"""The trail of a gift adds up, hop by hop, whatever happened to the pool it went into."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledger.choices import EntryKind, TrailStage, TrailWay, UseBasis
from ledger.models import Draw, Movement
from ledger.selectors.trails import Trail, trail_of, trail_of_entry
from ledger.services import money_holding
from tests.ledger.ground import Ground


def parts(trail: Trail) -> dict[str, Decimal]:
    where = trail.whereabouts
    assert where.adds_up
    return {
        name: getattr(where, name) for name in ("spent", "taken_back", "in_hand", "in_transit") if getattr(where, name)
    }


def steps(trail: Trail) -> list[tuple[str, Decimal]]:
    return [(hop.way, hop.quantity) for hop in trail.hops]


def test_a_gift_that_nobody_touched_lies_in_hand(ground: Ground) -> None:
    entry = ground.gift(ground.fund(), "10")
    assert parts(trail_of_entry(entry)) == {"in_hand": 10}


def test_first_in_is_first_out(ground: Ground) -> None:
    fund = ground.fund()
    first, second, third = (ground.gift(fund, amount) for amount in ("10", "20", "30"))
    ground.spend(fund, "25")
    assert parts(trail_of_entry(first)) == {"spent": 10}
    assert parts(trail_of_entry(second)) == {"spent": 15, "in_hand": 5}
    assert parts(trail_of_entry(third)) == {"in_hand": 30}


def test_a_gift_is_followed_through_three_levels(ground: Ground) -> None:
    top, middle, low = ground.fund("33"), ground.fund("3301"), ground.fund("330182")
    ground.gift(top, "10")
    gift = ground.gift(top, "100")
    ground.accept(ground.send(top, "60"), middle, "60")
    last = ground.send(middle, "40")
    ground.accept(last, low, "30")
    ground.spend(low, "25")
    trail = trail_of_entry(gift)
    # [10, 110) of the pool: 50 went down, of these 30 went on, of these 20 were accepted and 15 spent.
    assert parts(trail) == {"spent": 15, "in_hand": 50 + 20 + 5, "in_transit": 10}
    assert steps(trail) == [
        (TrailWay.ARRIVED, 100), (TrailWay.LEFT, 50), (TrailWay.LEFT, 50), (TrailWay.LEFT, 30), (TrailWay.LEFT, 20),
        (TrailWay.LEFT, 15),
    ]  # fmt: skip
    assert [hop.destination.kind for hop in trail.hops] == [
        "holding",
        "transit",
        "holding",
        "transit",
        "holding",
        "world",
    ]


def test_a_reversed_gift_is_taken_back_and_what_follows_moves_up(ground: Ground) -> None:
    fund = ground.fund()
    first, second, third = (ground.gift(fund, amount) for amount in ("10", "20", "30"))
    ground.reverse(second)
    ground.spend(fund, "15")
    assert parts(trail_of_entry(first)) == {"spent": 10}
    assert parts(trail_of_entry(second)) == {"taken_back": 20}
    assert parts(trail_of_entry(third)) == {"spent": 5, "in_hand": 25}


def test_what_came_back_is_followed_on(ground: Ground) -> None:
    fund = ground.fund()
    gift = ground.gift(fund, "100")
    ground.gift(fund, "50")
    paid = ground.spend(fund, "80")
    ground.reverse(paid, quantity=Decimal(30))
    assert parts(trail_of_entry(gift)) == {"spent": 50, "in_hand": 50}
    # First out: the 20 left of the gift, the 50 of the other giver, then what came back.
    ground.spend(fund, "80")
    trail = trail_of_entry(gift)
    assert parts(trail) == {"spent": 80, "in_hand": 20}
    assert (TrailWay.CAME_BACK, 30) in steps(trail)


def test_only_the_part_that_came_back_belongs_to_the_gift(ground: Ground) -> None:
    fund = ground.fund()
    first, second = ground.gift(fund, "10"), ground.gift(fund, "10")
    paid = ground.spend(fund, "20")
    ground.reverse(paid, quantity=Decimal(4))
    ground.reverse(paid, quantity=Decimal(8))
    assert parts(trail_of_entry(first)) == {"in_hand": 10}
    assert parts(trail_of_entry(second)) == {"spent": 8, "in_hand": 2}


def test_a_transfer_taken_out_of_transit_goes_home(ground: Ground) -> None:
    above, below = ground.fund("3301"), ground.fund("330182")
    gift = ground.gift(above, "100")
    sent = ground.send(above, "100")
    ground.accept(sent, below, "20")
    ground.reverse(sent.entry, quantity=Decimal(30))
    ground.send_back(sent, "10")
    trail = trail_of_entry(gift)
    assert parts(trail) == {"in_hand": 20 + 30 + 10, "in_transit": 40}
    assert (TrailWay.TAKEN_OUT, 30) in steps(trail)


def test_a_trail_crosses_from_money_to_goods_by_share_of_cost(ground: Ground) -> None:
    fund, quilts, rice = ground.fund(), ground.goods("示例棉被"), ground.goods("示例大米", places=3)
    first, second = ground.gift(fund, "300"), ground.gift(fund, "700")
    ground.post(
        EntryKind.PURCHASE,
        ground.move(money_holding(fund), ground.world("suppliers"), "400"),
        ground.move(money_holding(fund), ground.world("suppliers"), "500"),
        ground.move(ground.world("suppliers", quilts), ground.stock(fund, quilts), "6", value=Decimal(600)),
        ground.move(ground.world("suppliers", rice), ground.stock(fund, rice), "10", value=Decimal(300)),
    )
    ground.post(EntryKind.HANDOUT, ground.move(ground.stock(fund, quilts), ground.world("beneficiaries", quilts), "5"))
    one, two = trail_of_entry(first), trail_of_entry(second)
    assert parts(one) == {"spent": 300}
    assert parts(two) == {"spent": 600, "in_hand": 100}
    assert [(g.unit, g.quantity, g.spent, g.in_hand) for g in one.goods] == [(quilts, 3, 3, 0)]
    assert {g.unit: (g.quantity, g.spent, g.in_hand) for g in two.goods} == {quilts: (3, 2, 1), rice: (10, 0, 10)}
    assert all(g.adds_up for g in one.goods + two.goods)


@pytest.mark.parametrize("cut", ["0.01", "33.33", "50.00", "99.99"])
def test_shares_of_goods_lose_nothing_by_rounding(ground: Ground, cut: str) -> None:
    fund, quilts = ground.fund(), ground.goods()
    gifts = [ground.gift(fund, cut), ground.gift(fund, str(Decimal(100) - Decimal(cut)))]
    ground.post(
        EntryKind.PURCHASE,
        ground.move(money_holding(fund), ground.world("suppliers"), "100"),
        ground.move(ground.world("suppliers", quilts), ground.stock(fund, quilts), "7", value=Decimal(100)),
    )
    assert sum(share.quantity for gift in gifts for share in trail_of_entry(gift).goods) == 7


def test_a_change_of_use_is_a_hop(ground: Ground) -> None:
    flood, daily = ground.fund(is_restricted=True, purpose="抗洪"), ground.fund()
    gift = ground.gift(flood, "10")
    ground.post(
        EntryKind.CHANGE_OF_USE, ground.move(money_holding(flood), money_holding(daily), "4"), basis=UseBasis.NOTICE
    )
    ground.spend(daily, "1")
    assert parts(trail_of_entry(gift)) == {"spent": 1, "in_hand": 9}


def test_a_trail_shown_before_can_be_shown_again(ground: Ground) -> None:
    fund = ground.fund()
    first, second = ground.gift(fund, "10"), ground.gift(fund, "10")
    ground.spend(fund, "5")
    then = Movement.objects.order_by("-id").first()
    ground.reverse(first, quantity=Decimal(5))
    ground.spend(fund, "10")
    assert parts(trail_of_entry(second)) == {"spent": 10}
    assert parts(trail_of_entry(second, as_of=then.pk)) == {"in_hand": 10}
    assert parts(trail_of_entry(first, as_of=then.pk)) == {"spent": 5, "in_hand": 5}


def test_many_hops_are_summarised_by_where_they_lead(ground: Ground) -> None:
    fund = ground.fund()
    gift = ground.gift(fund, "100")
    for _number in range(12):
        ground.spend(fund, "5")
    listed, summed = trail_of_entry(gift), trail_of_entry(gift, most=10)
    assert not listed.is_summarised
    assert summed.is_summarised
    assert [(hop.way, hop.quantity, hop.hops) for hop in summed.hops] == [("arrived", 100, 1), ("left", 60, 12)]
    assert parts(listed) == parts(summed) == {"spent": 60, "in_hand": 40}


def test_a_payment_is_its_own_trail(ground: Ground) -> None:
    fund = ground.fund()
    ground.gift(fund, "10")
    assert parts(trail_of(ground.only(ground.spend(fund, "4")))) == {"spent": 4}


def test_a_trail_takes_two_queries(ground: Ground) -> None:
    fund = ground.fund()
    gift = ground.only(ground.gift(fund, "100"))
    for _number in range(5):
        ground.spend(fund, "5")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        trail_of(gift)
    assert len(queries) == 2


def test_holes_that_touch_inside_an_outflow_part_it_in_two(ground: Ground) -> None:
    fund = ground.fund()
    first, second, third = (ground.gift(fund, "10") for _number in range(3))
    ground.reverse(second, quantity=Decimal(4))
    ground.reverse(second, quantity=Decimal(3))
    paid = ground.only(ground.spend(fund, "21"))
    drawn = Draw.objects.filter(movement=paid).order_by("in_from").values_list("in_from", "out_from", "quantity")
    assert list(drawn) == [(0, 0, 13), (20, 13, 8)]
    assert parts(trail_of_entry(second)) == {"spent": 3, "taken_back": 7}
    assert parts(trail_of_entry(third)) == {"spent": 8, "in_hand": 2}
    assert parts(trail_of_entry(first)) == {"spent": 10}


def test_each_step_says_what_it_means_to_a_giver_and_which_entry_it_is(ground: Ground) -> None:
    above, below = ground.fund("3301"), ground.fund("330182")
    gift = ground.gift(above, "100")
    sent = ground.send(above, "80")
    ground.accept(sent, below, "50")
    ground.send_back(sent, "10")
    paid = ground.spend(below, "20")
    ground.reverse(paid, quantity=Decimal(5))
    ground.reverse(gift, quantity=Decimal(15))
    trail = trail_of_entry(gift)
    assert [(hop.stage, hop.quantity) for hop in trail.hops] == [
        (TrailStage.BOOKED, 100), (TrailStage.SENT, 80), (TrailStage.REFUNDED, 15), (TrailStage.ACCEPTED, 50),
        (TrailStage.CAME_BACK, 10), (TrailStage.USED, 20), (TrailStage.CAME_BACK, 5),
    ]  # fmt: skip
    used = trail.at(TrailStage.USED)[0]
    assert (used.entry_id, used.number, used.line) == (paid.pk, paid.number, 1)
    assert (used.branch, used.fund, used.party) == (below.branch, below, "beneficiaries")
    assert (used.kind, used.occurred_on, used.document) == (EntryKind.AID, paid.occurred_on, "示例凭证")
    assert {gift.pk, paid.pk, sent.entry_id} < trail.entry_ids
    assert {(rest.account.kind, rest.account.fund, rest.quantity) for rest in trail.resting} == {
        ("holding", above, 15), ("transit", above, 20), ("holding", below, 35),
    }  # fmt: skip
    assert parts(trail) == {"spent": 15, "taken_back": 15, "in_hand": 50, "in_transit": 20}


def test_in_a_summary_the_transfers_of_a_fund_are_one(ground: Ground) -> None:
    above, below = ground.fund("3301"), ground.fund("330182")
    gift = ground.gift(above, "100")
    for _number in range(6):
        ground.accept(ground.send(above, "10"), below, "8")
    trail = trail_of_entry(gift, most=5)
    assert [(hop.stage, hop.quantity, hop.hops) for hop in trail.hops] == [
        (TrailStage.BOOKED, 100, 1), (TrailStage.SENT, 60, 6), (TrailStage.ACCEPTED, 48, 6),
    ]  # fmt: skip
    assert parts(trail) == {"in_hand": 40 + 48, "in_transit": 12}
    assert sorted(rest.quantity for rest in trail.resting) == [12, 40, 48]
