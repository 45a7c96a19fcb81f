"""The QR of a lesson on the screen of the class."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.clock import now
from core.errors import NotFound
from organizations.choices import Right
from organizations.permissions import require
from organizations.views.access import StaffRequest, desk_page
from training.choices import Presence
from training.errors import TrainingError
from training.models import Attendance, Lesson
from training.permissions import session_for
from training.services.check_in_codes import code_for

# Each code is shown for 25 s and good for two minutes.
EVERY_SECONDS = 25


@desk_page(Right.MARK_TRAINING)
@never_cache
@require_safe
def lesson_qr(request: StaffRequest, number: str, lesson_id: int) -> HttpResponse:
    """The QR by which a lesson's people check in; htmx asks for a new one, without it one is good for the lesson."""
    session = session_for(request.user, number)
    require(request.user, Right.MARK_TRAINING, session.branch)
    lesson = session.lessons.filter(pk=lesson_id).first()
    if lesson is None:
        raise NotFound("lesson_elsewhere", _("这次课不在本班中，请从培训班页面重新进入。"))
    context = {"session": session, "lesson": lesson, "every": EVERY_SECONDS, "seen": _seen(lesson)}
    context |= _codes(request, lesson)
    is_part = request.headers.get("HX-Request") == "true"
    return render(request, "training/_qr.html" if is_part else "training/qr.html", context)


def _codes(request: StaffRequest, lesson: Lesson) -> dict[str, str]:
    """The code of this moment and that of the whole lesson, with their addresses; why there is none at other times."""
    try:
        code = code_for(lesson, now())
    except TrainingError as error:
        return {"closed": error.message}
    whole = code_for(lesson)
    return {
        "code": code,
        "url": request.build_absolute_uri(reverse("training_check_in", kwargs={"token": code})),
        "whole_code": whole,
        "whole_url": request.build_absolute_uri(reverse("training_check_in", kwargs={"token": whole})),
    }


def _seen(lesson: Lesson) -> int:
    return Attendance.objects.filter(lesson=lesson).exclude(presence=Presence.ABSENT).count()
