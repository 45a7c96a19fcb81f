"""The steps of a session and its changes: each is asked once, with the numbers it is about, and then done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from accounts.models import User
from core.clock import now
from core.errors import DomainError
from core.views.answers import add_refusal, posted, say_refusal
from organizations.choices import Right
from organizations.permissions import may, require
from organizations.views.access import StaffRequest, desk_page
from training.choices import MARKABLE_SESSION, SessionStatus
from training.forms.sessions import CancelForm, MoveLessonForm, SeatsForm, times_of
from training.models import Session
from training.permissions import session_for
from training.selectors.sessions import lessons_of
from training.services.changing import cancel_session, change_seats, move_lesson
from training.services.sessions import close_session, open_session


@dataclass(frozen=True)
class Step:
    """One step: its words, from which states, what is asked for, and its service."""

    title: Any
    lead: Any
    submit: Any
    done: Any
    states: frozenset[str]
    service: Callable[..., Any]
    form: type[forms.Form] = forms.Form
    tone: str = "info"
    kind: str = "secondary"


STEPS: dict[str, Step] = {
    "open": Step(
        title=gettext_lazy("开放报名"),
        lead=gettext_lazy("开放后面向公众的班在网站上列出，可以报名；课程、地点和师资不能再改。"),
        submit=gettext_lazy("核对无误，开放报名"),
        done=gettext_lazy("已开放报名。"),
        states=frozenset({SessionStatus.DRAFT, SessionStatus.CLOSED}),
        service=open_session,
        kind="primary",
    ),
    "close": Step(
        title=gettext_lazy("截止报名"),
        lead=gettext_lazy("截止后网上不能再报名；有人取消时候补的人仍会递补。需要时可以再开放。"),
        submit=gettext_lazy("截止报名"),
        done=gettext_lazy("报名已截止。"),
        states=frozenset({SessionStatus.OPEN}),
        service=close_session,
        tone="warning",
    ),
    "cancel": Step(
        title=gettext_lazy("取消这个班"),
        lead=gettext_lazy("取消后不能恢复：所有报名和候补一并取消并短信告知，师资的时间空出来。"),
        submit=gettext_lazy("确认取消"),
        done=gettext_lazy("培训班已取消，报名的人已收到通知。"),
        states=frozenset({SessionStatus.DRAFT, SessionStatus.OPEN, SessionStatus.CLOSED}),
        service=cancel_session,
        form=CancelForm,
        tone="danger",
        kind="quiet",
    ),
}


@desk_page(Right.PLAN_TRAINING)
@require_http_methods(["GET", "POST"])
def session_step(request: StaffRequest, number: str, step: str) -> HttpResponseBase:
    """Ask for one step, with the numbers it is about, and take it."""
    way = STEPS.get(step)
    if way is None:
        raise Http404
    session = session_for(request.user, number)
    require(request.user, Right.PLAN_TRAINING, session.branch)
    form = way.form(posted(request))
    if form.is_valid():
        try:
            way.service(session_id=session.pk, actor=request.user, **form.cleaned_data)
        except DomainError as error:
            if form.fields and error.http_status != 409:
                add_refusal(form, error)
                return _ask(request, session, way, step, form)
            say_refusal(request, error)
        else:
            messages.success(request, way.done)
        return redirect("desk_training_session", number=session.number)
    return _ask(request, session, way, step, form)


def _ask(request: StaffRequest, session: Session, way: Step, step: str, form: forms.Form) -> HttpResponse:
    context = {
        "session": session,
        "lessons": lessons_of(session),
        "way": way,
        "step": step,
        "form": form,
        "why_not": why_not_now(session, step),
    }
    return render(request, "training/session_step.html", context)


@desk_page(Right.PLAN_TRAINING)
@require_http_methods(["GET", "POST"])
def seats(request: StaffRequest, number: str) -> HttpResponseBase:
    """Give an open session more or fewer seats."""
    session = session_for(request.user, number)
    require(request.user, Right.PLAN_TRAINING, session.branch)
    form = SeatsForm(posted(request), initial={"seats": session.seats})
    if form.is_valid():
        try:
            moved = change_seats(session_id=session.pk, actor=request.user, **form.cleaned_data)
        except DomainError as error:
            if error.http_status != 409:
                add_refusal(form, error)
                return render(request, "training/seats.html", {"session": session, "form": form})
            say_refusal(request, error)
        else:
            messages.success(request, _said_of_seats(form.cleaned_data["seats"], len(moved)))
        return redirect("desk_training_session", number=session.number)
    why_not = "" if session.status == SessionStatus.OPEN else _("只有报名中的班可以改名额。")
    return render(request, "training/seats.html", {"session": session, "form": form, "why_not": why_not})


@desk_page(Right.PLAN_TRAINING)
@require_http_methods(["GET", "POST"])
def lesson_move(request: StaffRequest, number: str, lesson_id: int) -> HttpResponseBase:
    """Hold a lesson at another time."""
    session = session_for(request.user, number)
    require(request.user, Right.PLAN_TRAINING, session.branch)
    row = next((one for one in lessons_of(session) if one.lesson.pk == lesson_id), None)
    if row is None:
        raise Http404
    form = MoveLessonForm(posted(request), initial=times_of(row.lesson))
    context = {"session": session, "row": row, "form": form, "why_not": _why_not_moved(session, row.lesson)}
    if form.is_valid():
        try:
            move_lesson(session_id=session.pk, lesson_id=lesson_id, actor=request.user, **form.times())
        except DomainError as error:
            if error.http_status != 409:
                add_refusal(form, error)
                return render(request, "training/lesson_move.html", context)
            say_refusal(request, error)
        else:
            messages.success(request, _("课次时间已改，有名额的学员已收到通知。"))
        return redirect("desk_training_session", number=session.number)
    return render(request, "training/lesson_move.html", context)


def why_not_now(session: Session, step: str) -> str:
    """Why this step cannot be taken now; empty where it can."""
    if session.status in STEPS[step].states:
        return ""
    return _("培训班 %(number)s 现在是“%(status)s”，不能办理这一步。") % {
        "number": session.number,
        "status": session.get_status_display(),
    }


def steps_now(person: User, session: Session) -> list[tuple[str, Step]]:
    """The steps that the person's rights and the state allow."""
    if not may(person, Right.PLAN_TRAINING, session.branch):
        return []
    return [(name, way) for name, way in STEPS.items() if not why_not_now(session, name)]


def _why_not_moved(session: Session, lesson: Any) -> str:
    if session.status not in MARKABLE_SESSION:
        return _("只有报名中或报名截止的班可以改课次时间；草稿请直接修改。")
    return _("这次课已经开始，不能再改时间。") if lesson.starts_at <= now() else ""


def _said_of_seats(seats: int, moved: int) -> str:
    if not moved:
        return _("名额现在是 %(seats)d 人。") % {"seats": seats}
    return ngettext(
        "名额现在是 %(seats)d 人，%(moved)d 人从候补递补并已收到通知。",
        "名额现在是 %(seats)d 人，%(moved)d 人从候补递补并已收到通知。",
        moved,
    ) % {"seats": seats, "moved": moved}
