"""The front page."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from core.clock import now
from core.periods import Period
from donations.selectors.public import HomeFigures, home_figures, latest_gifts
from transparency.selectors.published import DisclosureFilter, disclosures
from transparency.views.public.caching import public_page
from transparency.views.public.gift_rows import column_heads, gift_rows

LATEST = 8


@public_page
def home(request: HttpRequest) -> HttpResponse:
    """Search, the four things most people come for, this month's figures, what was published, the newest gifts."""
    gifts = latest_gifts(limit=LATEST)
    context = {
        "as_of": now(),
        "figures": figure_cards(home_figures()),
        "items": disclosures(DisclosureFilter(), page_size=LATEST).items,
        "heads": column_heads(),
        "rows": gift_rows(gifts),
        "has_gifts": bool(gifts),
    }
    return render(request, "public/home.html", context)


def figure_cards(figures: HomeFigures) -> list[dict[str, Any]]:
    """The three figures, each with the address of the rows it sums."""
    parts = (
        (_("本月（%(period)s）收到") % {"period": figures.month.label}, figures.in_month, days_query(figures.month)),
        (_("今年（%(period)s）收到") % {"period": figures.year.label}, figures.in_year, days_query(figures.year)),
        (_("累计收到"), figures.ever, ""),
    )
    return [
        {
            "label": label,
            "amount": totals.amount,
            "note": _("%(count)s 笔") % {"count": f"{totals.gift_count:,}"},
            "url": f"/donations/{query}",
        }
        for label, totals, query in parts
    ]


def days_query(period: Period) -> str:
    """The days of a period as filters of the list of gifts."""
    return f"?from={period.first_day.isoformat()}&to={period.last_day.isoformat()}"
