"""My place: what its code opens, giving it up, and checking in from it, also later."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from core.clock import SHANGHAI, now
from core.errors import DomainError, NotFound
from core.throttling import Limit, count_once, place_of
from core.views.answers import posted, say_refusal
from core.views.errors import wants_json
from training.choices import CheckIn, EnrolmentStatus, Presence
from training.forms.public import CheckInForm, PlaceForm
from training.models import Attendance, Enrolment
from training.selectors.public.calendars import session_calendar
from training.selectors.public.places import enrolment_by_code, own_place
from training.services.check_in_codes import check_in, read_code
from training.services.enrolling import cancel_enrolment
from training.services.shown_names import masked_names
from training.views.public.remembering import forget_place, remember_place
from training.views.public.sessions import calendar_file

# A class behind one address opens its places, nobody tries codes through.
LIMIT = Limit("training_place", 600, 3_600)


def known_place(request: HttpRequest, code: str) -> Enrolment:
    """The enrolment whose code was given. Raises NotFound, TooOften."""
    count_once(LIMIT, place_of(request))
    return enrolment_by_code(code)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def place_find(request: HttpRequest) -> HttpResponse:
    """Open one's place by the code of a short message."""
    form = PlaceForm(posted(request))
    if form.is_valid():
        try:
            enrolment = known_place(request, form.cleaned_data["place"])
        except NotFound as error:
            form.add_error("place", error.message)
        else:
            return redirect("training_place", code=enrolment.code)
    return render(request, "public/training/find.html", {"form": form})


@never_cache
@require_safe
def place_page(request: HttpRequest, code: str) -> HttpResponse:
    """How one's place stands; what came of the exam is not for a code alone."""
    enrolment = known_place(request, code)
    place = own_place(enrolment)
    context = {"place": place, "session": place.session, "name": masked_names([enrolment])[0], "as_of": now()}
    response = render(request, "public/training/place.html", context)
    if place.status != EnrolmentStatus.CANCELLED:
        remember_place(request, response, place.code)
    return response


@never_cache
@require_safe
def place_ics(request: HttpRequest, code: str) -> HttpResponse:
    """One's lessons for a calendar, which leads back to the place."""
    place = own_place(known_place(request, code))
    url = request.build_absolute_uri(place.address)
    lessons = [one.lesson for one in place.lessons]
    return calendar_file(
        session_calendar(place.session, lessons, url=url, host=request.get_host()), place.session.number
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def place_cancel(request: HttpRequest, code: str) -> HttpResponse:
    """Ask once, then give the place up; who waits longest moves up."""
    enrolment = known_place(request, code)
    if request.method == "POST":
        try:
            cancel_enrolment(enrolment_id=enrolment.pk)
        except DomainError as error:
            say_refusal(request, error)
        else:
            messages.success(request, _("报名已取消，名额已让给候补的人。"))
        response = redirect("training_place", code=enrolment.code)
        forget_place(request, response, enrolment.code)
        return response
    place = own_place(enrolment)
    if not place.may_cancel:
        return redirect("training_place", code=enrolment.code)
    context = {"place": place, "session": place.session, "name": masked_names([enrolment])[0]}
    return render(request, "public/training/cancel.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def place_check_in(request: HttpRequest, code: str) -> HttpResponse:
    """Check in by the code on the screen; the page's module keeps a scan without a network and sends it later."""
    enrolment = known_place(request, code)
    form = CheckInForm(posted(request), initial={"token": request.GET.get("token", "")[:40]})
    if form.is_valid():
        try:
            mark = check_in(code=read_code(form.cleaned_data["token"]), enrolment=enrolment, at=form.cleaned_data["at"])
        except DomainError as error:
            if wants_json(request):
                raise
            form.add_error("token", error.message)
        else:
            return checked_in(request, enrolment, mark)
    place = own_place(enrolment)
    context = {"place": place, "session": place.session, "name": masked_names([enrolment])[0], "form": form}
    response = render(request, "public/training/place_check_in.html", context)
    if place.may_check_in:
        remember_place(request, response, place.code)
    return response


def checked_in(request: HttpRequest, enrolment: Enrolment, mark: Attendance) -> HttpResponse:
    """Say that presence was taken: to the module in JSON, to people on their place."""
    at = f"{mark.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    if mark.presence == Presence.ABSENT:
        said = _("老师点名记为缺课，扫码不能改动；有误请当面找老师更正。")
    elif mark.method == CheckIn.ROLL:
        said = _("老师已经点过名，记为%(presence)s，不必再签到。") % {"presence": mark.get_presence_display()}
    else:
        said = _("签到成功：%(at)s。") % {"at": at}
    if wants_json(request):
        return JsonResponse({"said": said})
    level = messages.WARNING if mark.presence == Presence.ABSENT else messages.SUCCESS
    messages.add_message(request, level, said)
    response = redirect("training_place", code=enrolment.code)
    remember_place(request, response, enrolment.code)
    return response


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker of checking in; served here, because its address is how far it reaches."""
    script = Path(settings.BASE_DIR, "static", "js", "training-worker.js").read_bytes()
    response = HttpResponse(script, content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response
