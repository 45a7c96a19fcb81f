"""Funds: their list, and the statement of one with the balance after each row."""

from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header, urlencode
from django.utils.translation import gettext as _

from core.clock import now, today
from core.exporting import CSV_CONTENT_TYPE, JSON_CONTENT_TYPE, stream_csv, stream_json
from core.views.caching import public_page
from ledger.selectors.balances import money_held
from ledger.selectors.public_funds import FundTerms, fund_in_public, funds_after
from ledger.selectors.statements import PAGE_SIZE, Edge, fund_state
from transparency.filters import branch_select
from transparency.selectors.funds import STATEMENT_FIELDS, fund_rows, stream_fund_rows
from transparency.selectors.network import branch_for_filter, branch_options


@public_page
def fund_list(request: HttpRequest) -> HttpResponse:
    """The funds of all branches, or of one with all below, with what each holds."""
    code = request.GET.get("branch", "").strip()
    branch = branch_for_filter(code) if code else None
    after = request.GET.get("page", "")[:40]
    funds, following = funds_after(branch, after, PAGE_SIZE)
    kept = {"branch": code} if code else {}
    context = {
        "as_of": now(),
        "branch": branch,
        "branch_select": branch_select(branch_options(), code),
        "funds": funds,
        "total": money_held(branch),
        "next_url": "/funds/?" + urlencode({**kept, "page": following}) if following else "",
        "first_url": "/funds/?" + urlencode(kept) if after else "",
    }
    return render(request, "public/funds/list.html", context)


@public_page
def fund_detail(request: HttpRequest, code: str) -> HttpResponse:
    """One fund: its terms, what it did in all, and each row with the balance after it."""
    fund = fund_in_public(code)
    state = fund_state(fund.id)
    page = fund_rows(state.account_id, Edge.parse(request.GET.get("page", "")), PAGE_SIZE)
    context = {
        "as_of": now(),
        "fund": fund,
        "state": state,
        "rows": page.rows,
        "next_url": _page_url(fund, page.next),
        "previous_url": _page_url(fund, page.previous),
        "first_url": f"/funds/{fund.code}/" if page.previous else "",
    }
    return render(request, "public/funds/detail.html", context)


def _page_url(fund: FundTerms, edge: Edge | None) -> str:
    return f"/funds/{fund.code}/?page={edge}" if edge else ""


@public_page
def fund_csv(request: HttpRequest, code: str) -> StreamingHttpResponse:
    """The whole statement of a fund as CSV, row by row."""
    fund = fund_in_public(code)
    rows = (
        tuple(getattr(row, name) for name in STATEMENT_FIELDS)
        for row in stream_fund_rows(fund_state(fund.id).account_id)
    )
    return _download(stream_csv(STATEMENT_FIELDS, rows), CSV_CONTENT_TYPE, fund, "csv")


@public_page
def fund_json(request: HttpRequest, code: str) -> StreamingHttpResponse:
    """The whole statement of a fund as one JSON array, row by row."""
    fund = fund_in_public(code)
    rows = (
        {name: getattr(row, name) for name in STATEMENT_FIELDS}
        for row in stream_fund_rows(fund_state(fund.id).account_id)
    )
    return _download(stream_json(rows), JSON_CONTENT_TYPE, fund, "json")


def _download(content: Any, content_type: str, fund: FundTerms, ending: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(content, content_type=content_type)
    name = _("资金池流水_%(code)s_%(day)s") % {"code": fund.code, "day": today().isoformat()}
    response["Content-Disposition"] = content_disposition_header(True, f"{name}.{ending}") or ""
    return response
