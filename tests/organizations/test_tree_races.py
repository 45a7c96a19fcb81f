"""Two changes of the tree at once: torn without the lock, in order with it."""

import threading
from collections.abc import Callable
from contextlib import closing

import pytest
from django.db import connection, connections, transaction
from treebeard.exceptions import InvalidMoveToDescendant

from organizations.choices import BranchKind
from organizations.models import Branch
from organizations.services import create_branch, move_branch
from organizations.services.tree import lock_tree
from tests.factories.people import FOUNDED, branch_at

SOUND = ([], [], [], [], [])


def is_waiting(pid: int) -> bool:
    """Whether the other connection waits for a lock right now, asked of the server itself."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", [pid])
        return bool(cursor.fetchone()[0])


def at_once(first: Callable[[], None], second: Callable[[], None]) -> list[BaseException]:
    """Run `second` while `first` is not committed yet, until it waits for it; return what `second` raised."""
    errors: list[BaseException] = []
    pids: list[int] = []
    started = threading.Event()

    def run() -> None:
        with closing(connections["default"]), connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            pids.append(cursor.fetchone()[0])
            started.set()
            try:
                with transaction.atomic():
                    second()
            except Exception as error:
                errors.append(error)

    thread = threading.Thread(target=run)
    with transaction.atomic():
        first()
        thread.start()
        assert started.wait(20)
        while thread.is_alive() and not is_waiting(pids[0]):
            thread.join(0.05)
    thread.join(20)
    assert not thread.is_alive()
    return errors


def move_raw(code: str, parent: str) -> Callable[[], None]:
    return lambda: Branch.objects.move(branch_at(code), branch_at(parent), pos="sorted-child")


def move_locked(code: str, parent: str) -> Callable[[], None]:
    def move() -> None:
        lock_tree()
        move_raw(code, parent)()

    return move


def test_without_the_lock_two_moves_at_once_tear_the_tree(committed_db: str) -> None:
    at_once(move_raw("330106", "330182"), move_raw("330182", "330106"))
    assert Branch.objects.find_problems() != SOUND


def test_with_the_lock_the_second_move_of_a_cycle_is_refused(committed_db: str) -> None:
    errors = at_once(move_locked("330106", "330182"), move_locked("330182", "330106"))
    assert [type(error) for error in errors] == [InvalidMoveToDescendant]
    assert Branch.objects.find_problems() == SOUND


def test_moving_a_county_and_one_of_its_towns_at_once_leaves_a_sound_tree(committed_db: str) -> None:
    errors = at_once(
        lambda: move_branch(branch=branch_at("330182"), new_parent=branch_at("3303"), reason="示例", actor=None),
        lambda: move_branch(branch=branch_at("330182001"), new_parent=branch_at("330106"), reason="示例", actor=None),
    )
    assert errors == []
    assert Branch.objects.find_problems() == SOUND
    community = branch_at("330182001001")
    assert (community.city.code, community.county.code) == ("3301", "330106")
    assert branch_at("330182102").city.code == "3303"


def test_two_schools_made_at_once_get_two_numbers(committed_db: str) -> None:
    def make(name: str) -> Callable[[], None]:
        def run() -> None:
            create_branch(parent=branch_at("330182"), kind=BranchKind.SCHOOL, name=name, on=FOUNDED, actor=None)

        return run

    assert at_once(make("示例一小"), make("示例二小")) == []
    assert set(Branch.objects.filter(kind="school").values_list("code", flat=True)) == {"330182-S1", "330182-S2"}
    assert Branch.objects.find_problems() == SOUND


def test_the_lock_needs_a_transaction(committed_db: str) -> None:
    with pytest.raises(RuntimeError):
        lock_tree()
