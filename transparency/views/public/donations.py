"""The list of gifts, its files, and the way of one gift."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from core.clock import now, today
from core.exporting import CSV_CONTENT_TYPE, JSON_CONTENT_TYPE, stream_csv, stream_json
from core.views.caching import public_page
from donations.choices import GiftStatus, ReceiptState
from donations.selectors.identities import public_identity_notes
from donations.selectors.public import (
    Cursor,
    Page,
    PublicGift,
    PublicGiftFilter,
    bounded_count,
    public_gift,
    public_gifts,
    public_totals,
)
from donations.selectors.receipts import receipt_states
from transparency.filters import GIFT_FILTERS, GiftFilterForm, branch_select, filter_summary, read_gift_filter
from transparency.selectors.gift_ways import gift_way
from transparency.selectors.network import branch_options
from transparency.selectors.open_data import GIFT_FIELDS, log_indexes, stream_open_rows
from transparency.selectors.public_log import is_signed
from transparency.views.public.gift_rows import column_heads, gift_rows

LIST = "/donations/"


@public_page
def donation_list(request: HttpRequest) -> HttpResponse:
    """A page of gifts, newest first, by the filters of the address."""
    form = GiftFilterForm(request.GET)
    if not form.is_valid():
        form.offer(branch_options())
        return render(request, "public/donations/list.html", {"form": form}, status=400)
    asked = form.asked
    page = public_gifts(asked, Cursor.parse(request.GET.get("page", "")))
    options = branch_select(branch_options(), request.GET.get("branch", ""))
    context = {**_list_context(request.GET, asked, page), "form": form, "branch_select": options}
    return render(request, "public/donations/list.html", context)


def _list_context(params: QueryDict, asked: PublicGiftFilter, page: Page) -> dict[str, Any]:
    query, totals = filter_query(params), public_totals(asked)
    return {
        "as_of": now(),
        "asked": asked,
        "first": asked.first.isoformat() if asked.first else "",
        "last": asked.last.isoformat() if asked.last else "",
        "low": "" if asked.minimum is None else str(asked.minimum),
        "high": "" if asked.maximum is None else str(asked.maximum),
        "fund": asked.fund.code if asked.fund else "",
        "summary": filter_summary(asked),
        "rows": gift_rows(page.rows),
        "heads": column_heads(),
        "shown": len(page.rows),
        "totals": totals,
        "gift_count": f"{totals.gift_count:,}" if totals else "",
        "count": None if asked.is_summed or "page" in params else bounded_count(asked, page),
        "next_url": page_url(params, page.next),
        "previous_url": page_url(params, page.previous),
        "first_url": LIST + query if page.previous else "",
        "csv_url": "/donations.csv" + query,
        "json_url": "/donations.json" + query,
    }


def filter_query(params: QueryDict) -> str:
    """The filters of an address without its page, as a query string with its `?`; empty where there is none."""
    kept = QueryDict(mutable=True)
    for name in GIFT_FILTERS:
        if params.get(name):
            kept[name] = str(params[name])
    return f"?{kept.urlencode()}" if kept else ""


def page_url(params: QueryDict, cursor: Cursor | None) -> str:
    """The address of another page of the same list."""
    if cursor is None:
        return ""
    query = filter_query(params)
    return f"{LIST}{query}{'&' if query else '?'}page={cursor}"


@public_page
def donations_csv(request: HttpRequest) -> StreamingHttpResponse:
    """All gifts of a filter as CSV, row by row."""
    asked = read_gift_filter(request.GET)
    rows = (tuple(row[name] for name in GIFT_FIELDS) for row in stream_open_rows(asked))
    return _download(stream_csv(GIFT_FIELDS, rows), CSV_CONTENT_TYPE, _file_name(request.GET, "csv"))


@public_page
def donations_json(request: HttpRequest) -> StreamingHttpResponse:
    """All gifts of a filter as one JSON array, row by row."""
    asked = read_gift_filter(request.GET)
    return _download(stream_json(stream_open_rows(asked)), JSON_CONTENT_TYPE, _file_name(request.GET, "json"))


def _download(content: Any, content_type: str, name: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(True, name) or ""
    return response


def _file_name(params: Mapping[str, Any], ending: str) -> str:
    parts = [_("捐赠公示"), *(str(params[name]) for name in ("branch", "from", "to") if params.get(name))]
    return "_".join([*parts, today().isoformat()]).replace("/", "-") + f".{ending}"


@public_page
def donation_detail(request: HttpRequest, number: str) -> HttpResponse:
    """What is known today of one gift: received, booked, in its fund, reversed."""
    gift = public_gift(number)
    place = log_indexes([gift]).get(gift.entry_id)
    context = {
        "gift": gift,
        "title": gift.number,
        "status_label": GiftStatus(gift.status).label,
        "way": gift_way(gift),
        "log_index": place,
        "is_signed": is_signed(place),
        "receipt": receipt_words(gift),
        "name_notes": public_identity_notes(gift.id),
        "as_of": now(),
    }
    return render(request, "public/donations/detail.html", context)


def receipt_words(gift: PublicGift) -> str:
    """What is known of the gift's fiscal receipt, without its number."""
    state = receipt_states([gift.id]).get(gift.id)
    return str(ReceiptState(state).label) if state else ""
