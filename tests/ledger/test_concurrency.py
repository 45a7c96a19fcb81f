"""Two people at the same moment: shown to go wrong without the lock, and to go right with it."""

import threading
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction

from core.errors import DomainError
from ledger.checks import all_checks
from ledger.errors import LedgerConflict, NotEnough
from ledger.models import Entry, Fund, Movement
from ledger.services import ensure_default_fund, money_holding, open_holding
from tests.ledger.ground import DAY, Ground
from tests.ledger.superuser import superuser

WAIT_SECONDS = 30


def at_once(*tasks: Callable[[], Any]) -> list[Any]:
    """Run the tasks in threads that start together; each gives its result or its error."""
    start = threading.Barrier(len(tasks), timeout=WAIT_SECONDS)
    results: list[Any] = [None] * len(tasks)

    def run(index: int) -> None:
        try:
            start.wait()
            results[index] = tasks[index]()
        except Exception as error:
            results[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(tasks))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT_SECONDS)
        assert not thread.is_alive(), "nobody waits for ever"
    return results


def in_order() -> bool:
    return not any(all_checks().values())


def let_all_read_before_any_posts() -> None:
    """Take the lock out of the function that everybody posts through: it reads, and leaves the others time to."""
    with superuser(commit=True) as cursor:
        cursor.execute(
            """
            CREATE OR REPLACE FUNCTION ledger_lock_balances(accounts bigint[])
            RETURNS TABLE (account_id bigint, inflow_tail numeric, outflow_tail numeric, removed_total numeric)
            LANGUAGE plpgsql AS $$
            BEGIN
                RETURN QUERY SELECT b.account_id, b.inflow_tail::numeric, b.outflow_tail::numeric,
                                    b.removed_total::numeric
                               FROM ledger_accountbalance b WHERE b.account_id = ANY(accounts);
                PERFORM pg_sleep(1.5);
            END
            $$
            """
        )


def test_without_any_lock_the_last_yuan_is_spent_twice_and_the_checks_find_it(
    committed_ground: Ground,
) -> None:
    ground = committed_ground
    fund = ground.fund()
    ground.gift(fund, "1")
    # Off: the poster's lock, the triggers' own, and the index that keeps two movements off one place.
    let_all_read_before_any_posts()
    with superuser(commit=True) as cursor:
        cursor.execute("ALTER TABLE ledger_movement DISABLE TRIGGER USER; DROP INDEX movement_out_axis")
    results = at_once(lambda: ground.spend(fund, "1"), lambda: ground.spend(fund, "1"))
    assert [type(result) for result in results] == [Entry, Entry], "the race is real"
    found = {name for name, rows in all_checks().items() if rows}
    assert {"never_negative", "outflows_are_contiguous", "balance_is_its_movements"} <= found


def test_without_the_posters_lock_the_database_still_lets_nobody_overspend_but_refuses_the_innocent(
    committed_ground: Ground,
) -> None:
    ground = committed_ground
    fund = ground.fund()
    ground.gift(fund, "100")
    let_all_read_before_any_posts()
    results = at_once(lambda: ground.spend(fund, "10"), lambda: ground.spend(fund, "10"))
    (error,) = [result for result in results if isinstance(result, DomainError)]
    # There was enough for both: without the lock one of them loses all the same.
    assert error.code == "position_taken"
    assert ground.money(fund) == 90
    assert in_order()


def test_exactly_one_of_two_spends_the_last_yuan(committed_ground: Ground) -> None:
    ground = committed_ground
    fund = ground.fund()
    ground.gift(fund, "1")
    results = at_once(lambda: ground.spend(fund, "1"), lambda: ground.spend(fund, "1"))
    assert sorted(type(result).__name__ for result in results) == ["Entry", "NotEnough"]
    (error,) = [result for result in results if isinstance(result, NotEnough)]
    assert "0.00" in error.message
    assert ground.money(fund) == 0
    assert in_order()


def test_many_spend_what_there_is_and_no_more(committed_ground: Ground) -> None:
    ground = committed_ground
    fund = ground.fund()
    ground.gift(fund, "5")
    results = at_once(*[lambda: ground.spend(fund, "1")] * 8)
    assert sum(isinstance(result, Entry) for result in results) == 5
    assert sum(isinstance(result, NotEnough) for result in results) == 3
    assert ground.money(fund) == 0
    assert in_order()


def test_fifty_posters_lose_nothing_and_post_nothing_twice(committed_ground: Ground) -> None:
    """Gifts and payments of one fund, each key asked for by two posters at once."""
    ground = committed_ground
    fund = ground.fund()
    ground.gift(fund, "100")

    def poster(number: int) -> Callable[[], list[int]]:
        def run() -> list[int]:
            gift = ground.gift(fund, "10", key=f"gift:{number // 2}")
            payment = ground.spend(fund, "1", key=f"payment:{number // 2}")
            return [gift.pk, payment.pk]

        return run

    results = at_once(*(poster(number) for number in range(50)))
    assert all(isinstance(result, list) for result in results), results
    assert len({pk for result in results for pk in result}) == 50
    assert ground.money(fund) == 100 + 25 * 10 - 25
    assert Entry.objects.unscoped("test").count() == 51
    assert in_order()


def test_opposite_ways_do_not_wait_in_a_circle(committed_ground: Ground) -> None:
    ground = committed_ground
    one, two = ground.fund(), ground.fund()
    ground.gift(one, "50")
    ground.gift(two, "50")

    def back_and_forth(source: Fund, target: Fund) -> Callable[[], int]:
        def run() -> int:
            for _number in range(10):
                ground.post(
                    "change_of_use", ground.move(money_holding(source), money_holding(target), "1"), basis="consent"
                )
            return 10

        return run

    assert at_once(back_and_forth(one, two), back_and_forth(two, one)) == [10, 10]
    assert (ground.money(one), ground.money(two)) == (50, 50)
    assert in_order()


def test_two_files_into_one_fund_get_blocks_apart(committed_ground: Ground) -> None:
    ground = committed_ground
    fund = ground.fund()
    amounts = ["1"] * 300
    blocks = at_once(lambda: ground.give(fund, *amounts), lambda: ground.give(fund, *amounts))
    serials = [set(range(block.first_serial, block.first_serial + block.count)) for block in blocks]
    assert serials[0] | serials[1] == set(range(1, 601))
    for block in blocks:
        places = list(
            Movement.objects.filter(entry__group_id=block.group_id).order_by("id").values_list("in_from", flat=True)
        )
        assert places == [places[0] + number for number in range(300)]
    assert ground.money(fund) == 600
    assert in_order()


def test_the_same_entry_at_once_is_posted_once(committed_ground: Ground) -> None:
    ground = committed_ground
    fund = ground.fund()
    holding = money_holding(fund)
    results = at_once(*[lambda: ground.gift(fund, "7", key="once")] * 4)
    assert len({result.pk for result in results if isinstance(result, Entry)}) == 1
    assert all(isinstance(result, (Entry, LedgerConflict)) for result in results)
    assert ground.balance(holding) == 7


def test_the_same_gift_is_reversed_once(committed_ground: Ground) -> None:
    ground = committed_ground
    gift = ground.gift(ground.fund(), "7")
    results = at_once(lambda: ground.reverse(gift), lambda: ground.reverse(gift))
    assert sorted(type(result).__name__ for result in results) == ["Entry", "LedgerConflict"]
    assert in_order()


def test_an_account_is_opened_once_by_many(committed_ground: Ground) -> None:
    ground = committed_ground
    fund = ground.fund()
    results = at_once(*[lambda: open_holding(branch=fund.branch, fund=fund, unit=ground.cny)] * 6)
    assert len({result.pk for result in results}) == 1


def test_a_default_fund_is_made_once_by_many(committed_ground: Ground) -> None:
    branch = committed_ground.branches["330182"]
    results = at_once(*[lambda: ensure_default_fund(branch=branch, on=DAY, actor=None)] * 4)
    assert {result.code for result in results} == {"330182-F1"}


def test_a_row_that_is_being_referenced_is_not_deleted_meanwhile(committed_ground: Ground) -> None:
    """The set-wise reference check locks as a foreign key does."""
    ground = committed_ground
    fund = ground.fund()
    approver = ground.approver
    with transaction.atomic():
        ground.gift(fund, "1")
        with superuser() as cursor:
            cursor.execute("SET lock_timeout = '300ms'")
            with pytest.raises(Exception, match="lock timeout"):
                cursor.execute("DELETE FROM accounts_user WHERE id = %s", [approver.pk])
    assert ground.money(fund) == Decimal(1)
