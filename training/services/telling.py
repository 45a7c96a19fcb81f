"""Short messages to who signed up: what became of their place. They carry the code by which it is looked at."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from django.utils.translation import gettext as _

from core.clock import SHANGHAI, now
from core.notifying import can_send, leave_message
from core.sealed import open_for_work
from training.choices import EnrolmentStatus
from training.models import Enrolment

SEATED, WAITING, CANCELLED = "training.seated", "training.waiting", "training.cancelled"
MOVED = "training.moved"
REMINDER = "training.reminder"
# Tried for a day; after that the page says it.
GIVE_UP = datetime.timedelta(days=1)


def tell_placed(enrolment: Enrolment, *, phone: str = "") -> None:
    """Say that somebody has a seat, or waits in the queue; `phone` where it was just written and need not be opened."""
    values = _values(enrolment)
    if enrolment.status == EnrolmentStatus.SEATED:
        text = _("您已报上 %(day)s 的急救培训，报名编号 %(number)s。不能参加时请在网站取消，把名额让给候补的人。")
        _tell(enrolment, SEATED, text % values, values, phone=phone)
    else:
        text = _("%(day)s 的急救培训名额已满，您在候补名单中，报名编号 %(number)s。有名额时自动递补并通知您。")
        _tell(enrolment, WAITING, text % values, values, phone=phone)


def tell_cancelled(enrolment: Enrolment) -> None:
    """Say that a place was given up, or that the session is not held."""
    values = _values(enrolment)
    _tell(enrolment, CANCELLED, _("您 %(day)s 的急救培训报名 %(number)s 已取消。") % values, values)


def tell_moved(enrolment: Enrolment, day: datetime.date) -> None:
    """Say that a lesson goes at another time, on this day; the page of the enrolment has the hours."""
    values = {"number": enrolment.code, "day": day.isoformat()}
    text = _("您报名的急救培训有一次课改到 %(day)s，请在网站按报名编号 %(number)s 查看时间，不能参加时请取消。")
    _tell(enrolment, MOVED, text % values, values)


def tell_reminder(enrolment: Enrolment) -> None:
    """Say that the first lesson is tomorrow."""
    values = _values(enrolment)
    text = _("提醒：您报名的急救培训 %(day)s 开课，报名编号 %(number)s。不能参加时请在网站取消，把名额让给候补的人。")
    _tell(enrolment, REMINDER, text % values, values)


def _values(enrolment: Enrolment) -> dict[str, str]:
    return {"number": enrolment.code, "day": enrolment.session.starts_on.isoformat()}


def _tell(enrolment: Enrolment, purpose: str, text: str, values: Mapping[str, str], *, phone: str = "") -> None:
    """Leave a message in the caller's transaction, where there is a telephone and a way to it."""
    if enrolment.phone is None:
        return
    day = now().astimezone(SHANGHAI).date()
    phone = phone or open_for_work(enrolment, "phone", work=f"training.tell:{enrolment.session_id}:{day}") or ""
    if phone and can_send(purpose=purpose, phone=phone):
        leave_message(phone=phone, text=text, purpose=purpose, give_up_at=now() + GIVE_UP, values=values)
