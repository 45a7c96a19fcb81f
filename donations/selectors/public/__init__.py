"""Gifts as the public sees them: the one door of public pages, API and open data to this app."""

from donations.selectors.public.filter import Cursor, PublicFund, PublicGiftFilter, fund_by_code, fund_choices
from donations.selectors.public.gifts import (
    Page,
    PublicGift,
    gift_number_exists,
    latest_gifts,
    public_gift,
    public_gifts,
    stream_gifts,
)
from donations.selectors.public.search import GiftCount
from donations.selectors.public.totals import (
    GiftTotals,
    HomeFigures,
    MonthFigure,
    bounded_count,
    home_figures,
    monthly_figures,
    public_totals,
    totals_by_branch,
)

__all__ = [
    "Cursor",
    "GiftCount",
    "GiftTotals",
    "HomeFigures",
    "MonthFigure",
    "Page",
    "PublicFund",
    "PublicGift",
    "PublicGiftFilter",
    "bounded_count",
    "fund_by_code",
    "fund_choices",
    "gift_number_exists",
    "home_figures",
    "latest_gifts",
    "monthly_figures",
    "public_gift",
    "public_gifts",
    "public_totals",
    "stream_gifts",
    "totals_by_branch",
]
