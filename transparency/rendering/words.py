"""Dates, amounts and file names as a report writes them; nothing here asks the clock or the machine's time zone."""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.clock import SHANGHAI
from core.money import capital_amount, format_yuan, yuan
from core.periods import PeriodError, parse_period
from core.printing.glyphs import printable
from transparency.choices import ReportPeriod

AMOUNT = re.compile(r"(-?¥[0-9,]+\.[0-9]{2})")


def moment(text: str) -> datetime:
    """Return an ISO moment of the snapshot in Asia/Shanghai."""
    return datetime.fromisoformat(text).astimezone(SHANGHAI)


def day_words(on: date) -> str:
    """Return a day in prose: 2026年10月1日."""
    return _("%(year)s年%(month)s月%(day)s日") % {"year": on.year, "month": on.month, "day": on.day}


def iso_day_words(text: str) -> str:
    """Return a day of the snapshot in prose."""
    return day_words(date.fromisoformat(text))


def moment_stamp(text: str) -> str:
    """Return a moment as tables and footers show it: 2026-11-01 02:00."""
    return moment(text).strftime("%Y-%m-%d %H:%M")


def as_of_words(snapshot: dict[str, Any]) -> str:
    """Return the line that every page carries: 数据截至 2026-11-01 02:00."""
    return _("数据截至 %(moment)s（北京时间）") % {"moment": moment_stamp(snapshot["as_of"])}


def window_words(period: dict[str, Any]) -> str:
    """Return the exact half-open window of the period in prose."""
    start, end = moment(period["start"]), moment(period["end"])
    if period["kind"] == ReportPeriod.WHOLE:
        return _("%(start)s至%(end)s") % {"start": day_words(start.date()), "end": day_words(end.date())}
    if period["kind"] == ReportPeriod.DAY and start.date() != end.date():
        return _("%(start)s%(start_hour)s时—%(end)s%(end_hour)s时") % {
            "start": day_words(start.date()),
            "start_hour": start.hour,
            "end": _short_day(end.date(), start.date()),
            "end_hour": end.hour,
        }
    return _("%(start)s%(start_hour)s时至%(end)s%(end_hour)s时") % {
        "start": day_words(start.date()),
        "start_hour": start.hour,
        "end": day_words(end.date()),
        "end_hour": end.hour,
    }


def _short_day(on: date, after: date) -> str:
    """A day whose year and month are not said again: 12月18日17时—19日17时."""
    if (on.year, on.month) == (after.year, after.month):
        return _("%(day)s日") % {"day": on.day}
    return day_words(on) if on.year != after.year else _("%(month)s月%(day)s日") % {"month": on.month, "day": on.day}


def scope_words(scope: str) -> str:
    """Return whether the report covers the association alone or all below it too."""
    return _("含所属各级红十字会") if scope == "below" else _("本级")


def period_words(label: str) -> str:
    """Return a period in prose: 2026年10月, 活动全程."""
    if label == ReportPeriod.WHOLE:
        return str(ReportPeriod.WHOLE.label)
    try:
        return parse_period(label).label
    except PeriodError:
        return label


def change_words(now: Decimal, before: Decimal) -> str:
    """Return how much more or less than before: 增加 12.3%."""
    if now == before:
        return _("持平")
    more = _("增加") if now > before else _("减少")
    if before <= 0:
        return more
    rate = (abs(now - before) * 100 / before).quantize(Decimal("0.1"))
    return _("%(more)s %(rate)s%%") % {"more": more, "rate": rate}


def count_words(count: int) -> str:
    """Return a count with its unit: 1,234 笔."""
    return _("%(count)s 笔") % {"count": f"{count:,}"}


def amount_words(amount: str | Decimal) -> str:
    """Return an amount in figures: ¥1,234.00."""
    return format_yuan(yuan(amount))


def keep_amounts_whole(sentence: str) -> SafeString:
    """Return a sentence as HTML in which no line ends inside an amount."""
    parts = AMOUNT.split(sentence)
    return format_html_join(
        "",
        "{}{}",
        (
            (plain, format_html('<span class="report-amount">{}</span>', amount) if amount else "")
            for plain, amount in zip(parts[::2], [*parts[1::2], ""], strict=True)
        ),
    )


def amount_capital(amount: str | Decimal) -> str:
    """Return an amount in capital numerals (大写)."""
    return capital_amount(yuan(amount))


def version_words(snapshot: dict[str, Any]) -> str:
    """Return number and version: 33-2026-R00000012 第 1 版."""
    return _("%(number)s　第 %(version)s 版") % {"number": snapshot["number"], "version": snapshot["version"]}


def file_stem(snapshot: dict[str, Any]) -> str:
    """Return the name of the report's files without ending; it holds only what is safe in any file system."""
    return re.sub(r"[^0-9A-Za-z-]", "-", f"{snapshot['number']}-v{snapshot['version']}")


def branch_name(snapshot: dict[str, Any]) -> str:
    """Return the association's name as it can be printed."""
    return printable(snapshot["branch"]["name"])
