"""Counts of the registries for who oversees them: numbers, no people."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from organizations.choices import Right
from organizations.views.access import StaffRequest, desk_page
from registries.choices.figures import DeskMeasure
from registries.selectors.counts import registry_counts


@desk_page(Right.COUNT_REGISTRIES)
@never_cache
@require_safe
def count_page(request: StaffRequest) -> HttpResponse:
    """The counts of an association and those right below it, few people left out for who does not see them."""
    table = registry_counts(request.user, code=request.GET.get("of", ""))
    labels = [str(one) for one in DeskMeasure.labels]
    context = {
        "labels": labels,
        "rows": [(row, list(zip(labels, row.figures, strict=True))) for row in table.rows],
        "is_hiding": table.is_hiding,
        "counted_at": table.counted_at,
        "above": table.above,
    }
    return render(request, "registries/desk/counts.html", context)
