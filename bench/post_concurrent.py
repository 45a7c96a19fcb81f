"""`post_concurrent`: 50 posters in ten processes, each with a connection of its own, post into and out of one fund.

Every poster posts entries one by one through `post_entry`, as a counter does; all wait for the same account's lock and
the same branch's counter. fsync is on. Afterwards nothing is lost, nothing is there twice, and the books are in order.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import connection

from accounts.models import User
from bench.context import Context, figure
from core.clock import today
from ledger.checks import all_checks
from ledger.choices import EntryKind, WorldParty
from ledger.models import CNY, AccountBalance, Entry, Fund, Unit
from ledger.services import EntryDraft, MovementDraft, money_holding, post_entry, world_account
from organizations.models import Branch
from tests import databases
from tests.factories.people import make_person, make_province

PROCESSES, THREADS = 10, 5
POSTERS = PROCESSES * THREADS
EACH = 200
GOAL = 300
ROOT = Path(__file__).resolve().parent.parent


def run(context: Context) -> list[dict[str, Any]]:
    """Start the posters, let them go at once, and look at what they left."""
    with context.database("concurrent") as database:
        fund = _ground()
        began, answers = _post_together(database)
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


def _post_together(database: str) -> tuple[float, list[dict[str, Any]]]:
    """All are ready and connected before the first may begin."""
    connection.close()
    start = "import django; django.setup(); import bench.post_concurrent as bench; bench.post()"
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", start, database, str(number)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(PROCESSES)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    began = time.time()
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    return began, [answer for process in processes for answer in json.loads(process.communicate()[0])]


def _check(fund: Fund) -> None:
    assert Entry.objects.unscoped("bench").count() == POSTERS * EACH
    balance = AccountBalance.objects.get(account__fund=fund)
    assert balance.inflow_tail == POSTERS * EACH // 2 * 10
    assert balance.outflow_tail == POSTERS * EACH // 2
    wrong = {name: rows for name, rows in all_checks().items() if rows}
    assert wrong == {}, wrong


def post() -> None:
    """One process: its posters connect, wait for the word, and say what failed and how long each entry took."""
    database, number = sys.argv[1:]
    databases.point_at(database)
    ready, go = threading.Barrier(THREADS + 1), threading.Event()
    with ThreadPoolExecutor(THREADS) as pool:
        posters = [pool.submit(_post_in_turn, f"{number}:{thread}", ready, go) for thread in range(THREADS)]
        ready.wait()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.readline()
        go.set()
        json.dump([poster.result() for poster in posters], sys.stdout)


def _post_in_turn(name: str, ready: threading.Barrier, go: threading.Event) -> dict[str, Any]:
    """By turns a gift of ten yuan and aid of one."""
    branch, fund = Branch.objects.get(code="330182"), Fund.objects.get(code="330182-F1")
    maker, approver = User.objects.get(login="bench.maker"), User.objects.get(login="bench.approver")
    unit, holding = Unit.objects.get(code=CNY), money_holding(fund)
    givers, needy = (world_account(party, unit) for party in (WorldParty.GIVERS, WorldParty.BENEFICIARIES))
    ready.wait()
    go.wait()
    failures, took = [], []
    for turn in range(EACH):
        began = time.perf_counter()
        is_gift = turn % 2 == 0
        move = MovementDraft(givers, holding, Decimal(10)) if is_gift else MovementDraft(holding, needy, Decimal(1))
        try:
            post_entry(
                draft=EntryDraft(
                    branch=branch, kind=EntryKind.GIFT if is_gift else EntryKind.AID, occurred_on=today(),
                    made_by=maker, approved_by=approver, document="bench", key=f"bench:{name}:{turn}",
                    movements=(move,),
                )
            )  # fmt: skip
        except Exception as error:
            failures.append(repr(error))
        took.append(time.perf_counter() - began)
    connection.close()
    return {"ended": time.time(), "failures": failures, "took": took}
