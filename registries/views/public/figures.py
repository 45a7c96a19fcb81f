"""The figures of the registries for everybody: a year by place, and all of it as files."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header, urlencode
from django.utils.translation import gettext as _

from core.charts import Series, grouped_bar_chart
from core.clock import today
from core.errors import DomainError
from core.exporting import CSV_CONTENT_TYPE, JSON_CONTENT_TYPE, stream_csv, stream_json
from core.views.caching import public_page
from organizations.choices import ASSOCIATION_KINDS, BranchKind
from organizations.models import Branch
from organizations.selectors import branch_by_code
from registries.choices.figures import Gift
from registries.selectors.figures import (
    COLUMNS,
    FIGURE_FIELDS,
    YearFigures,
    figure_rows,
    figures_of_year,
    joined_through_years,
    published_years,
)
from registries.selectors.national import national_lines


@public_page
def registry_figures(request: HttpRequest) -> HttpResponse:
    """A year of an association and of those directly below it."""
    years = published_years()
    branch, year = _asked(request, years)
    found = figures_of_year(branch, year) if branch and year else None
    context = {
        "branch": branch,
        "year": year,
        "figures": found,
        "gifts": Gift.labels,
        "years": [one for one in years if one != year],
        "parent": Branch.objects.get_parent(branch) if branch and branch.depth > 1 else None,
        "query": urlencode([("branch", branch.code), ("year", str(year))]) if branch and year else "",
        "national": national_lines(branch) if branch else [],
        **(_chart(branch, found) if branch and found else {}),
    }
    return render(request, "public/registries/figures.html", context)


@public_page
def registry_figures_csv(request: HttpRequest) -> StreamingHttpResponse:
    """All published figures as CSV, or those of an association with all below, or of a year."""
    header = tuple(name for name, _type, _meaning in FIGURE_FIELDS)
    lines = (tuple(row[name] for name in header) for row in figure_rows(*_filtered(request)))
    return _download(stream_csv(header, lines), CSV_CONTENT_TYPE, "csv")


@public_page
def registry_figures_json(request: HttpRequest) -> StreamingHttpResponse:
    """The same as JSON."""
    return _download(stream_json(figure_rows(*_filtered(request))), JSON_CONTENT_TYPE, "json")


def _asked(request: HttpRequest, years: list[int]) -> tuple[Branch | None, int | None]:
    """The association and year of the address; what is left out is the province and the newest year."""
    branch, year = _filtered(request)
    branch = branch or Branch.objects.filter(kind=BranchKind.PROVINCE).order_by("pk").first()
    return branch, year or (years[0] if years else None)


def _filtered(request: HttpRequest) -> tuple[Branch | None, int | None]:
    code, year = request.GET.get("branch", ""), request.GET.get("year", "")
    if year and not (year.isascii() and year.isdecimal() and 2000 <= int(year[:5]) <= today().year):
        sentence = _("年度应在 2000 年至今年之间。")
        raise DomainError("figures_filter", sentence, {"year": sentence})
    branch = branch_by_code(code) if code else None
    if branch is not None and branch.kind not in ASSOCIATION_KINDS:
        raise DomainError("figures_branch", _("统计到县级以上红十字会，请选择其中之一。"), {"branch": _("请选择")})
    return branch, int(year) if year else None


def _chart(branch: Branch, found: YearFigures) -> dict[str, Any]:
    """Those who joined by gift, this year beside the years before; empty where nothing is shown."""
    years = joined_through_years(branch, upto=found.year)
    if all(count is None for _year, counts in years for count in counts):
        return {}
    series = [
        Series(
            _("%(year)s 年") % {"year": year},
            [None if count is None else Decimal(count) for count in counts],
        )
        for year, counts in years
    ]
    title = _("新登记（份）")
    return {
        "chart": grouped_bar_chart(COLUMNS, series, title=title, unit=_("份")),
        "chart_head": [_("年度"), *Gift.labels],
        "chart_rows": [[year, *("—" if one is None else one for one in counts)] for year, counts in years],
    }


def _download(content: Any, content_type: str, ending: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(content, content_type=content_type)
    name = f"{_('捐献登记统计')}_{today().isoformat()}.{ending}"
    response["Content-Disposition"] = content_disposition_header(True, name) or ""
    return response
