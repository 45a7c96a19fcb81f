"""`post_concurrent`: 50 posters in ten processes, each with a connection of its own, post into and out of one fund.

Every poster posts entries one by one through `post_entry`, as a counter does; all wait for the same account's lock and
the same branch's counter. fsync is on. Afterwards nothing is lost, nothing is there twice, and the books are in order.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from accounts.models import User
from bench.context import Context, figure
from bench.together import start_together, work_in_threads
from core.clock import today
from ledger.checks import all_checks
from ledger.choices import EntryKind, WorldParty
from ledger.models import CNY, Account, AccountBalance, Entry, Fund, Unit
from ledger.services import EntryDraft, MovementDraft, money_holding, post_entry, world_account
from organizations.models import Branch
from tests.factories.people import make_person, make_province

PROCESSES, THREADS = 10, 5
POSTERS = PROCESSES * THREADS
EACH = 200
GOAL = 300


def run(context: Context) -> list[dict[str, Any]]:
    """Start the posters, let them go at once, and look at what they left."""
    with context.database("concurrent") as database:
        fund = _ground()
        began, answers = start_together(database, "bench.post_concurrent", processes=PROCESSES)
        seconds = max(answer["ended"] for answer in answers) - began
        failures = [failure for answer in answers for failure in answer["failures"]]
        assert failures == [], failures[:3]
        _check(fund)
    rate = POSTERS * EACH / seconds
    waits = sorted(took for answer in answers for took in answer["took"])
    return [
        figure("post_concurrent", round(rate), "entries/s", rows=POSTERS * EACH, goal=f">= {GOAL}", met=rate >= GOAL),
        figure("post_concurrent_wait", round(waits[int(len(waits) * 0.99)] * 1000), "ms (p99 of one entry)"),
    ]


def _ground() -> Fund:
    branch = make_province()["330182"]
    make_person("bench.maker", "clerk", branch)
    make_person("bench.approver", "approver", branch)
    fund = Fund.objects.create(code="330182-F1", branch=branch, name="日常捐赠", opened_on=today())
    money_holding(fund)
    world_account(WorldParty.GIVERS, Unit.objects.get(code=CNY))
    world_account(WorldParty.BENEFICIARIES, Unit.objects.get(code=CNY))
    return fund


def _check(fund: Fund) -> None:
    assert Entry.objects.unscoped("bench").count() == POSTERS * EACH
    balance = AccountBalance.objects.get(account__fund=fund)
    assert balance.inflow_tail == POSTERS * EACH // 2 * 10
    assert balance.outflow_tail == POSTERS * EACH // 2
    wrong = {name: rows for name, rows in all_checks().items() if rows}
    assert wrong == {}, wrong


def main() -> None:
    """One process of posters."""
    work_in_threads(THREADS, _ready, _post_in_turn)


@dataclass(frozen=True)
class Ready:
    """What a poster has at hand."""

    branch: Branch
    maker: User
    approver: User
    holding: Account
    givers: Account
    needy: Account


def _ready() -> Ready:
    fund, unit = Fund.objects.get(code="330182-F1"), Unit.objects.get(code=CNY)
    givers, needy = (world_account(party, unit) for party in (WorldParty.GIVERS, WorldParty.BENEFICIARIES))
    people = [User.objects.get(login=login) for login in ("bench.maker", "bench.approver")]
    return Ready(Branch.objects.get(code="330182"), *people, money_holding(fund), givers, needy)


def _post_in_turn(name: str, ready: Ready) -> dict[str, Any]:
    """By turns a gift of ten yuan and aid of one."""
    failures, took = [], []
    for turn in range(EACH):
        began = time.perf_counter()
        is_gift = turn % 2 == 0
        gift = MovementDraft(ready.givers, ready.holding, Decimal(10))
        move = gift if is_gift else MovementDraft(ready.holding, ready.needy, Decimal(1))
        try:
            post_entry(
                draft=EntryDraft(
                    branch=ready.branch, kind=EntryKind.GIFT if is_gift else EntryKind.AID, occurred_on=today(),
                    made_by=ready.maker, approved_by=ready.approver, document="bench", key=f"bench:{name}:{turn}",
                    movements=(move,),
                )
            )  # fmt: skip
        except Exception as error:
            failures.append(repr(error))
        took.append(time.perf_counter() - began)
    return {"failures": failures, "took": took}
