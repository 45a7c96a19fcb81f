"""Signing up without an account: a telephone, then its code and a name on one page."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.errors import DomainError
from core.throttling import Limit, count_once, place_of
from core.views.answers import add_refusal, posted
from training.choices import CourseKind, EnrolmentStatus
from training.forms.public import PhoneForm, SignUpForm
from training.selectors.public import PublicSession, public_session
from training.services.enrolling import CONSENT_VERSION, DOCUMENT_CONSENT_VERSION, Place, sign_up
from training.views.public import telephone
from training.views.public.remembering import remember_place

LIMIT = Limit("training_sign_up", 60, 3_600)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up_start(request: HttpRequest, number: str) -> HttpResponse:
    """Ask for the telephone; who has shown one within twenty minutes goes on at once."""
    session = public_session(number)
    if not session.may_sign_up:
        return _closed(request, session)
    if request.GET.get("again"):
        telephone.forget(request)
    elif telephone.proved(request) and request.method != "POST":
        return redirect("training_sign_up_name", number=session.number)
    form = PhoneForm(posted(request))
    if telephone.can_prove() and form.is_valid():
        try:
            telephone.ask(request, form.cleaned_data["phone"])
        except DomainError as error:
            add_refusal(form, error)
        else:
            return redirect("training_sign_up_name", number=session.number)
    context = {"session": session, "form": form, "is_off": not telephone.can_prove()}
    return render(request, "public/training/phone.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up_name(request: HttpRequest, number: str) -> HttpResponse:
    """Take the code, the name and, for a certificate, the document; a right code need not be typed again."""
    session = public_session(number)
    if request.method == "POST":
        count_once(LIMIT, place_of(request))
    if not (telephone.proved(request) or telephone.asked(request)):
        messages.info(request, _("请先用手机验证码验证。"))
        return redirect("training_sign_up", number=session.number)
    form = _form(request, session)
    if form.is_valid() and (place := _signed_up(request, form, session)):
        return _taken(request, place)
    return _form_page(request, session, form)


def _form(request: HttpRequest, session: PublicSession) -> SignUpForm:
    """The form as it was sent, its code taken; or a new one with a key of its own."""
    needs_code = not telephone.proved(request)
    is_refresher = session.course_kind == CourseKind.FIRST_AIDER_REFRESHER
    if request.method != "POST":
        return SignUpForm(needs_code=needs_code, is_refresher=is_refresher, initial={"key": uuid.uuid4()})
    form = SignUpForm(request.POST, needs_code=needs_code, is_refresher=is_refresher)
    form.is_valid()
    if needs_code and form.cleaned_data.get("code"):
        try:
            telephone.prove(request, form.cleaned_data["code"])
        except DomainError as error:
            form.add_error("code", error.message)
        else:
            # Whatever else is wrong, the code was right and counts once.
            form = SignUpForm(request.POST, needs_code=False, is_refresher=is_refresher)
    return form


def _signed_up(request: HttpRequest, form: SignUpForm, session: PublicSession) -> Place | None:
    phone = telephone.proved(request)
    key = form.place_key(session.number, phone)
    try:
        return sign_up(session_id=session.id, person=form.person(phone), key=key)
    except DomainError as error:
        add_refusal(form, error)
        return None


def _taken(request: HttpRequest, place: Place) -> HttpResponse:
    enrolment = place.enrolment
    if not place.is_new:
        messages.info(request, _("您已经报过名，不必重复提交。这是先前的那个名额。"))
    elif enrolment.status == EnrolmentStatus.SEATED:
        messages.success(request, _("报名成功。报名编号已发到您的手机，请也保存好这一页。"))
    else:
        messages.warning(request, _("名额已满，您在候补名单中；有名额时自动递补，并发短信告诉您。"))
    response = redirect("training_place", code=enrolment.code)
    remember_place(request, response, enrolment.code)
    return response


def _form_page(request: HttpRequest, session: PublicSession, form: SignUpForm) -> HttpResponse:
    context = {
        "session": session,
        "form": form,
        "tail": (telephone.proved(request) or telephone.asked(request))[-4:],
        "needs_code": "code" in form.fields,
        "consent_version": CONSENT_VERSION,
        "document_consent_version": DOCUMENT_CONSENT_VERSION,
    }
    return render(request, "public/training/sign_up.html", context)


def _closed(request: HttpRequest, session: PublicSession) -> HttpResponse:
    messages.info(request, _("这个班现在不接受网上报名，请看其他班次。"))
    return redirect("training_session", number=session.number)
