"""The tables of a training yearbook as CSV: certificates by number, those that ended, mass lessons, and all figures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from core.exporting import stream_csv
from core.money import yuan
from training.choices import (
    AedStanding,
    ContractUnit,
    CourseKind,
    InstructorGrade,
    KeyGroup,
    PlaceKind,
    PopulationBasis,
    Setting,
    Topic,
)
from transparency.rendering.figures import Row
from transparency.rendering.training_figures import CERTIFICATES, ENDS, LESSONS, OWN
from transparency.rendering.training_words import (
    ending_words,
    kind_word,
    label_of,
    measure_word,
    reason_word,
    section_words,
    source_words,
)

Line = dict[str, Any]


def write_certificates(path: Path, rows: Iterable[Row]) -> Path:
    """Write certificates by number: kind, association, days; no holder, no code. Constant memory."""
    head = [
        _("日志序号"), _("期别"), _("证书编号"), _("证书种类"), _("证书来源"), _("发证单位编码"), _("发证单位"),
        _("发证日期"), _("有效期止（不含）"), _("换发自"),
    ]  # fmt: skip
    sections, sources = section_words(), source_words()
    return _written(path, head, (
        [
            row["index"], sections[row["section"]], row["number"], kind_word(row["kind"]), sources[row["source"]],
            row["branch"], row["branch_name"], row["issued_on"], row["expires_on"] or "", row["replaces"] or "",
        ]
        for row in rows
        if row["list"] == CERTIFICATES
    ))  # fmt: skip


def write_ends(path: Path, rows: Iterable[Row]) -> Path:
    """Write certificates that count no more: since when, why, and what took their place."""
    head = [
        _("日志序号"), _("期别"), _("证书编号"), _("证书种类"), _("发证单位编码"), _("发证单位"), _("失效方式"),
        _("失效原因"), _("失效日期"), _("新证书编号"),
    ]  # fmt: skip
    sections, endings = section_words(), ending_words()
    return _written(path, head, (
        [
            row["index"], sections[row["section"]], row["number"], kind_word(row["kind"]), row["branch"],
            row["branch_name"], endings[row["status"]], reason_word(row["reason"] or ""), row["ended_on"],
            row["replaced_by"] or "",
        ]
        for row in rows
        if row["list"] == ENDS
    ))  # fmt: skip


def write_lessons(path: Path, rows: Iterable[Row]) -> Path:
    """Write mass lessons: one that was corrected is taken back by a row below zero beside the one in its place."""
    head = [
        _("日志序号"), _("期别"), _("普及培训编号"), _("举办日期"), _("举办单位编码"), _("举办单位"), _("所在区划"),
        _("培训内容"), _("场所"), _("重点人群"), _("时长（分钟）"), _("场次"), _("人次"), _("更正自"), _("更正为"),
    ]  # fmt: skip
    sections = section_words()
    return _written(path, head, (
        [
            row["index"], sections[row["section"]], row["number"], row["held_on"], row["branch"], row["branch_name"],
            row["area"], label_of(Topic, row["topic"]), label_of(Setting, row["setting"]),
            label_of(KeyGroup, row["key_group"]), row["minutes"], row["count"], row["audience"],
            row["corrects"] or "", row["taken_back_by"] or "",
        ]
        for row in rows
        if row["list"] == LESSONS
    ))  # fmt: skip


def write_training_figures(path: Path, snapshot: Line) -> Path:
    """Write every figure of the yearbook, one a line; an empty number is one of few people that is not shown."""
    head = [_("统计表"), _("分组代码"), _("分组"), _("指标"), _("数值"), _("统计口径")]
    return _written(path, head, _figures(snapshot))


def _written(path: Path, head: list[str], lines: Iterable[list[Any]]) -> Path:
    with path.open("wb") as file:
        for chunk in stream_csv(head, lines):
            file.write(chunk)
    return path


def _figures(snapshot: Line) -> Iterator[list[Any]]:
    log = _("公开日志")
    for table, code, name, word, value in _log_figures(snapshot):
        yield [table, code, name, word, value, log]
    day = _("%(day)s 统计") % {"day": snapshot["counted"]["on"]}
    for table, code, name, word, value in _counted(snapshot["counted"]):
        yield [table, code, name, word, "" if value is None else value, day]


def _log_figures(snapshot: Line) -> Iterator[tuple[Any, ...]]:
    issued, ended, told = snapshot[CERTIFICATES], snapshot[ENDS], snapshot[LESSONS]
    sources, endings = source_words(), ending_words()
    yield from _certificate_figures(issued)
    for line in snapshot["key_groups"]:
        name, count = label_of(KeyGroup, line["key_group"]), line["count"]
        yield _("新发按人群"), line["key_group"], name, _("张数"), "" if count is None else count
    for name, word in endings.items():
        yield _("失效证书"), "", _("合计"), word, ended[name]
    for line in ended["by_kind"]:
        for name, word in endings.items():
            yield _("失效证书按种类"), line["kind"], kind_word(line["kind"]), word, line[name]
    for line in ended["by_reason"]:
        yield _("失效证书按原因"), line["reason"], reason_word(line["reason"]), _("张数"), line["count"]
    yield from _lesson_figures(told)
    words = {
        **sources, "late": _("其中补报"), **endings, "lessons": _("普及培训场次"), "audience": _("普及培训人次"),
    }  # fmt: skip
    for line in snapshot["by_branch"]:
        for name in OWN:
            yield _("分机构（本级）"), line["code"], line["name"], words[name], line[name]


def _certificate_figures(issued: Line) -> Iterator[tuple[Any, ...]]:
    table, sources = _("发证"), source_words()
    yield table, "", _("合计"), _("张数"), issued["count"]
    yield table, "", _("合计"), _("其中新发"), issued["new"]
    yield table, "", _("合计"), _("其中补报"), issued["late"]
    for name, word in sources.items():
        yield table, "", _("合计"), word, issued[name]
    for line in issued["by_kind"]:
        for name, word in {**sources, "late": _("其中补报")}.items():
            yield _("发证按种类"), line["kind"], kind_word(line["kind"]), word, line[name]
    for line in [*issued["by_month"], {"month": "", **issued["earlier"]}]:
        for name, word in sources.items():
            yield _("发证按月"), line["month"], line["month"] or _("以前年度（补报）"), word, line[name]


def _lesson_figures(told: Line) -> Iterator[tuple[Any, ...]]:
    both = {"count": _("场次"), "audience": _("人次")}
    for name, word in both.items():
        yield _("普及培训"), "", _("合计"), word, told[name]
        for section, said in section_words().items():
            yield _("普及培训"), section, said, word, told["sections"][section][name]
    for part, key, table, choices in (
        ("by_topic", "topic", _("普及培训按内容"), Topic),
        ("by_setting", "setting", _("普及培训按场所"), Setting),
        ("by_key_group", "key_group", _("普及培训按人群"), KeyGroup),
    ):
        for line in told[part]:
            for name, word in both.items():
                yield table, line[key], label_of(choices, line[key]), word, line[name]
    for line in [*told["by_month"], {"month": "", **told["earlier"]}]:
        for name, word in both.items():
            yield _("普及培训按月"), line["month"], line["month"] or _("以前年度"), word, line[name]


def _counted(counted: Line) -> Iterator[tuple[Any, ...]]:
    holders, sessions = counted["holders"], counted["sessions"]
    people = _("人数")
    yield _("持证人数"), "", _("合计"), people, holders["count"]
    yield from _rate_figures(_("持证人数"), "", _("合计"), holders)
    for line in holders["by_kind"]:
        yield _("持证人数按种类"), line["kind"], kind_word(line["kind"]), people, line["count"]
    for line in holders["by_key_group"]:
        yield _("持证人数按人群"), line["key_group"], label_of(KeyGroup, line["key_group"]), people, line["count"]
    for line in holders["by_branch"]:
        name = _("%(name)s（本级）") % {"name": line["name"]} if line["own"] else line["name"]
        yield _("持证人数按机构"), line["code"], name, people, line["count"]
        yield from _rate_figures(_("持证人数按机构"), line["code"], name, line)
    for line in counted["targets"] or []:
        name = measure_word(line["measure"], line["kind"])
        yield _("年度目标"), line["measure"], name, _("目标"), line["target"]
        yield _("年度目标"), line["measure"], name, _("完成"), line["done"]
        yield _("年度目标"), line["measure"], name, _("完成率（%）"), line["rate"]
    yield _("培训班"), "", _("合计"), _("班次"), sessions["count"]
    for name, word in (
        ("examined", _("参加考核人数")), ("passed", _("首次合格人数")), ("failed", _("首次未合格人数")),
        ("rate", _("首次合格率（%）")),
    ):  # fmt: skip
        yield _("培训班"), "", _("合计"), word, sessions[name]
    for line in sessions["by_kind"]:
        name = label_of(CourseKind, line["kind"])
        yield _("培训班按种类"), line["kind"], name, _("班次"), line["count"]
        yield _("培训班按种类"), line["kind"], name, _("参加考核人数"), line["examined"]
    yield from _around(counted)


def _around(counted: Line) -> Iterator[tuple[Any, ...]]:
    yield _("师资"), "", _("合计"), _("人数"), counted["instructors"]["count"]
    for line in counted["instructors"]["by_grade"]:
        yield _("师资按等级"), line["grade"], label_of(InstructorGrade, line["grade"]), _("人数"), line["count"]
    yield _("AED"), "", _("合计"), _("台数"), counted["aeds"]["count"]
    for line in counted["aeds"]["by_standing"]:
        yield _("AED 按状态"), line["standing"], label_of(AedStanding, line["standing"]), _("台数"), line["count"]
    yield _("救护场所"), "", _("合计"), _("处数"), counted["places"]["count"]
    for line in counted["places"]["by_kind"]:
        yield _("救护场所按类别"), line["kind"], label_of(PlaceKind, line["kind"]), _("处数"), line["count"]
    rescues = counted["rescues"]
    yield _("救人事例"), "", _("已核实"), _("例数"), rescues["count"]
    yield _("救人事例"), "", _("其中使用 AED"), _("例数"), rescues["with_aed"]
    yield _("救人事例"), "", _("获救"), _("人数"), rescues["saved"]
    for line in counted["contracts"]:
        unit = label_of(ContractUnit, line["unit"])
        yield _("购买服务"), line["number"], line["buyer"], _("合同金额（元）"), yuan(line["price"])
        for name, word in (("agreed", _("约定")), ("delivered", _("交付")), ("accepted", _("验收"))):
            yield _("购买服务"), line["number"], line["buyer"], f"{word}（{unit}）", line[name]


def _rate_figures(table: str, code: str, name: str, line: Line) -> Iterator[tuple[Any, ...]]:
    known = line["residents"]
    if known is not None:
        basis = str(PopulationBasis(known["basis"]).label)
        yield table, code, name, _("%(year)s 年%(basis)s") % {"year": known["year"], "basis": basis}, known["count"]
        yield table, code, name, _("持证率（%）"), line["rate"]
