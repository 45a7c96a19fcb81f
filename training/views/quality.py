"""Quality at the desk: instructors' results of a year, and the QR by which a class says how it was."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from core.clock import today
from organizations.choices import Right
from organizations.views.access import StaffRequest, desk_page
from training.permissions import session_for
from training.selectors.quality import FEWEST_ANSWERS, quality_of, session_feedback
from training.views.around import around


@desk_page(Right.VIEW_TRAINING)
@require_safe
def quality(request: StaffRequest) -> HttpResponse:
    """The leading instructors of the person's sessions in a year."""
    asked, this_year = request.GET.get("year", ""), today().year
    is_year = asked.isascii() and asked.isdecimal() and 2000 <= int(asked[:5]) <= this_year
    year = int(asked) if is_year else this_year
    context = {
        "year": year,
        "years": [one for one in range(this_year, this_year - 5, -1) if one != year],
        "rows": quality_of(request.user, year),
        "fewest": FEWEST_ANSWERS,
    }
    return render(request, "training/quality.html", context)


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
