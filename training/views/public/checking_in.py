"""Checking in by the QR on the screen: one tap on a device that knows one's place, else by its code or a telephone."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.errors import DomainError
from core.throttling import Limit, count_once, place_of
from core.views.answers import add_refusal
from training.forms.public import CodeForm, PhoneForm, PlaceForm
from training.models import Lesson
from training.selectors.public.places import enrolment_by_code, places_in
from training.services.attending import scan_in
from training.services.check_in_codes import read_code, read_scan, require_fresh, seal_scan
from training.services.shown_names import masked_names
from training.views.public import telephone
from training.views.public.places import checked_in
from training.views.public.remembering import remembered_codes

LIMIT = Limit("training_check_in", 600, 3_600)


@dataclass(frozen=True)
class Scan:
    """A lesson's code that was scanned: the lesson, when, and the same sealed for the forms of the page."""

    lesson: Lesson
    at: datetime.datetime
    sealed: str


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def check_in_page(request: HttpRequest, token: str) -> HttpResponse:
    """Show whose place is known here, and take what the forms send: a place, a telephone, its code."""
    count_once(LIMIT, place_of(request))
    scan = _scan(request, token)
    shown: dict[str, forms.Form] = {"place_form": PlaceForm(), "phone_form": PhoneForm(), "code_form": CodeForm()}
    if request.method == "POST":
        step = {"phone": _ask, "code": _prove}.get(request.POST.get("do", ""))
        if step is None:
            form = PlaceForm(request.POST)
            shown["place_form"] = form
            response = _check_in(request, scan, form)
            if response is not None:
                return response
        else:
            shown |= step(request)
    return render(request, "public/training/check_in.html", {**_context(request, scan), **shown})


def _scan(request: HttpRequest, token: str) -> Scan:
    """What was scanned, now or when this page was opened. Raises NotFound, TrainingError."""
    code = read_code(token)
    sealed = request.POST.get("scan", "")
    if sealed:
        lesson_id, at = read_scan(sealed)
        if lesson_id == code.lesson.pk:
            return Scan(code.lesson, at, sealed)
    at = require_fresh(code)
    return Scan(code.lesson, at, seal_scan(code, at))


def _context(request: HttpRequest, scan: Scan) -> dict[str, Any]:
    session_id = scan.lesson.session_id
    places = places_in(session_id, codes=remembered_codes(request), phone=telephone.proved(request))
    return {
        "scan": scan,
        "lesson": scan.lesson,
        "session": scan.lesson.session,
        "places": list(zip(places, masked_names(places), strict=True)),
        "is_proved": bool(telephone.proved(request)),
        "is_asked": bool(telephone.asked(request)),
        "tail": telephone.asked(request)[-4:],
        "can_prove": telephone.can_prove(),
    }


def _check_in(request: HttpRequest, scan: Scan, form: PlaceForm) -> HttpResponse | None:
    """Check in with a place's code; None where the form now says what is wrong."""
    if not form.is_valid():
        return None
    try:
        enrolment = enrolment_by_code(form.cleaned_data["place"])
        mark = scan_in(lesson_id=scan.lesson.pk, enrolment_id=enrolment.pk, at=scan.at)
    except DomainError as error:
        form.add_error("place", error.message)
        return None
    return checked_in(request, enrolment, mark)


def _ask(request: HttpRequest) -> dict[str, forms.Form]:
    form = PhoneForm(request.POST)
    if form.is_valid():
        try:
            telephone.ask(request, form.cleaned_data["phone"])
        except DomainError as error:
            add_refusal(form, error)
    return {"phone_form": form}


def _prove(request: HttpRequest) -> dict[str, forms.Form]:
    form = CodeForm(request.POST)
    if form.is_valid():
        try:
            telephone.prove(request, form.cleaned_data["code"])
        except DomainError as error:
            form.add_error("code", error.message)
    return {"code_form": form}
