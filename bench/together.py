"""Many at once: processes with threads, each with a connection of its own, which all begin at one word."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from django.db import connection

from tests import databases

ROOT = Path(__file__).resolve().parent.parent


def start_together(database: str, module: str, *, processes: int) -> tuple[float, list[dict[str, Any]]]:
    """Start `module.main()` in so many processes; when it began, and what all threads of all answered.

    All are ready and connected before the first may begin; `main` calls `work_in_threads`.
    """
    connection.close()
    start = f"import django; django.setup(); import {module} as bench; bench.main()"
    children = [
        subprocess.Popen(
            [sys.executable, "-c", start, database, str(number)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(processes)
    ]
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
    began = time.time()
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    return began, [answer for child in children for answer in json.loads(child.communicate()[0])]


def work_in_threads(threads: int, prepare: Callable[[], Any], work: Callable[[str, Any], dict[str, Any]]) -> None:
    """One process: its threads prepare, wait for the word, work, and say when they ended beside what they answer."""
    database, number = sys.argv[1:]
    databases.point_at(database)
    ready, go = threading.Barrier(threads + 1), threading.Event()

    def one(name: str) -> dict[str, Any]:
        prepared = prepare()
        ready.wait()
        go.wait()
        answer = work(name, prepared)
        connection.close()
        return {"ended": time.time(), **answer}

    with ThreadPoolExecutor(threads) as pool:
        running = [pool.submit(one, f"{number}:{thread}") for thread in range(threads)]
        ready.wait()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.readline()
        go.set()
        json.dump([each.result() for each in running], sys.stdout)
