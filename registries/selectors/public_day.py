"""What the public left that waits for somebody of the desk: requests to arrange, messages to look at."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Min
from django.urls import reverse
from django.utils.translation import gettext as _

from core.clock import SHANGHAI, today
from organizations.choices import Right
from organizations.permissions import holds_anywhere
from registries.choices.memorial import MessageStatus
from registries.choices.requests import RequestStatus
from registries.models import MemorialMessage, Request
from registries.selectors.day_sections import DayRow, DaySection

if TYPE_CHECKING:
    from accounts.models import User

DAY_ROWS = 10
# Whoever asked is rung within three days, and a message is looked at: our choice, no rule says it.
LONGEST_WAIT_DAYS = 3


def new_requests(person: User) -> DaySection | None:
    """The requests that nobody has arranged yet, those that wait longest first, with how many; two queries."""
    if not holds_anywhere(person, Right.KEEP_REGISTRIES):
        return None
    rows = Request.objects.visible_to(person, Right.KEEP_REGISTRIES).filter(status=RequestStatus.NEW)
    known = rows.aggregate(count=Count("pk"), oldest=Min("created_at"))
    if not known["count"]:
        return None
    shown = [
        DayRow(
            url=reverse("desk_registry_request", args=[one.number]),
            number=one.number,
            what=one.get_kind_display(),
            on=one.first_day,
            note=_waited(_day(one.created_at)),
            is_late=_is_late(_day(one.created_at)),
        )
        for one in rows.order_by("created_at", "pk")[:DAY_ROWS]
    ]
    return DaySection(
        slug="requests",
        title=_title(_("待安排的预约"), known),
        rows=shown,
        more_url=reverse("desk_registry_requests"),
    )


def waiting_messages_section(person: User) -> DaySection | None:
    """The messages on pages of remembrance that wait to be looked at: how many, since when; one query."""
    if not holds_anywhere(person, Right.KEEP_MEMORIAL):
        return None
    rows = MemorialMessage.objects.visible_to(person, Right.KEEP_MEMORIAL).filter(status=MessageStatus.WAITING)
    known = rows.aggregate(count=Count("pk"), oldest=Min("sent_at"))
    if not known["count"]:
        return None
    where, day = reverse("desk_memorial_messages"), _day(known["oldest"])
    what = _("%(n)d 条等待审核") % {"n": known["count"]}
    row = DayRow(url=where, number=_("缅怀留言"), what=what, on=day, note=_waited(day), is_late=_is_late(day))
    return DaySection(slug="messages", title=_title(_("待审核的缅怀留言"), known), rows=[row], more_url=where)


def _title(words: str, known: dict[str, Any]) -> str:
    return _("%(what)s · %(n)d（最久的%(waited)s）") % {
        "what": words, "n": known["count"], "waited": _waited(_day(known["oldest"])),
    }  # fmt: skip


def _day(moment: datetime.datetime) -> datetime.date:
    return moment.astimezone(SHANGHAI).date()


def _waited(since: datetime.date) -> str:
    days = (today() - since).days
    return _("等了 %(n)d 天") % {"n": days} if days else _("今天收到")


def _is_late(since: datetime.date) -> bool:
    return (today() - since).days >= LONGEST_WAIT_DAYS
