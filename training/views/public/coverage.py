"""Coverage for the public: figures by association and year, the rows behind them, and both as files."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header, urlencode
from django.utils.translation import gettext as _

from core.charts import tile_grid
from core.charts.tiles import Tile
from core.clock import today
from core.errors import DomainError
from core.exporting import CSV_CONTENT_TYPE, JSON_CONTENT_TYPE, stream_csv, stream_json
from core.views.caching import public_page
from organizations.choices import ASSOCIATION_KINDS, BranchKind
from organizations.models import Branch
from organizations.selectors import branch_by_code
from training.choices import PopulationBasis
from training.selectors.public.coverage import (
    Coverage,
    county_rates,
    coverage_fields,
    coverage_file,
    coverage_of,
    known_years,
)
from training.selectors.public.lessons import (
    CERTIFICATE_FIELDS,
    LESSON_FIELDS,
    public_lessons,
    stream_certificates,
    stream_lessons,
)


@public_page
def coverage(request: HttpRequest) -> HttpResponse:
    """The figures of an association and of those below it, for a year."""
    branch, year, basis = _asked(request)
    found = coverage_of(branch, year=year, basis=basis)
    query = _query(branch, year, basis)
    context = {
        "coverage": found,
        "years": [one for one in known_years() if one != year],
        "basis": basis,
        "bases": PopulationBasis.choices,
        "query": query,
        **_tiles(found),
        "parent": Branch.objects.get_parent(branch) if branch.depth > 1 else None,
    }
    return render(request, "public/training/coverage.html", context)


@public_page
def coverage_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The same figures as CSV."""
    branch, year, basis = _asked(request)
    rows = coverage_file(coverage_of(branch, year=year, basis=basis))
    fields = coverage_fields()
    lines = (tuple(row[name] for name in fields) for row in rows)
    return _download(stream_csv(fields, lines), CSV_CONTENT_TYPE, _name(_("培训统计"), branch, year, "csv"))


@public_page
def coverage_json(request: HttpRequest) -> StreamingHttpResponse:
    """The same figures as JSON."""
    branch, year, basis = _asked(request)
    rows = coverage_file(coverage_of(branch, year=year, basis=basis))
    return _download(stream_json(iter(rows)), JSON_CONTENT_TYPE, _name(_("培训统计"), branch, year, "json"))


@public_page
def lesson_list(request: HttpRequest) -> HttpResponse:
    """The mass lessons that the person-times are made of."""
    branch, year, _basis = _asked(request)
    page = public_lessons(branch, year=year, after=request.GET.get("page", ""))
    query = _query(branch, year, PopulationBasis.RESIDENT)
    context = {
        "branch": branch,
        "year": year,
        "rows": page.rows,
        "query": query,
        "next_url": f"/training/lessons/?{query}&page={page.next}" if page.next else "",
    }
    return render(request, "public/training/lessons.html", context)


@public_page
def lessons_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The same as CSV, whole."""
    branch, year, _basis = _asked(request)
    lines = (tuple(row[name] for name in LESSON_FIELDS) for row in stream_lessons(branch, year=year))
    return _download(stream_csv(LESSON_FIELDS, lines), CSV_CONTENT_TYPE, _name(_("普及培训"), branch, year, "csv"))


@public_page
def certificates_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The certificates that a year's number is made of, without any person, as CSV."""
    branch, year, _basis = _asked(request)
    lines = (tuple(row[name] for name in CERTIFICATE_FIELDS) for row in stream_certificates(branch, year))
    return _download(stream_csv(CERTIFICATE_FIELDS, lines), CSV_CONTENT_TYPE, _name(_("发证"), branch, year, "csv"))


def _asked(request: HttpRequest) -> tuple[Branch, int, str]:
    """The association, year and denominator of the address; what is left out is the province, this year, residents."""
    code, year = request.GET.get("branch", ""), request.GET.get("year", "")
    basis = request.GET.get("basis", "") or PopulationBasis.RESIDENT
    fields = {}
    if year and not (year.isascii() and year.isdecimal() and 2000 <= int(year[:5]) <= today().year):
        fields["year"] = _("年度应在 2000 年至今年之间。")
    if basis not in PopulationBasis.values:
        fields["basis"] = _("人口口径应为 resident 或 registered。")
    if fields:
        raise DomainError("coverage_filter", "".join(fields.values()), fields)
    branch = branch_by_code(code) if code else Branch.objects.filter(kind=BranchKind.PROVINCE).order_by("pk").first()
    if branch is None or branch.kind not in ASSOCIATION_KINDS:
        raise DomainError("coverage_branch", _("统计到县级以上红十字会，请选择其中之一。"), {"branch": _("请选择")})
    return branch, int(year) if year else today().year, str(basis)


def _query(branch: Branch, year: int, basis: str) -> str:
    return urlencode([("branch", str(branch.code)), ("year", str(year)), ("basis", basis)])


def _tiles(found: Coverage) -> dict[str, Any]:
    """The counties below as tiles and as a table by the share of people certified; empty where there are none."""
    rates = county_rates(found)
    if not rates:
        return {}
    tiles = [Tile(city, name, rate) for city, name, rate in rates]
    return {
        "tiles": tile_grid(tiles, title=_("各县（市、区）持证率"), unit="%"),
        "tile_head": [_("县（市、区）"), _("持证率（%）")],
        "tile_rows": [[f"{city} {name}", "—" if rate is None else rate] for city, name, rate in rates],
    }


def _download(content: Any, content_type: str, name: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(True, name) or ""
    return response


def _name(title: str, branch: Branch, year: int, ending: str) -> str:
    return f"{title}_{branch.code}_{year}_{today().isoformat()}.{ending}"
