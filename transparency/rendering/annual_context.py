"""What the templates of an annual report show: cover, figures of the year, chapters, reconciliation, annexes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from core.canonical import canonical_bytes
from core.money import ZERO_YUAN, headline_yuan, yuan
from core.printing.glyphs import printable
from ledger.choices import PASSED_ITEMS, RECEIPT_ITEMS, USE_ITEMS, FlowItem
from transparency.chapters import CHAPTERS, Chapter
from transparency.rendering.annual_figures import LARGE_GIFT
from transparency.rendering.annual_groups import groups_of
from transparency.rendering.annual_tables import Line, Numbering, Table, TableRow, cover_picture, years_picture
from transparency.rendering.context import FileLine
from transparency.rendering.prose import blocks_of, ordinal, set_text
from transparency.rendering.tables import plain_amount
from transparency.rendering.words import (
    amount_words,
    as_of_words,
    branch_name,
    change_words,
    count_words,
    day_words,
    moment,
    moment_stamp,
    scope_words,
    version_words,
    window_words,
)


def annual_context(snapshot: Line, *, files: Sequence[FileLine] = ()) -> dict[str, Any]:
    """Return the context `report` of templates/reports/annual.html; nothing is read from a database."""
    numbering = Numbering()
    year = snapshot["period"]["label"]
    overview = numbering.place(years_picture(snapshot))
    texts = {one["chapter"]: one["text"] for one in snapshot["texts"]}
    chapters = [
        _chapter(chapter, at, texts.get(chapter.code, ""), snapshot, numbering)
        for at, chapter in enumerate(CHAPTERS, start=1)
    ]
    reconciliation = [numbering.place(table) for table in _reconciliation(snapshot)]
    annexes = _annexes(snapshot, numbering)
    corrects = snapshot.get("corrects")
    return {
        "kind": snapshot["kind"],
        "title": _("%(branch)s %(year)s 年度工作报告") % {"branch": branch_name(snapshot), "year": year},
        "year": year,
        "branch": branch_name(snapshot),
        "scope": scope_words(snapshot["scope"]),
        "number": version_words(snapshot),
        "as_of": as_of_words(snapshot),
        "as_of_stamp": _("%(moment)s（北京时间）") % {"moment": moment_stamp(snapshot["as_of"])},
        "created": moment(snapshot["as_of"]).isoformat(),
        "signed_on": day_words(moment(snapshot["as_of"]).date()),
        "window": window_words(snapshot["period"]),
        "corrects": corrects and {**corrects, "note": printable(corrects["note"])},
        "cover": cover_picture(snapshot),
        "numbers": year_numbers(snapshot),
        "overview": overview,
        "chapters": chapters,
        "reconciliation": {
            "tables": reconciliation, "number": ordinal(len(CHAPTERS) + 1),
            "goods": set_text(_goods_words(snapshot)), "proof": set_text(_proof(snapshot)),
        },
        "annexes": annexes,
        "notes": [set_text(note) for note in _notes(snapshot)],
        "checks": _checks(snapshot),
        "files": files,
        "software": _("；").join(f"{name} {value}" for name, value in sorted(snapshot["software"].items())),
    }  # fmt: skip


def _chapter(chapter: Chapter, at: int, text: str, snapshot: Line, numbering: Numbering) -> dict[str, Any]:
    blocks = blocks_of(text)
    written = sum(1 for block in blocks if block.kind == "heading")
    groups = groups_of(snapshot, chapter.figures)
    return {
        "anchor": f"chapter-{at}",
        "number": ordinal(at),
        "title": str(chapter.title),
        "blocks": blocks,
        "is_empty": not blocks and not groups,
        "groups": [
            {
                "number": _("（%(number)s）") % {"number": ordinal(written + place)},
                "heading": group.heading,
                "parts": [numbering.place(part) for part in group.parts],
            }
            for place, group in enumerate(groups, start=1)
        ],
    }


def preview_groups(snapshot: Line, chapter: Chapter) -> list[dict[str, Any]]:
    """Return the groups that the portal will put into one chapter, tables and pictures counted from one."""
    numbering = Numbering()
    return [
        {"heading": group.heading, "parts": [numbering.place(part) for part in group.parts]}
        for group in groups_of(snapshot, chapter.figures)
    ]


def year_numbers(snapshot: Line) -> list[dict[str, str]]:
    """Return the six large figures of the year, each with its exact value and what changed."""
    use, totals, before = snapshot["use"], snapshot["totals"], snapshot["last_year"]
    helped = use["helped"]
    amounts = (
        (_("接受捐赠"), totals["amount"], before and before["amount"]),
        (_("最终使用"), use["used"], before and before["used"]),
        (_("期末结余"), use["closing"], before and before["closing"]),
    )
    figures = []
    for label, amount, then in amounts:
        value, _space, unit = headline_yuan(yuan(amount)).partition(" ")
        exact = amount_words(amount)
        figures.append({"label": label, "value": value, "unit": unit, "exact": exact, "change": _change(amount, then)})
    count = Decimal(totals["count"])
    figures.append({
        "label": _("捐赠笔数"), "value": f"{totals['count']:,}", "unit": _("笔"), "exact": _("含补报与更正"),
        "change": _change(count, None if before is None else Decimal(before["count"])),
    })  # fmt: skip
    few = _("另有 %(n)s 笔少于5人") % {"n": helped["few_rows"]} if helped["few_rows"] else _("登记的受助人次")
    figures.append(
        {"label": _("帮助"), "value": f"{helped['people']:,}", "unit": _("人次"), "exact": few, "change": ""}
    )
    total = sum(one["count"] for one in snapshot["network"])
    figures.append({"label": _("各级组织"), "value": f"{total:,}", "unit": _("个"), "exact": _("含本会"), "change": ""})
    return figures


def _change(now: str | Decimal, then: str | Decimal | None) -> str:
    if then is None:
        return _("上年无数据")
    return _("比上年%(change)s") % {"change": change_words(Decimal(now), Decimal(then))}


def _reconciliation(snapshot: Line) -> list[Table]:
    """Opening + in - out = closing, line by line: money, then goods; the association alone and the whole system."""
    scopes = _scopes(snapshot)
    amounts = [{one["item"]: yuan(one["amount"]) for one in use["items"]} for _name, use in scopes]
    rows = [TableRow(_("期初结余"), [plain_amount(yuan(use["opening"])) for _name, use in scopes], "sum")]
    for label, members in _sides():
        shown = [item for item in members if any(item in found for found in amounts)]
        totals = [sum((found.get(item, ZERO_YUAN) for item in members), ZERO_YUAN) for found in amounts]
        rows.append(TableRow(label, [plain_amount(total) for total in totals], "part"))
        for item in shown:
            cells = [plain_amount(found.get(item, ZERO_YUAN)) for found in amounts]
            rows.append(TableRow(str(FlowItem(item).label), cells, "depth-1"))
    rows.append(TableRow(_("支出合计"), [plain_amount(yuan(use["out"])) for _name, use in scopes], "part"))
    made = [yuan(use["opening"]) + yuan(use["in"]) - yuan(use["out"]) for _name, use in scopes]
    rows.append(TableRow(_("期初加收入减支出"), [plain_amount(one) for one in made], "part"))
    rows.append(TableRow(_("期末结余"), [plain_amount(yuan(use["closing"])) for _name, use in scopes], "sum"))
    rows.append(TableRow(_("其中：在途"), [plain_amount(yuan(use["in_transit"])) for _name, use in scopes], "depth-1"))
    rows.append(
        TableRow(
            _("相差"), [plain_amount(yuan(use["closing"]) - one) for one, (_n, use) in zip(made, scopes, strict=True)]
        )
    )
    columns = [(name, True) for name, _use in scopes]
    return [Table(_("资金收支核对表（单位：元）"), _("项目"), columns, rows, style="balance"), *_goods_tables(snapshot)]


def _sides() -> list[tuple[str, tuple[str, ...]]]:
    return [(_("加：收入"), RECEIPT_ITEMS), (_("减：使用"), USE_ITEMS), (_("减：拨付和转出"), PASSED_ITEMS)]


def _scopes(snapshot: Line) -> list[tuple[str, Line]]:
    if snapshot["scope"] != "below":
        return [(_("本级"), snapshot["use"])]
    return [(_("本级"), snapshot["alone"]["use"]), (_("全系统"), snapshot["use"])]


def _goods_tables(snapshot: Line) -> list[Table]:
    goods = snapshot["goods"]
    titles = {"alone": _("物资收支核对表：本级"), "below": _("物资收支核对表：全系统")}
    columns = [
        (_("单位"), False), (_("期初"), True), (_("收入"), True), (_("支出"), True), (_("期末"), True),
    ]  # fmt: skip
    return [
        Table(titles[name], _("品名与规格"), columns, [_goods_row(one) for one in goods[name]], style="goods")
        for name in ("alone", "below")
        if goods[name]
    ]


def _goods_row(one: Line) -> TableRow:
    said = " ".join(part for part in (one["name"], one["specification"], one["batch"]) if part)
    quantities = [f"{Decimal(one[name]):,}" for name in ("opening", "in", "out", "closing")]
    return TableRow(printable(said), [printable(one["measure"]), *quantities])


def _goods_words(snapshot: Line) -> str:
    """What is said where a scope has no goods; only where its records hold none at all."""
    goods = snapshot["goods"]
    none = [word for name, word in (("alone", _("本级")), ("below", _("全系统"))) if goods[name] == []]
    if not none:
        return ""
    return _("%(scopes)s在本报告的记录范围内没有物资收支，期初和期末也没有物资结存。") % {"scopes": _("、").join(none)}


def _proof(snapshot: Line) -> str:
    log = snapshot["log"]
    return _(
        "期初、期末为公示日志中截至该处全部记录之和，收入、支出为其间各记录按种类之和，两者各自独立计算，核对到分。"
        "本报告收入日志第 %(from)s 号（含）至第 %(to)s 号（不含）之间的记录。"
    ) % {"from": f"{log['from']:,}", "to": f"{log['to']:,}"}


def _annexes(snapshot: Line, numbering: Numbering) -> list[dict[str, Any]]:
    found = []
    large = [one for one in snapshot["organisations"]["listed"] if yuan(one["amount"]) >= LARGE_GIFT]
    if large:
        rows = [
            TableRow(str(at), [printable(one["name"]), f"{one['count']:,}", plain_amount(yuan(one["amount"]))])
            for at, one in enumerate(large, start=1)
        ]
        columns = [(_("捐赠单位"), False), (_("笔数"), True), (_("金额（元）"), True)]
        table = Table(_("全年捐赠十万元以上的单位（单位：元）"), _("序号"), columns, rows, style="ranked")
        note = _("只列单位。自然人不论数额都不在文件中列名；每一笔捐赠，不论大小，都可在公示网站按编号查询去向。")
        found.append({"title": _("大额捐赠名单"), "note": set_text(note), "table": numbering.place(table)})
    if snapshot["directory"]:
        rows = [
            TableRow(printable(one["name"]), [printable(one["address"]) or "—", printable(one["phone"]) or "—"],
                     f"depth-{min(_LEVELS.index(one['level']), 2)}")
            for one in snapshot["directory"]
        ]  # fmt: skip
        columns = [(_("地址"), False), (_("公开电话"), False)]
        table = Table(_("县级以上红十字会"), _("名称"), columns, rows, style="directory")
        found.append({"title": _("机构名录"), "note": "", "table": numbering.place(table)})
    for at, annex in enumerate(found, start=1):
        annex |= {"number": ordinal(at), "anchor": f"annex-{at}"}
    return found


_LEVELS = ("province", "city", "county")


def _notes(snapshot: Line) -> list[str]:
    return [
        _("口径：资金只含货币捐赠及其使用，单位为人民币元，未作四舍五入；占比四舍五入到千分位，相加可能不为百分之百。"
          "财政拨款、会费和其他收入不在捐赠账内，由正文和财务会计报告说明。"),
        _("期间：按公示日志的先后划分，与上一份年度报告首尾相接，每笔记录只进入一份年度报告。"),
        _("补报：捐赠发生在以前年度、本年才审核入账的，计入本年并单列，不改动以前的公示。"),
        _("更正：冲销和退还以负数列在所更正的一方；已公示的记录不作改动。"),
        _("在途：已拨出、对方尚未签收的款项仍计入拨出单位的结余。"),
        _("姓名：单位列全称；自然人和受助人不列姓名，一笔少于5人的不计入人次。"),
        _("文字：各章正文由%(branch)s编写，数字、图和表由系统自公示日志生成。") % {"branch": branch_name(snapshot)},
    ]  # fmt: skip


def _checks(snapshot: Line) -> list[tuple[str, str, bool]]:
    """What a reader compares at /verify/: label, value, and whether it is a digest."""
    log = snapshot["log"]
    places = {"from": f"{log['from']:,}", "to": f"{log['to']:,}"}
    return [
        (_("报告编号"), version_words(snapshot), False),
        (_("日志范围"), _("第 %(from)s 号（含）至第 %(to)s 号（不含）") % places, False),
        (_("数据时间"), as_of_words(snapshot), False),
        (_("全部数字和正文的 SHA-256"), hashlib.sha256(canonical_bytes(snapshot)).hexdigest(), True),
        (_("捐赠明细（%(count)s）的 SHA-256") % {"count": count_words(snapshot["rows"]["count"])},
         snapshot["rows"]["sha256"], True),
        (_("使用明细（%(count)s）的 SHA-256") % {"count": count_words(snapshot["use"]["rows"]["count"])},
         snapshot["use"]["rows"]["sha256"], True),
    ]  # fmt: skip
