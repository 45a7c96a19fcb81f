"""Whether a gift fits the campaign whose fund it is to go into: its day, the emergency's day, the place."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from donations.intake.rows import Problem, sentence

FIELD: Final = "received_on"


@dataclass(frozen=True, slots=True)
class AppealTerms:
    """What a campaign asks of its gifts. `first` and `last` are both days of its period.

    `event_on` is the day of the emergency, None for an ordinary campaign. `successor_id` is the fund that takes what
    comes late, None while the campaign has not been closed. `area` is the code of the division in which it may raise.
    """

    name: str
    first: datetime.date
    last: datetime.date
    area: str
    event_name: str = ""
    event_on: datetime.date | None = None
    successor_id: int | None = None
    successor_name: str = ""
    reaches_elsewhere: bool = False

    def is_late(self, received_on: datetime.date | None) -> bool:
        """Whether a gift of this day goes to the successor."""
        return self.successor_id is not None and received_on is not None and received_on > self.last


def appeal_problem(
    terms: AppealTerms, row_number: int, received_on: datetime.date | None, place: str
) -> Problem | None:
    """Say what keeps a gift of a day, taken in by the branch of the division `place`, from a campaign; None if nothing.

    Before the emergency, before the period, or outside the area is an error: lists of 2008 and 2013 were disbelieved
    because they showed gifts older than the earthquake. After the period is a warning: such a gift is good, and late.
    """
    if received_on is None:
        return None
    day = {"day": received_on.isoformat(), "name": terms.name}
    if terms.event_on is not None and received_on < terms.event_on:
        message = _("%(day)s 早于“%(event)s”发生的日期 %(event_on)s，不属于“%(name)s”，请核对日期或改选资金池") % {
            **day,
            "event": terms.event_name,
            "event_on": terms.event_on.isoformat(),
        }
        return _problem(row_number, "before_event", message)
    if received_on < terms.first:
        message = _("%(day)s 早于“%(name)s”的开始日期 %(first)s，请核对日期或改选资金池") % {
            **day,
            "first": terms.first.isoformat(),
        }
        return _problem(row_number, "before_campaign", message)
    if not (place.startswith(terms.area) or terms.area.startswith(place) or terms.reaches_elsewhere):
        message = _("“%(name)s”的募捐地域不包括本会所在地区，请改选资金池") % {"name": terms.name}
        return _problem(row_number, "outside_area", message)
    if received_on > terms.last:
        return _late(terms, row_number, day)
    return None


def _late(terms: AppealTerms, row_number: int, day: dict[str, str]) -> Problem:
    said = {**day, "last": terms.last.isoformat(), "successor": terms.successor_name}
    if terms.successor_id is None:
        message = _("%(day)s 晚于“%(name)s”的截止日期 %(last)s，按迟到捐赠登记，请确认捐赠人仍为这项活动捐款") % said
        return _problem(row_number, "after_campaign", message, is_error=False)
    message = _("“%(name)s”已于 %(last)s 截止，这笔迟到捐赠改记入后续资金池“%(successor)s”，请确认") % said
    return _problem(row_number, "campaign_closed", message, is_error=False)


def _problem(row_number: int, code: str, message: str, *, is_error: bool = True) -> Problem:
    return Problem(row_number, FIELD, code, sentence(row_number, FIELD, message), is_error)
