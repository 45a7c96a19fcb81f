"""Remembrance for everybody: places, gatherings, the wall."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.views.caching import public_page
from registries.choices.memorial import PageKind
from registries.selectors.memorial import (
    closed_half_days,
    public_gathering,
    public_gatherings,
    public_place,
    public_places,
)
from registries.services.memorial.showing import public_wall


def not_kept(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """No copy of a page that names somebody: not in a cache, not with a search engine, not in an archive.

    What is taken down is gone with the next look, also where the answer was an error.
    """

    @wraps(view)
    def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        response = never_cache(view)(request, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex, noarchive, nofollow"
        response["Referrer-Policy"] = "no-referrer"
        return response

    return wrapped


@not_kept
@require_safe
def memorial(request: HttpRequest) -> HttpResponse:
    """Places, what takes place, and the wall."""
    after = request.GET.get("after", "")
    people, place = public_wall(PageKind.MEMORIAL, after=after)
    is_first = not after
    context = {
        "people": people,
        "next_url": f"?after={place}#wall" if place else "",
        "is_first": is_first,
        "places": public_places() if is_first else [],
        "gatherings": public_gatherings() if is_first else [],
    }
    return render(request, "public/registries/memorial/memorial.html", context)


@not_kept
@require_safe
def stories(request: HttpRequest) -> HttpResponse:
    """Stories that donors tell themselves."""
    people, place = public_wall(PageKind.STORY, after=request.GET.get("after", ""))
    context = {"people": people, "next_url": f"?after={place}" if place else ""}
    return render(request, "public/registries/memorial/stories.html", context)


@public_page
def memorial_place(request: HttpRequest, pk: int) -> HttpResponse:
    """One place: how to get there, what takes place."""
    place = public_place(pk)
    context = {"place": place, "gatherings": public_gatherings(place_id=place.pk)}
    context["closed"] = closed_half_days(place) if place.visit_seats else []
    return render(request, "public/registries/memorial/place.html", context)


@public_page
def memorial_gathering(request: HttpRequest, pk: int) -> HttpResponse:
    """One gathering."""
    return render(request, "public/registries/memorial/gathering.html", {"occasion": public_gathering(pk)})
