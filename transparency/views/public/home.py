"""The front page."""

from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from core.clock import now
from core.money import format_yuan
from core.periods import Period
from core.views.caching import public_page
from donations.selectors.public import HomeFigures, home_figures, latest_gifts
from transparency.selectors.published import DisclosureFilter, disclosures
from transparency.selectors.standing import Standing, standing
from transparency.views.public.gift_rows import column_heads, gift_rows

LATEST = 8


@public_page
def home(request: HttpRequest) -> HttpResponse:
    """Search, what most people come for, received, used and held, this month's gifts, what was published, new gifts."""
    gifts = latest_gifts(limit=LATEST)
    found = standing()
    context = {
        "standing": found,
        "cards": standing_cards(found),
        "steps": standing_steps(found),
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


def standing_cards(found: Standing, code: str = "") -> list[dict[str, Any]]:
    """Received, used, held: each with the address of the rows that it sums, of a branch with all below or of all."""
    query = f"?branch={code}" if code else ""
    transit = _("其中在途 %(amount)s") % {"amount": format_yuan(found.in_transit)} if found.in_transit else ""
    return [
        {
            "label": _("捐赠收入"),
            "amount": found.gifts.amount,
            "note": _("%(count)s 笔，已减去冲销和退还") % {"count": f"{found.gifts.gift_count:,}"},
            "url": f"/donations/{query}",
            "link": _("看这些捐赠"),
            "direction": "in",
        },
        {
            "label": _("支出"),
            "amount": found.payments.amount,
            "note": _("%(count)s 笔，已减去冲销") % {"count": f"{found.payments.payment_count:,}"},
            "url": f"/spending/{query}",
            "link": _("看每一笔支出"),
            "direction": "out",
        },
        {
            "label": _("结余"),
            "amount": found.held,
            "note": transit,
            "url": f"/funds/{query}",
            "link": _("看各资金池的结余"),
            "direction": "",
        },
    ]


def standing_steps(found: Standing) -> list[tuple[str, Decimal]]:
    """How what is held follows: each amount that is not zero, with its sign; together they are what is held."""
    parts = [
        (_("期初建账"), found.openings),
        (_("捐赠收入"), found.gifts.amount),
        (_("收到系统内拨付"), found.border.received),
        (_("支出"), -found.payments.amount),
        (_("垫付退还捐赠"), -found.advanced),
        (_("在途损失"), -found.border.lost),
        (_("拨出系统内"), -found.border.passed_on),
    ]
    return [(label, amount) for label, amount in parts if amount]


def days_query(period: Period) -> str:
    """The days of a period as filters of the list of gifts."""
    return f"?from={period.first_day.isoformat()}&to={period.last_day.isoformat()}"
