"""Bookings: made by a telephone that was shown by a code, within the seats; cancelled by who booked, or at the desk."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from core.clock import now, today
from core.errors import NotFound
from core.numbers import take_number
from core.phone_codes import checked_mobile
from core.sealed import holds, matching, seal_into
from organizations.choices import Right
from organizations.permissions import require
from registries.choices.memorial import BookingStatus, OccasionKind, OccasionStatus, Part, Visitor
from registries.errors import RegistryError, WrongState
from registries.models import MemorialBooking, MemorialOccasion, MemorialPlace
from registries.services.form_keys import form_used, hold_key, sent_before
from registries.services.memorial.moving import move, note
from registries.services.memorial.places import lock_occasion
from registries.services.memorial.texts import plain_text

if TYPE_CHECKING:
    from accounts.models import User

LETTER = "H"
# The text stands in templates/public/registries/memorial/_booking_consent.html; a change of it is a new version.
BOOKING_CONSENT = "memorial-booking-1"
LARGEST_PARTY = 20
LONGEST_NAME = 30
# Visits are booked at most so far ahead.
VISIT_DAYS = 60


@dataclass(frozen=True)
class Visit:
    """Half a day at a place."""

    place: MemorialPlace
    on: datetime.date
    part: str


@dataclass(frozen=True)
class Party:
    """Who comes, as written, by a telephone that was shown; `key` is the form's own."""

    name: str
    phone: str
    party_size: int
    visitor: str
    key: uuid.UUID


def book_visit(*, visit: Visit, party: Party) -> MemorialBooking:
    """Book half a day at a place; its row is made by whoever books first. Raises RegistryError, WrongState."""
    fields = {}
    if visit.part not in Part.values:
        fields["part"] = _("请选择上午或下午。")
    if not today() < visit.on <= today() + datetime.timedelta(days=VISIT_DAYS):
        fields["on"] = _("请选择明天起 %(days)d 天以内的日子。") % {"days": VISIT_DAYS}
    elif visit.on.isoweekday() not in visit.place.visit_weekdays:
        fields["on"] = _("这一天不接受预约，请看可预约的日子。")
    if fields:
        raise RegistryError("visit_wrong", _("还不能预约，请按提示修改。"), fields)
    with transaction.atomic():
        hold_key(party.key)
        rows = MemorialPlace.objects.for_public_display().select_for_update(of=("self",)).select_related("branch")
        place: MemorialPlace | None = rows.filter(pk=visit.place.pk, visit_seats__gt=0).first()
        if place is None:
            raise WrongState("place_takes_none", _("这个场所现在不接受网上预约。"))
        occasion, _is_new = MemorialOccasion.objects.unscoped("half a day of visits").get_or_create(
            place=place,
            on=visit.on,
            part=visit.part,
            kind=OccasionKind.VISIT,
            defaults={**MemorialOccasion.lineage_of(place.branch), "seats": place.visit_seats, "created_at": now()},
        )
        return _booked(occasion.pk, party)


def book_gathering(*, occasion_id: int, party: Party) -> MemorialBooking:
    """Book places at a gathering. Locks it. Raises RegistryError with fields, WrongState where it is over or full."""
    with transaction.atomic():
        hold_key(party.key)
        return _booked(occasion_id, party)


def cancel_booking(*, booking_id: int, phone: str = "", actor: User | None = None) -> MemorialBooking:
    """Cancel a booking and give its seats back: by staff, or by who booked, whose telephone was shown by a code.

    Locks the occasion, then the booking. Raises NotFound for somebody else's, WrongState.
    """
    rows = MemorialBooking.objects.unscoped("one known booking")
    with transaction.atomic():
        occasion = lock_occasion(rows.values_list("occasion_id", flat=True).get(pk=booking_id))
        booking: MemorialBooking = rows.select_for_update(of=("self",)).select_related("branch").get(pk=booking_id)
        if actor is not None:
            require(actor, Right.KEEP_MEMORIAL, booking.branch)
        elif not holds(booking, "phone", phone):
            raise NotFound("booking_not_found", _("没有找到这个预约。"))
        move(booking, BookingStatus.CANCELLED, verb="cancelled", actor=actor, ended_at=now())
        _take(occasion, -booking.party_size)
    return booking


def own_bookings(phone: str) -> list[MemorialBooking]:
    """What was booked, from today on, by a telephone that was shown by a code; one query."""
    rows = MemorialBooking.objects.unscoped("their own").filter(
        matching(MemorialBooking, "phone", checked_mobile(phone)), destroyed_at=None, occasion__on__gte=today()
    )
    return list(rows.select_related("occasion__place", "branch").order_by("occasion__on", "pk"))


def _booked(occasion_id: int, party: Party) -> MemorialBooking:
    checked = _checked(party)
    occasion = lock_occasion(occasion_id)
    rows = MemorialBooking.objects.unscoped("of a locked occasion")
    same: dict[str, Any] = {
        "occasion_id": occasion.pk,
        "party_size": checked.party_size,
        "status": BookingStatus.BOOKED,
    }
    first = sent_before(rows.select_related("branch"), party.key, **same)
    if first is not None:
        if not holds(first, "phone", checked.phone):
            raise form_used()
        return first
    if occasion.status != OccasionStatus.PLANNED or occasion.on < today() or occasion.place.closed_on is not None:
        if occasion.kind == OccasionKind.VISIT:
            raise WrongState("occasion_over", _("这半天不接受预约，请另选时间。"))
        raise WrongState("occasion_over", _("这个活动已经取消或结束，不能再预约。"))
    if rows.filter(matching(MemorialBooking, "phone", checked.phone), occasion=occasion, status=BookingStatus.BOOKED):
        raise WrongState("booked_already", _("这个手机号已经预约过，要改人数请先取消，再重新预约。"))
    if occasion.free_seats < checked.party_size:
        sentence = _("名额不够：还可预约 %(free)d 人。请减少人数，或另选时间。") % {"free": occasion.free_seats}
        raise RegistryError("occasion_full", sentence, {"party_size": sentence})
    _take(occasion, checked.party_size)
    return _written(occasion, checked)


def _written(occasion: MemorialOccasion, party: Party) -> MemorialBooking:
    booking = MemorialBooking(
        **MemorialBooking.lineage_of(occasion.branch),
        key=party.key,
        number=take_number(occasion.branch.code, today().year, LETTER),
        occasion=occasion,
        status=BookingStatus.BOOKED,
        visitor=party.visitor,
        party_size=party.party_size,
        consent_version=BOOKING_CONSENT,
        booked_at=now(),
    )
    seal_into(booking, name=party.name, phone=party.phone)
    booking.save(force_insert=True)
    note(booking, "", verb="booked")
    return booking


def _take(occasion: MemorialOccasion, people: int) -> None:
    """Take seats, or give them back, by the database's own sum: its CHECK holds whatever was read before."""
    rows = MemorialOccasion.objects.unscoped("a locked occasion").filter(pk=occasion.pk)
    rows.update(taken_count=F("taken_count") + people)


def _checked(party: Party) -> Party:
    fields = {}
    name = " ".join(plain_text(party.name).split())
    if not 2 <= len(name) <= LONGEST_NAME:
        fields["name"] = _("请填写姓名，2 至 %(most)d 个字。") % {"most": LONGEST_NAME}
    if not 1 <= party.party_size <= LARGEST_PARTY:
        fields["party_size"] = _("人数应在 1 至 %(most)d 之间；人多时请致电预约。") % {"most": LARGEST_PARTY}
    if party.visitor not in Visitor.values:
        fields["visitor"] = _("请选择。")
    if fields:
        raise RegistryError("booking_incomplete", _("还不能预约，请按提示填写。"), fields)
    return Party(name, checked_mobile(party.phone), party.party_size, party.visitor, party.key)
