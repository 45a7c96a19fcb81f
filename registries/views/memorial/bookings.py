"""Bookings at the desk: who comes, shown for a purpose; cancelled for them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from core.errors import DomainError
from core.views.answers import add_refusal, place_before, posted, say_refusal
from organizations.choices import Right
from organizations.permissions import may
from organizations.views.access import StaffRequest, desk_page
from registries.choices.memorial import BookingStatus
from registries.forms.wishes import PurposeForm
from registries.permissions.memorial import booking_for
from registries.selectors.memorial import PAGE_SIZE, bookings_for, steps_of
from registries.services.memorial.bookings import cancel_booking
from registries.services.memorial.reading import masked_booking_names, reveal_booking


@desk_page(Right.KEEP_MEMORIAL)
@never_cache
@require_safe
def booking_list(request: StaffRequest) -> HttpResponse:
    """Who comes from today on."""
    place = place_before(request)
    found = bookings_for(request.user, before=place)
    page = found[:PAGE_SIZE]
    names = masked_booking_names(page, reader=request.user)
    context = {
        "rows": [(one, names[one.pk]) for one in page],
        "next_url": f"?before={page[-1].pk}" if len(found) > PAGE_SIZE else "",
        "first_url": "?" if place else "",
    }
    return render(request, "registries/memorial/bookings.html", context)


@desk_page(Right.KEEP_MEMORIAL)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def booking_detail(request: StaffRequest, number: str) -> HttpResponse:
    """One booking; who it is is shown once, to who says what for."""
    booking = booking_for(request.user, number)
    form = PurposeForm(posted(request))
    contact = None
    if form.is_valid():
        try:
            contact = reveal_booking(booking=booking, purpose=form.cleaned_data["purpose"], actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
    context = {
        "booking": booking,
        "occasion": booking.occasion,
        "history": steps_of(booking=booking),
        "form": form,
        "contact": contact,
        "may_read": may(request.user, Right.READ_REGISTRANTS, booking.branch),
        "may_cancel": booking.status == BookingStatus.BOOKED,
    }
    return render(request, "registries/memorial/booking.html", context)


@desk_page(Right.KEEP_MEMORIAL)
@require_http_methods(["GET", "HEAD", "POST"])
def booking_cancel(request: StaffRequest, number: str) -> HttpResponse:
    """Cancel a booking for who made it: one question."""
    booking = booking_for(request.user, number)
    if request.method == "POST":
        try:
            cancel_booking(booking_id=booking.pk, actor=request.user)
        except DomainError as error:
            say_refusal(request, error)
        else:
            messages.success(request, _("已取消，名额已放回。"))
        return redirect("desk_memorial_booking", number=booking.number)
    context = {"booking": booking, "occasion": booking.occasion}
    return render(request, "registries/memorial/booking_cancel.html", context)
