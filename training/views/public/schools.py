"""How schools and other bodies are covered: by city, county and body, for a kind and a year."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header, urlencode
from django.utils.translation import gettext as _

from core.clock import today
from core.errors import DomainError
from core.exporting import CSV_CONTENT_TYPE, stream_csv
from core.views.caching import public_page
from training.choices import OrganisationKind
from training.selectors.public.schools import SCHOOL_FIELDS, schools_of, stream_schools

PAGE_SIZE = 100


@public_page
def schools(request: HttpRequest) -> HttpResponse:
    """The bodies of a kind in a division."""
    code, kind, year = _asked(request)
    found = schools_of(code, kind=kind, year=year)
    first = _first(request)
    kept = {"area": found.code, "kind": kind, "year": str(year)}
    more = len(found.rows) > first + PAGE_SIZE
    context = {
        "schools": found,
        "rows": found.rows[first : first + PAGE_SIZE],
        "kinds": [(value, label) for value, label in OrganisationKind.choices if value != kind],
        "years": [one for one in range(today().year, today().year - 4, -1) if one != year],
        "parent": found.code[:-2] if len(found.code) > 2 else "",
        "query": urlencode(kept),
        "next_url": "?" + urlencode({**kept, "page": str(first + PAGE_SIZE)}) if more else "",
        "first_url": "?" + urlencode(kept) if first else "",
    }
    return render(request, "public/training/schools.html", context)


@public_page
def schools_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The same as CSV, divisions of all levels and each body."""
    code, kind, year = _asked(request)
    schools_of(code, kind=kind, year=year)
    lines: Any = (tuple(row[name] for name in SCHOOL_FIELDS) for row in stream_schools(code, kind=kind, year=year))
    response = StreamingHttpResponse(stream_csv(SCHOOL_FIELDS, lines), content_type=CSV_CONTENT_TYPE)
    name = f"{_('学校与重点单位覆盖')}_{kind}_{year}_{today().isoformat()}.csv"
    response["Content-Disposition"] = content_disposition_header(True, name) or ""
    return response


def _asked(request: HttpRequest) -> tuple[str, str, int]:
    """The division, kind and year of the address; what is left out is the province, schools, this year."""
    code, year = request.GET.get("area", "").strip(), request.GET.get("year", "")
    kind = request.GET.get("kind", "") or OrganisationKind.SCHOOL.value
    fields = {}
    if year and not (year.isascii() and year.isdecimal() and 2000 <= int(year[:5]) <= today().year):
        fields["year"] = _("年度应在 2000 年至今年之间。")
    if kind not in OrganisationKind.values:
        fields["kind"] = _("没有这个单位类别。")
    if code and not (code.isascii() and code.isdecimal() and len(code) in (2, 4, 6)):
        fields["area"] = _("请填 2、4 或 6 位的区划代码。")
    if fields:
        raise DomainError("schools_filter", "".join(fields.values()), fields)
    return code, kind, int(year) if year else today().year


def _first(request: HttpRequest) -> int:
    page = request.GET.get("page", "")
    return int(page) if page.isascii() and page.isdecimal() and len(page) < 7 else 0
