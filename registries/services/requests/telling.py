"""Short messages to who made a request: its number and the day, never what it is about."""

from __future__ import annotations

import datetime
import uuid

from django.utils.translation import gettext as _

from core.clock import SHANGHAI, now
from core.notifying import can_send, leave_message, notifier
from core.sealed import open_for_work
from registries.models import Request

RECEIVED, ARRANGED, DECLINED = "request.received", "request.arranged", "request.declined"
# Tried for a day; after that the page says it.
GIVE_UP = datetime.timedelta(days=1)


def tell_received(row: Request, phone: str) -> None:
    """Say that a request was received, with the number by which it is looked at."""
    text = _("已收到您在红十字会的预约，编号 %(number)s，%(day)s 收到。请在网站凭编号和手机号查看、取消。")
    _tell(row, RECEIVED, text, now().astimezone(SHANGHAI).date(), phone=phone)


def tell_arranged(row: Request) -> None:
    """Say on which day a request is met; the page has hour and place."""
    if row.arranged_on is not None:
        text = _("您在红十字会的预约 %(number)s 已安排在 %(day)s。请在网站凭编号和手机号查看时间、地点。")
        _tell(row, ARRANGED, text, row.arranged_on)


def tells_arranged() -> bool:
    """Whether who asked is told by SMS on which day it is; a request's telephone is one that got a code."""
    return notifier().carries(ARRANGED)


def tell_declined(row: Request) -> None:
    """Say that there is an answer to read."""
    text = _("您在红十字会的预约 %(number)s 已于 %(day)s 答复，请在网站凭编号和手机号查看。")
    _tell(row, DECLINED, text, now().astimezone(SHANGHAI).date())


def _tell(row: Request, purpose: str, text: str, day: datetime.date, *, phone: str = "") -> None:
    """Leave a message in the caller's transaction, where there is a way to the telephone."""
    phone = phone or open_for_work(row, "phone", work=f"registries.tell:{uuid.uuid4()}") or ""
    if phone and can_send(purpose=purpose, phone=phone):
        values = {"number": row.number, "day": day.isoformat()}
        leave_message(phone=phone, text=text % values, purpose=purpose, give_up_at=now() + GIVE_UP, values=values)
