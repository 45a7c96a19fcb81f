"""`sign_ups`: people sign up for one session at the same time, in the service and by HTTP.

In the service 40 threads in eight processes call `sign_up`; by HTTP the portal's own web server is asked the way a
telephone asks it. Fewer seats than people: afterwards every seat is taken once, the others stand in the queue in the
order of their places, and no place is missing or twice.
"""

from __future__ import annotations

import time
import uuid
from datetime import timedelta
from typing import Any

from bench.context import Context, figure
from bench.together import start_together, work_in_threads
from core.clock import SHANGHAI, now
from tests.training.ground import Ground, make_ground, opened, somebody, version_of
from training.checks import all_checks
from training.models import CourseVersion, Enrolment, Session
from training.services.enrolling import sign_up

PROCESSES, THREADS, EACH = 8, 5, 50
PEOPLE = PROCESSES * THREADS * EACH
SEATS = 1_500
GOAL = 200


def run(context: Context) -> list[dict[str, Any]]:
    """Sign up in the service."""
    with context.database("sign_ups") as database:
        session = _session(make_ground())
        began, answers = start_together(database, "bench.sign_ups", processes=PROCESSES)
        seconds = max(answer["ended"] for answer in answers) - began
        failures = [failure for answer in answers for failure in answer["failures"]]
        assert failures == [], failures[:3]
        _check(session)
    waits = sorted(took for answer in answers for took in answer["took"])
    rate = PEOPLE / seconds
    return [
        figure("sign_ups", round(rate), "sign-ups/s in the service", rows=PEOPLE, goal=f">= {GOAL}", met=rate >= GOAL),
        figure("sign_ups_wait", round(waits[int(len(waits) * 0.99)] * 1000), "ms (p99 of one sign-up)"),
    ]


def main() -> None:
    """One process of people."""
    work_in_threads(THREADS, lambda: Session.objects.unscoped("bench").get().pk, _sign_up_in_turn)


def _session(ground: Ground) -> Session:
    """One large open session; the course allows it for this measurement alone."""
    CourseVersion.objects.filter(pk=version_of().pk).update(seats_most=SEATS, trainees_per_instructor=SEATS)
    return opened(ground, seats=SEATS, day=(now() + timedelta(days=7)).astimezone(SHANGHAI).date())


def _check(session: Session) -> None:
    session.refresh_from_db()
    assert (session.seated_count, session.waiting_count) == (SEATS, PEOPLE - SEATS)
    rows = Enrolment.objects.unscoped("bench").filter(session=session).order_by("place")
    places = list(rows.values_list("place", "status"))
    assert [place for place, _status in places] == list(range(1, PEOPLE + 1))
    assert {status for _place, status in places[:SEATS]} == {"seated"}
    assert {status for _place, status in places[SEATS:]} == {"waiting"}
    wrong = {name: found for name, found in all_checks().items() if found}
    assert wrong == {}, wrong


def _sign_up_in_turn(name: str, session_id: int) -> dict[str, Any]:
    process, _colon, thread = name.partition(":")
    first = (int(process) * THREADS + int(thread)) * EACH
    failures, took = [], []
    for turn in range(EACH):
        began = time.perf_counter()
        try:
            sign_up(session_id=session_id, person=somebody(first + turn, with_document=False), key=uuid.uuid4())
        except Exception as error:
            failures.append(repr(error))
        took.append(time.perf_counter() - began)
    return {"failures": failures, "took": took}
