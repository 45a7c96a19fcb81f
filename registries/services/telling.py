"""Short messages to somebody about their own registration: that it was changed or ended, in case it was not them."""

from __future__ import annotations

import datetime
import uuid

from django.utils.translation import gettext as _

from core.clock import SHANGHAI, now
from core.notifying import can_send, leave_message
from core.phones import PhoneKind, phone_kind
from core.sealed import open_for_work
from registries.models import Registrant

PHONE_CHANGED, WITHDRAWN = "registries.phone_changed", "registries.withdrawn"
# Tried for a day; a warning that comes later helps nobody.
GIVE_UP = datetime.timedelta(days=1)
_TAIL = 4


def tell_phone_changed(registrant: Registrant, new: str | None) -> None:
    """Say to the telephone that a locked registrant still has that another one takes its place, by its last digits.

    In the caller's transaction, before the new one is sealed. Not what the registration is about.
    """
    text = _("您在红十字会留的电话已于 %(day)s 改为尾号 %(tail)s 的号码。如非本人办理，请尽快致电登记的红十字会。")
    if not new:
        text = _("您在红十字会留的电话已于 %(day)s 删去。如非本人办理，请尽快致电登记的红十字会。")
    _tell(registrant, PHONE_CHANGED, text, {"tail": (new or "-")[-_TAIL:]})


def tell_withdrawn(registrant: Registrant, number: str) -> None:
    """Say to somebody's telephone that a registration, by its number, was withdrawn; in the caller's transaction."""
    text = _("您在红十字会的登记 %(number)s 已于 %(day)s 撤回。如非本人办理，请尽快致电登记的红十字会。")
    _tell(registrant, WITHDRAWN, text, {"number": number})


def _tell(registrant: Registrant, purpose: str, text: str, said: dict[str, str]) -> None:
    phone = open_for_work(registrant, "phone", work=f"registries.tell:{uuid.uuid4()}") or ""
    if phone_kind(phone) != PhoneKind.MOBILE or not can_send(purpose=purpose, phone=phone):
        return
    values = {**said, "day": now().astimezone(SHANGHAI).date().isoformat()}
    leave_message(phone=phone, text=text % values, purpose=purpose, give_up_at=now() + GIVE_UP, values=values)
