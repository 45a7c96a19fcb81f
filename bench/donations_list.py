"""`donations_list`: the list of gifts by a city with all below and a year, on 1,000,000 gifts.

Requests go straight into the WSGI application of one process, the compared views in turn, with nothing cached: what is
measured is what one worker can serve. Database time is what EXPLAIN-free statements took, as seen by the client.
"""

from __future__ import annotations

import datetime
import io
import statistics
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.db import connection
from django.urls import clear_url_caches, set_urlconf

from bench import donations_plans
from bench.context import Context, figure
from bench.data import fill
from donations.selectors.public import Cursor, PublicGiftFilter, public_gifts
from organizations.selectors import branch_by_code

ROWS = 1_000_000
ROUNDS = 150
QUERY = "branch=3301&from=2026-01-01&to=2026-12-31"


class Statements:
    """Counts statements and their time (milliseconds) while it is the connection's wrapper."""

    def __init__(self) -> None:
        self.count, self.milliseconds = 0, 0.0

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        """Run one statement and note how long it took."""
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.count += 1
            self.milliseconds += (time.perf_counter() - began) * 1000


def ask(application: WSGIHandler, path: str, query: str) -> bytes:
    """Send one GET into the application and return the body; raises AssertionError for another status than 200."""
    status: list[str] = []
    environ = {
        "REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": query, "SERVER_NAME": "localhost",
        "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "localhost",
        "wsgi.input": io.BytesIO(), "wsgi.errors": io.StringIO(), "wsgi.url_scheme": "http", "wsgi.version": (1, 0),
        "wsgi.multithread": False, "wsgi.multiprocess": True, "wsgi.run_once": False,
    }  # fmt: skip
    response = application(environ, lambda line, headers, exc_info=None: status.append(line))
    body = b"".join(response)
    response.close()
    assert status[0].startswith("200"), (path, status)
    return body


def run(context: Context) -> list[dict[str, Any]]:
    """The figures of the list."""
    with context.database("list"):
        fill(ROWS)
        return measure()


def measure() -> list[dict[str, Any]]:
    """The figures, in a database that is filled."""
    # Pages address static files by their hashed names, as they do when they are served.
    call_command("collectstatic", interactive=False, verbosity=0)
    before, settings.ROOT_URLCONF = settings.ROOT_URLCONF, "bench.bare"
    clear_url_caches()
    set_urlconf(None)
    try:
        application = WSGIHandler()
        paths = ("/donations/", "/bare/page/", "/bare/json/")
        took: dict[str, list[float]] = {path: [] for path in paths}
        statements: list[Statements] = []
        for turn in range(ROUNDS + 10):
            for path in paths:
                seen = Statements()
                began = time.perf_counter()
                with connection.execute_wrapper(seen):
                    ask(application, path, QUERY)
                if turn >= 10:
                    took[path].append(time.perf_counter() - began)
                    statements += [seen] if path == "/donations/" else []
    finally:
        settings.ROOT_URLCONF = before
        clear_url_caches()
    return [*_page_figures(took, statements), *_depth(), *donations_plans.measure(ROWS)]


def _page_figures(took: dict[str, list[float]], statements: list[Statements]) -> list[dict[str, Any]]:
    rate = {path: 1 / statistics.median(times) for path, times in took.items()}
    queries = max(seen.count for seen in statements)
    database = round(statistics.median(seen.milliseconds for seen in statements), 2)
    ratio = round(rate["/donations/"] / rate["/bare/page/"], 2)
    strict = round(rate["/donations/"] / rate["/bare/json/"], 2)
    return [
        figure("donations_list_queries", queries, "queries", rows=ROWS, goal="<= 10", met=queries <= 10),
        figure("donations_list_database", database, "ms (median)", rows=ROWS, goal="<= 5", met=database <= 5),
        figure(
            "donations_list", round(rate["/donations/"], 1), "requests/s of one process", rows=ROWS,
            compared_with="bare keyset view of .values() in a plain template", ratio=ratio, goal=">= 0.6",
            met=ratio >= 0.6,
        ),
        figure(
            "donations_list_json", round(rate["/donations/"], 1), "requests/s of one process", rows=ROWS,
            compared_with="the same bare view as JSON, for information", ratio=strict,
        ),
    ]  # fmt: skip


def _depth() -> list[dict[str, Any]]:
    """Page 1,000 beside page 1 of a city's gifts."""
    asked = PublicGiftFilter(branch=branch_by_code("3301"), first=datetime.date(2023, 1, 1))
    cursor: Cursor | None = None
    for _page in range(999):
        cursor = public_gifts(asked, cursor).next
    first, deep = _median(lambda: public_gifts(asked)), _median(lambda: public_gifts(asked, cursor))
    ratio = round(deep / first, 2)
    return [
        figure(
            "donations_list_page_1000", round(deep, 2), "ms (median)", rows=ROWS, compared_with="page 1",
            ratio=ratio, goal="<= 1.25", met=ratio <= 1.25,
        )
    ]  # fmt: skip


def _median(call: Callable[[], Any]) -> float:
    times = []
    for _round in range(60):
        began = time.perf_counter()
        call()
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)
