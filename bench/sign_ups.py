"""`sign_ups`: people sign up for one session at the same time, in the service and by HTTP.

In the service four processes call `sign_up`; by HTTP twenty browsers send the form to the portal's own web server (two
workers), each person from an address of its own on the loopback, their telephones shown before. Fewer seats than
people: afterwards every seat is taken once, the others stand in the queue in the order of their places, and no place
is missing or twice.
"""

from __future__ import annotations

import tempfile
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.sessions.backends.cached_db import SessionStore
from django.core.management import call_command
from django.db import connection
from django.http import HttpRequest
from django.utils.crypto import get_random_string

from bench.context import Context, figure
from bench.together import start_together, work_in_threads
from core.clock import SHANGHAI, now
from core.kept_phones import WAITS, keep_phone
from tests.browser.portal import web_server
from tests.training.ground import Ground, make_ground, opened, somebody, version_of
from training.checks import all_checks
from training.models import CourseVersion, Enrolment, Session
from training.services.enrolling import sign_up
from training.views.public import telephone

# Twice as many as the portal's web server has workers (docs/benchmarks.md has it with forty people at once as well).
PROCESSES, THREADS, EACH = 4, 1, 500
PEOPLE = PROCESSES * THREADS * EACH
SEATS = 1_500
GOAL = 200
BROWSERS, VISITORS = 20, 1_000
HTTP_SEATS, HTTP_GOAL = 750, 60


def run(context: Context) -> list[dict[str, Any]]:
    """Sign up in the service, then by HTTP."""
    return [*_in_service(context), *_by_http(context)]


def _in_service(context: Context) -> list[dict[str, Any]]:
    with context.database("sign_ups") as database:
        session = _session(make_ground(), SEATS)
        began, answers = start_together(database, "bench.sign_ups", processes=PROCESSES)
        seconds = max(answer["ended"] for answer in answers) - began
        failures = [failure for answer in answers for failure in answer["failures"]]
        assert failures == [], failures[:3]
        _check(session, seats=SEATS, people=PEOPLE)
    waits = sorted(took for answer in answers for took in answer["took"])
    rate = PEOPLE / seconds
    return [
        figure("sign_ups", round(rate), "sign-ups/s in the service", rows=PEOPLE, goal=f">= {GOAL}", met=rate >= GOAL),
        figure("sign_ups_wait", round(waits[int(len(waits) * 0.99)] * 1000), "ms (p99 of one sign-up)"),
    ]


def _by_http(context: Context) -> list[dict[str, Any]]:
    with context.database("sign_ups_http") as database, tempfile.TemporaryDirectory() as folder:
        session = _session(make_ground(), HTTP_SEATS)
        # Pages address static files by their hashed names, as they do when they are served.
        call_command("collectstatic", interactive=False, verbosity=0)
        visitors = [_visitor(at) for at in range(VISITORS)]
        connection.close()
        with web_server(database, Path(folder)) as portal, ThreadPoolExecutor(BROWSERS) as browsers:
            port = int(portal.url.rpartition(":")[2])
            began = time.perf_counter()
            took = sorted(browsers.map(lambda one: _send(port, session.number, one), visitors))
            seconds = time.perf_counter() - began
        _check(session, seats=HTTP_SEATS, people=VISITORS)
    rate = VISITORS / seconds
    return [
        figure("sign_ups_http", round(rate), "sign-ups/s by HTTP", rows=VISITORS, goal=f">= {HTTP_GOAL}",
               met=rate >= HTTP_GOAL),
        figure("sign_ups_http_wait", round(took[int(len(took) * 0.99)] * 1000), "ms (p99 of one form)"),
    ]  # fmt: skip


@dataclass(frozen=True)
class _Visitor:
    """Somebody whose telephone was shown by its code: a browser's session, its address and what it fills in."""

    at: int
    cookie: str
    token: str

    @property
    def address(self) -> str:
        """An address of the loopback that nobody else has: the portal counts how often one place asks."""
        return f"127.1.{self.at // 250}.{self.at % 250 + 1}"


def _visitor(at: int) -> _Visitor:
    request = HttpRequest()
    request.session = SessionStore()
    keep_phone(request, telephone.PROVED, somebody(at).phone, now() + WAITS)
    request.session.save()
    token = get_random_string(32)
    name = settings.SESSION_COOKIE_NAME
    return _Visitor(at, f"{name}={request.session.session_key}; {settings.CSRF_COOKIE_NAME}={token}", token)


def _send(port: int, number: str, visitor: _Visitor) -> float:
    """Send one form and return how long its answer took, in seconds; AssertionError for any but the place's page."""
    person = somebody(visitor.at, with_document=False)
    form = {"csrfmiddlewaretoken": visitor.token, "name": person.name, "key": str(uuid.uuid4())}
    headers = {"Cookie": visitor.cookie, "Content-Type": "application/x-www-form-urlencoded"}
    began = time.perf_counter()
    asked = HTTPConnection("127.0.0.1", port, timeout=60, source_address=(visitor.address, 0))
    asked.request("POST", f"/training/{number}/sign-up/name/", urlencode(form), headers)
    answer = asked.getresponse()
    answer.read()
    asked.close()
    assert answer.status == 302, (answer.status, visitor.at)
    assert (answer.headers["Location"] or "").startswith("/training/place/"), answer.headers["Location"]
    return time.perf_counter() - began


def main() -> None:
    """One process of people."""
    work_in_threads(THREADS, lambda: Session.objects.unscoped("bench").get().pk, _sign_up_in_turn)


def _session(ground: Ground, seats: int) -> Session:
    """One large open session; the course allows it for this measurement alone."""
    CourseVersion.objects.filter(pk=version_of().pk).update(seats_most=seats, trainees_per_instructor=seats)
    return opened(ground, seats=seats, day=(now() + timedelta(days=7)).astimezone(SHANGHAI).date())


def _check(session: Session, *, seats: int, people: int) -> None:
    session.refresh_from_db()
    assert (session.seated_count, session.waiting_count) == (seats, people - seats)
    rows = Enrolment.objects.unscoped("bench").filter(session=session).order_by("place")
    places = list(rows.values_list("place", "status"))
    assert [place for place, _status in places] == list(range(1, people + 1))
    assert {status for _place, status in places[:seats]} == {"seated"}
    assert {status for _place, status in places[seats:]} == {"waiting"}
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
