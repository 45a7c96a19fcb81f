"""Mass lessons at the desk: lists, one lesson, writing it down, correcting it, and its steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from core.errors import DomainError
from core.models import StoredFile
from core.views.answers import add_refusal, place_before, posted, private_file, say_refusal
from organizations.choices import Right
from organizations.permissions import holds_anywhere, may, require
from organizations.views.access import StaffRequest, desk_page
from training.choices import EDITABLE_MASS_LESSON, MassLessonStatus
from training.forms.mass_lessons import CorrectionForm, MassLessonForm, ReasonForm
from training.models import MassLesson
from training.permissions import mass_lesson_for, may_read_evidence
from training.selectors.mass_lessons import MASS_TABS, PAGE_SIZE, mass_counts, mass_history, mass_lessons_for
from training.services.mass_lessons import (
    cancel_mass_lesson,
    change_mass_lesson,
    confirm_mass_lesson,
    correct_mass_lesson,
    create_mass_lesson,
    keep_evidence,
    open_evidence,
    return_mass_lesson,
    submit_mass_lesson,
)


@desk_page(Right.VIEW_TRAINING)
@require_safe
def mass_list(request: StaffRequest) -> HttpResponse:
    """The person's mass lessons by list."""
    tab = request.GET.get("show", "all")
    tab = tab if tab in MASS_TABS else "all"
    place = place_before(request)
    found, counts = mass_lessons_for(request.user, tab, before=place), mass_counts(request.user)
    request.desk_counts = {"desk_mass_lessons": counts["confirm"]}  # type: ignore[attr-defined]
    context = {
        "tab": tab,
        "tabs": [
            {"label": label, "url": f"?show={name}", "count": counts[name], "active": name == tab}
            for name, label in MASS_TABS.items()
        ],
        "lessons": found[:PAGE_SIZE],
        "next_url": f"?show={tab}&before={found[PAGE_SIZE - 1].pk}" if len(found) > PAGE_SIZE else "",
        "first_url": f"?show={tab}" if place else "",
        "may_enter": holds_anywhere(request.user, Right.MARK_TRAINING),
    }
    return render(request, "training/mass/list.html", context)


@desk_page(Right.VIEW_TRAINING)
@require_safe
def mass_detail(request: StaffRequest, number: str) -> HttpResponse:
    """One mass lesson, its steps and what may be done now."""
    lesson = mass_lesson_for(request.user, number)
    history = mass_history(lesson)
    works = may(request.user, Right.MARK_TRAINING, lesson.branch)
    context = {
        "lesson": lesson,
        "history": history,
        "because": history[-1].reason if lesson.status == MassLessonStatus.RETURNED else "",
        "steps": steps_now(request.user, lesson),
        "may_change": works and lesson.is_editable,
        "may_correct": works and lesson.status == MassLessonStatus.CONFIRMED,
        "may_read_evidence": lesson.evidence_id is not None and may_read_evidence(request.user, lesson),
    }
    return render(request, "training/mass/detail.html", context)


@desk_page(Right.MARK_TRAINING)
@require_http_methods(["GET", "POST"])
def mass_new(request: StaffRequest) -> HttpResponse:
    """Write a mass lesson down."""
    form = MassLessonForm(posted(request), request.FILES, person=request.user)
    if form.is_valid():
        try:
            lesson = create_mass_lesson(draft=form.draft(_kept(form, request.user)), actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("已保存，核对后请提交，由另一位同事核对。"))
            return redirect("desk_mass_lesson", number=lesson.number)
    return render(request, "training/mass/edit.html", {"form": form})


@desk_page(Right.MARK_TRAINING)
@require_http_methods(["GET", "POST"])
def mass_edit(request: StaffRequest, number: str) -> HttpResponse:
    """Change a draft or a returned one."""
    lesson = mass_lesson_for(request.user, number)
    require(request.user, Right.MARK_TRAINING, lesson.branch)
    form = MassLessonForm(posted(request), request.FILES, person=request.user, lesson=lesson)
    if form.is_valid():
        try:
            draft = form.draft(_kept(form, request.user))
            change_mass_lesson(lesson_id=lesson.pk, draft=draft, actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("修改已保存。"))
            return redirect("desk_mass_lesson", number=lesson.number)
    return render(request, "training/mass/edit.html", {"form": form, "lesson": lesson})


@desk_page(Right.MARK_TRAINING)
@require_http_methods(["GET", "POST"])
def mass_correct(request: StaffRequest, number: str) -> HttpResponse:
    """Write down what a confirmed one should have said."""
    lesson = mass_lesson_for(request.user, number)
    require(request.user, Right.MARK_TRAINING, lesson.branch)
    form = CorrectionForm(posted(request), request.FILES, person=request.user, lesson=lesson, again=True)
    if form.is_valid():
        try:
            draft, note = form.draft(_kept(form, request.user)), form.cleaned_data["correction_note"]
            new = correct_mass_lesson(lesson_id=lesson.pk, draft=draft, note=note, actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("更正已保存，提交并由另一位同事核对后生效，原记录标明已更正。"))
            return redirect("desk_mass_lesson", number=new.number)
    return render(request, "training/mass/edit.html", {"form": form, "lesson": lesson, "is_correction": True})


@desk_page(Right.VIEW_TRAINING)
@require_safe
def mass_evidence(request: StaffRequest, number: str) -> FileResponse:
    """What shows the lesson, for those who work at it; the reading is recorded."""
    lesson = mass_lesson_for(request.user, number)
    stored, source = open_evidence(lesson=lesson, actor=request.user)
    is_picture = stored.content_type.startswith("image/")
    return private_file(source, filename=stored.name, content_type=stored.content_type, attachment=not is_picture)


@dataclass(frozen=True)
class Step:
    """One step: its words, the right and the states that it needs, what is asked for, and its service."""

    title: Any
    lead: Any
    done: Any
    right: str
    states: frozenset[str]
    service: Callable[..., Any]
    form: type[forms.Form] = forms.Form
    kind: str = "secondary"
    tone: str = "warning"


STEPS: dict[str, Step] = {
    "submit": Step(
        title=gettext_lazy("提交核对"),
        lead=gettext_lazy("提交后不能再改，由另一位同事看过佐证材料后核对。"),
        done=gettext_lazy("已提交，等待另一位同事核对。"),
        right=Right.MARK_TRAINING,
        states=EDITABLE_MASS_LESSON,
        service=submit_mass_lesson,
        kind="primary",
        tone="info",
    ),
    "confirm": Step(
        title=gettext_lazy("核对无误"),
        lead=gettext_lazy("核对后计入公开的普及人次，不能再改；有误只能更正，原记录保留。"),
        done=gettext_lazy("已核对，计入普及人次。"),
        right=Right.PLAN_TRAINING,
        states=frozenset({MassLessonStatus.SUBMITTED}),
        service=confirm_mass_lesson,
        kind="primary",
    ),
    "return": Step(
        title=gettext_lazy("退回修改"),
        lead=gettext_lazy("退回给登记人，附上理由。"),
        done=gettext_lazy("已退回。"),
        right=Right.PLAN_TRAINING,
        states=frozenset({MassLessonStatus.SUBMITTED}),
        service=return_mass_lesson,
        form=ReasonForm,
    ),
    "cancel": Step(
        title=gettext_lazy("作废"),
        lead=gettext_lazy("作废后不能恢复，编号不再使用，不计入任何数字。"),
        done=gettext_lazy("已作废。"),
        right=Right.MARK_TRAINING,
        states=EDITABLE_MASS_LESSON,
        service=cancel_mass_lesson,
        form=ReasonForm,
        kind="quiet",
        tone="danger",
    ),
}


@desk_page(Right.MARK_TRAINING, Right.PLAN_TRAINING)
@require_http_methods(["GET", "POST"])
def mass_step(request: StaffRequest, number: str, step: str) -> HttpResponse:
    """Ask for one step, with the numbers it is about, and take it."""
    way = STEPS.get(step)
    if way is None:
        raise Http404
    lesson = mass_lesson_for(request.user, number)
    require(request.user, way.right, lesson.branch)
    form = way.form(posted(request))
    if form.is_valid():
        try:
            way.service(lesson_id=lesson.pk, actor=request.user, **form.cleaned_data)
            messages.success(request, way.done)
        except DomainError as error:
            say_refusal(request, error)
        return redirect("desk_mass_lesson", number=lesson.number)
    context = {"lesson": lesson, "way": way, "form": form, "why_not": why_not_now(request.user, lesson, step)}
    return render(request, "training/mass/step.html", context)


def why_not_now(person: User, lesson: MassLesson, step: str) -> str:
    """Why this step cannot be taken now; empty where it can."""
    if lesson.status not in STEPS[step].states:
        return _("这次普及培训现在是“%(status)s”，不能办理这一步。") % {"status": lesson.get_status_display()}
    if step == "submit" and lesson.evidence_id is None:
        return _("还没有佐证材料，请先修改并上传。")
    if step == "confirm" and person.pk in lesson.maker_ids:
        return _("由您登记或修改过，须由另一位同事核对。")
    return ""


def steps_now(person: User, lesson: MassLesson) -> list[tuple[str, Step, str]]:
    """The steps that the person's rights and the state allow, each with why it still cannot be taken, if so."""
    return [
        (name, way, why_not_now(person, lesson, name))
        for name, way in STEPS.items()
        if lesson.status in way.states and may(person, way.right, lesson.branch)
    ]


def _kept(form: MassLessonForm, actor: User) -> StoredFile | None:
    upload = form.cleaned_data["evidence"]
    return keep_evidence(upload=upload.file, actor=actor) if upload else None
