"""What a part of somebody's day at the desk is made of."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class DayRow:
    """One thing to do: the number that it is about, what, on which day; no name stands here."""

    url: str
    number: str
    what: str
    on: datetime.date | None = None
    note: str = ""
    is_late: bool = False


@dataclass(frozen=True)
class DaySection:
    """A part of the day with its first rows; `more_url` leads to all of them where there are more."""

    slug: str
    title: Any
    rows: list[DayRow] = field(default_factory=list)
    empty: Any = ""
    more_url: str = ""
