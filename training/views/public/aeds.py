"""AEDs and places of first aid for everybody, by county."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from core.clock import now, today
from core.errors import NotFound
from core.exporting import CSV_CONTENT_TYPE, JSON_CONTENT_TYPE, stream_csv, stream_json
from core.views.caching import public_page
from organizations.models import Division
from training.selectors.public.aeds import AED_FIELDS, counties, public_aeds, public_places, stream_aeds


@public_page
def aed_list(request: HttpRequest) -> HttpResponse:
    """The counties; with `area` the AEDs and places of one."""
    area, after = _area(request), request.GET.get("page", "")
    found = counties()
    others = [one for one in found if area is None or one.code != area.code]
    context: dict[str, Any] = {"as_of": now(), "area": area, "counties": found, "others": others}
    if area is not None:
        place = int(after) if after.isascii() and after.isdecimal() and len(after) < 19 else 0
        aeds, following = public_aeds(area.code, after=place)
        context |= {
            "aeds": aeds,
            "places": public_places(area.code) if not place else [],
            "next_url": f"/aed/?area={area.code}&page={following}" if following else "",
            "first_url": f"/aed/?area={area.code}" if place else "",
        }
    return render(request, "public/training/aed.html", context)


@public_page
def aed_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The same as CSV, whole."""
    area = _area(request)
    rows = (tuple(row[name] for name in AED_FIELDS) for row in stream_aeds(area.code if area else ""))
    return _download(stream_csv(AED_FIELDS, rows), CSV_CONTENT_TYPE, area, "csv")


@public_page
def aed_json(request: HttpRequest) -> StreamingHttpResponse:
    """The same as JSON, whole."""
    area = _area(request)
    return _download(stream_json(stream_aeds(area.code if area else "")), JSON_CONTENT_TYPE, area, "json")


def _area(request: HttpRequest) -> Division | None:
    code = request.GET.get("area", "").replace("\x00", "")[:12]
    if not code:
        return None
    found = Division.objects.filter(code=code).first()
    if found is None:
        raise NotFound("area_unknown", _("没有这个县（市、区），请从列表中选择。"))
    return found


def _download(content: Any, content_type: str, area: Division | None, ending: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(content, content_type=content_type)
    name = "_".join(["AED", *([area.code] if area else []), today().isoformat()]) + f".{ending}"
    response["Content-Disposition"] = content_disposition_header(True, name) or ""
    return response
