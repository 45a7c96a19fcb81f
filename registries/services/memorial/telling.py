"""Short messages to who booked: that what they wanted to come to does not take place."""

from __future__ import annotations

import datetime
import uuid

from django.utils.translation import gettext as _

from core.clock import now
from core.notifying import can_send, leave_message
from core.sealed import open_for_work
from registries.models import MemorialBooking, MemorialOccasion

CALLED_OFF = "memorial.called_off"
# Tried for a day; after that the page says it.
GIVE_UP = datetime.timedelta(days=1)


def tell_called_off(booking: MemorialBooking, occasion: MemorialOccasion) -> None:
    """Leave the message in the caller's transaction, where there is a way to the telephone."""
    phone = open_for_work(booking, "phone", work=f"registries.memorial_booking:{uuid.uuid4()}")
    if not phone or not can_send(purpose=CALLED_OFF, phone=phone):
        return
    values = {"number": booking.number, "day": occasion.on.isoformat()}
    text = _("您 %(day)s 的缅怀预约 %(number)s 因活动取消而取消，请不要前来。抱歉给您带来不便。") % values
    leave_message(phone=phone, text=text, purpose=CALLED_OFF, give_up_at=now() + GIVE_UP, values=values)
