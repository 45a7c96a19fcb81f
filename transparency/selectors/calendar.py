"""When reports fall due."""

from __future__ import annotations

import datetime

from core.periods import Period


def due_at(period: Period) -> datetime.datetime:
    """When a month's report falls due: the 1st of the next month at 02:00 in Asia/Shanghai."""
    return period.end + datetime.timedelta(hours=2)
