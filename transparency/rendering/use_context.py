"""What the templates show of receipts and use: every figure and sentence, ready to print."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.charts import bar_chart
from core.money import ZERO_YUAN, headline_yuan, yuan
from core.printing.glyphs import printable
from ledger.choices import PASSED_ITEMS, RECEIPT_ITEMS, USE_ITEMS, FlowItem
from transparency.rendering.pictures import for_print
from transparency.rendering.tables import plain_amount
from transparency.rendering.use_tables import item_label
from transparency.rendering.words import (
    amount_capital,
    amount_words,
    branch_name,
    change_words,
    period_words,
    scope_words,
)

LEVELS = ("province", "city", "county")
EDGES = ("opening", "in", "out", "closing")
# Funds whose lines are printed one by one; with more, all of them stand in the embedded table.
MOST_FUNDS = 60
MOST_BARS = 16
Line = dict[str, Any]


def use_context(snapshot: dict[str, Any]) -> dict[str, Any] | None:
    """Return the context `report.use` of the templates; None for a snapshot without use."""
    use = snapshot.get("use")
    if use is None:
        return None
    below = snapshot["scope"] == "below"
    moved = [fund for fund in use["funds"] if fund["items"]]
    return {
        **{name: plain_amount(yuan(use[name])) for name in (*EDGES, "in_transit", "used")},
        "has_transit": bool(yuan(use["in_transit"])),
        "closing_capital": amount_capital(use["closing"]),
        "used_capital": amount_capital(use["used"]),
        "funds": [_fund(fund) for fund in use["funds"]],
        "eliminated": {side: plain_amount(-yuan(use["eliminated"][side])) for side in ("in", "out")},
        "has_eliminated": bool(yuan(use["eliminated"]["in"])),
        "groups": _groups(use),
        "fund_lines": [_fund_lines(fund) for fund in moved[:MOST_FUNDS]],
        "fund_lines_left": max(0, len(moved) - MOST_FUNDS),
        "system": _system(use, snapshot["branch"]["code"]) if below else None,
        "branches": [_branch(one) for one in use["branches"]] if below else [],
        "kinds": _kinds(use),
        "chart": _chart(use),
        "purposes": [
            {"label": one["purpose"], "count": f"{one['count']:,}", "amount": plain_amount(yuan(one["amount"]))}
            for one in use["by_purpose"]
        ],
        "helped": _helped_words(use["helped"]),
        "sections": use["sections"],
    }


def _fund(fund: Line) -> Line:
    return {
        "label": printable(fund["name"]),
        "kind": _("限定") if fund["restricted"] else _("非限定"),
        **{name: plain_amount(yuan(fund[name])) for name in EDGES},
    }


def _fund_lines(fund: Line) -> Line:
    amounts = [(one["item"], yuan(one["amount"])) for one in fund["items"]]
    return {
        "label": printable(fund["name"]),
        "lines": [
            {
                "label": item_label(item),
                "in": plain_amount(amount) if item in RECEIPT_ITEMS else "",
                "out": "" if item in RECEIPT_ITEMS else plain_amount(amount),
            }
            for item, amount in amounts
        ],
    }


def _groups(use: Line) -> list[Line]:
    """The lines of the total in three groups, each with its sum."""
    words = ((_("收入"), RECEIPT_ITEMS), (_("使用"), USE_ITEMS), (_("拨付和转出"), PASSED_ITEMS))
    found = []
    for word, members in words:
        lines = [one for one in use["items"] if one["item"] in members]
        total = sum((yuan(one["amount"]) for one in lines), ZERO_YUAN)
        if lines or members is not PASSED_ITEMS:
            found.append(
                {
                    "label": word,
                    "total": plain_amount(total),
                    "lines": [
                        {
                            "label": item_label(one["item"]),
                            "count": f"{one['count']:,}",
                            "amount": plain_amount(yuan(one["amount"])),
                        }
                        for one in lines
                    ],
                }
            )
    return found


def _kind_amounts(use: Line) -> list[tuple[str, int, Decimal]]:
    return [(one["item"], one["count"], yuan(one["amount"])) for one in use["items"] if one["item"] in USE_ITEMS]


def _kinds(use: Line) -> list[Line]:
    """What was finally used, by kind, with its share of the whole before anything was taken back."""
    found = _kind_amounts(use)
    whole = sum((amount for _item, _count, amount in found if amount > 0), ZERO_YUAN)
    return [
        {
            "label": item_label(item),
            "count": f"{count:,}",
            "amount": plain_amount(amount),
            "share": f"{(amount * 100 / whole).quantize(Decimal('0.1'))}%" if whole and amount > 0 else "",
        }
        for item, count, amount in found
    ]


def _chart(use: Line) -> SafeString:
    bars = [
        (item_label(item), amount)
        for item, _count, amount in _kind_amounts(use)
        if item != FlowItem.USE_REVERSED and amount > 0
    ]
    if not bars:
        return SafeString("")
    return for_print(bar_chart(bars, title=_("本期支出按种类"), unit=_("元"), height=230))


def _helped_words(helped: Line) -> str:
    if not helped["people"] and not helped["few_rows"]:
        return ""
    said = _("上列支出共帮助 %(people)s 人次") % {"people": f"{helped['people']:,}"}
    if helped["few_rows"]:
        said += _("，另有 %(rows)s 笔每笔少于5人，为保护受助人不计入人数") % {"rows": f"{helped['few_rows']:,}"}
    return said + _("。")


def _level(code: str) -> str:
    return code if code in LEVELS else "other"


def _system(use: Line, top: str) -> Line:
    """The three-way table: a column for each level, one for what is taken off between them, and the total."""
    labels = {"province": _("省级"), "city": _("市级"), "county": _("县级"), "other": _("基层")}
    levels: dict[str, list[Line]] = {name: [] for name in (*LEVELS, "other")}
    for branch in use["branches"]:
        levels[_level(branch["level"])].append(branch)
    shown = [name for name, found in levels.items() if found]
    rows = [
        {
            "label": label,
            "cells": [plain_amount(_sum(levels[name], parts)) for name in shown],
            "eliminated": plain_amount(-_sum(use["branches"], taken)) if taken else "",
            "total": plain_amount(_sum(use["branches"], parts) - _sum(use["branches"], taken)),
            "is_sum": parts in (("opening",), ("closing",)),
        }
        for label, parts, taken in _system_rows()
    ]
    return {
        "columns": [_("%(level)s（%(n)s 个）") % {"level": labels[name], "n": len(levels[name])} for name in shown],
        "rows": rows,
        "title": _system_title(shown),
        "chart": _system_chart(use, top),
        "chart_title": _("各地接受捐赠（含所属各级）"),
    }


def _system_title(shown: list[str]) -> str:
    """How the table is called by the levels that it has."""
    count = len([name for name in shown if name in LEVELS])
    return {3: _("三级汇总表"), 2: _("两级汇总表")}.get(count, _("系统汇总表"))


def _system_chart(use: Line, top: str) -> SafeString:
    """What the associations right below the top received, each with all below, and the top by itself."""
    sums: dict[str, Decimal] = {}
    names = {branch["code"]: branch["name"] for branch in use["branches"]}
    for branch in use["branches"]:
        above = [code for code in names if code != top and branch["code"].startswith(code) and "-" not in code]
        group = min(above, key=len, default=branch["code"])
        sums[group] = sums.get(group, ZERO_YUAN) + yuan(branch["gifts"])
    bars = [(_short(names[code]) if code != top else _("本级"), amount) for code, amount in sums.items()]
    if len(bars) < 2 or not any(amount for _label, amount in bars) or len(bars) > MOST_BARS:
        return SafeString("")
    return for_print(bar_chart(bars, title=_("各地接受捐赠（含所属各级）"), unit=_("元"), height=230))


def _short(name: str) -> str:
    """A place short enough to stand below a bar: 杭州市红十字会 becomes 杭州, 杭州市上城区红十字会 becomes 上城."""
    place = re.sub(r"^.+市(?=.{2,}[市县区]$)", "", printable(name).removesuffix("红十字会"))
    return (place.removesuffix("市").removesuffix("县").removesuffix("区") or place)[:4]


def _system_rows() -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """Label, what is added up (a minus takes off), and what of it lies between the associations themselves."""
    return [
        (_("期初结余"), ("opening",), ()),
        (_("接受捐赠"), ("gifts",), ()),
        (_("收到系统内拨付"), ("from_system",), ("from_system",)),
        (_("其他收入"), ("in", "-gifts", "-from_system"), ()),
        (_("使用"), ("used",), ()),
        (_("拨出系统内"), ("to_system",), ("to_system",)),
        (_("其他转出"), ("out", "-used", "-to_system"), ()),
        (_("期末结余"), ("closing",), ()),
        (_("其中：在途"), ("in_transit",), ()),
    ]


def _sum(lines: list[Line], parts: tuple[str, ...]) -> Decimal:
    total = ZERO_YUAN
    for part in parts:
        amount = sum((yuan(line[part.removeprefix("-")]) for line in lines), ZERO_YUAN)
        total += -amount if part.startswith("-") else amount
    return total


def _branch(one: Line) -> Line:
    depth = LEVELS.index(one["level"]) if one["level"] in LEVELS else 3
    return {
        "label": printable(one["name"]),
        "depth": depth,
        **{name: plain_amount(yuan(one[name])) for name in ("gifts", "used", "closing")},
    }


def use_headline(snapshot: dict[str, Any]) -> list[dict[str, str]]:
    """Return the three figures at the head of a report that knows use."""
    use = snapshot["use"]
    transit = yuan(use["in_transit"])
    closing = amount_words(use["closing"])
    if transit:
        closing = _("%(amount)s，其中在途 %(transit)s") % {"amount": closing, "transit": amount_words(transit)}
    return [
        {"label": _("本期收入"), "value": headline_yuan(yuan(use["in"])), "exact": amount_words(use["in"])},
        {"label": _("本期支出"), "value": headline_yuan(yuan(use["out"])), "exact": amount_words(use["out"])},
        {"label": _("期末结余"), "value": headline_yuan(yuan(use["closing"])), "exact": closing},
    ]


def use_summary(snapshot: dict[str, Any]) -> list[str]:
    """Return the paragraphs on receipts and use."""
    use = snapshot["use"]
    words = {name: amount_words(use[name]) for name in (*EDGES, "used", "in_transit")}
    said = _(
        "收支情况：期初结余 %(opening)s，本期收入 %(in)s，本期支出 %(out)s，期末结余 %(closing)s（%(capital)s）。"
    ) % {**words, "capital": amount_capital(use["closing"])}
    if use["out"] != use["used"]:
        said += _("支出中，用于采购、资助等的 %(used)s，其余为拨付和转出。") % words
    if yuan(use["in_transit"]):
        said += _("期末结余中有 %(in_transit)s 正在拨付途中，收款单位尚未签收。") % words
    return [said, _comparison(use)]


def _comparison(use: Line) -> str:
    previous = use["previous"]
    if previous is None:
        return _("上期公示没有收支数字，本期不作收支比较。")
    return _("%(label)s收入 %(in)s、支出 %(out)s；本期收入%(more_in)s，支出%(more_out)s。") % {
        "label": period_words(previous["label"]),
        "in": amount_words(previous["in"]),
        "out": amount_words(previous["out"]),
        "more_in": change_words(yuan(use["in"]), yuan(previous["in"])),
        "more_out": change_words(yuan(use["out"]), yuan(previous["out"])),
    }


def use_notes(snapshot: dict[str, Any]) -> list[str]:
    """Return how receipts and use were put together."""
    notes = [
        _("收支：期初结余加收入减支出等于期末结余，逐资金、逐机构和合计均核对到分；上期期末即本期期初。"),
        _("冲销和退还：以负数列在所更正的一方，不改动原记录；更正说明随行列示。"),
        _("在途：已拨出、对方尚未签收的款项仍计入拨出单位的结余，签收后才计为拨付。"),
    ]
    if snapshot["scope"] == "below":
        notes.append(_("汇总：%(branch)s（%(scope)s）内部的拨付和资金之间的转移，收支两边同时抵销，不重复计算。") % {
            "branch": branch_name(snapshot), "scope": scope_words(snapshot["scope"]),
        })  # fmt: skip
    notes.append(_("受助人：不列姓名；一笔少于5人的只写“少于5人”，人数合计不含这些笔。"))
    return notes
