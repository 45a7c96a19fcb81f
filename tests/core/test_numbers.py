"""Numbers without gaps."""

import threading

import pytest
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from core.models import NumberCounter
from core.numbers import format_number, take_number, take_serials


def test_numbers_follow_each_other_without_gap(db):
    assert [take_number("330106", 2026, "") for _ in range(3)] == [f"330106-2026-0000000{n}" for n in (1, 2, 3)]


def test_each_branch_year_and_letter_counts_for_itself(db):
    take_serials("330106", 2026, "", count=7)
    assert take_serials("330106", 2026, "E") == 1
    assert take_serials("330106", 2027, "") == 1
    assert take_serials("3301", 2026, "") == 1
    assert take_serials("330106", 2026, "") == 8


@given(
    branch=st.from_regex(r"[0-9]{2,12}", fullmatch=True), year=st.integers(1949, 2999), serial=st.integers(1, 10**12)
)
def test_a_number_can_be_read_back(branch, year, serial):
    for letter in ("", "E", "R"):
        one, two, three = format_number(branch, year, letter, serial).split("-")
        assert (one, int(two), int(three.removeprefix(letter))) == (branch, year, serial)


def test_a_rolled_back_taker_gives_its_numbers_back(db):
    with transaction.atomic():
        take_serials("33", 2026, "", count=5)
        transaction.set_rollback(True)
    assert take_serials("33", 2026, "") == 1


def test_without_a_transaction_no_number_is_taken(committed_db):
    with pytest.raises(RuntimeError):
        take_serials("33", 2026, "")
    assert not NumberCounter.objects.exists()


@pytest.mark.parametrize("count", [0, -1])
def test_no_number_is_no_request(db, count):
    with pytest.raises(ValueError, match="positive"):
        take_serials("33", 2026, "", count=count)


def test_takers_at_once_get_blocks_that_neither_overlap_nor_leave_a_gap(committed_db):
    taken: list[range] = []
    start = threading.Barrier(8)

    def take(count: int, keep: bool) -> None:
        try:
            start.wait()
            with transaction.atomic():
                first = take_serials("33", 2026, "", count=count)
                if keep:
                    taken.append(range(first, first + count))
                else:
                    transaction.set_rollback(True)
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=(n + 1, n % 3 != 0)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    numbers = sorted(number for block in taken for number in block)
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(taken) == 5
