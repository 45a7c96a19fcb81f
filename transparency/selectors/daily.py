"""Reading the daily checkpoints."""

from __future__ import annotations

import datetime

from django.db.models import QuerySet

from transparency.models import DailyCheckpoint


def daily_checkpoints(limit: int) -> list[DailyCheckpoint]:
    """The newest days with their signed heads; one query."""
    return list(_days()[:limit])


def daily_with_deliveries(limit: int) -> list[DailyCheckpoint]:
    """The same with whom each was sent to; two queries."""
    return list(_days().prefetch_related("deliveries__person")[:limit])


def daily_of(day: datetime.date) -> DailyCheckpoint | None:
    """The head of one day; one query."""
    return _days().filter(pk=day).first()


def _days() -> QuerySet[DailyCheckpoint]:
    return DailyCheckpoint.objects.select_related("checkpoint").order_by("-day")
