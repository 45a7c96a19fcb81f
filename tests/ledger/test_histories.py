"""Whatever is done in whatever order, the books hold, and a second implementation says the same."""

from decimal import InvalidOperation
from typing import ClassVar

import pytest
from django.db import DatabaseError, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from ledger.selectors import balances
from tests.ledger.ground import Ground
from tests.ledger.history import ACTS, History
from tests.ledger.superuser import superuser

CHECKED_EVERY = 12
STEPS = 24
EXAMPLES = 8
NUMBERS = st.integers(0, 40)


class Books(RuleBasedStateMachine):
    """The ledger under random acts, in a savepoint that is rolled back."""

    ground: ClassVar[Ground]

    @initialize()
    def open(self) -> None:
        self.point = transaction.savepoint()
        self.steps = 0
        self.history = History(self.ground)
        self.history.do("gift", 0, 0, 100)

    @rule(act=st.sampled_from(ACTS), pick=NUMBERS, other=NUMBERS, share=st.sampled_from([1, 30, 50, 77, 100]))
    def act(self, act: str, pick: int, other: int, share: int) -> None:
        self.history.do(act, pick, other, share)
        self.steps += 1
        if self.steps % CHECKED_EVERY == 0:
            self.history.check()

    def teardown(self) -> None:
        try:
            self.history.check()
        finally:
            transaction.savepoint_rollback(self.point)


def test_the_books_hold_whatever_is_done_in_whatever_order(ground: Ground) -> None:
    Books.ground = ground
    run_state_machine_as_test(
        Books,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


# One sign of the first implementation turned round, each in its own place: the second one must see it.
FLIPS = {
    "where a part left": ("w.out_from + least(p.hi", "w.out_from + greatest(p.hi"),
    "where a part lands": ("w.lands_at + greatest", "w.lands_at - greatest"),
    "what was not drawn": ("p.hi - p.lo - coalesce(d.size", "p.hi - p.lo + coalesce(d.size"),
    "what came back": ("r.in_from + greatest(g.lo - r.back_from", "r.in_from - greatest(g.lo - r.back_from"),
    "what rests": ("SELECT t.account, -t.size FROM hole t", "SELECT t.account, t.size FROM hole t"),
    "a share of goods": ("b.in_from + b.lo", "b.in_from - b.lo"),
}


def _story(history: History) -> None:
    """Something of everything that a trail can cross."""
    for act, pick, other, share in (
        *(("gift", 0, 0, 40), ("gift", 0, 0, 60), ("refund", 1, 0, 30), ("gift", 0, 0, 50), ("aid", 0, 0, 30)),
        *(("reverse_part", 0, 0, 50), ("aid", 0, 0, 30), ("reverse_part", 0, 0, 77), ("send", 0, 0, 50)),
        *(("accept", 0, 2, 50), ("accept", 0, 2, 77), ("purchase", 2, 5, 77), ("purchase", 2, 6, 50)),
        *(("hand_out", 2, 0, 50), ("hand_out", 2, 1, 50), ("aid", 2, 0, 50), ("aid", 0, 0, 77)),
    ):
        history.do(act, pick, other, share)
    assert not history.refused


@pytest.mark.parametrize("place", FLIPS)
def test_one_sign_turned_round_in_the_first_implementation_is_seen_by_the_second(
    committed_ground: Ground, place: str
) -> None:
    history = History(committed_ground)
    _story(history)
    history.check()
    sign, turned = FLIPS[place]
    with superuser(commit=True) as cursor:
        cursor.execute("SELECT pg_get_functiondef('ledger_walk'::regproc)")
        (body,) = cursor.fetchone()
        assert body.count(sign) == 1
        cursor.execute(body.replace(sign, turned))
    with pytest.raises((AssertionError, DatabaseError, InvalidOperation)):
        history.check()


def test_the_second_implementation_sees_a_sum_that_is_left_out_of_a_figure(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = History(ground)
    _story(history)
    history.check()
    monkeypatch.setattr(balances, "_TOTALS", balances._TOTALS.replace("- coalesce", "+ coalesce"))
    with pytest.raises(AssertionError):
        history.check()
