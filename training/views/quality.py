"""Quality at the desk: results of a year by instructor and by base, and the QR by which a class says how it was."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.clock import today
from core.exporting import CSV_CONTENT_TYPE, stream_csv
from organizations.choices import Right
from organizations.views.access import StaffRequest, desk_page
from training.permissions import base_for, session_for
from training.selectors.bases import BASE_FIELDS, base_line, bases_of, sessions_at
from training.selectors.quality import FEWEST_ANSWERS, quality_of, session_feedback
from training.views.around import around


@desk_page(Right.VIEW_TRAINING)
@require_safe
def quality(request: StaffRequest) -> HttpResponse:
    """The leading instructors of the person's sessions in a year."""
    year = _year(request)
    context = {
        **_years(year),
        "rows": quality_of(request.user, year),
        "fewest": FEWEST_ANSWERS,
    }
    return render(request, "training/quality.html", context)


@desk_page(Right.VIEW_TRAINING)
@require_safe
def base_quality(request: StaffRequest) -> HttpResponse:
    """The bases and other places of the person's sessions in a year."""
    year = _year(request)
    context = {**_years(year), "rows": bases_of(request.user, year), "fewest": FEWEST_ANSWERS}
    return render(request, "training/quality/bases.html", context)


@desk_page(Right.VIEW_TRAINING)
@require_safe
def base_quality_csv(request: StaffRequest) -> StreamingHttpResponse:
    """The same as CSV."""
    year = _year(request)
    lines = (base_line(one, year) for one in bases_of(request.user, year))
    response = StreamingHttpResponse(stream_csv(BASE_FIELDS, lines), content_type=CSV_CONTENT_TYPE)
    name = f"{_('培训基地质量')}_{year}_{today().isoformat()}.csv"
    response["Content-Disposition"] = content_disposition_header(True, name) or ""
    return response


@desk_page(Right.VIEW_TRAINING)
@require_safe
def base_sessions(request: StaffRequest, pk: int) -> HttpResponse:
    """The sessions behind the numbers of one place."""
    place, year = base_for(request.user, pk), _year(request)
    context = {**_years(year), "place": place, "rows": sessions_at(place, request.user, year), "fewest": FEWEST_ANSWERS}
    return render(request, "training/quality/base.html", context)


@desk_page(Right.VIEW_TRAINING)
@require_safe
def class_feedback(request: StaffRequest, number: str) -> HttpResponse:
    """How a class was found, and the QR for its screen."""
    session = session_for(request.user, number)
    url = request.build_absolute_uri(reverse("training_class_feedback", kwargs={"number": session.number}))
    context = {
        **around(request, session, "feedback"),
        "said": session_feedback(session),
        "url": url,
        "fewest": FEWEST_ANSWERS,
    }
    return render(request, "training/held/feedback.html", context)


def _year(request: StaffRequest) -> int:
    """The year of the address; this one where it says none."""
    asked, this_year = request.GET.get("year", ""), today().year
    is_year = asked.isascii() and asked.isdecimal() and 2000 <= int(asked[:5]) <= this_year
    return int(asked) if is_year else this_year


def _years(year: int) -> dict[str, Any]:
    this_year = today().year
    return {"year": year, "years": [one for one in range(this_year, this_year - 5, -1) if one != year]}
