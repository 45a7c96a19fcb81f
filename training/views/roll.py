"""The roll of a lesson, and the sheet that is signed on paper."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.errors import DomainError
from core.views.answers import posted
from organizations.choices import Right
from organizations.permissions import require
from organizations.views.access import StaffRequest, desk_page
from training.choices import Presence
from training.forms.held import RollForm
from training.models import Lesson
from training.permissions import session_for
from training.selectors.held import HeldSession, held_session, is_callable_now
from training.services.attending import call_roll
from training.views.around import around, is_reveal, next_after_roll, revealed, sentence_of, why_not_mark


@desk_page(Right.MARK_TRAINING)
@require_http_methods(["GET", "POST"])
def roll(request: StaffRequest, number: str) -> HttpResponse:
    """Call the roll of a lesson: all that was chosen is saved at once, or all of it stays on the page."""
    session = session_for(request.user, number)
    require(request.user, Right.MARK_TRAINING, session.branch)
    form, problem = RollForm(posted(request)), ""
    if form.is_bound and not is_reveal(request):
        try:
            changed = call_roll(
                session_id=session.pk, lesson_id=_asked_id(request), marks=form.marks(), actor=request.user
            )
        except DomainError as error:
            problem = sentence_of(error)
        else:
            messages.success(request, _("已点名，保存了 %(n)d 人。") % {"n": changed})
            return redirect(next_after_roll(held_session(session)))
    known, purpose_form = revealed(request, session)
    held = held_session(session_for(request.user, number), known=known)
    context = _roll_context(request, held, form) | {"problem": problem, "purpose_form": purpose_form}
    return render(request, "training/held/roll.html", around(request, held.session, "roll") | context)


@desk_page(Right.READ_TRAINEES)
@require_http_methods(["GET", "POST"])
def sheet(request: StaffRequest, number: str) -> HttpResponse:
    """The sheet with names for the classroom, printed for a purpose."""
    session = session_for(request.user, number)
    require(request.user, Right.READ_TRAINEES, session.branch)
    known, purpose_form = revealed(request, session)
    if known is None:
        context = {"purpose_form": purpose_form}
        return render(request, "training/held/sheet_purpose.html", around(request, session, "roll") | context)
    return render(request, "training/held/sheet.html", {"held": held_session(session, known=known), "session": session})


def _roll_context(request: StaffRequest, held: HeldSession, form: RollForm) -> dict[str, object]:
    lesson = _lesson(held, _asked_id(request))
    gone = [row for row in held.cancelled if row.enrolment.pk in form.shown]
    return {
        "held": held,
        "lesson": lesson,
        "lessons": [
            {
                "label": _("第 %(n)d 次课") % {"n": position},
                "url": f"?lesson={one.pk}",
                "active": one == lesson,
                "count": f"{held.called(one)}/{len(held.seated)}",
            }
            for position, one in enumerate(held.lessons, start=1)
        ],
        "lines": form.lines(held, lesson) if lesson else [],
        "presences": Presence.choices,
        "gone": gone,
        "is_changed": form.is_bound and bool(form.shown) and not form.is_of(held),
        "why_not": why_not_mark(held.session) or _why_not_call(lesson),
    }


def _why_not_call(lesson: Lesson | None) -> str:
    if lesson is None:
        return _("还没有安排课次，请先在培训班里补上。")
    return "" if is_callable_now(lesson) else _("这次课还没有开始，开课前一小时起可以点名。")


def _lesson(held: HeldSession, asked: int) -> Lesson | None:
    return next((one for one in held.lessons if one.pk == asked), None) or held.next_lesson()


def _asked_id(request: StaffRequest) -> int:
    asked = request.POST.get("lesson") or request.GET.get("lesson", "")
    return int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 19 else 0
