"""Feeds of payments and published reports; those of disclosure and campaigns stand with their pages."""

from __future__ import annotations

import datetime

from django.contrib.syndication.views import Feed
from django.utils.feedgenerator import Rss201rev2Feed
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.money import format_yuan, yuan
from spending.selectors.public import PublicPayment, latest_payments
from transparency.models import ReportRun
from transparency.selectors.published import published_reports
from transparency.selectors.reports import registries_of, training_of

FEED_LENGTH = 50


class SpendingFeed(Feed):  # cannot be subscripted when it runs
    """The newest payments as RSS; one that was reversed stays, with its 更正说明, as an item of its own."""

    feed_type = Rss201rev2Feed
    title = gettext_lazy("红十字会支出公示")
    link = "/spending/"
    description = gettext_lazy("各级红十字会最新付出的款项；受助人不公开姓名。")
    item_guid_is_permalink = False

    def items(self) -> list[PublicPayment]:
        """What was paid or taken back last."""
        return latest_payments(FEED_LENGTH)

    def item_title(self, item: PublicPayment) -> str:
        """For what and how much; a reversed one says so first."""
        words = {"kind": item.kind_label, "purpose": item.purpose_label, "amount": format_yuan(item.amount)}
        said = _("%(kind)s · %(purpose)s %(amount)s") % words
        return _("已冲销：%(said)s") % {"said": said} if item.note is not None else said

    def item_description(self, item: PublicPayment) -> str:
        """Who paid whom, where, how many were helped, and what was said of a reversal."""
        parts = [
            item.branch_name,
            _("收款方：%(payee)s") % {"payee": item.payee},
            item.area_name or "",
            _("受助 %(helped)s") % {"helped": item.helped_text} if item.helped_text else "",
            _("更正说明：%(note)s") % {"note": item.note} if item.note else "",
        ]
        return _("；").join(part for part in parts if part)

    def item_link(self, item: PublicPayment) -> str:
        """Its page."""
        return item.address

    def item_guid(self, item: PublicPayment) -> str:
        """A payment in a state: its reversal is news."""
        return f"payment-{item.number}-{item.status}"

    def item_pubdate(self, item: PublicPayment) -> datetime.datetime:
        """When it was posted, or reversed."""
        return item.reversed_at or item.paid_at


class ReportFeed(Feed):  # cannot be subscripted when it runs
    """The newest published reports as RSS; a correcting version carries its 更正说明."""

    feed_type = Rss201rev2Feed
    title = gettext_lazy("红十字会公开报告")
    link = "/reports/"
    description = gettext_lazy("各级红十字会公开的捐赠收支、财务、募捐活动、救护培训等报告。")
    item_guid_is_permalink = False

    def items(self) -> list[ReportRun]:
        """The reports published last."""
        return list(published_reports().order_by("-published_at", "-id")[:FEED_LENGTH])

    def item_title(self, item: ReportRun) -> str:
        """Whose report of what, and which version."""
        said = f"{item.branch.name}{item.title}"
        return (
            _("%(said)s（第 %(version)s 版）") % {"said": said, "version": item.version} if item.version > 1 else said
        )

    def item_description(self, item: ReportRun) -> str:
        """Its figures, and what a correction corrects."""
        use, training = item.summary.get("use"), training_of(item)
        if (counted := training or registries_of(item)) is not None:
            parts = [counted.words]
        else:
            parts = [_("捐赠 %(amount)s") % {"amount": format_yuan(yuan(item.summary["amount"]))}]
        if use:
            words = {
                name: format_yuan(yuan(use[key])) for name, key in (("in", "in"), ("out", "out"), ("left", "closing"))
            }
            parts = [_("收入 %(in)s，支出 %(out)s，期末结余 %(left)s") % words]
        if item.correction_note:
            parts.append(_("更正说明：%(note)s") % {"note": item.correction_note})
        return _("；").join(parts)

    def item_link(self, item: ReportRun) -> str:
        """Its page."""
        return f"/reports/{item.number}/"

    def item_guid(self, item: ReportRun) -> str:
        """A number stands for ever."""
        return f"report-{item.number}"

    def item_pubdate(self, item: ReportRun) -> datetime.datetime | None:
        """When it was published."""
        return item.published_at
