"""The same random histories as test_histories.py, 100,000 steps of them: `make test-long` (docs/testing.md).

Not collected with the suite. Each history has its own seed and is rolled back at its end, so any of them can be told
again alone: SEED and FROM take up where a run ended, STEPS and MINUTES bound it.
"""

import os
import random
import sys
import time

import pytest
from django.db import transaction

from tests.ledger.ground import Ground
from tests.ledger.history import ACTS, History

STEPS = int(os.environ.get("STEPS", "100000"))
MINUTES = float(os.environ.get("MINUTES", "60"))
SEED = os.environ.get("SEED") or str(random.SystemRandom().randrange(10**9))
FIRST = int(os.environ.get("FROM", "0"))
LENGTH, CHECKED_EVERY = 400, 100
SHARES = (1, 30, 50, 77, 100)


def test_the_books_hold_over_a_hundred_thousand_steps(ground: Ground) -> None:
    ends, steps, done, number = time.monotonic() + MINUTES * 60, 0, 0, FIRST
    while steps < STEPS:
        if time.monotonic() > ends:
            pytest.fail(f"time is up after {steps} steps without a fault; go on with SEED={SEED} FROM={number}")
        length = min(LENGTH, STEPS - steps)
        history = _tell(ground, number, length)
        steps, done, number = steps + length, done + history.done, number + 1
        sys.stdout.write(f"{steps} steps, {done} done, {steps - done} refused; SEED={SEED} FROM={number}\n")
        sys.stdout.flush()


def _tell(ground: Ground, number: int, length: int) -> History:
    """One history by its seed; a fault names the seed, the history and the step."""
    drawn = random.Random(f"{SEED}:{number}")  # noqa: S311 -- told again by its seed
    point, step = transaction.savepoint(), 0
    history = History(ground)
    try:
        for step in range(1, length + 1):
            act, pick, other = drawn.choice(ACTS), drawn.randrange(41), drawn.randrange(41)
            history.do(act, pick, other, drawn.choice(SHARES))
            if step % CHECKED_EVERY == 0 or step == length:
                history.check()
    except Exception as fault:
        fault.add_note(f"SEED={SEED} FROM={number} STEPS={step}: the fault came at this step")
        raise
    finally:
        transaction.savepoint_rollback(point)
    return history
