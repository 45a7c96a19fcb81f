"""Ways to give, and notices of changes of use."""

from __future__ import annotations

from itertools import groupby

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from core.clock import now
from core.exporting import CSV_CONTENT_TYPE, JSON_CONTENT_TYPE, stream_csv, stream_json
from core.views.caching import public_page
from donations.selectors.public.giving import (
    PAGE_SIZE,
    PublicChannel,
    public_channels,
    public_notice,
    public_notices,
)
from transparency.filters import branch_select
from transparency.selectors.campaigns import CHANNEL_FIELDS, channel_row
from transparency.selectors.network import branch_for_filter, branch_options
from transparency.views.public.campaigns import before_of, download


@public_page
def give(request: HttpRequest) -> HttpResponse:
    """The ways to give, by branch; each account with its digest in the log."""
    code = request.GET.get("branch", "").strip()
    branch = branch_for_filter(code) if code else None
    groups = [(name, list(rows)) for name, rows in groupby(public_channels(branch), key=lambda one: one.branch_name)]
    context = {
        "as_of": now(),
        "branch": branch,
        "branch_select": branch_select(branch_options(), code),
        "groups": groups,
        "query": f"?{urlencode({'branch': code})}" if code else "",
    }
    return render(request, "public/give.html", context)


def _asked(request: HttpRequest) -> list[PublicChannel]:
    code = request.GET.get("branch", "").strip()
    return public_channels(branch_for_filter(code) if code else None)


@public_page
def give_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The ways to give as CSV."""
    rows = (tuple(channel_row(one)[name] for name in CHANNEL_FIELDS) for one in _asked(request))
    return download(stream_csv(CHANNEL_FIELDS, rows), CSV_CONTENT_TYPE, _("捐赠方式"), "csv")


@public_page
def give_json(request: HttpRequest) -> StreamingHttpResponse:
    """The ways to give as one JSON array."""
    return download(stream_json(channel_row(one) for one in _asked(request)), JSON_CONTENT_TYPE, _("捐赠方式"), "json")


@public_page
def notice_list(request: HttpRequest) -> HttpResponse:
    """Changes of use: under notice, made, or stopped; newest first."""
    before = before_of(request)
    found = public_notices(before)
    last = found[PAGE_SIZE - 1] if len(found) > PAGE_SIZE else None
    context = {
        "as_of": now(),
        "notices": found[:PAGE_SIZE],
        "next_url": f"/notices/?page={last.id}" if last else "",
        "first_url": "/notices/" if before else "",
    }
    return render(request, "public/notices/list.html", context)


@public_page
def notice_detail(request: HttpRequest, number: str) -> HttpResponse:
    """One change of use: its notice, its objections with their answers, what came of it."""
    return render(request, "public/notices/detail.html", {"as_of": now(), "notice": public_notice(number)})
