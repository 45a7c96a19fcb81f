"""What the templates show of a year: the balance of receipts and use beside that of the year before."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.charts import bar_chart
from core.money import ZERO_YUAN, yuan
from ledger.choices import PASSED_ITEMS, RECEIPT_ITEMS, USE_ITEMS
from transparency.rendering.pictures import for_print
from transparency.rendering.tables import plain_amount
from transparency.rendering.use_tables import item_label
from transparency.rendering.words import amount_capital, amount_words, period_words, scope_words

Line = dict[str, Any]
NOTHING = "—"


def finance_context(snapshot: dict[str, Any]) -> dict[str, Any] | None:
    """Return the context `report.finance` of the templates; None for a report of another kind."""
    if "last_year" not in snapshot:
        return None
    before = snapshot["last_year"]
    tables = []
    if snapshot["own"] is not None:
        tables.append(_table(_("（一）本级"), snapshot["own"], before and before["own"]))
        tables.append(_table(_("（二）含所属各级（已抵销内部往来）"), snapshot["use"], before and before["use"]))
    else:
        tables.append(_table(scope_words(snapshot["scope"]), snapshot["use"], before and before["use"]))
    return {
        "this_year": period_words(snapshot["period"]["label"]),
        "last_year": period_words(before["label"]) if before else _("上年"),
        "tables": tables,
        "chart": _chart(snapshot),
        "chart_title": _("收入、支出与结余"),
    }


def _table(heading: str, now: Line, before: Line | None) -> Line:
    lines = [_line(_("期初结余"), "sum", now["opening"], before and before["opening"])]
    for word, members in (
        (_("加：收入"), RECEIPT_ITEMS),
        (_("减：使用"), USE_ITEMS),
        (_("减：拨付和转出"), PASSED_ITEMS),
    ):
        lines += _group(word, members, now, before)
    lines.append(_line(_("期末结余"), "sum", now["closing"], before and before["closing"]))
    if yuan(now["in_transit"]):
        lines.append(_line(_("其中：在途"), "depth-1", now["in_transit"], before and before["in_transit"]))
    words = {name: amount_words(now[name]) for name in ("opening", "in", "out", "closing")}
    return {
        "heading": heading,
        "lines": lines,
        "capital": amount_capital(now["closing"]),
        "proof": _("核对：%(opening)s + %(in)s - %(out)s = %(closing)s。") % words,
    }


def _group(word: str, members: tuple[str, ...], now: Line, before: Line | None) -> list[Line]:
    ours, theirs = _amounts(now, members), _amounts(before, members) if before else None
    items = [item for item in members if item in ours or (theirs and item in theirs)]
    if not items and members is PASSED_ITEMS:
        return []
    total = sum(ours.values(), ZERO_YUAN)
    total_before = None if theirs is None else sum(theirs.values(), ZERO_YUAN)
    return [
        _line(word, "part", total, total_before),
        *(
            _line(
                item_label(item),
                "depth-1",
                ours.get(item, ZERO_YUAN),
                None if theirs is None else theirs.get(item, ZERO_YUAN),
            )
            for item in items
        ),
    ]


def _amounts(one: Line, members: tuple[str, ...]) -> dict[str, Decimal]:
    return {line["item"]: yuan(line["amount"]) for line in one["items"] if line["item"] in members}


def _line(label: str, look: str, now: Any, before: Any) -> Line:
    amount = yuan(now)
    was = None if before is None else yuan(before)
    return {
        "label": label,
        "look": look,
        "now": plain_amount(amount),
        "before": NOTHING if was is None else plain_amount(was),
        "change": NOTHING if was is None else plain_amount(amount - was),
    }


def _chart(snapshot: dict[str, Any]) -> SafeString:
    use, before = snapshot["use"], snapshot["last_year"]
    bars = []
    if before:
        bars += [(_("上年收入"), yuan(before["use"]["in"])), (_("上年支出"), yuan(before["use"]["out"]))]
        bars.append((_("上年结余"), yuan(before["use"]["closing"])))
    bars += [(_("本年收入"), yuan(use["in"])), (_("本年支出"), yuan(use["out"]))]
    bars.append((_("本年结余"), yuan(use["closing"])))
    if not any(amount for _label, amount in bars):
        return SafeString("")
    return for_print(bar_chart(bars, title=_("收入、支出与结余"), unit=_("元"), height=230))
