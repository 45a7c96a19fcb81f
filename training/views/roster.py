"""The roster of a session at the desk: who is on it, who comes onto it and who leaves it."""

from __future__ import annotations

import io
import uuid
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import DomainError
from core.exporting import XLSX_CONTENT_TYPE
from core.masking import mask_name
from core.models import StoredFile
from core.views.answers import add_refusal, posted, private_file
from organizations.choices import Right
from organizations.permissions import require
from organizations.views.access import StaffRequest, desk_page
from training.forms.roster import DocumentForm, PersonForm, ReasonForm, RosterForm
from training.models import Session
from training.permissions import enrolment_for, session_for
from training.selectors.held import held_session, masked_names
from training.services.enrolling import cancel_enrolment
from training.services.identifying import add_document
from training.services.roster_files import keep_problems, open_problems, roster_template
from training.services.rosters import Outcome, add_person, enrol_roster
from training.views.around import around, revealed, sentence_of


@desk_page(Right.VIEW_TRAINING)
@require_http_methods(["GET", "POST"])
def roster(request: StaffRequest, number: str) -> HttpResponse:
    """Everybody who has or had a place; with a POST for a purpose, their names and telephones once."""
    session = session_for(request.user, number)
    if request.method == "POST":
        require(request.user, Right.READ_TRAINEES, session.branch)
    known, purpose_form = revealed(request, session, with_phones=True)
    held = held_session(session, known=known)
    context = {"held": held, "is_revealed": known is not None, "purpose_form": purpose_form}
    return render(request, "training/held/roster.html", around(request, session, "roster") | context)


@desk_page(Right.PLAN_TRAINING)
@require_http_methods(["GET", "POST"])
def person_new(request: StaffRequest, number: str) -> HttpResponse:
    """Put one person onto the roster."""
    session = _planned(request, number)
    form = PersonForm(posted(request))
    if form.is_valid():
        consent = form.cleaned_data["document_consent"]
        try:
            place = add_person(
                session_id=session.pk, person=form.person(), has_document_consent=consent, actor=request.user
            )
        except DomainError as error:
            add_refusal(form, error)
        else:
            says = _("已登记为 %(n)d 号。") if place.is_new else _("这个人已在本班（%(n)d 号），没有重复登记。")
            messages.success(request, says % {"n": place.enrolment.place})
            return redirect("desk_session_roster", number=session.number)
    return render(request, "training/held/person.html", around(request, session, "roster") | {"form": form})


@desk_page(Right.PLAN_TRAINING)
@require_http_methods(["GET", "POST"])
def roster_import(request: StaffRequest, number: str) -> HttpResponse:
    """Bring in a whole roster; the answer names every line that got no place, with the reason."""
    session = _planned(request, number)
    form = RosterForm(posted(request), request.FILES)
    if form.is_valid():
        consent = form.cleaned_data["document_consent"]
        try:
            outcomes = enrol_roster(
                session_id=session.pk, rows=form.rows(), has_document_consent=consent, actor=request.user
            )
        except DomainError as error:
            add_refusal(form, error)
        else:
            return render(request, "training/held/roster_result.html", _result(request, session, outcomes))
    return render(request, "training/held/roster_import.html", around(request, session, "roster") | {"form": form})


@desk_page(Right.PLAN_TRAINING)
@require_POST
def problems(request: StaffRequest, number: str, file_id: uuid.UUID) -> FileResponse:
    """The lines that got no place, for whoever brought them in; read for that one purpose, logged."""
    session = _planned(request, number)
    source = open_problems(session=session, file_id=file_id, actor=request.user)
    filename = _("没有登记的行") + f"-{session.number}.xlsx"
    return private_file(source, filename=filename, content_type=XLSX_CONTENT_TYPE)


@desk_page(Right.PLAN_TRAINING)
@require_safe
def template(request: StaffRequest) -> FileResponse:
    """An empty roster to fill in."""
    source = io.BytesIO(roster_template())
    return private_file(source, filename=_("学员名册模板") + ".xlsx", content_type=XLSX_CONTENT_TYPE)


@desk_page(Right.PLAN_TRAINING)
@require_http_methods(["GET", "POST"])
def place_cancel(request: StaffRequest, number: str, enrolment_id: int) -> HttpResponse:
    """Take somebody off the roster, with the reason; who waits first moves up."""
    session = _planned(request, number)
    place = enrolment_for(request.user, session, enrolment_id)
    form = ReasonForm(posted(request))
    if form.is_valid():
        try:
            cancel_enrolment(enrolment_id=place.pk, actor=request.user, reason=form.cleaned_data["reason"])
        except DomainError as error:
            messages.error(request, sentence_of(error))
        else:
            messages.success(request, _("已取消 %(n)d 号的名额。") % {"n": place.place})
        return redirect("desk_session_roster", number=session.number)
    context = {"place": place, "name": masked_names(session, [place])[place.pk].name, "form": form}
    return render(request, "training/held/place_cancel.html", around(request, session, "roster") | context)


@desk_page(Right.PLAN_TRAINING)
@require_http_methods(["GET", "POST"])
def place_document(request: StaffRequest, number: str, enrolment_id: int) -> HttpResponse:
    """Write down the document of somebody who had shown none."""
    session = _planned(request, number)
    place = enrolment_for(request.user, session, enrolment_id)
    form = DocumentForm(posted(request))
    if form.is_valid():
        said: dict[str, Any] = {**form.cleaned_data}
        consent = said.pop("document_consent")
        try:
            add_document(enrolment_id=place.pk, has_document_consent=consent, actor=request.user, **said)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("%(n)d 号的证件已加密登记。") % {"n": place.place})
            return redirect("desk_session_roster", number=session.number)
    context = {"place": place, "name": masked_names(session, [place])[place.pk].name, "form": form}
    return render(request, "training/held/place_document.html", around(request, session, "roster") | context)


def _planned(request: StaffRequest, number: str) -> Session:
    session = session_for(request.user, number)
    require(request.user, Right.PLAN_TRAINING, session.branch)
    return session


def _result(request: StaffRequest, session: Session, outcomes: list[Outcome]) -> dict[str, Any]:
    kept: StoredFile | None = None
    try:
        kept = keep_problems(session=session, outcomes=outcomes, actor=request.user)
    except DomainError as error:
        messages.error(request, sentence_of(error))
    lines = [
        {"number": one.row.number, "name": mask_name(one.row.person.name), "unit": one.row.person.unit, "outcome": one}
        for one in outcomes
    ]
    counts = {"bad": sum(1 for one in outcomes if one.reason), "good": sum(1 for one in outcomes if not one.reason)}
    return around(request, session, "roster") | {"lines": lines, "kept": kept, **counts}
