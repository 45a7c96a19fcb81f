"""What the pages of a session that is held have around them: its sections, and the names shown for a purpose."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from core.errors import DomainError, NotAllowed, NotFound
from core.views.answers import add_refusal
from organizations.choices import Right
from organizations.permissions import may
from organizations.views.access import StaffRequest
from training.choices import MARKABLE_SESSION, EnrolmentStatus, SessionStatus
from training.forms.roster import PurposeForm
from training.models import Session
from training.selectors.held import HeldSession, Known, places_of
from training.services.identifying import reveal_roster

# Section, its words, and the rights of which one opens it.
SECTIONS: tuple[tuple[str, Any, tuple[str, ...]], ...] = (
    ("roster", gettext_lazy("名册"), (Right.VIEW_TRAINING,)),
    ("roll", gettext_lazy("点名"), (Right.MARK_TRAINING,)),
    ("marks", gettext_lazy("成绩"), (Right.MARK_TRAINING,)),
    ("sign", gettext_lazy("签字"), (Right.SIGN_RESULTS,)),
    ("issue", gettext_lazy("发证"), (Right.ISSUE_CERTIFICATES,)),
    ("issued", gettext_lazy("证书"), (Right.VIEW_TRAINING,)),
    ("feedback", gettext_lazy("评价"), (Right.VIEW_TRAINING,)),
)


def around(request: StaffRequest, session: Session, active: str) -> dict[str, Any]:
    """The session, its sections that the person may open, and what the person may do in it."""
    person, branch = request.user, session.branch
    return {
        "session": session,
        "tabs": sections_of(person, session, active),
        "may_plan": may(person, Right.PLAN_TRAINING, branch),
        "may_read": may(person, Right.READ_TRAINEES, branch),
        "may_issue": may(person, Right.ISSUE_CERTIFICATES, branch),
        "is_markable": session.status in MARKABLE_SESSION,
        "takes_documents": session.status in MARKABLE_SESSION or session.status == SessionStatus.SIGNED,
    }


def sections_of(person: User, session: Session, active: str = "") -> list[dict[str, Any]]:
    """The sections of a session that a person may open, its plan first; a draft has its plan alone."""
    plan = {"label": _("概况"), "url": reverse("desk_training_session", args=[session.number]), "active": not active}
    if session.status == SessionStatus.DRAFT:
        return [plan]
    return [
        plan,
        *(
            {"label": label, "url": reverse(f"desk_session_{name}", args=[session.number]), "active": name == active}
            for name, label, rights in SECTIONS
            if any(may(person, right, session.branch) for right in rights)
        ),
    ]


def is_reveal(request: StaffRequest) -> bool:
    """Whether the names were asked for: by their button, or by Enter after a purpose."""
    typed = "enter" in request.POST and request.POST.get("purpose", "").strip()
    return request.method == "POST" and bool("reveal" in request.POST or typed)


def revealed(
    request: StaffRequest, session: Session, *, with_phones: bool = False
) -> tuple[dict[int, Known] | None, PurposeForm]:
    """The names of a roster where they were asked for with a purpose, each logged; else None. And the form to ask."""
    if not is_reveal(request):
        return None, PurposeForm(auto_id="purpose-%s")
    form = PurposeForm(request.POST, auto_id="purpose-%s")
    if form.is_valid():
        people = [one for one in places_of(session) if one.status != EnrolmentStatus.CANCELLED]
        try:
            purpose = form.cleaned_data["purpose"]
            known = reveal_roster(
                session=session, enrolments=people, purpose=purpose, actor=request.user, with_phones=with_phones
            )
        except DomainError as error:
            add_refusal(form, error)
        else:
            return known, form
    return None, form


def sentence_of(error: DomainError) -> str:
    """What a service refused; a missing right or object goes on to its error page."""
    if isinstance(error, (NotAllowed, NotFound)):
        raise error
    return error.message


def why_not_mark(session: Session) -> str:
    """Why presence and marks cannot be written now; empty where they can."""
    if session.status in MARKABLE_SESSION:
        return ""
    if session.status == SessionStatus.DRAFT:
        return _("培训班还是草稿，开放报名后才能登记。")
    if session.status == SessionStatus.SIGNED:
        return _("成绩已签字，到课和成绩不能再改；有误请由签字人或发证人退回。")
    return _("培训班%(status)s，到课和成绩不能再改。") % {"status": session.get_status_display()}


def next_after_roll(held: HeldSession) -> str:
    """Where a roll leads: to the next lesson that has begun and is not called in full, then to the marks."""
    lesson = held.next_lesson()
    if lesson is None or not held.tally.uncalled:
        return reverse("desk_session_marks", args=[held.session.number])
    return f"{reverse('desk_session_roll', args=[held.session.number])}?lesson={lesson.pk}"
