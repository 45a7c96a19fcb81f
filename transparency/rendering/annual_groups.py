"""What the portal puts into the chapters of an annual report by itself, from the frozen figures alone."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from core.money import ZERO_YUAN, yuan
from core.printing.glyphs import printable
from ledger.choices import FlowItem
from organizations.choices import BranchKind
from transparency.chapters import Figures, OpinionType
from transparency.rendering.annual_figures import MOST_NAMED
from transparency.rendering.annual_tables import (
    Group,
    Line,
    Table,
    TableRow,
    Words,
    counted_table,
    kinds_of,
    kinds_picture,
    months_picture,
    share_of,
)
from transparency.rendering.figures import GIVER_KINDS
from transparency.rendering.tables import giver_kind_label, plain_amount
from transparency.rendering.use_context import use_context
from transparency.rendering.words import amount_words, change_words, count_words

# Funds that are printed one by one; all of them stand in the table of figures.
MOST_FUNDS = 24


def groups_of(snapshot: Line, figures: tuple[Figures, ...]) -> list[Group]:
    """Return the groups of a chapter that have anything to show."""
    made = (_GROUPS[one](snapshot) for one in figures)
    return [group for group in made if group is not None and group.parts]


def _levels(snapshot: Line) -> Group:
    rows = [TableRow(str(BranchKind(one["kind"]).label), [f"{one['count']:,}"]) for one in snapshot["network"]]
    total = sum(one["count"] for one in snapshot["network"])
    rows.append(TableRow(_("合计"), [f"{total:,}"], "sum"))
    table = Table(_("本会及所属各级组织"), _("类别"), [(_("个数"), True)], rows, style="narrow")
    return Group(_("组织概况"), [table])


def _helped(snapshot: Line) -> Group:
    helped = snapshot["use"]["helped"]
    if not helped["people"] and not helped["few_rows"]:
        return Group(_("受助人次"), [Words(_("本年度的支出没有登记受助人数。"))])
    said = _("本年度的支出共帮助 %(people)s 人次") % {"people": f"{helped['people']:,}"}
    if helped["few_rows"]:
        said += _("，另有 %(rows)s 笔支出每笔帮助少于5人，为保护受助人不计入人次") % {"rows": f"{helped['few_rows']:,}"}
    return Group(_("受助人次"), [Words(said + _("。"))])


def _use(snapshot: Line) -> Group:
    use = snapshot["use"]
    kinds = kinds_of(use)
    if not kinds:
        return Group(_("款项的使用"), [Words(_("本年度没有支出。"))])
    purposes = [(one["purpose"], one["count"], yuan(one["amount"])) for one in use["by_purpose"]]
    said = _("本年度最终使用捐赠款项 %(amount)s。") % {"amount": amount_words(use["used"])}
    parts: list[Any] = [Words(said), *kinds_picture(use)]
    parts.append(counted_table(_("支出按种类（单位：元）"), _("种类"), kinds))
    if purposes:
        parts.append(counted_table(_("支出按用途（单位：元）"), _("用途"), purposes))
    return Group(_("款项的使用"), parts)


def _gifts(snapshot: Line) -> Group:
    totals = snapshot["totals"]
    said = _("本年度公示接受捐赠 %(count)s，合计 %(amount)s。") % {
        "count": count_words(totals["count"]), "amount": amount_words(totals["amount"]),
    }  # fmt: skip
    if not totals["count"]:
        return Group(_("接受捐赠"), [Words(_("本年度没有接受捐赠。"))])
    late, taken = snapshot["sections"]["late"], snapshot["sections"]["corrections"]
    said += _("其中当年收到 %(now)s，以前年度收到、本年入账 %(late)s，冲销和退还 %(taken)s。") % {
        "now": amount_words(snapshot["sections"]["current"]["amount"]), "late": amount_words(late["amount"]),
        "taken": amount_words(taken["amount"]),
    }  # fmt: skip
    givers = [
        (giver_kind_label(kind), totals[f"{kind}_count"], yuan(totals[f"{kind}_amount"]))
        for kind in GIVER_KINDS
        if totals.get(f"{kind}_count")
    ]
    purposes = [(one["purpose"], one["count"], yuan(one["amount"])) for one in snapshot["by_purpose"]]
    return Group(
        _("接受捐赠"),
        [
            Words(said),
            months_picture(snapshot),
            counted_table(_("捐赠按捐赠人（单位：元）"), _("捐赠人"), givers),
            counted_table(_("捐赠按意向用途（单位：元）"), _("用途"), purposes),
            counted_table(_("捐赠按进入的资金（单位：元）"), _("资金"), _funds(snapshot)),
        ],
    )


def _funds(snapshot: Line) -> list[tuple[str, int, Decimal]]:
    """The funds by what came into them, the largest first; small ones together."""
    found = sorted(
        ((one["name"], one["count"], yuan(one["amount"])) for one in snapshot["by_fund"] if one["count"]),
        key=lambda one: (-one[2], one[0]),
    )
    if len(found) <= MOST_FUNDS:
        return found
    rest = found[MOST_FUNDS - 1 :]
    name = _("其余 %(n)s 项资金（见所附表格）") % {"n": len(rest)}
    return [
        *found[: MOST_FUNDS - 1],
        (name, sum(one[1] for one in rest), sum((one[2] for one in rest), ZERO_YUAN)),
    ]


def _organisations(snapshot: Line) -> Group | None:
    found = snapshot["organisations"]
    if not found["listed"]:
        return None
    rows = [
        TableRow(str(at), [printable(one["name"]), f"{one['count']:,}", plain_amount(yuan(one["amount"]))])
        for at, one in enumerate(found["listed"][:MOST_NAMED], start=1)
    ]
    said = _(
        "本年度有 %(n)s 家单位署名捐赠，感谢每一家单位和每一位捐赠人。下表为捐赠额居前的单位；自然人不在文件中列名。"
    ) % {"n": f"{found['count']:,}"}
    columns = [(_("捐赠单位"), False), (_("笔数"), True), (_("金额（元）"), True)]
    table = Table(_("捐赠额居前的单位（单位：元）"), _("序号"), columns, rows, style="ranked")
    return Group(_("捐赠单位"), [Words(said), table])


def _comparison(snapshot: Line) -> Group:
    before, year = snapshot["last_year"], snapshot["period"]["label"]
    if before is None:
        return Group(_("与上年比较"), [Words(_("上年无数据，本年度不作比较。"))])
    use, totals = snapshot["use"], snapshot["totals"]
    source = (
        _("上年数取自已公开的年度报告 %(number)s。") % {"number": before["number"]}
        if before["source"] == "report"
        else _("上年没有年度报告，上年数由同一公示日志按相同口径计算。")
    )
    rows = [
        TableRow(
            _("接受捐赠（笔）"),
            [
                f"{before['count']:,}",
                f"{totals['count']:,}",
                change_words(Decimal(totals["count"]), Decimal(before["count"])),
            ],
        )
    ]
    pairs = [
        (_("接受捐赠"), before["amount"], totals["amount"]),
        *((word, before[name], use[name]) for name, word in _compared_words().items()),
    ]
    rows += [
        TableRow(word, [plain_amount(yuan(then)), plain_amount(yuan(now)), change_words(yuan(now), yuan(then))])
        for word, then, now in pairs
    ]
    years = [(_("%(year)s 年") % {"year": one}, True) for one in (before["label"], year)]
    table = Table(_("主要数字与上年比较（单位：元）"), _("项目"), [*years, (_("增减"), True)], rows)
    return Group(_("与上年比较"), [Words(source), table])


def _compared_words() -> dict[str, str]:
    return {
        "in": _("收入合计"), "used": _("最终使用"), "out": _("支出合计（含拨付和转出）"), "closing": _("期末结余"),
    }  # fmt: skip


def _transfers(snapshot: Line) -> Group:
    heading = _("系统内拨付")
    if snapshot["scope"] == "below":
        system = (use_context(snapshot) or {})["system"]
        columns = [(name, True) for name in system["columns"]] + [(_("抵销"), True), (_("合计"), True)]
        rows = [
            TableRow(row["label"], [*row["cells"], row["eliminated"], row["total"]], "sum" if row["is_sum"] else "")
            for row in system["rows"]
        ]
        said = _("省、市、县各级之间的拨付在合计中收支两边同时抵销，不重复计算。下表各列为该级各会之和。")
        table = Table(_("三级汇总表（单位：元）"), _("项目"), columns, rows, style="system")
        return Group(heading, [Words(said), table])
    items = {one["item"]: yuan(one["amount"]) for one in snapshot["use"]["items"]}
    ways = (FlowItem.FROM_ABOVE, FlowItem.FROM_BELOW, FlowItem.TO_ABOVE, FlowItem.TO_BELOW)
    rows = [TableRow(str(way.label), [plain_amount(items[way])]) for way in ways if way in items]
    if not rows:
        return Group(heading, [Words(_("本年度没有与上级或下级红十字会之间的拨付。"))])
    return Group(
        heading, [Table(_("系统内拨付（单位：元）"), _("项目"), [(_("金额（元）"), True)], rows, style="narrow")]
    )


def _fees(snapshot: Line) -> Group:
    use = snapshot["use"]
    fee = sum((yuan(one["amount"]) for one in use["items"] if one["item"] == FlowItem.FEE), ZERO_YUAN)
    if not fee:
        return Group(_("管理费"), [Words(_("本年度没有从捐赠款项中列支管理费。"))])
    said = _("本年度从捐赠款项中列支管理费 %(fee)s，占最终使用的 %(share)s。") % {
        "fee": amount_words(fee), "share": share_of(fee, yuan(use["used"])) or "—",
    }  # fmt: skip
    return Group(_("管理费"), [Words(said)])


def _opinion(snapshot: Line) -> Group:
    found = snapshot["opinion"]
    if found is None:
        return Group(_("审计意见"), [Words(_("本报告没有附独立第三方的审计报告。"))])
    year, month, day = (int(part) for part in found["reported_on"].split("-"))
    rows = [
        TableRow(_("会计师事务所"), [printable(found["firm"])]),
        TableRow(_("意见类型"), [str(OpinionType(found["opinion"]).label)]),
        TableRow(_("审计报告文号"), [printable(found["report_number"])]),
        TableRow(_("报告日期"), [_("%(y)s年%(m)s月%(d)s日") % {"y": year, "m": month, "d": day}]),
        TableRow(_("文件 SHA-256"), [found["sha256"]], "digest"),
    ]
    said = _(
        "捐赠款物的收入和使用由独立的第三方机构审计（红十字会法第二十二条）。审计报告全文与本报告一同公开，为本报告的附件。"
    )
    table = Table(_("审计报告"), _("项目"), [(_("内容"), False)], rows, style="facts")
    return Group(_("审计意见"), [Words(said), table])


def _corrections(snapshot: Line) -> Group:
    taken, late = snapshot["sections"]["corrections"], snapshot["sections"]["late"]
    if not taken["count"] and not late["count"]:
        said = _("本年度没有补报的捐赠，也没有冲销和退还。")
    else:
        said = _("本年度补报以前年度收到的捐赠 %(late)s、%(late_amount)s；冲销和退还 %(taken)s、%(taken_amount)s。") % {
            "late": count_words(late["count"]), "late_amount": amount_words(late["amount"]),
            "taken": count_words(taken["count"]), "taken_amount": amount_words(taken["amount"]),
        }  # fmt: skip
    said += _("已公示的记录不作改动：有误的以新的负数记录更正，并公布更正说明。")
    return Group(_("补报与更正"), [Words(said)])


def _branches(snapshot: Line) -> Group | None:
    """The association alone, and each directly below it with all its own; the rest stands in the table of figures."""
    if snapshot["scope"] != "below":
        return None
    branches = snapshot["use"]["branches"]
    top = snapshot["branch"]["code"]
    rows = []
    shown: list[str] = []
    for one in branches:
        # What stands below a line is in it; a county that no city is above has a line of its own.
        if one["code"] != top and any(one["code"].startswith(code) for code in shown):
            continue
        if one["code"] != top:
            shown.append(one["code"])
        below = [other for other in branches if other["code"].startswith(one["code"])] if one["code"] != top else [one]
        name = (
            printable(one["name"]) if one["code"] != top else _("%(name)s（本级）") % {"name": printable(one["name"])}
        )
        rows.append(TableRow(name, [str(len(below)), *(_sum(below, part) for part in ("gifts", "used", "closing"))]))
    use = snapshot["use"]
    total = [_sum(branches, "gifts"), plain_amount(yuan(use["used"])), plain_amount(yuan(use["closing"]))]
    rows.append(TableRow(_("合计"), [str(len(branches)), *total], "sum"))
    columns = [(_("会数"), True), (_("接受捐赠"), True), (_("使用"), True), (_("期末结余"), True)]
    table = Table(_("各地红十字会的捐赠与使用，含其所属（单位：元）"), _("红十字会"), columns, rows, style="branches")
    return Group(_("各地情况"), [table])


def _sum(lines: list[Line], part: str) -> str:
    return plain_amount(sum((yuan(line[part]) for line in lines), ZERO_YUAN))


_GROUPS: dict[Figures, Callable[[Line], Group | None]] = {
    Figures.LEVELS: _levels,
    Figures.HELPED: _helped,
    Figures.USE: _use,
    Figures.GIFTS: _gifts,
    Figures.ORGANISATIONS: _organisations,
    Figures.COMPARISON: _comparison,
    Figures.TRANSFERS: _transfers,
    Figures.FEES: _fees,
    Figures.OPINION: _opinion,
    Figures.CORRECTIONS: _corrections,
    Figures.BRANCHES: _branches,
}
