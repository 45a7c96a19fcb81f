"""What the views of this desk answer alike."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from donations.models import Batch
from donations.selectors.batches import ROW_FILTERS

# The parts of the batch page's address that a step comes back to.
PLACE = ("show", "after")


def place_of(request: HttpRequest) -> dict[str, str]:
    """Which rows of the batch page the person came from."""
    asked = request.POST if request.method == "POST" else request.GET
    show, after = asked.get("show", ""), asked.get("after", "")
    place = {"show": show if show in ROW_FILTERS and show != "all" else "", "after": after if after.isdigit() else ""}
    return {name: value for name, value in place.items() if value}


def batch_address(batch: Batch, place: dict[str, str] | None = None, row_number: int | None = None) -> str:
    """The batch page, at a place of its rows."""
    query = f"?{urlencode(place)}" if place else ""
    return reverse("desk_batch", args=[batch.number]) + query + (f"#row-{row_number}" if row_number else "")


def to_batch(request: HttpRequest, batch: Batch, row_number: int | None = None) -> HttpResponse:
    """Go back to the batch page, to the rows the person came from; htmx would put the whole page into one row."""
    address = batch_address(batch, place_of(request), row_number)
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(headers={"HX-Redirect": address})
    return redirect(address)
