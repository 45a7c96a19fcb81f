"""One box for everything that can be looked up."""

import re
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from core.bigrams import bigram_query
from core.errors import DomainError
from core.views.caching import public_page
from donations.selectors.public import (
    GiftCount,
    Page,
    PublicGiftFilter,
    bounded_count,
    gift_number_exists,
    public_gifts,
)
from donations.selectors.public.campaigns import campaigns_named
from organizations.selectors import search_branches
from spending.choices import PAYMENT_LETTER
from spending.selectors.public import payment_number_exists
from training.choices import SESSION_LETTER
from training.selectors.public import session_number_exists
from training.selectors.public_certificates import has_form_of_number, plain_number
from transparency.choices import REPORT_LETTER
from transparency.selectors.published import published_reports
from transparency.views.public.gift_rows import column_heads, gift_rows

SHOWN = 20
_GIFT_NUMBER = re.compile(r"[0-9]{2,12}(?:-[A-Z][0-9]+)?-[0-9]{4}-[0-9]{8,}", re.ASCII)
_REPORT_NUMBER = re.compile(rf"[0-9]{{2,12}}(?:-[A-Z][0-9]+)?-[0-9]{{4}}-{REPORT_LETTER}[0-9]{{8,}}", re.ASCII)
_PAYMENT_NUMBER = re.compile(rf"[0-9]{{2,12}}(?:-[A-Z][0-9]+)?-[0-9]{{4}}-{PAYMENT_LETTER}[0-9]{{8,}}", re.ASCII)
_SESSION_NUMBER = re.compile(rf"[0-9]{{2,12}}(?:-[A-Z][0-9]+)?-[0-9]{{4}}-{SESSION_LETTER}[0-9]{{8,}}", re.ASCII)
TABS = ("gifts", "campaigns", "branches", "reports")


@public_page
def search(request: HttpRequest) -> HttpResponse:
    """Go straight to a number's page, or list what a word finds: gifts by shown name, campaigns, branches, reports."""
    text = request.GET.get("q", "").strip()[:100]
    target = page_of_number(text)
    if target:
        return HttpResponseRedirect(target)
    tab = request.GET.get("tab", "gifts")
    context: dict[str, Any] = {"q": text, "tab": tab if tab in TABS else "gifts"}
    if text:
        context |= _results(text, context["tab"])
    return render(request, "public/search.html", context)


def page_of_number(text: str) -> str:
    """The address of the gift, payment, report or session with this number, "" where it is none or nobody's.

    A certificate's number leads to the form that asks for the name too, whether there is such a certificate or not.
    """
    number = text.upper().replace(" ", "")
    if has_form_of_number(number):
        return "/certificates/?" + urlencode({"number": plain_number(number)})
    if _REPORT_NUMBER.fullmatch(number) and published_reports().filter(number=number).exists():
        return f"/reports/{number}/"
    if _PAYMENT_NUMBER.fullmatch(number) and payment_number_exists(number):
        return f"/spending/{number}/"
    if _SESSION_NUMBER.fullmatch(number) and session_number_exists(number):
        return f"/training/{number}/"
    if _GIFT_NUMBER.fullmatch(number) and gift_number_exists(number):
        return f"/donations/{number}/"
    return ""


def is_number(text: str) -> bool:
    """Whether a text has the form of a gift's, payment's, report's or session's number."""
    number = text.upper().replace(" ", "")
    return any(form.fullmatch(number) for form in (_GIFT_NUMBER, _PAYMENT_NUMBER, _REPORT_NUMBER, _SESSION_NUMBER))


def _results(text: str, tab: str) -> dict[str, Any]:
    found: dict[str, Any] = {"unknown_number": is_number(text), "tabs": _tabs(text, tab)}
    if tab == "campaigns":
        return {**found, "campaigns": campaigns_named(text, SHOWN)}
    if tab == "branches":
        return {**found, "branches": search_branches(text)}
    if tab == "reports":
        return {**found, "reports": list(published_reports().filter(title__icontains=text)[:SHOWN])}
    return {**found, **_gifts(text)}


def _gifts(text: str) -> dict[str, Any]:
    try:
        bigram_query(text)
    except DomainError as error:
        return {"problem": error.message}
    asked = PublicGiftFilter(q=text)
    page: Page = public_gifts(asked, page_size=SHOWN)
    count: GiftCount = bounded_count(asked, page)
    return {
        "rows": gift_rows(page.rows),
        "heads": column_heads(),
        "shown": len(page.rows),
        "count": count,
        "all_url": "/donations/?" + urlencode({"q": text}),
    }


def _tabs(text: str, tab: str) -> list[dict[str, Any]]:
    labels = {"gifts": _("捐赠"), "campaigns": _("募捐活动"), "branches": _("各级红会"), "reports": _("报告")}
    return [
        {"label": label, "url": "/search/?" + urlencode({"q": text, "tab": key}), "active": key == tab}
        for key, label in labels.items()
    ]
