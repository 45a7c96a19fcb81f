"""The chapters of a training yearbook about what was counted beside the log: holders, promises, sessions, contracts."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from core.money import yuan
from core.printing.glyphs import printable
from training.choices import (
    AedStanding,
    ContractStatus,
    ContractUnit,
    CourseKind,
    InstructorGrade,
    KeyGroup,
    PlaceKind,
    PopulationBasis,
)
from transparency.rendering.annual_tables import Group, Line, Table, TableRow, Words
from transparency.rendering.tables import plain_amount
from transparency.rendering.training_words import FEW, kind_word, label_of, measure_word, shown


def holders_groups(snapshot: Line) -> list[Group]:
    """Return people with a valid certificate, and how many that is in a hundred."""
    holders = snapshot["counted"]["holders"]
    day = snapshot["counted"]["on"]
    said = _("持证人数为 %(day)s 零时证书仍有效的人数，同一人在合计里只计一次，有几种证书的在各种类里各计一次，"
             "所以各种类之和可能大于合计。") % {"day": day}  # fmt: skip
    if holders["count"] == 0:
        return [Group("", [Words(_("%(day)s 零时没有持有效证书的人。") % {"day": day})])]
    parts: list[Any] = [Words(said + _rate_words(holders))]
    people = [(_("人数"), True)]
    rows = [TableRow(kind_word(line["kind"]), [shown(line["count"])]) for line in holders["by_kind"]]
    rows.append(TableRow(_("合计（不重复）"), [shown(holders["count"])], "sum"))
    parts.append(Table(_("持证人数：按证书种类"), _("证书种类"), people, rows, style="narrow"))
    groups = [
        TableRow(label_of(KeyGroup, line["key_group"]), [shown(line["count"])]) for line in holders["by_key_group"]
    ]
    if groups:
        parts.append(Table(_("持证人数：按重点人群"), _("人群"), people, groups, style="narrow"))
    if holders["by_branch"]:
        parts.append(_holders_by_branch(holders["by_branch"]))
        parts.append(Words(_("在几地取得证书的人在各地各计一次，各地之和可能大于合计。")))
    return [Group("", parts)]


def _rate_words(holders: Line) -> str:
    known = holders["residents"]
    if known is None or holders["rate"] is None:
        return _("没有登记作为分母的人口数，或本报告只含本级，不计算持证率。")
    return _("持证率 %(rate)s%%，分母为 %(year)s 年%(basis)s %(count)s 人（%(source)s）。") % {
        "rate": holders["rate"], "year": known["year"], "basis": PopulationBasis(known["basis"]).label,
        "count": f"{known['count']:,}", "source": printable(known["source"]),
    }  # fmt: skip


def _holders_by_branch(lines: list[Line]) -> Table:
    rows = []
    for line in lines:
        known = line["residents"]
        of = FEW
        if known is not None:
            of = _("%(count)s（%(year)s 年%(basis)s）") % {
                "count": f"{known['count']:,}", "year": known["year"], "basis": PopulationBasis(known["basis"]).label,
            }  # fmt: skip
        name = _("%(name)s（本级）") % {"name": line["name"]} if line["own"] else line["name"]
        rate = f"{line['rate']}%" if line["rate"] is not None else FEW
        rows.append(TableRow(printable(name), [shown(line["count"]), of, rate]))
    columns = [(_("持证人数"), True), (_("分母（人）"), True), (_("持证率"), True)]
    return Table(_("持证人数和持证率：按所属红十字会（含其下级）"), _("红十字会"), columns, rows)


def targets_groups(counted: Line) -> list[Group]:
    """Return what was promised for the year, and what was done."""
    said = _("完成数按发生日期统计，截至 %(day)s 零时，所以与按日志先后统计的本年数可能略有不同。") % {
        "day": counted["on"]
    }
    rows = [
        TableRow(measure_word(line["measure"], line["kind"]), [
            f"{line['target']:,}", shown(line["done"]), f"{line['rate']}%" if line["rate"] is not None else FEW,
            printable(line["document"]) + (_("（目标调整过）") if line["is_changed"] else ""),
        ])
        for line in counted["targets"]
    ]  # fmt: skip
    columns = [(_("目标"), True), (_("完成"), True), (_("完成率"), True), (_("依据"), False)]
    return [Group("", [Words(said), Table(_("年度目标和完成情况"), _("指标"), columns, rows)])]


def sessions_groups(counted: Line) -> list[Group]:
    """Return sessions that were held and signed, who was examined, who passed at the first try."""
    held = counted["sessions"]
    if not held["count"]:
        return [Group("", [Words(_("本年度没有结束并签字的培训班。"))])]
    words = {"count": f"{held['count']:,}", "examined": shown(held["examined"])}
    said = _("本年度结束并由师资签字的培训班 %(count)s 期，参加考核 %(examined)s 人") % words
    if held["rate"] is not None:
        said += _("，首次考核合格 %(passed)s 人，首次合格率 %(rate)s%%。") % {
            "passed": shown(held["passed"]), "rate": held["rate"],
        }  # fmt: skip
    else:
        said += _("。首次合格或未合格的人数少于 5 人，合格率不列。") if held["examined"] is not None else _("。")
    rows = [
        TableRow(label_of(CourseKind, line["kind"]), [f"{line['count']:,}", shown(line["examined"])])
        for line in held["by_kind"]
    ]
    rows.append(TableRow(_("合计"), [f"{held['count']:,}", shown(held["examined"])], "sum"))
    columns = [(_("期数"), True), (_("参加考核（人）"), True)]
    return [Group("", [Words(said), Table(_("培训班：按课程种类"), _("课程种类"), columns, rows)])]


def around_groups(counted: Line) -> list[Group]:
    """Return instructors, AEDs and places of the day, rescues of the year."""
    day, instructors, aeds, places = counted["on"], counted["instructors"], counted["aeds"], counted["places"]
    one = [(_("数量"), True)]
    grades = [
        TableRow(label_of(InstructorGrade, line["grade"]), [shown(line["count"])]) for line in instructors["by_grade"]
    ]
    grades.append(TableRow(_("合计"), [shown(instructors["count"])], "sum"))
    states = [TableRow(label_of(AedStanding, line["standing"]), [f"{line['count']:,}"]) for line in aeds["by_standing"]]
    states.append(TableRow(_("合计"), [f"{aeds['count']:,}"], "sum"))
    kinds = [TableRow(label_of(PlaceKind, line["kind"]), [f"{line['count']:,}"]) for line in places["by_kind"]]
    kinds.append(TableRow(_("合计"), [f"{places['count']:,}"], "sum"))
    rescues = counted["rescues"]
    told = _("本年度没有经第二人核实的救人事例。")
    if rescues["count"]:
        told = _("本年度发生并经第二人核实的救人事例 %(count)s 例，其中使用 AED 的 %(aed)s 例") % {
            "count": f"{rescues['count']:,}", "aed": f"{rescues['with_aed']:,}",
        }  # fmt: skip
        told += _("，获救 %(saved)s 人。") % {"saved": shown(rescues["saved"])} if rescues["saved"] else _("。")
    words = Words(_("下列数字为 %(day)s 的状态。") % {"day": day})
    return [
        Group(_("师资"), [words, Table(_("救护师资：按等级（单位：人）"), _("等级"), one, grades, style="narrow")]),
        Group(_("AED 和救护场所"), [
            Table(_("AED：按状态（单位：台）"), _("状态"), one, states, style="narrow"),
            Table(_("救护场所：按类别（单位：处）"), _("类别"), one, kinds, style="narrow"),
        ]),
        Group(_("救人事例"), [Words(told)]),
    ]  # fmt: skip


def contracts_groups(counted: Line) -> list[Group]:
    """Return contracts of services that ran in the year."""
    lines = counted["contracts"]
    if not lines:
        return [Group("", [Words(_("本年度没有履行中的政府购买救护培训服务合同。"))])]
    rows = [
        TableRow(printable(line["buyer"]), [
            printable(line["subject"]), plain_amount(yuan(line["price"])), _quantity(line, "agreed"),
            _quantity(line, "delivered"), _quantity(line, "accepted"), label_of(ContractStatus, line["status"]),
        ])
        for line in lines
    ]  # fmt: skip
    columns = [
        (_("服务内容"), False), (_("金额（元）"), True), (_("约定"), True), (_("交付"), True), (_("验收"), True),
        (_("状态"), False),
    ]  # fmt: skip
    said = _("下列合同的服务期在本年度内；交付数为截至 %(day)s 已签字或已核对的数量。") % {"day": counted["on"]}
    return [Group("", [Words(said), Table(_("政府购买救护培训服务"), _("购买单位"), columns, rows, style="contracts")])]


def _quantity(line: Line, name: str) -> str:
    count = line[name]
    if count is None:
        return FEW
    return f"{count:,} {label_of(ContractUnit, line['unit'])}"
