"""`trail`: where a gift went, on one pool of 1,000,000 gifts, 10,000 outflows and three levels of branches.

Database time is what the client waits for the statements of a trail, planning included, on one connection as a web
worker has it; gifts are drawn from those that were spent, at random. The widest gift is the one that spans the most
outflows. Before anything is measured, the ledger's own checks find nothing, and the trails of a run of gifts conserve
every fen.
"""

from __future__ import annotations

import random
import statistics
import time
from typing import Any

from django.db import connection

from bench.context import Context, figure
from bench.donations_list import Statements
from bench.trail_data import fill
from ledger.checks import all_checks
from ledger.models import Movement
from ledger.selectors.trails import Trail, trail_of

GIFTS = 1_000_000
OUTFLOWS = 10_000
ROUNDS = 2_000
GOAL_MS, WIDEST_GOAL_MS = 5, 50
_WIDEST = """
    SELECT m.id FROM ledger_movement m
      JOIN ledger_account a ON a.id = m.source_id AND a.party = 'givers'
     ORDER BY m.quantity DESC LIMIT 1
"""


def run(context: Context) -> list[dict[str, Any]]:
    """The figures of 1,000,000 gifts."""
    return run_with(context, gifts=GIFTS, outflows=OUTFLOWS, goal=GOAL_MS)


def run_with(context: Context, *, gifts: int, outflows: int, goal: float) -> list[dict[str, Any]]:
    """Fill a database and measure; the checks run where every entry has its public record (up to 1,000,000 gifts)."""
    with context.database("trail"):
        began = time.perf_counter()
        is_whole = gifts <= GIFTS
        fill(gifts, outflows, with_records=is_whole)
        print(f"filled in {time.perf_counter() - began:.0f} s", flush=True)
        if is_whole:
            wrong = {name: rows for name, rows in all_checks().items() if rows}
            assert wrong == {}, wrong
            print(f"checked by {time.perf_counter() - began:.0f} s", flush=True)
        return measure(gifts, goal)


def measure(gifts: int, goal: float) -> list[dict[str, Any]]:
    """The figures, in a database that is filled."""
    connection.close()
    name = "trail" if gifts <= GIFTS else "trail_10m"
    ids = _spent_gifts(gifts)
    times = []
    for pk in ids:
        took, trail = _timed(pk)
        assert trail.whereabouts.adds_up
        times.append(took)
    times.sort()
    p50, p99 = statistics.median(times), times[int(len(times) * 0.99) - 1]
    widest = _one(_WIDEST)
    wide_times = sorted(_timed(widest)[0] for _round in range(20))
    wide = _timed(widest)[1]
    assert wide.whereabouts.adds_up
    hops = sum(hop.hops for hop in wide.hops)
    return [
        figure(name, round(p99, 2), f"ms (p99; p50 {p50:.2f}, max {times[-1]:.2f})", rows=gifts,
               goal=f"<= {goal}", met=p99 <= goal),
        figure(f"{name}_widest", round(wide_times[-1], 1),
               f"ms (max; p50 {statistics.median(wide_times):.1f}; {hops} hops shown as {len(wide.hops)})", rows=gifts,
               goal=f"<= {WIDEST_GOAL_MS}", met=wide_times[-1] <= WIDEST_GOAL_MS if gifts <= GIFTS else None),
    ]  # fmt: skip


def _timed(pk: int) -> tuple[float, Trail]:
    movement, seen = Movement.objects.get(pk=pk), Statements()
    with connection.execute_wrapper(seen):
        trail = trail_of(movement)
    return seen.milliseconds, trail


def _spent_gifts(gifts: int) -> list[int]:
    """Ids of gifts at random; nine in ten of them were spent."""
    drawn = random.Random(7)  # noqa: S311 -- a benchmark
    last = _one("SELECT max(id) FROM ledger_movement")
    found: list[int] = []
    while len(found) < ROUNDS:
        asked = [drawn.randrange(1, last) for _one in range(ROUNDS)]
        found += Movement.objects.filter(pk__in=asked, source__party="givers").values_list("pk", flat=True)
    found = found[:ROUNDS]
    drawn.shuffle(found)
    return found


def _one(statement: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return int(cursor.fetchone()[0])
