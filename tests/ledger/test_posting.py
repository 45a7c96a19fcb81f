"""Each kind of entry is posted with its ways, its numbers, its record; and refused with a sentence."""

import datetime
import json
from decimal import Decimal

import pytest

from core.clock import today
from core.models import AuditEvent, PublicRecord
from core.numbers import format_number
from ledger.choices import ALLOWED_WAYS, AccountKind, EntryKind, UseBasis
from ledger.errors import AlreadySpent, LedgerConflict, LedgerError, NotEnough
from ledger.models import Entry, Movement
from ledger.services import money_holding, open_transit
from tests.ledger.ground import DAY, Ground


def code_of(refused: "pytest.ExceptionInfo[LedgerError]") -> str:
    assert refused.value.message, "a person reads why"
    return refused.value.code


def test_a_gift_has_its_number_position_record_and_audit_row(ground: Ground) -> None:
    fund = ground.fund()
    entry = ground.gift(fund, "12.30", document="示例捐赠单 7")
    year = entry.posted_at.year
    assert entry.number == format_number("330182", year, "E", 1)
    movement = ground.only(entry)
    assert (movement.in_from, movement.out_from, movement.quantity) == (0, None, Decimal("12.30"))
    record = PublicRecord.objects.get(kind="entry", object_id=entry.pk)
    body = json.loads(record.record)
    assert body.pop("private_digest")
    assert body == {
        "schema": "entry/2",
        "kind": "gift",
        "number": entry.number,
        "branch": "330182",
        "occurred_on": "2026-03-01",
        "posted_at": entry.posted_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "basis": "",
        "reverses": None,
        "movements": [
            {
                "line": 1,
                "from": "outside:givers",
                "to": f"fund:{fund.code}",
                "unit": "CNY",
                "quantity": "12.30",
                "in_from": "0.00",
            }
        ],
    }
    assert "示例捐赠单" not in record.record, "free text is only committed to"
    event = AuditEvent.objects.get(verb="ledger.entry.posted")
    assert (event.object_key, event.actor_login, event.branch_code) == (entry.number, "yi.approver", "330182")


def test_the_same_key_and_content_gives_the_entry_that_is_there(ground: Ground) -> None:
    fund = ground.fund()
    first = ground.gift(fund, "5", key="once")
    assert ground.gift(fund, "5", key="once") == first
    assert ground.money(fund) == 5


@pytest.mark.parametrize(
    "other", [{"amount": "6"}, {"document": "另一张"}, {"occurred_on": DAY - datetime.timedelta(1)}]
)
def test_the_same_key_with_other_content_is_refused(ground: Ground, other: dict) -> None:
    fund = ground.fund()
    ground.gift(fund, "5", key="once")
    with pytest.raises(LedgerConflict) as refused:
        ground.gift(fund, **{"amount": "5", "key": "once", **other})
    assert code_of(refused) == "key_used"
    assert ground.money(fund) == 5


def test_more_than_is_there_cannot_be_spent_and_the_sentence_says_how_much_is_missing(ground: Ground) -> None:
    fund = ground.fund()
    ground.gift(fund, "100.00")
    with pytest.raises(NotEnough) as refused:
        ground.spend(fund, "100.01")
    assert "100.00" in refused.value.message
    assert "0.01" in refused.value.message
    assert Entry.objects.unscoped("test").count() == 1


def test_lines_of_one_entry_share_what_is_there(ground: Ground) -> None:
    fund = ground.fund()
    ground.gift(fund, "100")
    line = ground.move(money_holding(fund), ground.world("beneficiaries"), "60")
    with pytest.raises(NotEnough) as refused:
        ground.post(EntryKind.AID, line, ground.move(money_holding(fund), ground.world("bodies"), "60"))
    assert "第 2 行" in refused.value.message
    assert ground.money(fund) == 100


@pytest.mark.parametrize("kind", [kind for kind in EntryKind.values if kind != EntryKind.REVERSAL])
def test_each_kind_refuses_every_way_that_is_not_its_own(ground: Ground, kind: str) -> None:
    fund = ground.fund()
    ground.gift(fund, "10")
    places = {
        (AccountKind.HOLDING, ""): money_holding(fund),
        (AccountKind.TRANSIT, ""): open_transit(transfer_key="t", fund=fund, unit=ground.cny),
        **{
            (AccountKind.WORLD, party): ground.world(party)
            for party in ("givers", "suppliers", "beneficiaries", "fees")
        },
    }
    asked = 0
    for source_place, source in places.items():
        for target_place, target in places.items():
            if source == target or (source_place, target_place) in ALLOWED_WAYS[kind]:
                continue
            asked += 1
            with pytest.raises(LedgerError) as refused:
                ground.post(kind, ground.move(source, target, "1"), branch=fund.branch, basis="consent")
            assert code_of(refused) == "way_not_allowed"
    assert asked > 20


def test_an_unknown_kind_has_no_way(ground: Ground) -> None:
    fund = ground.fund()
    with pytest.raises(LedgerError) as refused:
        ground.post("present", ground.move(ground.world("givers"), money_holding(fund), "1"))
    assert code_of(refused) == "way_not_allowed"


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"document": "  "}, "document_missing"),
        ({"document": "长" * 121}, "document_missing"),
        ({"key": ""}, "key_missing"),
        ({"occurred_on": datetime.date(1948, 12, 31)}, "date_out_of_range"),
        ({"occurred_on": None}, "date_out_of_range"),
    ],
)
def test_a_head_that_is_wrong_is_refused(ground: Ground, over: dict, code: str) -> None:
    if over.get("occurred_on", 1) is None:
        over = {"occurred_on": today() + datetime.timedelta(days=1)}
    with pytest.raises(LedgerError) as refused:
        ground.gift(ground.fund(), "1", **over)
    assert code_of(refused) == code


def test_one_person_does_not_post_alone(ground: Ground) -> None:
    with pytest.raises(LedgerError) as refused:
        ground.gift(ground.fund(), "1", approved_by=ground.clerk)
    assert code_of(refused) == "maker_is_approver"


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        ("0", "quantity_not_positive"),
        ("-1", "quantity_not_positive"),
        ("NaN", "quantity_not_positive"),
        ("0.001", "unit_does_not_fit"),
    ],
)
def test_an_amount_that_is_wrong_is_refused(ground: Ground, amount: str, code: str) -> None:
    with pytest.raises(LedgerError) as refused:
        ground.gift(ground.fund(), amount)
    assert code_of(refused) == code


def test_a_transfer_is_sent_then_accepted_in_part_lost_in_part_and_sent_back_in_part(ground: Ground) -> None:
    above, below = ground.fund("3301"), ground.fund("330182")
    ground.gift(above, "100")
    sent = ground.send(above, "80")
    assert (ground.money(above), ground.balance(sent.destination)) == (20, 80)
    ground.accept(sent, below, "50")
    ground.post(
        EntryKind.TRANSFER_IN,
        ground.move(sent.destination, ground.world("losses"), "10", answers=sent),
        branch=below.branch,
    )
    ground.send_back(sent, "20")
    assert (ground.money(above), ground.money(below), ground.balance(sent.destination)) == (40, 50, 0)
    with pytest.raises(NotEnough):
        ground.accept(sent, below, "0.01")


def test_what_leaves_transit_names_what_was_sent_there(ground: Ground) -> None:
    above, below = ground.fund("3301"), ground.fund("330182")
    ground.gift(above, "100")
    sent, other = ground.send(above, "50"), ground.send(above, "50")
    for answers in (None, other):
        with pytest.raises(LedgerError) as refused:
            ground.post(
                EntryKind.TRANSFER_IN,
                ground.move(sent.destination, money_holding(below), "1", answers=answers),
                branch=below.branch,
            )
        assert code_of(refused) == "answers_missing"


def test_a_transfer_lands_only_where_the_fund_is_as_narrow(ground: Ground) -> None:
    origin = ground.fund("3301", is_restricted=True, purpose="抗洪")
    wide = ground.fund("330182")
    other = ground.fund("330182", is_restricted=True, purpose="助学")
    narrower = ground.fund("330182", is_restricted=True, purpose="抗洪", project="示例村")
    ground.gift(origin, "100")
    sent = ground.send(origin, "100")
    for fund in (wide, other):
        with pytest.raises(LedgerError) as refused:
            ground.accept(sent, fund, "1")
        assert code_of(refused) == "fund_too_wide"
    ground.accept(sent, narrower, "100")
    assert ground.money(narrower) == 100


def test_an_area_within_the_area_is_narrower(ground: Ground) -> None:
    origin = ground.fund("3301", is_restricted=True, area_id="3301")
    within = ground.fund("330182", is_restricted=True, area_id="330182")
    beside = ground.fund("330302", is_restricted=True, area_id="330302")
    ground.gift(origin, "10")
    sent = ground.send(origin, "10")
    with pytest.raises(LedgerError):
        ground.accept(sent, beside, "1")
    ground.accept(sent, within, "1")
    assert ground.money(within) == 1


def test_a_transfer_back_goes_home(ground: Ground) -> None:
    above, below = ground.fund("3301"), ground.fund("330182")
    ground.gift(above, "10")
    sent = ground.send(above, "10")
    with pytest.raises(LedgerError) as refused:
        ground.send_back(sent, "1", fund=below)
    assert code_of(refused) == "not_the_sender"


def test_a_purchase_crosses_from_money_to_goods_by_share_of_cost(ground: Ground) -> None:
    fund = ground.fund()
    quilts, tents = ground.goods("示例棉被"), ground.goods("示例帐篷")
    ground.gift(fund, "1000")
    ground.post(
        EntryKind.PURCHASE,
        ground.move(money_holding(fund), ground.world("suppliers"), "900"),
        ground.move(ground.world("suppliers", quilts), ground.stock(fund, quilts), "6", value=Decimal("600")),
        ground.move(ground.world("suppliers", tents), ground.stock(fund, tents), "1", value=Decimal("300")),
    )
    assert (ground.money(fund), ground.balance(ground.stock(fund, quilts))) == (100, 6)
    ground.post(EntryKind.HANDOUT, ground.move(ground.stock(fund, quilts), ground.world("beneficiaries", quilts), "4"))
    ground.post(EntryKind.WRITE_OFF, ground.move(ground.stock(fund, quilts), ground.world("losses", quilts), "1"))
    assert ground.balance(ground.stock(fund, quilts)) == 1


def test_shares_of_cost_add_up_to_what_was_paid(ground: Ground) -> None:
    fund, quilts = ground.fund(), ground.goods()
    ground.gift(fund, "1000")
    paid = ground.move(money_holding(fund), ground.world("suppliers"), "900")
    for value in (None, Decimal("899.99")):
        with pytest.raises(LedgerError) as refused:
            ground.post(
                EntryKind.PURCHASE,
                paid,
                ground.move(ground.world("suppliers", quilts), ground.stock(fund, quilts), "6", value=value),
            )
        assert code_of(refused) == "cost_not_shared"


def test_goods_bought_stay_in_the_fund_that_paid(ground: Ground) -> None:
    fund, other, quilts = ground.fund(), ground.fund(), ground.goods()
    ground.gift(fund, "10")
    with pytest.raises(LedgerError) as refused:
        ground.post(
            EntryKind.PURCHASE,
            ground.move(money_holding(fund), ground.world("suppliers"), "10"),
            ground.move(ground.world("suppliers", quilts), ground.stock(other, quilts), "1", value=Decimal(10)),
        )
    assert code_of(refused) == "purchase_across_funds"


def test_goods_without_payment_are_no_purchase(ground: Ground) -> None:
    fund, quilts = ground.fund(), ground.goods()
    with pytest.raises(LedgerError) as refused:
        ground.post(
            EntryKind.PURCHASE,
            ground.move(ground.world("suppliers", quilts), ground.stock(fund, quilts), "1", value=Decimal(0)),
        )
    assert code_of(refused) == "purchase_without_money"


def test_goods_are_given_counted_and_sent_on(ground: Ground) -> None:
    above, below, rice = ground.fund("3301"), ground.fund("330182"), ground.goods("示例大米", places=3)
    ground.post(
        EntryKind.GOODS_GIFT,
        ground.move(ground.world("givers", rice), ground.stock(above, rice), "12.345", value=Decimal("100.00")),
    )
    transit = open_transit(transfer_key="rice", fund=above, unit=rice)
    sent = ground.only(ground.post(EntryKind.TRANSFER_OUT, ground.move(ground.stock(above, rice), transit, "12.345")))
    ground.post(
        EntryKind.TRANSFER_IN,
        ground.move(transit, ground.stock(below, rice), "12.345", answers=sent),
        branch=below.branch,
    )
    assert ground.balance(ground.stock(below, rice)) == Decimal("12.345")


@pytest.mark.parametrize(("kind", "target"), [("gift", "money"), ("goods_gift", "goods")])
def test_money_and_goods_are_kept_apart(ground: Ground, kind: str, target: str) -> None:
    fund, quilts = ground.fund(), ground.goods()
    wrong = (
        ground.move(ground.world("givers", quilts), ground.stock(fund, quilts), "1")
        if target == "money"
        else ground.move(ground.world("givers"), money_holding(fund), "1")
    )
    with pytest.raises(LedgerError) as refused:
        ground.post(kind, wrong)
    assert code_of(refused) == "unit_kind_wrong"


def test_one_unit_stands_on_both_sides(ground: Ground) -> None:
    fund, quilts = ground.fund(), ground.goods()
    with pytest.raises(LedgerError) as refused:
        ground.post(EntryKind.GIFT, ground.move(ground.world("givers", quilts), money_holding(fund), "1"))
    assert code_of(refused) == "unit_does_not_fit"


def test_fees_stay_within_the_agreed_rate(ground: Ground) -> None:
    fund = ground.fund(fee_rate=Decimal("0.05"))
    ground.gift(fund, "1000")

    def take(amount: str) -> Entry:
        return ground.post(EntryKind.FEE, ground.move(money_holding(fund), ground.world("fees"), amount))

    first = take("30")
    with pytest.raises(LedgerError) as refused:
        take("20.01")
    assert code_of(refused) == "fee_over_rate"
    take("20")
    ground.reverse(first)
    take("30")
    assert ground.money(fund) == 950


def test_no_fee_unless_agreed(ground: Ground) -> None:
    fund = ground.fund()
    ground.gift(fund, "1000")
    with pytest.raises(LedgerError) as refused:
        ground.post(EntryKind.FEE, ground.move(money_holding(fund), ground.world("fees"), "0.01"))
    assert code_of(refused) == "fee_over_rate"


def test_use_is_changed_only_on_a_basis(ground: Ground) -> None:
    flood = ground.fund(is_restricted=True, purpose="抗洪")
    daily = ground.fund()
    ground.gift(flood, "10")
    line = ground.move(money_holding(flood), money_holding(daily), "10")
    with pytest.raises(LedgerError) as refused:
        ground.post(EntryKind.CHANGE_OF_USE, line)
    assert code_of(refused) == "basis_missing"
    ground.post(EntryKind.CHANGE_OF_USE, line, basis=UseBasis.CONSENT)
    assert (ground.money(flood), ground.money(daily)) == (0, 10)


def test_a_refund_takes_out_the_gifts_own_part(ground: Ground) -> None:
    fund = ground.fund()
    ground.gift(fund, "10")
    gift = ground.only(ground.gift(fund, "20"))
    ground.gift(fund, "30")
    ground.spend(fund, "15")
    line = ground.move(money_holding(fund), ground.world("givers"), "15", takes_back=gift)
    refund = ground.only(ground.post(EntryKind.REFUND, line))
    assert (refund.hole_from, refund.out_from, refund.quantity, refund.reverses_id) == (15, None, 15, gift.pk)
    with pytest.raises(AlreadySpent) as refused:
        ground.post(EntryKind.REFUND, ground.move(money_holding(fund), ground.world("givers"), "1", takes_back=gift))
    assert "垫付" in refused.value.message


def test_a_refund_may_also_be_advanced_from_a_fund(ground: Ground) -> None:
    fund, advance = ground.fund(), ground.fund()
    ground.gift(fund, "10")
    ground.spend(fund, "10")
    ground.gift(advance, "10")
    ground.post(EntryKind.REFUND, ground.move(money_holding(advance), ground.world("givers"), "10"))
    assert ground.money(advance) == 0


def test_a_branch_keeps_its_own_books_only(ground: Ground) -> None:
    fund = ground.fund("3303")
    with pytest.raises(LedgerError) as refused:
        ground.post(
            EntryKind.GIFT,
            ground.move(ground.world("givers"), money_holding(fund), "1"),
            branch=ground.branches["330182"],
        )
    assert code_of(refused) == "account_of_another_branch"


def test_numbers_have_no_gap_when_entries_are_refused_between(ground: Ground) -> None:
    fund = ground.fund()
    ground.gift(fund, "1")
    with pytest.raises(NotEnough):
        ground.spend(fund, "2")
    ground.spend(fund, "1")
    assert list(Entry.objects.unscoped("test").order_by("id").values_list("serial", flat=True)) == [1, 2]
    assert Movement.objects.count() == 2
