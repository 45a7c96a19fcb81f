"""Short messages to who booked: that what they wanted to come to does not take place, or at another time."""

from __future__ import annotations

import datetime
import uuid

from django.utils.translation import gettext as _

from core.clock import now
from core.notifying import can_send, leave_message
from core.sealed import open_for_work
from registries.models import MemorialBooking, MemorialOccasion

CALLED_OFF, MOVED = "memorial.called_off", "memorial.moved"
# Tried for a day; after that the page says it.
GIVE_UP = datetime.timedelta(days=1)


def tell_called_off(booking: MemorialBooking, occasion: MemorialOccasion) -> None:
    """Say that it does not take place, in the caller's transaction, where there is a way to the telephone."""
    text = _("您 %(day)s 的缅怀预约 %(number)s 因活动取消而取消，请不要前来。抱歉给您带来不便。")
    _tell(booking, occasion, CALLED_OFF, text)


def tell_moved(booking: MemorialBooking, occasion: MemorialOccasion) -> None:
    """Say on which day it is now, in the caller's transaction; the page has the hour."""
    text = _("您的缅怀预约 %(number)s 改了时间，现在是 %(day)s。几点开始请在网站“我的预约”查看，不能来的请取消。")
    _tell(booking, occasion, MOVED, text)


def _tell(booking: MemorialBooking, occasion: MemorialOccasion, purpose: str, text: str) -> None:
    phone = open_for_work(booking, "phone", work=f"registries.memorial_booking:{uuid.uuid4()}")
    if not phone or not can_send(purpose=purpose, phone=phone):
        return
    values = {"number": booking.number, "day": occasion.on.isoformat()}
    leave_message(phone=phone, text=text % values, purpose=purpose, give_up_at=now() + GIVE_UP, values=values)
