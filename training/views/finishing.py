"""The end of a session: signed, sent back, certificates issued, finished. Each step repeats its numbers first."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.errors import DomainError
from core.views.answers import add_refusal, posted
from organizations.choices import Right
from organizations.permissions import require
from organizations.views.access import StaffRequest, desk_page
from training.choices import SessionStatus
from training.errors import OwnWork
from training.forms.roster import ReasonForm
from training.models import Session
from training.permissions import leads, session_for
from training.selectors.held import HeldSession, certificates_of, held_session
from training.services.examining import return_signature, sign_results
from training.services.issuing import Planned, examiners_of, finish_session, issue_certificates, planned_issue
from training.views.around import around, sentence_of, why_not_mark


@desk_page(Right.SIGN_RESULTS)
@require_http_methods(["GET", "POST"])
def sign(request: StaffRequest, number: str) -> HttpResponse:
    """Sign the attendance and marks, as the leading instructor, after a look at the numbers."""
    session = session_for(request.user, number)
    require(request.user, Right.SIGN_RESULTS, session.branch)
    held, problem = held_session(session), ""
    if request.method == "POST":
        problem = _numbers_changed(request, held.tally.token) if session.status != SessionStatus.SIGNED else ""
        if not problem:
            try:
                sign_results(session_id=session.pk, actor=request.user)
            except DomainError as error:
                problem = sentence_of(error)
            else:
                messages.success(request, _("已签字。接下来由另一位有发证权限的同事发证。"))
                return redirect("desk_session_roster", number=session.number)
    context = {"held": held, "tally": held.tally, "problem": problem, "why_not": _why_not_sign(request, held)}
    return render(request, "training/held/sign.html", around(request, session, "sign") | context)


@desk_page(Right.SIGN_RESULTS, Right.ISSUE_CERTIFICATES)
@require_http_methods(["GET", "POST"])
def send_back(request: StaffRequest, number: str) -> HttpResponse:
    """Send a signed session back to its instructor, with the reason."""
    session = session_for(request.user, number)
    if session.signed_by_id != request.user.pk:
        require(request.user, Right.ISSUE_CERTIFICATES, session.branch)
    form = ReasonForm(posted(request))
    if form.is_valid():
        try:
            return_signature(session_id=session.pk, actor=request.user, reason=form.cleaned_data["reason"])
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("已退回，主讲师资改正后须重新签字。"))
            return redirect("desk_session_roster", number=session.number)
    held = held_session(session)
    context = {"held": held, "tally": held.tally, "form": form, "why_not": _why_not_end(session)}
    return render(request, "training/held/send_back.html", around(request, session, "issue") | context)


@desk_page(Right.ISSUE_CERTIFICATES)
@require_http_methods(["GET", "POST"])
def issue(request: StaffRequest, number: str) -> HttpResponse:
    """Issue the certificates of a signed session, after a look at the numbers and at who gets none."""
    session = session_for(request.user, number)
    require(request.user, Right.ISSUE_CERTIFICATES, session.branch)
    held, planned, problem = held_session(session), planned_issue(session), ""
    token = f"{held.tally.token}-{len(planned.people)}-{len(planned.refused)}"
    if request.method == "POST":
        problem = _numbers_changed(request, token) if session.status == SessionStatus.SIGNED else ""
        if not problem:
            try:
                done = issue_certificates(session_id=session.pk, actor=request.user)
            except DomainError as error:
                problem = sentence_of(error)
            else:
                messages.success(request, _("已发证 %(n)d 张。") % {"n": len(done.certificates)})
                return redirect("desk_session_issued", number=session.number)
    context = _issue_context(request, held, planned) | {"token": token, "problem": problem}
    return render(request, "training/held/issue.html", around(request, session, "issue") | context)


@desk_page(Right.VIEW_TRAINING)
@require_safe
def issued(request: StaffRequest, number: str) -> HttpResponse:
    """What issuing has brought: certificates with their numbers, and who got none and why."""
    session = session_for(request.user, number)
    held = held_session(session)
    planned = planned_issue(session) if session.status == SessionStatus.SIGNED else None
    context = _issue_context(request, held, planned)
    return render(request, "training/held/issued.html", around(request, session, "issued") | context)


@desk_page(Right.ISSUE_CERTIFICATES)
@require_http_methods(["GET", "POST"])
def finish(request: StaffRequest, number: str) -> HttpResponse:
    """End a session although some who passed got no certificate."""
    session = session_for(request.user, number)
    require(request.user, Right.ISSUE_CERTIFICATES, session.branch)
    if request.method == "POST":
        try:
            finish_session(session_id=session.pk, actor=request.user)
            messages.success(request, _("已结班。"))
        except DomainError as error:
            messages.error(request, sentence_of(error))
        return redirect("desk_session_issued", number=session.number)
    held = held_session(session)
    planned = planned_issue(session)
    context = _issue_context(request, held, planned) | {"why_not": _why_not_end(session)}
    return render(request, "training/held/finish.html", around(request, session, "issued") | context)


def _issue_context(request: StaffRequest, held: HeldSession, planned: Planned | None) -> dict[str, Any]:
    rows = {row.enrolment.pk: row for row in held.rows}
    certificates = [
        {"certificate": one, "row": rows.get(one.enrolment_id or 0)} for one in certificates_of(held.session)
    ]
    refused = [{"row": rows[one.enrolment.pk], "reason": one.reason} for one in planned.refused] if planned else []
    return {
        "held": held,
        "tally": held.tally,
        "ready": len(planned.people) if planned else 0,
        "refused": refused,
        "certificates": certificates,
        "not_issued": len(refused) + (len(planned.people) if planned else 0),
        "why_not": _why_not_issue(request, held.session),
    }


def _numbers_changed(request: StaffRequest, token: str) -> str:
    if request.POST.get("numbers") == token:
        return ""
    return _("数字和您打开页面时不同，请按现在的数字核对后再确认。")


def _why_not_sign(request: StaffRequest, held: HeldSession) -> str:
    session, tally = held.session, held.tally
    if session.status == SessionStatus.SIGNED:
        return _("成绩已签字。")
    if reason := why_not_mark(session):
        return reason
    if not leads(request.user, session):
        return _("成绩须由本班的主讲师资签字，您不是本班的主讲师资。")
    if tally.uncalled:
        return _("还有 %(n)d 人没有点完名，请先补齐。") % {"n": tally.uncalled}
    if tally.open:
        return _("还有 %(n)d 人的成绩没有填完，请先补齐。") % {"n": tally.open}
    return ""


def _why_not_issue(request: StaffRequest, session: Session) -> str:
    if session.status == SessionStatus.FINISHED:
        return _("已结班，不再重复发证。")
    if session.status != SessionStatus.SIGNED:
        return _("主讲师资签字后才能发证，现在是“%(status)s”。") % {"status": session.get_status_display()}
    return OwnWork().message if request.user.pk in examiners_of(session) else ""


def _why_not_end(session: Session) -> str:
    if session.status == SessionStatus.SIGNED:
        return ""
    return _("只有签过字、还没有结班的培训班能办这一步，现在是“%(status)s”。") % {
        "status": session.get_status_display()
    }
