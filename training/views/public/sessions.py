"""The list of sessions, its files and calendar, and one session."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.clock import now, today
from core.exporting import CSV_CONTENT_TYPE, JSON_CONTENT_TYPE, stream_csv, stream_json
from core.views.caching import SECONDS, public_page
from training.selectors.public import (
    PublicSessionFilter,
    SessionCursor,
    area_options,
    lessons_of,
    public_session,
    public_sessions,
    session_detail,
)
from training.selectors.public.calendars import CALENDAR_CONTENT_TYPE, session_calendar
from training.selectors.public.open_data import SESSION_FIELDS, stream_session_rows
from training.session_filters import SESSION_FILTERS, SessionFilterForm, read_session_filter, session_summary
from training.views.public.remembering import remember_area, remembered_area

LIST = "/training/"
TEMPLATE = "public/training/list.html"


@require_safe
def session_list(request: HttpRequest) -> HttpResponse:
    """A page of sessions that take people, soonest first; the county is that of last time where none is asked for."""
    params = request.GET.copy()
    if "area" not in params and (area := remembered_area(request)):
        params["area"] = area
    form = SessionFilterForm(params)
    form.offer(area_options())
    if not form.is_valid():
        return render(request, TEMPLATE, {"form": form}, status=400)
    context = {**_list_context(params, form.asked), "form": form, "is_remembered": "area" not in request.GET}
    response = render(request, TEMPLATE, context)
    # One's own county may stand in it.
    patch_cache_control(response, private=True, max_age=SECONDS)
    if "area" in request.GET:
        remember_area(request, response, form.asked.area)
    return response


def _list_context(params: QueryDict, asked: PublicSessionFilter) -> dict[str, Any]:
    page = public_sessions(asked, SessionCursor.parse(params.get("page", "")))
    query = _filter_query(params)
    return {
        "as_of": now(),
        "summary": session_summary(asked),
        "area": asked.area,
        "rows": page.rows,
        "next_url": _page_url(query, page.next),
        "previous_url": _page_url(query, page.previous),
        "first_url": LIST + query if page.previous else "",
        "csv_url": "/training.csv" + query,
        "json_url": "/training.json" + query,
    }


def _filter_query(params: QueryDict) -> str:
    kept = QueryDict(mutable=True)
    for name in SESSION_FILTERS:
        if params.get(name):
            kept[name] = str(params[name])
    return f"?{kept.urlencode()}" if kept else ""


def _page_url(query: str, cursor: SessionCursor | None) -> str:
    return f"{LIST}{query}{'&' if query else '?'}page={cursor}" if cursor else ""


@public_page
def sessions_csv(request: HttpRequest) -> StreamingHttpResponse:
    """All sessions of a filter as CSV, row by row."""
    asked = read_session_filter(request.GET)
    rows = (tuple(row[name] for name in SESSION_FIELDS) for row in stream_session_rows(asked))
    return _download(stream_csv(SESSION_FIELDS, rows), CSV_CONTENT_TYPE, _file_name(request.GET, "csv"))


@public_page
def sessions_json(request: HttpRequest) -> StreamingHttpResponse:
    """All sessions of a filter as one JSON array, row by row."""
    asked = read_session_filter(request.GET)
    return _download(stream_json(stream_session_rows(asked)), JSON_CONTENT_TYPE, _file_name(request.GET, "json"))


def _download(content: Any, content_type: str, name: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(True, name) or ""
    return response


def _file_name(params: Mapping[str, Any], ending: str) -> str:
    parts = [_("急救培训班"), *(str(params[name]) for name in ("area", "from") if params.get(name))]
    return "_".join([*parts, today().isoformat()]).replace("/", "-") + f".{ending}"


@public_page
def session_page(request: HttpRequest, number: str) -> HttpResponse:
    """One session: when, where, with whom, what a certificate needs, and the way to sign up."""
    detail = session_detail(number)
    context = {"detail": detail, "session": detail.session, "lessons": detail.lessons, "as_of": now()}
    return render(request, "public/training/detail.html", context)


@public_page
def session_ics(request: HttpRequest, number: str) -> HttpResponse:
    """The lessons of one session for a calendar."""
    session = public_session(number)
    url = request.build_absolute_uri(session.address)
    content = session_calendar(session, lessons_of(session.id), url=url, host=request.get_host())
    return calendar_file(content, session.number)


def calendar_file(content: bytes, name: str) -> HttpResponse:
    """A calendar as a download."""
    response = HttpResponse(content, content_type=CALENDAR_CONTENT_TYPE)
    response["Content-Disposition"] = content_disposition_header(True, f"{name}.ics") or ""
    return response
