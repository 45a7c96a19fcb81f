"""Booking without an account: a telephone, its code, a name; seen and cancelled by the same telephone."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.clock import now, today
from core.errors import DomainError, NotFound
from core.kept_phones import WAITS, keep_phone, kept_phone, prove_phone
from core.notifying import notifier
from core.notifying.backends.filed import CODE
from core.phone_codes import ask_for_code, check_code, checked_mobile
from core.throttling import Limit, count_once, place_of
from core.views.answers import add_refusal, posted
from registries.choices.memorial import BookingStatus
from registries.forms.memorial_public import BookingForm, MobileCodeForm, MobileForm
from registries.models import MemorialBooking, MemorialOccasion, MemorialPlace
from registries.selectors.memorial import public_gathering, public_place
from registries.services.memorial.bookings import (
    BOOKING_CONSENT,
    Visit,
    book_gathering,
    book_visit,
    cancel_booking,
    own_bookings,
)

PURPOSE = "memorial"
LIMIT = Limit("memorial_booking", 60, 3_600)
_ASKED, _PROVED = "memorial_asked", "memorial_proved"


def can_prove() -> bool:
    """Whether codes can be sent at all."""
    return bool(settings.NOTIFIER != "off") and notifier().carries(f"{PURPOSE}.{CODE}")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def book_place(request: HttpRequest, pk: int) -> HttpResponse:
    """Book half a day at a place."""
    place = public_place(pk)
    if not place.visit_seats:
        messages.info(request, _("这个场所不用预约，开放时间内直接前往即可。"))
        return redirect("memorial_place", pk=place.pk)
    return _booking(request, place=place)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def book_occasion(request: HttpRequest, pk: int) -> HttpResponse:
    """Book places at a gathering."""
    occasion = public_gathering(pk)
    if not occasion.is_planned or occasion.on < today():
        messages.info(request, _("这个活动现在不接受预约。"))
        return redirect("memorial_gathering", pk=occasion.pk)
    return _booking(request, place=occasion.place, occasion=occasion)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def own_list(request: HttpRequest) -> HttpResponse:
    """One's bookings, once the telephone was shown."""
    _begin_anew(request)
    proved, asked = kept_phone(request, _PROVED), kept_phone(request, _ASKED)
    if proved:
        return render(request, "public/registries/memorial/own.html", {"bookings": own_bookings(proved)})
    form: MobileCodeForm | MobileForm = MobileCodeForm(posted(request)) if asked else MobileForm(posted(request))
    if can_prove() and form.is_valid():
        try:
            if asked:
                _prove(request, form.cleaned_data["code"])
            else:
                _ask(request, form.cleaned_data["phone"])
        except DomainError as error:
            add_refusal(form, error)
        else:
            return redirect("memorial_bookings")
    context = {"form": form, "tail": asked[-4:], "is_off": not can_prove()}
    return render(request, "public/registries/memorial/own_phone.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def own_cancel(request: HttpRequest, number: str) -> HttpResponse:
    """Cancel one's booking: one question."""
    proved = kept_phone(request, _PROVED)
    if not proved:
        return redirect("memorial_bookings")
    booking = next((one for one in own_bookings(proved) if one.number == number), None)
    if booking is None:
        raise NotFound("booking_not_found", _("没有这个有效的预约，它可能已经取消。"))
    if booking.status != BookingStatus.BOOKED:
        messages.info(request, _("这个预约已经取消，不用再办一次。"))
        return redirect("memorial_bookings")
    if request.method == "POST":
        try:
            cancel_booking(booking_id=booking.pk, phone=proved)
        except DomainError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, _("已取消，名额已放回。"))
        return redirect("memorial_bookings")
    context = {"booking": booking, "occasion": booking.occasion}
    return render(request, "public/registries/memorial/own_cancel.html", context)


def _booking(request: HttpRequest, *, place: MemorialPlace, occasion: MemorialOccasion | None = None) -> HttpResponse:
    """First the telephone, then its code with who comes; a right code need not be typed again."""
    _begin_anew(request)
    context: dict[str, Any] = {"place": place, "occasion": occasion, "is_off": not can_prove()}
    if not (kept_phone(request, _PROVED) or kept_phone(request, _ASKED)):
        phone_form = MobileForm(posted(request))
        if can_prove() and phone_form.is_valid():
            try:
                _ask(request, phone_form.cleaned_data["phone"])
                return redirect(request.path)
            except DomainError as error:
                add_refusal(phone_form, error)
        return render(request, "public/registries/memorial/book_phone.html", {**context, "form": phone_form})
    form = _booking_form(request, is_visit=occasion is None)
    if form.is_valid() and (booking := _booked(request, form, place, occasion)):
        messages.success(request, _("预约成功，编号 %(number)s。请按时前来。") % {"number": booking.number})
        return redirect("memorial_bookings")
    tail = (kept_phone(request, _PROVED) or kept_phone(request, _ASKED))[-4:]
    context |= {"form": form, "tail": tail, "consent_version": BOOKING_CONSENT}
    return render(request, "public/registries/memorial/book.html", context)


def _booking_form(request: HttpRequest, *, is_visit: bool) -> BookingForm:
    """The form as it was sent, its code taken; or a new one with a key of its own."""
    needs_code = not kept_phone(request, _PROVED)
    form = BookingForm(posted(request), needs_code=needs_code, is_visit=is_visit)
    if request.method != "POST":
        return form
    count_once(LIMIT, place_of(request))
    form.is_valid()
    if needs_code and form.cleaned_data.get("code"):
        try:
            _prove(request, form.cleaned_data["code"])
        except DomainError as error:
            form.add_error("code", error.message)
        else:
            # Whatever else is wrong, the code was right and counts once.
            form = BookingForm(request.POST, needs_code=False, is_visit=is_visit)
    return form


def _booked(
    request: HttpRequest, form: BookingForm, place: MemorialPlace, occasion: MemorialOccasion | None
) -> MemorialBooking | None:
    party = form.party(kept_phone(request, _PROVED))
    try:
        if occasion is not None:
            return book_gathering(occasion_id=occasion.pk, party=party)
        data = form.cleaned_data
        return book_visit(visit=Visit(place, data["on"], data["part"]), party=party)
    except DomainError as error:
        add_refusal(form, error)
        return None


def _ask(request: HttpRequest, phone: str) -> None:
    number = checked_mobile(phone)
    ask_for_code(phone=number, purpose=PURPOSE, place=place_of(request), is_known=True)
    request.session.pop(_PROVED, None)
    keep_phone(request, _ASKED, number, now() + WAITS)


def _prove(request: HttpRequest, code: str) -> None:
    number = check_code(phone=kept_phone(request, _ASKED), purpose=PURPOSE, code=code)
    prove_phone(request, _ASKED, _PROVED, number)


def _begin_anew(request: HttpRequest) -> None:
    if request.method != "POST" and request.GET.get("again"):
        for name in (_ASKED, _PROVED):
            request.session.pop(name, None)
