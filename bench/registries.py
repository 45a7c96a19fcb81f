"""`registry_*`: finding somebody and the lists of the desk, on 300,000 wishes.

Database time is what the client waits for the statements. What sealing costs is a list of fifty with its masked names,
each reading logged, less the same list without them, in one process.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any

from django.db import connection

from bench.context import Context, figure
from bench.donations_list import Statements
from bench.registries_data import analyse, document_at, fill_people, fill_wishes, make_associations
from organizations.models.grant import remember_grants
from registries.selectors.wishes import PAGE_SIZE, wish_counts, wishes_for
from registries.services.reading import find_by_document, masked_names

WISHES = 300_000
# Fewer than somebody of the staff may look up within an hour.
LOOK_UPS, PAGES = 50, 50
LOOK_UP_GOAL_MS, LIST_GOAL_MS, SEALING_GOAL_MS = 5, 50, 20


def run(context: Context) -> list[dict[str, Any]]:
    """Fill, find, list."""
    with context.database("registries"):
        people = make_associations()
        fill_people(WISHES, first=0, maker=people["city"])
        fill_wishes(maker=people["city"])
        analyse("registries_registrant", "registries_wish", "registries_consent")
        for one in people.values():
            # As in a request.
            remember_grants(one)
        return [*_look_ups(people["province"]), *_lists(people)]


def _look_ups(reader: Any) -> list[dict[str, Any]]:
    drawn = random.Random(7)  # noqa: S311 -- a benchmark
    times = []
    for at in drawn.sample(range(WISHES), LOOK_UPS):
        document = document_at(at)
        found, took = _timed(lambda: find_by_document(document_kind="", document=document, actor=reader))  # noqa: B023
        assert len(found) == 1
        times.append(took)
    value = _p99(times)
    return [
        figure("registry_look_up", round(value, 2), "ms database time (p99)", rows=WISHES,
               goal=f"<= {LOOK_UP_GOAL_MS}", met=value <= LOOK_UP_GOAL_MS),
    ]  # fmt: skip


def _lists(people: dict[str, Any]) -> list[dict[str, Any]]:
    found = []
    for place, reader in people.items():
        first = wishes_for(reader, "in_force")
        pages: list[float] = []
        sealed: list[float] = []
        before = first[0].pk + 1
        for _page in range(PAGES):
            shown, took = _timed(lambda: wishes_for(reader, "in_force", before=before)[:PAGE_SIZE])  # noqa: B023
            began = time.perf_counter()
            assert all(masked_names(shown, reader=reader).values())
            sealed.append((time.perf_counter() - began) * 1000)
            pages.append(took)
            before = shown[-1].pk
        _counts, counted = _timed(lambda: wish_counts(reader))  # noqa: B023
        page, names = _p99(pages), sorted(sealed)[len(sealed) // 2]
        found += [
            figure(f"registry_list_{place}", round(page, 2), "ms database time (p99)", rows=WISHES,
                   goal=f"<= {LIST_GOAL_MS}", met=page <= LIST_GOAL_MS),
            figure(f"registry_counts_{place}", round(counted, 2), "ms database time", rows=WISHES,
                   goal=f"<= {LIST_GOAL_MS}", met=counted <= LIST_GOAL_MS),
            figure(f"registry_sealing_{place}", round(names, 2), f"ms more for {PAGE_SIZE} names opened and logged",
                   rows=WISHES, goal=f"<= {SEALING_GOAL_MS}", met=names <= SEALING_GOAL_MS),
        ]  # fmt: skip
    return found


def _timed(call: Callable[[], Any]) -> tuple[Any, float]:
    seen = Statements()
    with connection.execute_wrapper(seen):
        answer = call()
    return answer, seen.milliseconds


def _p99(times: list[float]) -> float:
    return sorted(times)[max(0, int(len(times) * 0.99) - 1)]
