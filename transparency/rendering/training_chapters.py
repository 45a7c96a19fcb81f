"""The chapters of a training yearbook: tables, pictures and sentences made of its figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from core.charts import PALETTE, Series, bar_chart, donut_chart, grouped_bar_chart
from core.printing.glyphs import printable
from training.choices import (
    KeyGroup,
    Setting,
    Topic,
)
from transparency.rendering.annual_tables import Group, Line, Picture, Table, TableRow, Words, share_of
from transparency.rendering.context import LEVELS, lies_in
from transparency.rendering.pictures import for_print
from transparency.rendering.training_counted import (
    around_groups,
    contracts_groups,
    holders_groups,
    sessions_groups,
    targets_groups,
)
from transparency.rendering.training_figures import CERTIFICATES, ENDS, LESSONS, SOURCES
from transparency.rendering.training_words import (
    FEW,
    ending_words,
    kind_word,
    label_of,
    reason_word,
    section_words,
    shown,
    source_words,
)

# More associations than this are no picture any more.
_MOST_BARS = 14


@dataclass(frozen=True)
class TrainingChapter:
    """A chapter: its title and its groups, each with a heading of its own ("" for none)."""

    title: str
    groups: list[Group]


def chapters_of(snapshot: Line) -> list[TrainingChapter]:
    """Return all chapters in their order; a chapter about nothing says so."""
    found = [
        TrainingChapter(_("证书发放"), _certificates(snapshot)),
        TrainingChapter(_("失效证书"), _ends(snapshot)),
        TrainingChapter(_("普及培训"), _lessons(snapshot)),
        TrainingChapter(_("持证人数和持证率"), holders_groups(snapshot)),
        TrainingChapter(_("培训班和考核"), sessions_groups(snapshot["counted"])),
        TrainingChapter(_("师资、场所、AED 和救人事例"), around_groups(snapshot["counted"])),
        TrainingChapter(_("政府购买服务"), contracts_groups(snapshot["counted"])),
    ]
    if snapshot["counted"]["targets"]:
        found.insert(4, TrainingChapter(_("年度目标"), targets_groups(snapshot["counted"])))
    if snapshot["scope"] == "below":
        found.insert(3, TrainingChapter(_("各级红十字会"), _branches(snapshot)))
    return found


def overview(snapshot: Line) -> list[Any]:
    """Return the year beside the one before (a sentence where that has no yearbook), and month by month."""
    issued = [line["course"] + line["legacy"] for line in snapshot[CERTIFICATES]["by_month"]]
    heard = [line["audience"] for line in snapshot[LESSONS]["by_month"]]
    return [
        *_comparison(snapshot),
        *_months_picture(snapshot, _("逐月新发证书"), _("张"), "issued_by_month", issued),
        *_months_picture(snapshot, _("逐月普及培训人次"), _("人次"), "audience_by_month", heard),
    ]


def _comparison(snapshot: Line) -> list[Any]:
    before = snapshot["last_year"]
    if before is None:
        return [Words(_("本单位此前没有公开过应急救护培训年报，本年不作比较。"))]
    issued, told, counted = snapshot[CERTIFICATES], snapshot[LESSONS], snapshot["counted"]
    lines = [
        (_("新发证书（张）"), issued["new"], before["new"]),
        (_("其中：结业发证"), issued["course"], before["course"]),
        (_("其中：历史导入"), issued["legacy"], before["legacy"]),
        (_("换发证书（张）"), issued["reissue"], before["reissue"]),
        (_("失效证书（张）"), snapshot[ENDS]["count"], before["ended"]),
        (_("普及培训（场）"), told["count"], before["lessons"]),
        (_("普及培训（人次）"), told["audience"], before["audience"]),
        (_("培训班（期）"), counted["sessions"]["count"], before["sessions"]),
        (_("持证人数（人）"), counted["holders"]["count"], before["holders"]),
    ]
    rows = [
        TableRow(name, [shown(now), shown(then), _change(now, then)], "depth-1" if name.startswith(_("其中")) else "")
        for name, now, then in lines
    ]
    columns = [
        (_("%(year)s 年") % {"year": snapshot["period"]["label"]}, True),
        (_("%(year)s 年") % {"year": before["label"]}, True),
        (_("增减"), True),
    ]
    said = _("上年数字取自已公开的年报 %(number)s 第 %(version)s 版；持证人数为各年报统计日的数字。") % before
    return [Table(_("与上年比较"), _("项目"), columns, rows), Words(said)]


def _change(now: int | None, then: int | None) -> str:
    return FEW if now is None or then is None else f"{now - then:+,}" if now != then else "0"


def _certificates(snapshot: Line) -> list[Group]:
    issued = snapshot[CERTIFICATES]
    if not issued["count"]:
        return [Group("", [Words(_("本年度没有发放证书的记录。"))])]
    said = _(
        "本年度公开日志记录发放证书 %(count)s 张：结业发证 %(course)s 张，历史证书导入 %(legacy)s 张，"
        "换发 %(reissue)s 张。"
        "前两项为新发证书，共 %(new)s 张；换发不增加持证人，单列。"
    ) % {name: f"{issued[name]:,}" for name in ("count", "course", "legacy", "reissue", "new")}
    if issued["late"]:
        said += _("其中 %(late)s 张发证日期在本年度以前、本年度才登记，列为补报。") % {"late": f"{issued['late']:,}"}
    sources = source_words()
    rows = [TableRow(kind_word(line["kind"]), _source_cells(line, line["late"])) for line in issued["by_kind"]]
    rows.append(TableRow(_("合计"), _source_cells(issued, issued["late"]), "sum"))
    columns = [*((word, True) for word in sources.values()), (_("合计"), True), (_("其中补报"), True)]
    parts = [Words(said), Table(_("发放证书：按种类和来源（单位：张）"), _("证书种类"), columns, rows)]
    months = [TableRow(_month(line["month"]), _source_cells(line)) for line in issued["by_month"]]
    months.append(TableRow(_("以前年度（补报）"), _source_cells(issued["earlier"]), "part"))
    months.append(TableRow(_("合计"), _source_cells(issued), "sum"))
    monthly = Table(_("发放证书：按发证月份（单位：张）"), _("月份"), columns[:-1], months, style="months")
    return [Group(_("种类和来源"), parts), *_key_groups(snapshot), Group(_("逐月"), [monthly])]


def _source_cells(line: Line, *more: int) -> list[str]:
    return [*(f"{line[name]:,}" for name in SOURCES), f"{sum(line[name] for name in SOURCES):,}",
            *(f"{one:,}" for one in more)]  # fmt: skip


def _key_groups(snapshot: Line) -> list[Group]:
    groups, whole = snapshot["key_groups"], Decimal(snapshot[CERTIFICATES]["new"])
    if not groups:
        return []
    rows = [
        TableRow(label_of(KeyGroup, line["key_group"]), [shown(line["count"]), _share(line["count"], whole)])
        for line in groups
    ]
    rows.append(TableRow(_("合计"), [f"{whole:,}", share_of(whole, whole)], "sum"))
    columns = [(_("张数"), True), (_("占比"), True)]
    return [Group(_("重点人群"), [Table(_("新发证书：按重点人群"), _("人群"), columns, rows, style="narrow")])]


def _share(count: int | None, whole: Decimal) -> str:
    return FEW if count is None else share_of(Decimal(count), whole)


def _months_picture(snapshot: Line, title: str, unit: str, before_name: str, values: Sequence[int]) -> list[Picture]:
    """A bar a month, beside the same month of the year before where that is known."""
    labels = [_("%(n)s月") % {"n": month} for month in range(1, 13)]
    now = [Decimal(value) for value in values[:12]]
    before = snapshot["last_year"]
    if not any(now):
        return []
    if before is None:
        points = list(zip(labels, now, strict=True))
        return [Picture(title, for_print(bar_chart(points, title=title, unit=unit, height=190)))]
    title = _("%(title)s，与上年同月比较") % {"title": title}
    series = [
        Series(_("%(year)s 年") % {"year": before["label"]}, [Decimal(one) for one in before[before_name]]),
        Series(_("%(year)s 年") % {"year": snapshot["period"]["label"]}, now),
    ]
    palette = replace(PALETTE, series=(PALETTE.series[5], PALETTE.series[0]))
    chart = grouped_bar_chart(labels, series, title=title, unit=unit, height=200, palette=palette)
    return [Picture(title, for_print(chart))]


def _month(code: str) -> str:
    return _("%(n)s月") % {"n": int(code[-2:])}


def _ends(snapshot: Line) -> list[Group]:
    ended = snapshot[ENDS]
    if not ended["count"]:
        return [Group("", [Words(_("本年度没有撤销或被换发的证书。"))])]
    said = _("本年度有 %(count)s 张证书失效：撤销 %(revoked)s 张，因换发新证而失效 %(replaced)s 张。"
             "失效的证书仍可查验，查验结果会注明；期满的证书不在此列。")  # fmt: skip
    endings = ending_words()
    rows = [
        TableRow(kind_word(line["kind"]), [*(f"{line[name]:,}" for name in endings),
                                           f"{sum(line[name] for name in endings):,}"])
        for line in ended["by_kind"]
    ]  # fmt: skip
    rows.append(TableRow(_("合计"), [*(f"{ended[name]:,}" for name in endings), f"{ended['count']:,}"], "sum"))
    columns = [*((word, True) for word in endings.values()), (_("合计"), True)]
    reasons = [TableRow(reason_word(line["reason"]), [f"{line['count']:,}"]) for line in ended["by_reason"]]
    reasons.append(TableRow(_("合计"), [f"{ended['count']:,}"], "sum"))
    parts = [
        Words(said % {name: f"{ended[name]:,}" for name in ("count", *endings)}),
        Table(_("失效证书：按种类（单位：张）"), _("证书种类"), columns, rows),
        Table(_("失效证书：按原因（单位：张）"), _("原因"), [(_("张数"), True)], reasons, style="narrow"),
    ]
    return [Group("", parts)]


def _lessons(snapshot: Line) -> list[Group]:
    told = snapshot[LESSONS]
    sections = told["sections"]
    if not any(one["count"] or one["audience"] for one in sections.values()):
        return [Group("", [Words(_("本年度没有普及培训的记录。"))])]
    said = _("本年度公开日志记录普及培训 %(count)s 场、%(audience)s 人次。普及培训按人次计，同一人参加几次计几次，"
             "与发放证书各自统计，不相加。")  # fmt: skip
    meaning = {
        "current": _("本年度举办并核对"),
        "late": _("以前年度举办、本年度核对"),
        "corrections": _("更正：退回原记录，计入新记录"),
    }
    rows = [TableRow(section_words()[name], [meaning[name], *_both(one)]) for name, one in sections.items()]
    rows = [row for name in meaning for row in rows if row.head == section_words()[name]]
    rows.append(TableRow(_("合计"), ["", *_both(told)], "sum"))
    columns = [(_("说明"), False), (_("场次"), True), (_("人次"), True)]
    whole = Decimal(told["audience"])
    parts = [
        Words(said % {"count": f"{told['count']:,}", "audience": f"{told['audience']:,}"}),
        Table(_("普及培训：本期、补报和更正"), _("分类"), columns, rows),
    ]
    months = [TableRow(_month(line["month"]), _both(line)) for line in told["by_month"]]
    months += [TableRow(_("以前年度"), _both(told["earlier"]), "part"), TableRow(_("合计"), _both(told), "sum")]
    two = [(_("场次"), True), (_("人次"), True)]
    groups = [
        Group(_("总数"), parts),
        Group(_("逐月"), [Table(_("普及培训：按举办月份"), _("月份"), two, months, style="months")]),
        Group(_("内容"), [
            *_topics_picture(told), _lesson_table(told, "by_topic", "topic", Topic, _("普及培训：按内容"), _("内容")),
        ]),
        Group(_("人群和场所"), [
            _lesson_table(told, "by_key_group", "key_group", KeyGroup, _("普及培训：按重点人群"), _("人群")),
            _lesson_table(told, "by_setting", "setting", Setting, _("普及培训：按场所"), _("场所")),
        ]),
    ]  # fmt: skip
    return groups if whole > 0 else groups[:2]


def _both(line: Line) -> list[str]:
    return [f"{line['count']:,}", f"{line['audience']:,}"]


def _lesson_table(told: Line, part: str, key: str, choices: type, title: str, head: str) -> Table:
    whole = Decimal(told["audience"])
    rows = [
        TableRow(label_of(choices, line[key]), [*_both(line), share_of(Decimal(line["audience"]), whole)])
        for line in sorted(told[part], key=lambda line: -line["audience"])
    ]
    rows.append(TableRow(_("合计"), [*_both(told), share_of(whole, whole)], "sum"))
    return Table(title, head, [(_("场次"), True), (_("人次"), True), (_("占比"), True)], rows)


def _topics_picture(told: Line) -> list[Picture]:
    parts = [(label_of(Topic, line["topic"]), Decimal(line["audience"])) for line in told["by_topic"]]
    if any(value < 0 for _name, value in parts) or not any(value for _name, value in parts):
        return []
    title = _("普及培训人次：按内容")
    largest = sorted((part for part in parts if part[1]), key=lambda part: (-part[1], part[0]))
    return [Picture(title, for_print(donut_chart(largest, title=title, unit=_("人次"))))]


def _branches(snapshot: Line) -> list[Group]:
    """Each association by itself and with all below it; those of one level make the one above with its own."""
    lines = snapshot["by_branch"]
    rows = []
    for line in lines:
        below = [other for other in lines if lies_in(other["code"], line["code"])]
        whole = {name: sum(_new(one) if name == "new" else one[name] for one in below) for name in ("new", "audience")}
        depth = min(LEVELS.index(line["level"]), 3) if line["level"] in LEVELS else 3
        ended = line["revoked"] + line["replaced"]
        cells = [_new(line), whole["new"], line["reissue"], ended, line["lessons"], line["audience"], whole["audience"]]
        rows.append(TableRow(printable(line["name"]), [f"{cell:,}" for cell in cells], f"depth-{depth}"))
    issued, told = snapshot[CERTIFICATES], snapshot[LESSONS]
    totals = (issued["new"], None, issued["reissue"], snapshot[ENDS]["count"], told["count"], told["audience"], None)
    rows.append(TableRow(_("本级各数合计"), ["" if one is None else f"{one:,}" for one in totals], "sum"))
    columns = [
        (word, True)
        for word in (
            _("新发（本级）"), _("新发（含下级）"), _("换发"), _("失效"), _("普及场次"), _("人次（本级）"),
            _("人次（含下级）"),
        )
    ]  # fmt: skip
    said = _(
        "每行“本级”为该会自己的数字，各行相加即为合计；“含下级”为该会与其所属各会之和，不再相加。没有数字的会也列出。"
    )
    parts = [*_branch_pictures(snapshot), Words(said)]
    return [Group("", [*parts, Table(_("各级红十字会"), _("红十字会"), columns, rows, style="branches")])]


def _new(line: Line) -> int:
    return int(line["course"] + line["legacy"])


def _branch_pictures(snapshot: Line) -> list[Picture]:
    """The associations next below beside each other, where they are not too many."""
    lines, top = snapshot["by_branch"], snapshot["branch"]["code"]
    area = snapshot["branch"]["name"].removesuffix("红十字会")
    levels = [level for level in LEVELS if any(one["level"] == level and one["code"] != top for one in lines)]
    members = [one for one in lines if levels and one["level"] == levels[0] and one["code"] != top]
    if not 1 < len(members) <= _MOST_BARS:
        return []
    found = []
    for title, unit, figure in (
        (_("各地新发证书（含下级）"), _("张"), _new),
        (_("各地普及培训人次（含下级）"), _("人次"), lambda one: int(one["audience"])),
    ):
        points = [
            (
                _short(one["name"], area),
                Decimal(sum(figure(other) for other in lines if lies_in(other["code"], one["code"]))),
            )
            for one in members
        ]
        if any(value for _name, value in points):
            found.append(Picture(title, for_print(bar_chart(points, title=title, unit=unit, height=230))))
    return found


def _short(name: str, area: str) -> str:
    """An association as a bar is labelled, without the area that all of them lie in: 上城, 建德."""
    place = name.removesuffix("红十字会").removeprefix(area)
    return printable(place[:-1] if len(place) > 2 and place[-1] in "市县区" else place or name)
