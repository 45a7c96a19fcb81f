"""The sheet of marks: one row a person."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.errors import DomainError
from core.views.answers import posted
from organizations.choices import Right
from organizations.permissions import may, require
from organizations.views.access import StaffRequest, desk_page
from training.choices import Skill
from training.forms.held import MarksForm
from training.models import Session
from training.permissions import enrolment_for, leads, session_for
from training.selectors.held import held_session
from training.services.examining import record_results, start_resit
from training.views.around import around, is_reveal, revealed, sentence_of, why_not_mark


@desk_page(Right.MARK_TRAINING)
@require_http_methods(["GET", "POST"])
def marks(request: StaffRequest, number: str) -> HttpResponse:
    """Write down marks: all that was changed is saved at once, or all of it stays on the page with what is wrong."""
    session = session_for(request.user, number)
    require(request.user, Right.MARK_TRAINING, session.branch)
    form, is_saving = MarksForm(posted(request)), request.method == "POST" and not is_reveal(request)
    if is_saving and (saved := _saved(request, session, form)) is not None:
        messages.success(request, _("已保存 %(n)d 人的成绩。") % {"n": saved})
        if "resit" in request.POST:
            _start_resit(request, session)
        return redirect(_next_page(request, session), number=session.number)
    known, purpose_form = revealed(request, session)
    # Read again: it may have been signed since.
    held = held_session(session_for(request.user, number), known=known)
    version, why_not = held.session.version, why_not_mark(held.session)
    context = {
        "held": held,
        "form": form,
        "lines": form.lines(held),
        "skills": [Skill(one).label for one in version.skills],
        "has_theory": version.theory_pass is not None,
        "purpose_form": purpose_form,
        "why_not": why_not,
        # What was typed before a signature stays as it is, to be sent again after it was taken back.
        "is_locked": bool(why_not) and not form.is_bound,
    }
    return render(request, "training/held/marks.html", around(request, held.session, "marks") | context)


def _saved(request: StaffRequest, session: Session, form: MarksForm) -> int | None:
    """How many were saved; None where something was wrong, which stands in the form."""
    version = session.version
    sent, seen = form.sent(version.skills, has_theory=version.theory_pass is not None)
    if form.errors:
        return None
    try:
        return record_results(session_id=session.pk, marks=sent, seen=seen, actor=request.user)
    except DomainError as error:
        form.refuse(sentence_of(error), error.fields)
        return None


def _start_resit(request: StaffRequest, session: Session) -> None:
    """Open the next attempt of who was asked for, after what was typed is saved."""
    asked = request.POST["resit"]
    place = enrolment_for(request.user, session, int(asked) if asked.isdecimal() and len(asked) < 19 else 0)
    try:
        result = start_resit(session_id=session.pk, enrolment_id=place.pk, actor=request.user)
    except DomainError as error:
        messages.error(request, sentence_of(error))
    else:
        says = _("%(place)d 号开始第 %(n)d 次考核，请登记补考成绩。")
        messages.success(request, says % {"place": place.place, "n": result.attempt})


def _next_page(request: StaffRequest, session: Session) -> str:
    tally = held_session(session).tally
    is_whole = not tally.open and not tally.uncalled
    signs = may(request.user, Right.SIGN_RESULTS, session.branch) and leads(request.user, session)
    return "desk_session_sign" if is_whole and signs else "desk_session_marks"
