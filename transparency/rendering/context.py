"""What the templates show: every figure, date and sentence of a report, ready to print.

Templates hold no arithmetic. Numbers come from the snapshot; what is computed here (subtotals of the tree, the
difference to the period before) is computed once and shown in page and PDF alike.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.charts import bar_chart
from core.money import ZERO_YUAN, headline_yuan, yuan
from core.printing.glyphs import printable
from transparency.choices import ReportKind
from transparency.definitions import definition_of
from transparency.rendering.campaign_context import (
    campaign_context,
    campaign_headline,
    campaign_notes,
    campaign_summary,
)
from transparency.rendering.figures import GIVER_KINDS, SECTIONS, Row, section_label
from transparency.rendering.finance_context import finance_context
from transparency.rendering.listings import Listing, gift_listing
from transparency.rendering.pictures import for_print
from transparency.rendering.tables import giver_kind_label, plain_amount
from transparency.rendering.use_context import use_context, use_headline, use_notes, use_summary
from transparency.rendering.volumes import Volume
from transparency.rendering.words import (
    amount_capital,
    amount_words,
    as_of_words,
    branch_name,
    change_words,
    count_words,
    day_words,
    keep_amounts_whole,
    moment,
    period_words,
    scope_words,
    version_words,
    window_words,
)

LEVELS = ("province", "city", "county", "town", "community")
# The parts of each kind in the order of its body, as they are numbered.
MONTHLY_PARTS = (
    "overview", "balance", "system", "use", "sections", "over_time", "funds", "branches", "notes", "files",
)  # fmt: skip
PARTS: dict[str, tuple[str, ...]] = {
    ReportKind.ANNUAL_FINANCE: (
        "overview", "finance", "balance", "system", "use", "sections", "over_time", "notes", "files",
    ),
    ReportKind.SYSTEM_TABLE: ("overview", "system", "notes", "files"),
    ReportKind.CAMPAIGN_PROGRESS: (
        "overview", "campaign", "use", "sections", "over_time", "facts", "notes", "files",
    ),
    ReportKind.CAMPAIGN_FINAL: ("overview", "campaign", "plan", "use", "sections", "over_time", "notes", "files"),
    ReportKind.EMERGENCY_BULLETIN: ("overview", "campaign", "lines", "notes", "files"),
}  # fmt: skip
# Where the title of a campaign's report or a system table may be broken: behind the name, before what is in brackets.
TITLE_BREAK = re.compile(r"(?<=[”统])|(?=（)")
LONGEST_PIECE = 20
SPAN_COLUMNS = 3
MOST_DAYS = 62


@dataclass(frozen=True)
class FileLine:
    """A file that belongs to the report, as its table of files lists it."""

    name: str
    what: str
    sha256: str


def _money(line: dict[str, Any]) -> dict[str, Any]:
    return {"count": f"{line['count']:,}", "amount": plain_amount(yuan(line["amount"]))}


def _section_lines(snapshot: dict[str, Any]) -> list[dict[str, Any]]:
    meaning = {
        "current": _("发生在本期、已审核入账"),
        "late": _("发生在以前期间、本期入账"),
        "corrections": _("对已公示记录的冲销，以负数列示"),
    }
    return [
        {"label": section_label(name), "meaning": meaning[name], **_money(snapshot["sections"][name])}
        for name in SECTIONS
    ]


def _giver_lines(totals: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "label": giver_kind_label(kind),
            **_money({"count": totals[f"{kind}_count"], "amount": totals[f"{kind}_amount"]}),
        }
        for kind in GIVER_KINDS
        if f"{kind}_count" in totals
    ]


def _fund_lines(snapshot: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "label": printable(fund["name"]),
            "kind": _("限定用途") if fund["restricted"] else _("不限定用途"),
            **_money(fund),
        }
        for fund in snapshot["by_fund"]
    ]


def lies_in(code: str, upper: str) -> bool:
    """Return whether the association of a code is another, or lies below it."""
    # 3301-S1 lies in 3301, but 3301-S12 does not lie in 3301-S1.
    return code == upper or ("-" not in upper and code.startswith(upper))


def _branch_lines(snapshot: dict[str, Any]) -> list[dict[str, Any]]:
    """Return one line for each association: its own gifts, and with all below (by the prefix of the code)."""
    branches = sorted(snapshot["by_branch"], key=lambda branch: branch["code"])
    lines = []
    for branch in branches:
        below = [other for other in branches if lies_in(other["code"], branch["code"])]
        whole = {"count": sum(b["count"] for b in below), "amount": sum((yuan(b["amount"]) for b in below), ZERO_YUAN)}
        level = branch["level"]
        lines.append(
            {
                "label": printable(branch["name"]),
                "depth": min(LEVELS.index(level), 3) if level in LEVELS else 3,
                "own": _money(branch),
                "whole": _money(whole),
                "has_below": len(below) > 1,
            }
        )
    return lines


def _spans(snapshot: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the steps of chart and table: days, or months where the period is longer than two of them."""
    days = [(day["on"], day["count"], yuan(day["amount"])) for day in snapshot["by_day"]]
    length = 10 if len(days) <= MOST_DAYS else 7
    spans = []
    for on, parts in groupby(days, key=lambda day: day[0][:length]):
        found = list(parts)
        amount = sum((part[2] for part in found), ZERO_YUAN)
        spans.append({"on": on, "count": sum(part[1] for part in found), "amount": amount})
    return spans


def _span_table(spans: list[dict[str, Any]]) -> list[list[dict[str, Any] | None]]:
    """Return the steps in three columns that are read downwards, row by row."""
    lines = [{"on": span["on"], **_money(span)} for span in spans]
    depth = -(-len(lines) // SPAN_COLUMNS)
    columns = [lines[start : start + depth] for start in range(0, len(lines), depth)] if lines else []
    return [[column[row] if row < len(column) else None for column in columns] for row in range(depth)]


def _span_chart(snapshot: dict[str, Any], spans: list[dict[str, Any]], title: str) -> SafeString:
    if not snapshot["sections"]["current"]["count"]:
        return SafeString("")
    series = [(str(int(span["on"][-2:])), span["amount"]) for span in spans]
    chart = bar_chart(series, title=title, unit=_("元"), height=250)
    return for_print(chart)


def _title_parts(title: str) -> list[str]:
    """Return the pieces that a long title is broken between; none where it stays whole or a piece is too long."""
    parts = [part for part in TITLE_BREAK.split(title) if part]
    return parts if len(parts) > 1 and all(len(part) <= LONGEST_PIECE for part in parts) else []


def _over_time(snapshot: dict[str, Any]) -> dict[str, Any]:
    spans = _spans(snapshot)
    by_day = len(snapshot["by_day"]) <= MOST_DAYS
    title = _("本期逐日收到金额") if by_day else _("本期逐月收到金额")
    return {
        "heading": _("逐日收到") if by_day else _("逐月收到"),
        "title": title,
        "column": _("日期") if by_day else _("月份"),
        "table": _span_table(spans),
        "chart": _span_chart(snapshot, spans, title),
    }


def _comparison_words(snapshot: dict[str, Any]) -> str:
    previous = (snapshot.get("comparison") or {}).get("previous")
    if not previous:
        return _("本单位此前没有同类公示，本期不作比较。")
    totals = snapshot["totals"]
    return _("%(label)s公示捐赠 %(count)s、%(amount)s；本期笔数%(counts)s，金额%(amounts)s。") % {
        "label": period_words(previous["label"]),
        "count": count_words(previous["count"]),
        "amount": amount_words(previous["amount"]),
        "counts": change_words(Decimal(totals["count"]), Decimal(previous["count"])),
        "amounts": change_words(yuan(totals["amount"]), yuan(previous["amount"])),
    }


def _part_words(name: str, part: dict[str, Any]) -> str:
    return _("%(label)s %(count)s、%(amount)s") % {
        "label": section_label(name),
        "count": count_words(part["count"]),
        "amount": amount_words(part["amount"]),
    }


def _summary(snapshot: dict[str, Any]) -> list[str]:
    if "campaign" in snapshot:
        return campaign_summary(snapshot, window_words(snapshot["period"]), branch_name(snapshot))
    totals, year = snapshot["totals"], snapshot["year_to_date"]
    whole = {
        "window": window_words(snapshot["period"]),
        "branch": branch_name(snapshot),
        "scope": scope_words(snapshot["scope"]),
        "count": count_words(totals["count"]),
        "amount": amount_words(totals["amount"]),
        "capital": amount_capital(totals["amount"]),
    }
    if totals["count"]:
        first = _("%(window)s，%(branch)s（%(scope)s）公示接受捐赠 %(count)s，合计 %(amount)s（%(capital)s）。") % whole
        first += _("其中，%(parts)s。") % {
            "parts": _("；").join(_part_words(name, snapshot["sections"][name]) for name in SECTIONS)
        }
    else:
        first = _("%(window)s，%(branch)s（%(scope)s）没有收到捐赠，也没有补报和更正。") % whole
    so_far = _("截至本期，本年累计公示 %(count)s、%(amount)s。") % {
        "count": count_words(year["count"]),
        "amount": amount_words(year["amount"]),
    }
    said = [first, _comparison_words(snapshot) + so_far]
    return [*said, *use_summary(snapshot)] if "use" in snapshot else said


def _headline(snapshot: dict[str, Any]) -> list[dict[str, str]]:
    if "campaign" in snapshot:
        return campaign_headline(snapshot)
    if "use" in snapshot:
        return use_headline(snapshot)
    amount, year = snapshot["totals"]["amount"], snapshot["year_to_date"]["amount"]
    count = count_words(snapshot["totals"]["count"])
    return [
        {"label": _("本期公示金额"), "value": headline_yuan(yuan(amount)), "exact": amount_words(amount)},
        {"label": _("本期公示笔数"), "value": count, "exact": _("含补报与更正")},
        {"label": _("本年累计"), "value": headline_yuan(yuan(year)), "exact": amount_words(year)},
    ]


def _method_notes(snapshot: dict[str, Any]) -> list[str]:
    log = snapshot["log"]
    if "campaign" in snapshot:
        return campaign_notes(snapshot)
    return [
        _(
            "期间：按公示日志的先后划分。本报告收入日志第 %(from)s 号（含）至第 %(to)s 号（不含）之间"
            "属于本报告范围的全部捐赠记录，与上一期首尾相接，每笔记录只进入一期报告。"
        )
        % {"from": f"{log['from']:,}", "to": f"{log['to']:,}"},
        _("补报：捐赠发生在以前期间、本期才审核入账的，单列为补报，不改动以前的公示。"),
        _("更正：已公示的记录有误时，以一笔新的负数记录冲销，原记录保留；更正单列，合计为三项相加。"),
        _("姓名：单位列全称；自然人列为“个人”或“爱心人士”，本人同意在公示文件中长期署名的除外。"),
        _("金额：只含货币捐赠，单位为人民币元，未作四舍五入；大写金额与小写金额同义。物资捐赠另行公示。"),
        _("用字：字库中没有的字以其统一码码位印出，如【U+1F33E】；原字见所附 CSV 明细。"),
        *(use_notes(snapshot) if "use" in snapshot else []),
        *([] if definition_of(snapshot["kind"]).lists_rows else [_("明细：逐笔明细见同时公开的明细表（CSV）。")]),
        *(printable(str(note)) for note in snapshot.get("notes") or []),
    ]


def annex_sections(
    snapshot: dict[str, Any], rows: Iterable[Row], listing: Listing | None = None
) -> list[dict[str, Any]]:
    """Return the detail rows for the annex by section, each with its sums; all rows are in memory."""
    listed = listing or gift_listing(snapshot)
    numbered = enumerate(rows, start=1)
    sections = []
    for name, group in groupby(numbered, key=lambda pair: pair[1]["section"]):
        lines = []
        for position, row in group:
            cells = listed.cells(row, position, listed.columns)
            lines.append([(column, printable(cells[column.key])) for column in listed.columns])
        sections.append({"label": listed.label(name), "lines": lines, **_money(listed.frozen[name])})
    return sections


def _numbered(shown: Sequence[str]) -> dict[str, str]:
    """Return the heading number (一、二、三…) of each part that is there."""
    ordinals = _("一 二 三 四 五 六 七 八 九 十 十一 十二").split()
    return dict(zip(shown, ordinals, strict=False))


def _pictures(shown: Sequence[str], charts: dict[str, Any]) -> dict[str, int]:
    """Return the number of each picture in the order in which the parts stand."""
    drawn = [part for part in shown if (charts.get(part) or {}).get("chart")]
    return {part: number for number, part in enumerate(drawn, start=1)}


def report_context(
    snapshot: dict[str, Any],
    *,
    annexes: Sequence[dict[str, Any]] = (),
    volumes: Sequence[Volume] = (),
    files: Sequence[FileLine] = (),
) -> dict[str, Any]:
    """Return the context `report` of templates/reports/: for the file, and for a web page that includes the body.

    `annexes` have `title`, `columns` and the `sections` of annex_sections(); without them the body has no detail rows.
    Nothing is read from a database.
    """
    below = snapshot["scope"] == "below"
    use, campaign, finance = use_context(snapshot), campaign_context(snapshot), finance_context(snapshot)
    over_time = _over_time(snapshot)
    absent = {name for name, value in (("use", use), ("balance", use), ("system", below and use)) if not value}
    absent |= {name for name, value in (("branches", below), ("files", files)) if not value}
    shown = [part for part in PARTS.get(snapshot["kind"], MONTHLY_PARTS) if part not in absent]
    charts = {"finance": finance, "campaign": campaign, "system": use and use["system"], "use": use}
    charts["over_time"] = over_time
    corrects = snapshot.get("corrects")
    return {
        "kind": snapshot["kind"],
        "body": definition_of(snapshot["kind"]).body,
        "title": printable(snapshot["title"]),
        "title_parts": _title_parts(printable(snapshot["title"])),
        "branch": branch_name(snapshot),
        "scope": _("“%(name)s”活动资金") % {"name": campaign["name"]} if campaign else scope_words(snapshot["scope"]),
        "number": version_words(snapshot),
        "as_of": as_of_words(snapshot),
        "created": moment(snapshot["as_of"]).isoformat(),
        "window": window_words(snapshot["period"]),
        "corrects": corrects and {**corrects, "note": printable(corrects["note"])},
        "headline": _headline(snapshot),
        "summary": [keep_amounts_whole(sentence) for sentence in _summary(snapshot)],
        "totals": {**_money(snapshot["totals"]), "capital": amount_capital(snapshot["totals"]["amount"])},
        "sections": _section_lines(snapshot),
        "givers": _giver_lines(snapshot["totals"]),
        "funds": _fund_lines(snapshot),
        "branches": _branch_lines(snapshot) if below else [],
        "over_time": over_time,
        "notes": _method_notes(snapshot),
        "software": _("；").join(f"{name} {value}" for name, value in sorted(snapshot["software"].items())),
        "signed_on": day_words(moment(snapshot["as_of"]).date()),
        "headings": _numbered(shown),
        "pictures": _pictures(shown, charts),
        "use": use,
        "campaign": campaign,
        "finance": finance,
        "annexes": annexes,
        "volumes": volumes,
        "files": files,
    }
