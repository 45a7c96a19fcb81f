"""Open data: the list of data sets, their descriptor, and those that have no other address."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from core.clock import today
from core.errors import NotFound
from core.exporting import CSV_CONTENT_TYPE, stream_csv
from core.views.caching import public_page
from training.selectors.public.data_sets import DATA_SETS
from transparency.selectors.data_sets import LICENCE, LISTED, descriptor


@public_page
def data(request: HttpRequest) -> HttpResponse:
    """Every data set with its fields and where it lies."""
    return render(request, "public/data.html", {"listed": LISTED, "licence": LICENCE})


@public_page
def data_package(request: HttpRequest) -> JsonResponse:
    """The same for programs (Frictionless Data Package 1)."""
    site = request.build_absolute_uri("/").rstrip("/")
    return JsonResponse(descriptor(site), json_dumps_params={"ensure_ascii": False, "indent": 1})


@public_page
def data_csv(request: HttpRequest, name: str) -> StreamingHttpResponse:
    """One data set of training, whole, row by row."""
    found = next((one for one in DATA_SETS if one.name == name), None)
    if found is None:
        raise NotFound("data_set_not_found", _("没有这个数据集，请从开放数据页面选择。"))
    response = StreamingHttpResponse(stream_csv(found.header, found.lines()), content_type=CSV_CONTENT_TYPE)
    file_name = f"{found.title}_{today().isoformat()}.csv"
    response["Content-Disposition"] = content_disposition_header(True, file_name) or ""
    return response
