"""The figures of the registries at the desk: as everybody sees them, and the true ones of one's own branches."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.clock import today
from organizations.choices import Right
from organizations.permissions import holds_anywhere
from organizations.views.access import StaffRequest, desk_page
from registries.selectors.figures import published_places, published_years, silent_places, tables_of_places
from registries.services.figures.reading import true_figures


@desk_page(Right.COUNT_REGISTRIES)
@never_cache
@require_safe
def desk_figures(request: StaffRequest) -> HttpResponse:
    """A year: what is published of one's branches, and beside it the true numbers where one may see registrations."""
    over = published_years()
    years = sorted({today().year, *over}, reverse=True)
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isdecimal() and int(asked[:5]) in years else (over or years)[0]
    published = published_places(request.user, year)
    context = {
        "year": year,
        "year_tabs": [{"label": f"{one}", "url": f"?year={one}", "active": one == year} for one in years],
        "is_over": year in over,
        "tables": tables_of_places(published),
        "silent_count": silent_places(published),
        "sees_true": holds_anywhere(request.user, Right.VIEW_REGISTRIES),
        "true": true_figures(request.user, year),
    }
    return render(request, "registries/figures.html", context)
