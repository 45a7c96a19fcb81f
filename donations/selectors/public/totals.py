"""Figures of gifts, from the totals kept by day, reversed gifts taken off: never a sum over the gifts themselves."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import F, Q, Sum
from django.db.models.functions import ExtractMonth, ExtractYear

from core.clock import today
from core.money import ZERO_YUAN
from core.periods import Period, PeriodKind, months_between, period_of
from donations.models import DailyTotal
from donations.selectors.public.filter import PublicGiftFilter
from donations.selectors.public.search import COUNT_LIMIT, GiftCount, count_newest

if TYPE_CHECKING:
    from donations.selectors.public.gifts import Page
    from organizations.models import BranchRowsQuerySet


@dataclass(frozen=True)
class GiftTotals:
    """Number and sum (yuan) of the gifts that stand, reversed ones taken off."""

    gift_count: int
    amount: Decimal


@dataclass(frozen=True)
class HomeFigures:
    """The figures of the front page, each for all branches."""

    month: Period
    year: Period
    in_month: GiftTotals
    in_year: GiftTotals
    ever: GiftTotals


@dataclass(frozen=True)
class MonthFigure:
    """What came in one month."""

    month: Period
    totals: GiftTotals


def _daily(asked: PublicGiftFilter) -> BranchRowsQuerySet:
    rows: BranchRowsQuerySet = DailyTotal.objects.unscoped("public figures: sums by day, no giver").filter(
        asked.place(), asked.days()
    )
    return rows


def _as_totals(count: int | None, amount: Decimal | None) -> GiftTotals:
    return GiftTotals(count or 0, amount if amount is not None else ZERO_YUAN)


def public_totals(asked: PublicGiftFilter) -> GiftTotals | None:
    """Number and sum of a filter's gifts; None where it asks for names or amounts, which no total knows. One query."""
    if not asked.is_summed:
        return None
    days, values = _daily(asked).order_by().values("gift_count", "amount").query.sql_with_params()
    # The list of gifts asks for this each time, and an aggregate takes as long to put together as to run.
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT sum(gift_count), sum(amount) FROM ({days}) AS days", values)  # noqa: S608 -- our own SQL
        count, total = cursor.fetchone()
    return _as_totals(count, total)


def bounded_count(asked: PublicGiftFilter, page: Page) -> GiftCount:
    """How many gifts a search by name or amount finds, reversed ones included: exact, or at least so many.

    The price is bounded: at most one query; none where the first page already knew.
    """
    seen = page.found if page.found is not None and page.found.exact else count_newest(asked)
    if seen.number > COUNT_LIMIT:
        return GiftCount(COUNT_LIMIT, exact=False)
    shown = GiftCount(len(page.rows), exact=False)
    return seen if seen.exact or seen.number > shown.number else shown


def home_figures(on: datetime.date | None = None) -> HomeFigures:
    """This month's, this year's and all gifts of all branches; one query."""
    day = on or today()
    month, year = period_of(PeriodKind.MONTH, day), period_of(PeriodKind.YEAR, day)
    conditions = {"month": _within(month), "year": _within(year), "ever": Q()}
    figures = {f"{name}_count": Sum("gift_count", filter=condition) for name, condition in conditions.items()}
    figures |= {f"{name}_total": Sum("amount", filter=condition) for name, condition in conditions.items()}
    found = _daily(PublicGiftFilter()).aggregate(**figures)
    in_month, in_year, ever = (_as_totals(found[f"{name}_count"], found[f"{name}_total"]) for name in conditions)
    return HomeFigures(month, year, in_month, in_year, ever)


def _within(period: Period) -> Q:
    return Q(received_on__gte=period.first_day, received_on__lt=period.end.date())


def monthly_figures(asked: PublicGiftFilter) -> list[MonthFigure]:
    """What came in each month between the filter's `first` and `last`, months without gifts included; one query.

    Raises ValueError where the filter has no `first` and `last`, or asks for names or amounts.
    """
    if asked.first is None or asked.last is None or not asked.is_summed:
        raise ValueError("monthly figures need both days and know neither names nor amounts")
    rows = (
        _daily(asked)
        .values(year=ExtractYear("received_on"), month=ExtractMonth("received_on"))
        .annotate(count=Sum("gift_count"), total=Sum("amount"))
        .values_list("year", "month", "count", "total")
    )
    found = {(year, month): _as_totals(count, total) for year, month, count, total in rows}
    months = months_between(asked.first, asked.last)
    nothing = _as_totals(None, None)
    return [MonthFigure(one, found.get((one.first_day.year, one.first_day.month), nothing)) for one in months]


def totals_by_branch(asked: PublicGiftFilter) -> dict[str, GiftTotals]:
    """Number and sum by the code of the branch that received, for those that received anything; one query."""
    rows = (
        _daily(asked)
        .values(code=F("branch__code"))
        .annotate(count=Sum("gift_count"), total=Sum("amount"))
        .values_list("code", "count", "total")
    )
    return {code: _as_totals(count, total) for code, count, total in rows}
