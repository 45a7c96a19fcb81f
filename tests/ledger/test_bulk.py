"""A file of gifts is posted as a set."""

from decimal import Decimal

import pytest
from django.db import connection, transaction

from core.errors import DomainError
from ledger.choices import EntryKind, WorldParty
from ledger.errors import LedgerConflict, LedgerError
from ledger.models import AccountBalance, Entry, Movement, PostingGroup
from ledger.services import money_holding, post_prepared, world_account
from tests.ledger.ground import POSTED_AT, Ground, prepare, write_records


def post(ground: Ground, relation: str = "prepared", **over: object):
    values = {
        "relation": relation,
        "key": ground.key(),
        "branch": ground.branches["330182"],
        "kind": EntryKind.GIFT,
        "maker_id": ground.clerk.pk,
        "approver_id": ground.approver.pk,
        "posted_at": POSTED_AT,
        **over,
    }
    block = post_prepared(**values)
    write_records(block)
    return block


def entries(block) -> list[Entry]:
    return list(Entry.objects.unscoped("test").filter(group_id=block.group_id).order_by("serial"))


def test_a_file_gets_one_block_of_numbers_and_positions(ground: Ground) -> None:
    fund = ground.fund()
    first = ground.give(fund, "10.00", "20.50")
    second = ground.give(fund, "0.01", "5.00", "6.00")
    assert (first.first_serial, first.count) == (1, 2)
    assert (second.first_serial, second.count) == (3, 3)
    assert [entry.number for entry in entries(second)] == [f"330182-2026-E0000000{n}" for n in (3, 4, 5)]
    movements = list(Movement.objects.order_by("id").values_list("in_from", "quantity", "out_from"))
    assert movements == [
        (Decimal("0.000"), Decimal("10.000"), None),
        (Decimal("10.000"), Decimal("20.500"), None),
        (Decimal("30.500"), Decimal("0.010"), None),
        (Decimal("30.510"), Decimal("5.000"), None),
        (Decimal("35.510"), Decimal("6.000"), None),
    ]
    balance = AccountBalance.objects.get(account=money_holding(fund))
    assert (balance.inflow_tail, balance.outflow_tail) == (Decimal("41.510"), 0)


def test_a_file_into_two_funds_has_positions_in_each(ground: Ground) -> None:
    one, two = ground.fund(), ground.fund()
    givers = world_account(WorldParty.GIVERS, ground.cny)
    prepare(
        [
            (givers, money_holding(fund), Decimal(amount), ground.key())
            for fund, amount in ((one, "1"), (two, "2"), (one, "3"), (two, "4"))
        ]
    )
    post(ground)
    assert list(Movement.objects.order_by("id").values_list("in_from", flat=True)) == [0, 0, 1, 2]


def test_entries_carry_the_lineage_of_their_branch(ground: Ground) -> None:
    (entry,) = entries(ground.give(ground.fund(), "1"))
    branches = ground.branches
    assert (entry.branch, entry.county, entry.city, entry.province) == (
        branches["330182"],
        branches["330182"],
        branches["3301"],
        branches["33"],
    )


def test_a_group_is_posted_once(ground: Ground) -> None:
    fund = ground.fund()
    ground.give(fund, "1", key="file:1")
    with pytest.raises(LedgerConflict) as refused:
        ground.give(fund, "1", key="file:1")
    assert refused.value.code == "posted_already"
    assert Movement.objects.count() == 1


def test_a_key_used_by_another_entry_is_refused_and_nothing_is_left(ground: Ground) -> None:
    fund = ground.fund()
    holding, givers = money_holding(fund), world_account(WorldParty.GIVERS, ground.cny)
    prepare([(givers, holding, Decimal(1), "gift:1")])
    post(ground)
    prepare([(givers, holding, Decimal(1), "gift:2"), (givers, holding, Decimal(1), "gift:1")])
    with pytest.raises(LedgerConflict) as refused:
        post(ground)
    assert refused.value.code == "key_used"
    assert (PostingGroup.objects.count(), Movement.objects.count()) == (1, 1)
    # The numbers went back with it.
    assert ground.give(fund, "1").first_serial == 2


def test_the_maker_cannot_approve(ground: Ground) -> None:
    prepare([(world_account(WorldParty.GIVERS, ground.cny), money_holding(ground.fund()), Decimal(1), "k")])
    with pytest.raises(LedgerError) as refused:
        post(ground, approver_id=ground.clerk.pk)
    assert refused.value.code == "maker_is_approver"


@pytest.mark.parametrize("quantity", ["0", "-5"])
def test_a_quantity_is_positive(ground: Ground, quantity: str) -> None:
    prepare([(world_account(WorldParty.GIVERS, ground.cny), money_holding(ground.fund()), Decimal(quantity), "k")])
    with pytest.raises(LedgerError) as refused:
        post(ground)
    assert refused.value.code == "quantity_not_positive"


def test_yuan_have_two_places(ground: Ground) -> None:
    prepare([(world_account(WorldParty.GIVERS, ground.cny), money_holding(ground.fund()), Decimal("1.005"), "k")])
    with pytest.raises(LedgerError) as refused:
        post(ground)
    assert refused.value.code == "unit_does_not_fit"


def test_a_closed_fund_takes_no_gift(ground: Ground) -> None:
    later = ground.fund()
    closed = ground.fund(closed_on=POSTED_AT.date(), successor=later)
    with pytest.raises(LedgerError) as refused:
        ground.give(closed, "1")
    assert refused.value.code == "fund_closed"


def test_a_gift_cannot_come_from_a_holding(ground: Ground) -> None:
    one, two = ground.fund(), ground.fund()
    ground.give(one, "5")
    prepare([(money_holding(one), money_holding(two), Decimal(1), "k")])
    with pytest.raises(DomainError) as refused:
        post(ground)
    assert refused.value.code == "way_not_allowed"


def test_a_branch_does_not_post_into_the_fund_of_another(ground: Ground) -> None:
    fund = ground.fund("3303")
    prepare([(world_account(WorldParty.GIVERS, ground.cny), money_holding(fund), Decimal(1), "k")])
    with pytest.raises(LedgerError) as refused:
        post(ground)
    assert refused.value.code == "account_of_another_branch"


def test_a_relation_that_is_no_identifier_is_refused(ground: Ground) -> None:
    with pytest.raises(ValueError, match="identifier"):
        post(ground, relation="prepared; DROP TABLE x")


@pytest.mark.parametrize("seqs", ["2", "1, 3", "1, 1"])
def test_rows_not_numbered_from_one_are_a_programming_error(ground: Ground, seqs: str) -> None:
    prepare([(world_account(WorldParty.GIVERS, ground.cny), money_holding(ground.fund()), Decimal(1), "k")])
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute(
            "INSERT INTO prepared SELECT s, nextval('ledger_entry_id_seq'), source_id, destination_id, unit_id,"
            " quantity, occurred_on, document, s::text FROM prepared, unnest(%s::bigint[]) s",
            [[int(seq) for seq in seqs.split(",")]],
        )
        cursor.execute("DELETE FROM prepared WHERE idempotency_key = 'k'")
    with pytest.raises(ValueError, match="numbered"):
        post(ground)


def test_serials_beyond_eight_digits_grow_and_are_not_cut(ground: Ground) -> None:
    fund = ground.fund()
    # The series is made to begin late.
    ground.ends_in_order = False
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO core_numbercounter (series, last) VALUES ('330182-2026-E', 99999998)")
    block = ground.give(fund, "1", "1")
    assert [entry.number for entry in entries(block)] == ["330182-2026-E99999999", "330182-2026-E100000000"]
