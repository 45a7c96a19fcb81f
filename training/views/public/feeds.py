"""The feed of sessions that were opened."""

from __future__ import annotations

import datetime

from django.contrib.syndication.views import Feed
from django.utils.feedgenerator import Rss201rev2Feed
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.clock import SHANGHAI
from training.selectors.public import PublicSession, latest_sessions

FEED_LENGTH = 50


class TrainingFeed(Feed):  # cannot be subscripted when it runs
    """The first-aid sessions that take people, opened last first, as RSS."""

    feed_type = Rss201rev2Feed
    title = gettext_lazy("急救培训班")
    link = "/training/"
    description = gettext_lazy("各级红十字会正在报名的急救培训班。")
    item_guid_is_permalink = False

    def items(self) -> list[PublicSession]:
        """What was opened last."""
        return latest_sessions(FEED_LENGTH)

    def item_title(self, item: PublicSession) -> str:
        """Where, when and what."""
        words = {"area": item.area_name, "day": item.starts_on.isoformat(), "title": item.title}
        return _("%(area)s %(day)s %(title)s") % words

    def item_description(self, item: PublicSession) -> str:
        """Its course, place and seats, and until when one may sign up."""
        until = item.sign_up_until
        parts = [
            item.kind_label,
            _("地点：%(place)s") % {"place": item.place},
            _("名额 %(seats)d 个") % {"seats": item.seats},
            _("报名截止 %(moment)s") % {"moment": f"{until.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"} if until else "",
        ]
        return _("；").join(part for part in parts if part)

    def item_link(self, item: PublicSession) -> str:
        """Its page."""
        return item.address

    def item_guid(self, item: PublicSession) -> str:
        """A session is news once."""
        return f"session-{item.number}"

    def item_pubdate(self, item: PublicSession) -> datetime.datetime | None:
        """When it was opened."""
        return item.opened_at
