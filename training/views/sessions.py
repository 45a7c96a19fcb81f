"""Sessions at the desk: the list, one session, planning it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.errors import DomainError, NotFound
from core.views.answers import add_refusal, posted
from organizations.choices import Right
from organizations.models import Branch
from organizations.permissions import branches_with, holds_anywhere, may, require
from organizations.selectors import branch_by_code
from organizations.views.access import StaffRequest, desk_page
from training.choices import MARKABLE_SESSION, SessionStatus
from training.forms.sessions import PlanForms, SessionFilterForm
from training.models import Session
from training.permissions import seen_branches, session_for
from training.selectors.sessions import lessons_of, session_history, sessions_for
from training.services.sessions import change_session, create_session
from training.views.around import sections_of
from training.views.session_steps import steps_now


@desk_page(Right.VIEW_TRAINING)
@require_safe
def session_list(request: StaffRequest) -> HttpResponse:
    """The sessions that the person sees, the latest first, narrowed by the form."""
    form = SessionFilterForm(request.GET or None, person=request.user)
    asked = form.asked()
    cursor = request.GET.get("page", "")
    page = sessions_for(request.user, asked, cursor)
    context = {
        "form": form,
        "page": page,
        "is_open": asked.is_set or bool(form.errors),
        "may_plan": holds_anywhere(request.user, Right.PLAN_TRAINING),
        **page_links(request, cursor, page.next_cursor),
    }
    return render(request, "training/sessions.html", context)


def page_links(request: StaffRequest, cursor: str, next_cursor: str) -> dict[str, str]:
    """Links to the next page and back to the first, with the filters of this one."""
    query = request.GET.copy()
    query.pop("page", None)
    first_url = f"?{query.urlencode()}"
    query["page"] = next_cursor
    return {"next_url": f"?{query.urlencode()}" if next_cursor else "", "first_url": first_url if cursor else ""}


@desk_page(Right.VIEW_TRAINING)
@require_safe
def session_detail(request: StaffRequest, number: str) -> HttpResponse:
    """One session: facts, lessons, places, history, and what the person may do with it now."""
    session = session_for(request.user, number)
    may_plan = may(request.user, Right.PLAN_TRAINING, session.branch)
    lessons = lessons_of(session)
    context = {
        "session": session,
        "lessons": lessons,
        "seen_branches": seen_branches(request.user, [one for row in lessons for one in row.people]),
        "history": session_history(session),
        "steps": steps_now(request.user, session),
        "tabs": sections_of(request.user, session),
        "may_edit": may_plan and session.status == SessionStatus.DRAFT,
        "may_seat": may_plan and session.status == SessionStatus.OPEN,
        "may_move": may_plan and session.status in MARKABLE_SESSION,
    }
    return render(request, "training/session.html", context)


@desk_page(Right.PLAN_TRAINING)
@require_http_methods(["GET", "POST"])
def session_new(request: StaffRequest) -> HttpResponseBase:
    """Plan a session as a draft."""
    branch = branch_to_plan(request)
    plan = PlanForms(posted(request), branch=branch)
    branches = list(branches_with(request.user, Right.PLAN_TRAINING).filter(valid_to=None))
    return _plan(request, plan, {"branch": branch, "branches": branches})


@desk_page(Right.PLAN_TRAINING)
@require_http_methods(["GET", "POST"])
def session_edit(request: StaffRequest, number: str) -> HttpResponseBase:
    """Change a draft."""
    session = session_for(request.user, number)
    require(request.user, Right.PLAN_TRAINING, session.branch)
    plan = PlanForms(posted(request), branch=session.branch, session=session, lessons=lessons_of(session))
    return _plan(request, plan, {"branch": session.branch, "session": session})


def branch_to_plan(request: StaffRequest) -> Branch:
    """The branch for which something is planned: the address names it, else the first in which the person plans."""
    code = request.GET.get("branch", "")
    branch = branch_by_code(code) if code else branches_with(request.user, Right.PLAN_TRAINING).first()
    if branch is None:
        raise NotFound
    require(request.user, Right.PLAN_TRAINING, branch)
    return branch


def _plan(request: StaffRequest, plan: PlanForms, context: dict[str, Any]) -> HttpResponseBase:
    """Show the form of a session; where it was sent and is sound, save it and go to the session."""
    wanted = plan.plan() if plan.is_valid() else None
    if wanted is not None:
        try:
            saved: Session = (
                change_session(session_id=plan.session.pk, plan=wanted, actor=request.user)
                if plan.session
                else create_session(plan=wanted, actor=request.user)
            )
        except DomainError as error:
            _refuse(plan, error)
        else:
            messages.success(request, _("已保存。核对无误后请开放报名，公众才能看到。"))
            return redirect("desk_training_session", number=saved.number)
    return render(request, "training/session_edit.html", {"plan": plan, "form": plan.form, **context})


def _refuse(plan: PlanForms, error: DomainError) -> None:
    """Put what the service refused onto the form; what is said of the lessons stands at its top."""
    add_refusal(plan.form, error)
    for name, at in (("lessons", None), ("version", "course")):
        sentence = error.fields.get(name, "")
        if sentence and sentence != error.message:
            plan.form.add_error(at, sentence)
