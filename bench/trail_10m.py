"""`trail_10m`: the same as `trail` on 10,000,000 gifts and 100,000 outflows; only when it is asked for by name."""

from __future__ import annotations

from typing import Any

from bench.context import Context
from bench.trail import run_with

GIFTS = 10_000_000
OUTFLOWS = 100_000
GOAL_MS = 10


def run(context: Context) -> list[dict[str, Any]]:
    """The figures of 10,000,000 gifts."""
    return run_with(context, gifts=GIFTS, outflows=OUTFLOWS, goal=GOAL_MS)
