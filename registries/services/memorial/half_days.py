"""Half days on which a place takes no visits: closed before anybody has booked, opened again while they are to come."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from core.clock import now, today
from organizations.choices import Right
from organizations.permissions import require
from registries.choices.memorial import OccasionKind, OccasionStatus, Part
from registries.errors import RegistryError, WrongState
from registries.models import MemorialOccasion
from registries.services.memorial.bookings import VISIT_DAYS
from registries.services.memorial.moving import move
from registries.services.memorial.places import lock_occasion, lock_place, require_open

if TYPE_CHECKING:
    from accounts.models import User


def close_half_day(*, place_id: int, on: datetime.date, part: str, actor: User) -> MemorialOccasion:
    """Close half a day of a place for visits that nobody has booked yet; a row that is called off says so.

    Where somebody has booked, the half day is called off as a whole, which tells them. Locks the place, as who books
    does. Raises RegistryError with fields, WrongState.
    """
    with transaction.atomic():
        place = lock_place(place_id)
        require(actor, Right.KEEP_MEMORIAL, place.branch)
        require_open(place)
        if not place.visit_seats:
            raise WrongState("place_takes_none", _("这个场所不用预约，没有要停的半天。"))
        if fields := _faults(on, part):
            raise RegistryError("half_day_wrong", _("还不能办理，请按提示修改。"), fields)
        occasion, _is_new = MemorialOccasion.objects.unscoped("half a day of visits").get_or_create(
            place=place,
            on=on,
            part=part,
            kind=OccasionKind.VISIT,
            defaults={**MemorialOccasion.lineage_of(place.branch), "seats": place.visit_seats, "created_at": now()},
        )
        if occasion.taken_count:
            sentence = _("这半天已有人预约，请在“预约”里打开它，取消这半天；预约的人会收到通知。")
            raise RegistryError("half_day_booked", sentence, {"on": sentence})
        move(occasion, OccasionStatus.CANCELLED, verb="half_day_closed", actor=actor)
    return occasion


def reopen_half_day(*, occasion_id: int, actor: User) -> MemorialOccasion:
    """Take visits again on half a day to come that was closed or called off, with the seats that the place has now.

    Bookings that were cancelled with it stay so: who booked was told not to come. Locks the place, then the half day,
    as who books does. Raises WrongState.
    """
    with transaction.atomic():
        rows = MemorialOccasion.objects.unscoped("one known half day").filter(kind=OccasionKind.VISIT)
        place = lock_place(rows.values_list("place_id", flat=True).get(pk=occasion_id))
        require(actor, Right.KEEP_MEMORIAL, place.branch)
        occasion = lock_occasion(occasion_id)
        if not takes_visits(occasion):
            raise WrongState("half_day_over", _("只有今后的半天、且场所现在接受预约，才能重新接受预约。"))
        move(occasion, OccasionStatus.PLANNED, verb="half_day_reopened", actor=actor, seats=place.visit_seats)
    return occasion


def may_reopen(occasion: MemorialOccasion) -> bool:
    """Whether it is half a day that was closed and may be booked again; its place comes with it."""
    return occasion.kind == OccasionKind.VISIT and not occasion.is_planned and takes_visits(occasion)


def takes_visits(occasion: MemorialOccasion) -> bool:
    """Whether half a day is still to come, at a place that takes bookings."""
    place = occasion.place
    return occasion.on > today() and place.closed_on is None and place.visit_seats > 0


def _faults(on: datetime.date, part: str) -> dict[str, str]:
    fields = {}
    if part not in Part.values:
        fields["part"] = _("请选择上午或下午。")
    if not today() < on <= today() + datetime.timedelta(days=VISIT_DAYS):
        fields["on"] = _("请选择明天起 %(days)d 天以内的日子；更远的日子还不能预约。") % {"days": VISIT_DAYS}
    return fields
