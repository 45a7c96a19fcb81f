"""What the templates show of a campaign: its plan, this report and all so far side by side, in words and figures."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.charts import bar_chart
from core.money import ZERO_YUAN, headline_yuan, yuan
from core.printing.glyphs import printable
from ledger.choices import PASSED_ITEMS, RECEIPT_ITEMS, USE_ITEMS, FlowItem
from transparency.choices import ReportKind
from transparency.rendering.pictures import for_print
from transparency.rendering.tables import plain_amount
from transparency.rendering.use_figures import GIFT_ITEMS
from transparency.rendering.words import amount_capital, amount_words, count_words, iso_day_words

Line = dict[str, Any]
_OTHER_IN = tuple(item for item in RECEIPT_ITEMS if item not in GIFT_ITEMS)
_USED = tuple(item for item in USE_ITEMS if item != FlowItem.FEE)


def campaign_context(snapshot: dict[str, Any]) -> dict[str, Any] | None:
    """Return the context `report.campaign` of the templates; None for a report that is about no campaign."""
    campaign = snapshot.get("campaign")
    if campaign is None:
        return None
    is_final = snapshot["kind"] == ReportKind.CAMPAIGN_FINAL
    return {
        "name": printable(campaign["name"]),
        # A final report covers all there was: two columns would say the same.
        "columns": [_("全程")] if is_final else [_("本期"), _("活动累计")],
        "lines": _lines([_so_far(campaign)] if is_final else [_in_this(snapshot), _so_far(campaign)]),
        "closing_capital": amount_capital(campaign["cumulative"]["closing"]),
        "facts": _facts(campaign),
        "plan": _plan(campaign),
        "chart": _chart(snapshot, campaign),
        "chart_title": _("募捐目标与执行情况") if campaign["goal"] else _("活动累计收支"),
    }


def _so_far(campaign: Line) -> Line:
    return {
        **{name: yuan(campaign["cumulative"][name]) for name in ("opening", "gifts", "other_in", "used", "fees")},
        "passed_on": yuan(campaign["cumulative"]["passed_on"]),
        "closing": yuan(campaign["cumulative"]["closing"]),
        "in_transit": yuan(campaign["cumulative"]["in_transit"]),
        "count": campaign["to_date"]["count"],
    }


def _in_this(snapshot: dict[str, Any]) -> Line:
    use = snapshot["use"]
    amounts = {one["item"]: yuan(one["amount"]) for one in use["items"]}

    def total(items: tuple[str, ...]) -> Decimal:
        return sum((amounts.get(item, ZERO_YUAN) for item in items), ZERO_YUAN)

    return {
        "opening": yuan(use["opening"]),
        "gifts": total(GIFT_ITEMS),
        "other_in": total(_OTHER_IN),
        "used": total(_USED),
        "fees": total((FlowItem.FEE,)),
        "passed_on": total(PASSED_ITEMS),
        "closing": yuan(use["closing"]),
        "in_transit": yuan(use["in_transit"]),
        "count": snapshot["totals"]["count"],
    }


def _lines(columns: list[Line]) -> list[Line]:
    """The sum from opening to closing; lines in which nothing ever happened are left out, but for the main ones."""
    words = (
        ("opening", _("期初结余"), "sum"),
        ("count", _("接受捐赠（笔）"), ""),
        ("gifts", _("接受捐赠"), ""),
        ("other_in", _("其他转入"), ""),
        ("used", _("减：使用"), ""),
        ("fees", _("减：募捐成本和管理费"), ""),
        ("passed_on", _("减：拨付和转出"), ""),
        ("closing", _("期末结余"), "sum"),
        ("in_transit", _("其中：在途"), "depth-1"),
    )
    always = ("opening", "count", "gifts", "used", "fees", "closing")
    return [
        {"label": label, "look": look, "cells": [_cell(name, column[name]) for column in columns]}
        for name, label, look in words
        if name in always or any(column[name] for column in columns)
    ]


def _cell(name: str, value: Any) -> str:
    return f"{value:,}" if name == "count" else plain_amount(value)


def _facts(campaign: Line) -> list[Line]:
    """What the plan says, without anybody's name."""
    period = _("%(first)s至%(last)s") % {
        "first": iso_day_words(campaign["starts_on"]),
        "last": iso_day_words(campaign["ends_on"]),
    }
    if campaign["last_day"] != campaign["ends_on"]:
        period += _("（%(day)s 提前截止）") % {"day": iso_day_words(campaign["last_day"])}
    said = [
        (_("起止日期"), period),
        (_("募捐目标"), amount_words(campaign["goal"]) if campaign["goal"] else _("没有设定")),
        (_("款物用途"), campaign["use"]),
        (_("受益人"), campaign["beneficiary"]),
        (_("募捐成本"), campaign["cost_plan"]),
        (_("剩余财产处理"), campaign["rest_plan"]),
        (_("备案编号"), campaign["filing_number"] or _("正在补办（慈善法第七十三条）")),
        (_("资金"), _("、").join(f"{fund['name']}（{fund['code']}）" for fund in campaign["funds"])),
    ]
    return [{"label": label, "text": printable(text)} for label, text in said]


def _plan(campaign: Line) -> list[Line]:
    """The plan beside what was done."""
    whole = campaign["cumulative"]
    days = _("%(first)s至%(last)s")
    used = _("使用 %(used)s，拨付和转出 %(passed)s") % {
        "used": amount_words(whole["used"]),
        "passed": amount_words(whole["passed_on"]),
    }
    lines = [
        (
            _("起止日期"),
            days % {"first": iso_day_words(campaign["starts_on"]), "last": iso_day_words(campaign["ends_on"])},
            days % {"first": iso_day_words(campaign["starts_on"]), "last": iso_day_words(campaign["last_day"])},
        ),
        (_("募捐目标"), amount_words(campaign["goal"]) if campaign["goal"] else _("没有设定"), _received(campaign)),
        (_("款物用途"), campaign["use"], used),
        (_("受益人"), campaign["beneficiary"], _("见“使用情况”")),
        (_("募捐成本"), campaign["cost_plan"], _cost(whole)),
        (_("剩余财产处理"), campaign["rest_plan"], _rest(campaign)),
    ]
    return [{"label": label, "planned": printable(planned), "done": printable(done)} for label, planned, done in lines]


def _received(campaign: Line) -> str:
    said = amount_words(campaign["cumulative"]["gifts"])
    rate = _rate(campaign)
    return said if rate is None else _("%(amount)s，为目标的 %(rate)s%%") % {"amount": said, "rate": rate}


def _rate(campaign: Line) -> Decimal | None:
    goal = yuan(campaign["goal"]) if campaign["goal"] else ZERO_YUAN
    return (yuan(campaign["cumulative"]["gifts"]) * 100 / goal).quantize(Decimal("0.1")) if goal else None


def _cost(whole: Line) -> str:
    fees, gifts = yuan(whole["fees"]), yuan(whole["gifts"])
    if not fees:
        return _("没有发生")
    rate = (fees * 100 / gifts).quantize(Decimal("0.01")) if gifts else None
    said = amount_words(fees)
    return said if rate is None else _("%(amount)s，为捐赠的 %(rate)s%%") % {"amount": said, "rate": rate}


def _rest(campaign: Line) -> str:
    closing = campaign["cumulative"]["closing"]
    if campaign["rest_account"]:
        return str(campaign["rest_account"])
    if not yuan(closing):
        return _("没有剩余")
    said = _("尚余 %(amount)s，按方案处理后另行公开") % {"amount": amount_words(closing)}
    if campaign["successor_name"]:
        said += _("；后续资金：%(name)s") % {"name": campaign["successor_name"]}
    return said


def _chart(snapshot: dict[str, Any], campaign: Line) -> SafeString:
    whole = campaign["cumulative"]
    if snapshot["kind"] == ReportKind.EMERGENCY_BULLETIN or not yuan(whole["gifts"]):
        # A bulletin is one page or two.
        return SafeString("")
    bars = [(_("目标"), yuan(campaign["goal"]))] if campaign["goal"] else []
    bars += [
        (_("接受捐赠"), yuan(whole["gifts"])),
        (_("使用"), yuan(whole["used"])),
        (_("拨付转出"), yuan(whole["passed_on"])),
        (_("结余"), yuan(whole["closing"])),
    ]
    title = _("募捐目标与执行情况") if campaign["goal"] else _("活动累计收支")
    return for_print(bar_chart(bars, title=title, unit=_("元"), height=220))


def campaign_headline(snapshot: dict[str, Any]) -> list[dict[str, str]]:
    """Return the three figures at the head of a campaign's report."""
    campaign = snapshot["campaign"]
    whole = campaign["cumulative"]
    out = yuan(whole["out"])
    head = [
        (_("累计接受捐赠"), whole["gifts"], count_words(campaign["to_date"]["count"])),
        (_("累计支出"), f"{out:.2f}", ""),
        (_("结余"), whole["closing"], ""),
    ]
    return [
        {
            "label": label,
            "value": headline_yuan(yuan(amount)),
            "exact": amount_words(amount) + (_("，%(more)s") % {"more": more} if more else ""),
        }
        for label, amount, more in head
    ]


def campaign_summary(snapshot: dict[str, Any], window: str, branch: str) -> list[str]:
    """Return the paragraphs of a campaign's report: since the last one, so far, and how far the goal is."""
    campaign, totals, this = snapshot["campaign"], snapshot["totals"], _in_this(snapshot)
    whole, is_final = campaign["cumulative"], snapshot["kind"] == ReportKind.CAMPAIGN_FINAL
    said = []
    if not is_final:
        said.append(
            _(
                "%(window)s，%(branch)s为“%(name)s”接受捐赠 %(count)s、%(amount)s（%(capital)s），"
                "使用 %(used)s，拨付和转出 %(passed)s，期末结余 %(closing)s。"
            )
            % {
                "window": window,
                "branch": branch,
                "name": printable(campaign["name"]),
                "count": count_words(totals["count"]),
                "amount": amount_words(totals["amount"]),
                "capital": amount_capital(totals["amount"]),
                "used": amount_words(this["used"] + this["fees"]),
                "passed": amount_words(this["passed_on"]),
                "closing": amount_words(this["closing"]),
            }
        )
    said.append(_whole_words(campaign, whole, branch, is_final=is_final))
    return [*said, more] if (more := _late_words(snapshot)) else said


def _late_words(snapshot: dict[str, Any]) -> str:
    """What of the figures is late or corrected, where a report before this one could have shown it."""
    late, taken, said = snapshot["sections"]["late"], snapshot["sections"]["corrections"], ""
    if late["count"] and snapshot["log"]["from"]:
        said = _("本期数字含补报以前日期的捐赠 %(count)s、%(amount)s。") % {
            "count": count_words(late["count"]),
            "amount": amount_words(late["amount"]),
        }
    if taken["count"]:
        said += _("含更正 %(count)s、%(amount)s，更正说明见明细。") % {
            "count": count_words(taken["count"]),
            "amount": amount_words(taken["amount"]),
        }
    return said


def _whole_words(campaign: Line, whole: Line, branch: str, *, is_final: bool) -> str:
    start = _("活动自%(first)s开始") % {"first": iso_day_words(campaign["starts_on"])}
    if is_final:
        start = _("%(branch)s开展的“%(name)s”自%(first)s开始，%(last)s截止") % {
            "branch": branch,
            "name": printable(campaign["name"]),
            "first": iso_day_words(campaign["starts_on"]),
            "last": iso_day_words(campaign["last_day"]),
        }
    said = start + _("，累计接受捐赠 %(count)s、%(amount)s（%(capital)s）") % {
        "count": count_words(campaign["to_date"]["count"]),
        "amount": amount_words(whole["gifts"]),
        "capital": amount_capital(whole["gifts"]),
    }
    rate = _rate(campaign)
    if rate is not None:
        said += _("，为目标 %(goal)s 的 %(rate)s%%") % {"goal": amount_words(campaign["goal"]), "rate": rate}
    rest = _("；累计使用 %(used)s，募捐成本和管理费 %(fees)s，拨付和转出 %(passed)s，结余 %(closing)s（%(capital)s）。")
    return said + rest % {
        "used": amount_words(whole["used"]),
        "fees": amount_words(whole["fees"]),
        "passed": amount_words(whole["passed_on"]),
        "closing": amount_words(whole["closing"]),
        "capital": amount_capital(whole["closing"]),
    }


def campaign_notes(snapshot: dict[str, Any]) -> list[str]:
    """Return how a campaign's report was put together; of a bulletin the few that it needs."""
    log, use = snapshot["log"], snapshot["use"]
    place = {"from": f"{log['from']:,}", "to": f"{log['to']:,}"}
    if snapshot["kind"] == ReportKind.CAMPAIGN_FINAL:
        taken = _("取数：公示日志第 %(to)s 号（不含）以前本活动资金的全部记录，每笔一次；冲销以负数列为更正。") % place
    else:
        taken = (
            _(
                "取数：公示日志第 %(from)s 号（含）至第 %(to)s 号（不含）之间本活动资金的全部记录，"
                "与上一期首尾相接，每笔记录只进入一期。发生在以前日期、本期入账的列为补报，冲销以负数列为更正。"
            )
            % place
        )
    checked = _("核对：期初结余加收入减支出等于期末结余，本期、累计和逐笔明细均核对到分；只含资金，物资另行公示。")
    names = _("姓名：捐赠单位列全称，自然人列为“个人”或“爱心人士”；受助人不列姓名。逐笔明细见同时公开的明细表（CSV）。")
    notes = [taken, checked, names]
    if yuan(use["in_transit"]):
        notes.append(_("在途：已拨出、对方尚未签收的款项仍计入结余。"))
    return notes
