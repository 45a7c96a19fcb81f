"""`certificate_check`, `coverage_page`: what the public asks most, on 1,000,000 certificates and 10,000,000 rows of
attendance.

Pages are asked for by their address in the WSGI application of one process; database time is what the client waits for
the statements. `coverage_count` is the daily count of all figures from the rows.
"""

from __future__ import annotations

import random
import time
from typing import Any

from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.db import connection

from bench.context import Context, figure
from bench.donations_list import Statements, ask
from bench.training_data import LESSONS, fill_training
from training.models import Attendance, Certificate
from training.services.counting import count_coverage

CERTIFICATES = 1_000_000
# Fewer looks than one place may take.
CHECKS, PAGES = 250, 50
CHECK_GOAL_MS, COVERAGE_GOAL_MS = 5, 50


def run(context: Context) -> list[dict[str, Any]]:
    """Fill, count, and ask."""
    with context.database("training"):
        fill_training(CERTIFICATES)
        assert Certificate.objects.unscoped("bench").count() == CERTIFICATES
        assert Attendance.objects.count() == CERTIFICATES * LESSONS
        began = time.perf_counter()
        figures = count_coverage()
        counted = time.perf_counter() - began
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE training_coveragecount")
        # Pages address static files by their hashed names, as they do when they are served.
        call_command("collectstatic", interactive=False, verbosity=0)
        application = WSGIHandler()
        codes = _codes()
        checks = [_timed(application, f"/certificates/{code}/", "") for code in codes]
        pages = [
            _timed(application, "/training/coverage/", f"branch={code}&year=2024") for code in ["33", "3301"] * PAGES
        ]
    check, page = _p99(checks), _p99(pages)
    return [
        figure("certificate_check", round(check, 2), "ms database time (p99)", rows=CERTIFICATES,
               goal=f"<= {CHECK_GOAL_MS}", met=check <= CHECK_GOAL_MS),
        figure("coverage_page", round(page, 2), "ms database time (p99)", rows=CERTIFICATES * LESSONS,
               goal=f"<= {COVERAGE_GOAL_MS}", met=page <= COVERAGE_GOAL_MS),
        figure("coverage_count", round(counted, 1), f"s to count {figures} figures of a day", rows=CERTIFICATES),
    ]  # fmt: skip


def _codes() -> list[str]:
    drawn = random.Random(7)  # noqa: S311 -- a benchmark
    rows = Certificate.objects.unscoped("bench")
    first = rows.order_by("pk").values_list("pk", flat=True)[0]
    asked = [first + drawn.randrange(CERTIFICATES) for _one in range(CHECKS)]
    return list(rows.filter(pk__in=asked).values_list("code", flat=True))


def _timed(application: WSGIHandler, path: str, query: str) -> float:
    seen = Statements()
    with connection.execute_wrapper(seen):
        ask(application, path, query)
    return seen.milliseconds


def _p99(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.99) - 1]
