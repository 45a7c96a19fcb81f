"""The list of payments, its files, and one payment with its released papers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from core.clock import now, today
from core.errors import NotFound
from core.exporting import CSV_CONTENT_TYPE, JSON_CONTENT_TYPE, stream_csv, stream_json
from core.files import open_stored
from core.views.caching import public_page
from spending.selectors.public import (
    PaymentCursor,
    PaymentPage,
    PublicPaymentFilter,
    payment_totals,
    public_payment,
    public_payments,
    released_documents,
    released_file,
)
from transparency.selectors.network import branch_options
from transparency.selectors.public_log import is_signed
from transparency.selectors.spending import SPENDING_FIELDS, payment_log_indexes, stream_spending_rows
from transparency.spending_filters import (
    SPENDING_FILTERS,
    SpendingFilterForm,
    read_spending_filter,
    spending_summary,
)

LIST = "/spending/"


@public_page
def spending_list(request: HttpRequest) -> HttpResponse:
    """A page of payments, newest first, by the filters of the address."""
    form = SpendingFilterForm(request.GET)
    form.offer(branch_options())
    if not form.is_valid():
        return render(request, "public/spending/list.html", {"form": form}, status=400)
    asked = form.asked
    page = public_payments(asked, PaymentCursor.parse(request.GET.get("page", "")))
    return render(request, "public/spending/list.html", {**_list_context(request.GET, asked, page), "form": form})


def _list_context(params: QueryDict, asked: PublicPaymentFilter, page: PaymentPage) -> dict[str, Any]:
    query = _filter_query(params)
    return {
        "as_of": now(),
        "summary": spending_summary(asked),
        "rows": page.rows,
        "totals": payment_totals(asked),
        "next_url": _page_url(query, page.next),
        "previous_url": _page_url(query, page.previous),
        "first_url": LIST + query if page.previous else "",
        "csv_url": "/spending.csv" + query,
        "json_url": "/spending.json" + query,
    }


def _filter_query(params: QueryDict) -> str:
    kept = QueryDict(mutable=True)
    for name in SPENDING_FILTERS:
        if params.get(name):
            kept[name] = str(params[name])
    return f"?{kept.urlencode()}" if kept else ""


def _page_url(query: str, cursor: PaymentCursor | None) -> str:
    return f"{LIST}{query}{'&' if query else '?'}page={cursor}" if cursor else ""


@public_page
def spending_csv(request: HttpRequest) -> StreamingHttpResponse:
    """All payments of a filter as CSV, row by row."""
    asked = read_spending_filter(request.GET)
    rows = (tuple(row[name] for name in SPENDING_FIELDS) for row in stream_spending_rows(asked))
    return _download(stream_csv(SPENDING_FIELDS, rows), CSV_CONTENT_TYPE, _file_name(request.GET, "csv"))


@public_page
def spending_json(request: HttpRequest) -> StreamingHttpResponse:
    """All payments of a filter as one JSON array, row by row."""
    asked = read_spending_filter(request.GET)
    return _download(stream_json(stream_spending_rows(asked)), JSON_CONTENT_TYPE, _file_name(request.GET, "json"))


def _download(content: Any, content_type: str, name: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(True, name) or ""
    return response


def _file_name(params: Mapping[str, Any], ending: str) -> str:
    parts = [_("支出公示"), *(str(params[name]) for name in ("branch", "from", "to") if params.get(name))]
    return "_".join([*parts, today().isoformat()]).replace("/", "-") + f".{ending}"


@public_page
def spending_detail(request: HttpRequest, number: str) -> HttpResponse:
    """One payment: for what, where, how many people, to which organisation, its papers, its reversal."""
    payment = public_payment(number)
    place = payment_log_indexes([payment]).get(payment.id)
    context = {
        "payment": payment,
        "documents": [
            {"one": one, "url": f"/spending/{payment.number}/documents/{one.id}/"}
            for one in released_documents(payment.id)
        ],
        "log_index": place,
        "is_signed": is_signed(place),
        "as_of": now(),
    }
    return render(request, "public/spending/detail.html", context)


@public_page
def spending_document(request: HttpRequest, number: str, document_id: int) -> FileResponse:
    """A released copy of a paper, as a download."""
    stored = released_file(number, document_id)
    try:
        source = open_stored(stored)
    except FileNotFoundError as error:
        raise NotFound("file_lost", _("文件在存储里找不到了，请稍后再试或告诉我们。")) from error
    name = f"{number}-{document_id}.{stored.name.rpartition('.')[2]}"
    response = FileResponse(source, as_attachment=True, filename=name, content_type=stored.content_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
