"""The feed of the log: one signed head a day."""

from __future__ import annotations

import datetime

from django.contrib.syndication.views import Feed
from django.utils.feedgenerator import Rss201rev2Feed
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from transparency.models import DailyCheckpoint
from transparency.selectors.daily import daily_checkpoints

DAYS = 60


class LogFeed(Feed):  # cannot be subscripted when it runs
    """The signed head of each day as RSS, the whole note in it, so that every reader's program keeps a copy."""

    feed_type = Rss201rev2Feed
    title = gettext_lazy("公开日志每日检查点")
    link = "/log/checkpoint"
    description = gettext_lazy("每天一份签名的检查点；留存下来，日后可在 /verify/ 核对公开日志有没有被改写。")
    item_guid_is_permalink = False

    def items(self) -> list[DailyCheckpoint]:
        """The newest days."""
        return daily_checkpoints(DAYS)

    def item_title(self, item: DailyCheckpoint) -> str:
        """The day, and how long the log was."""
        return _("%(day)s 检查点：%(size)d 条") % {"day": item.day.isoformat(), "size": item.checkpoint_id}

    def item_description(self, item: DailyCheckpoint) -> str:
        """The note as the log signed it, byte for byte; the lines of witnesses come later and are left out."""
        return item.checkpoint.note

    def item_link(self, item: DailyCheckpoint) -> str:
        """Where this head is served with its witnesses."""
        return f"/api/v1/log/?size={item.checkpoint_id}"

    def item_guid(self, item: DailyCheckpoint) -> str:
        """A day has one head for ever."""
        return f"log-checkpoint-{item.day.isoformat()}"

    def item_pubdate(self, item: DailyCheckpoint) -> datetime.datetime:
        """When it was chosen."""
        return item.chosen_at
