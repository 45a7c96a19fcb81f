"""What the templates of a registries yearbook show: cover, figures of the year, chapters, how it is checked."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from core.canonical import canonical_bytes
from core.charts import Series, grouped_bar_chart
from core.printing.glyphs import printable
from registries.choices.figures import FLOWS, OF_GIVEN, OF_MARROW, Figure, Gift, NationalMeasure
from transparency.rendering.annual_tables import Group, Line, Numbering, Picture, Table, TableRow, Words, cover_bars
from transparency.rendering.context import FileLine
from transparency.rendering.pictures import for_print
from transparency.rendering.prose import ordinal, set_text
from transparency.rendering.registries_figures import figure_word
from transparency.rendering.words import (
    as_of_words,
    branch_name,
    day_words,
    moment,
    moment_stamp,
    scope_words,
    version_words,
    window_words,
)

FEW = "—"
_JOINED = {gift: FLOWS[gift].joined.value for gift in Gift.values}


def registries_context(snapshot: Line, *, files: Sequence[FileLine] = ()) -> dict[str, Any]:
    """Return the context `report` of templates/reports/registries_yearbook.html; nothing is read from a database."""
    numbering = Numbering()
    year, corrects = snapshot["period"]["label"], snapshot["corrects"]
    figures = snapshot["places"][0]["figures"]
    return {
        "kind": snapshot["kind"],
        "title": _("%(branch)s %(year)s 年度捐献工作年报") % {"branch": branch_name(snapshot), "year": year},
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
        "cover": cover_bars(
            [Decimal(figures[name]["whole"] or 0) for name in _JOINED.values()], title=_("新登记的心愿")
        ),
        "numbers": [
            {
                "label": _("新登记捐献%(gift)s") % {"gift": Gift(gift).label},
                "value": _shown(figures[name]["whole"]),
                "unit": "" if figures[name]["whole"] is None else _("份"),
                "exact": _("不公开") if figures[name]["whole"] is None else _("含所属各级"),
            }
            for gift, name in _JOINED.items()
        ],
        "chapters": [
            {
                "anchor": f"chapter-{at}",
                "number": ordinal(at),
                "title": title,
                "groups": [
                    {"heading": group.heading, "parts": [numbering.place(part) for part in group.parts]}
                    for group in groups
                ],
            }
            for at, (title, groups) in enumerate(_chapters(snapshot), start=1)
        ],
        "notes": [set_text(note) for note in _notes(snapshot)],
        "checks": _checks(snapshot),
        "files": files,
        "software": _("；").join(f"{name} {value}" for name, value in sorted(snapshot["software"].items())),
    }


def _shown(count: int | None) -> str:
    return FEW if count is None else f"{count:,}"


def _chapters(snapshot: Line) -> list[tuple[str, list[Group]]]:
    found = [(_("志愿登记"), [Group("", _joined(snapshot))])]
    if Figure.ORGANS_STANDING in snapshot["places"][0]["figures"]:
        found.append((_("退出、年末有效和不同意"), [Group("", _flows(snapshot))]))
    gifts = [str(label) for label in Gift.labels]
    places = _places(snapshot, list(_JOINED.values()), gifts, _("各地新登记（份，含所属各级）"))
    found.append((_("各地志愿登记"), [Group("", places)]))
    for title, parts in ((_("实现的捐献"), _given(snapshot)), (_("造血干细胞捐献"), _marrow(snapshot))):
        if parts:
            found.append((title, [Group("", parts)]))
    found.append((_("全国数字"), [Group("", _national(snapshot))]))
    return found


def _joined(snapshot: Line) -> list[Any]:
    year = int(snapshot["period"]["label"])
    years = [*((one["year"], one["figures"]) for one in snapshot["earlier"]), (year, snapshot["places"][0]["figures"])]
    counts = [
        (of_year, [figures.get(name, {}).get("whole") for name in _JOINED.values()]) for of_year, figures in years
    ]
    rows = [TableRow(_("%(year)s 年") % {"year": of_year}, [_shown(one) for one in line]) for of_year, line in counts]
    columns = [(str(label), True) for label in Gift.labels]
    found: list[Any] = [
        Words(_("登记数的是心愿，不是捐献。一个人可以同时登记几项，各项不能相加。")),
        Table(_("新登记（份）"), _("年度"), columns, rows, is_grid=True),
    ]
    if any(one is not None for _year, line in counts for one in line):
        title = _("新登记的份数，按年")
        series = [
            Series(_("%(year)s 年") % {"year": of_year}, [None if one is None else Decimal(one) for one in line])
            for of_year, line in counts
        ]
        drawn = grouped_bar_chart([str(label) for label in Gift.labels], series, title=title, unit=_("份"), height=270)
        found.append(Picture(title, for_print(drawn)))
    return found


def _flows(snapshot: Line) -> list[Any]:
    year = int(snapshot["period"]["label"])
    figures = snapshot["places"][0]["figures"]
    rows = []
    for gift, flow in FLOWS.items():
        left = figures[flow.left.value]
        gone = _shown(left["whole"])
        if left.get("since", year) != year:
            gone = _("%(count)s（%(since)s 年至今年合计）") % {"count": gone, "since": left["since"]}
        stands = figures[flow.standing.value]["whole"]
        rows.append(
            TableRow(str(Gift(gift).label), [_shown(figures[flow.joined.value]["whole"]), gone, _shown(stands)])
        )
    columns = [(_("新登记"), True), (_("撤回或变更退出"), True), (_("年末有效"), True)]
    found: list[Any] = [Table(_("全省登记的进出（份）"), _("项目"), columns, rows)]
    refused = figures[Figure.REFUSED.value]["whole"]
    if refused is not None:
        found.append(Words(_("本年度另有 %(n)s 人登记“不同意捐献”，同样受法律保护。") % {"n": f"{refused:,}"}))
    return found


def _given(snapshot: Line) -> list[Any]:
    """Gifts that units took, as far as they were counted in the year."""
    gifts = [str(label) for label in Gift.labels]
    found = _counted(snapshot, OF_GIVEN, gifts, _("实现的捐献（例）"), _("各地实现的捐献（例，含所属各级）"))
    return [Words(_("数的是接受单位已经接收的捐献。一位捐献者可以捐献几项，各项不能相加。")), *found] if found else []


def _marrow(snapshot: Line) -> list[Any]:
    """Stem-cell donors, as far as they were counted in the year; each number stands by itself."""
    labels = [figure_word(one.value) for one in OF_MARROW]
    return _counted(snapshot, OF_MARROW, labels, _("造血干细胞志愿者"), _("各地造血干细胞志愿者（含所属各级）"))


def _counted(snapshot: Line, figures: Sequence[Figure], labels: Sequence[str], title: str, by_place: str) -> list[Any]:
    """The province's numbers one by one, and those of every place; nothing for a year that did not count them."""
    whole = snapshot["places"][0]["figures"]
    named = {one.value: label for one, label in zip(figures, labels, strict=True) if one.value in whole}
    if not named:
        return []
    rows = [TableRow(label, [_shown(whole[name]["whole"])]) for name, label in named.items()]
    table = Table(title, _("指标"), [(_("数量"), True)], rows, style="narrow")
    return [table, *_places(snapshot, list(named), list(named.values()), by_place)]


def _places(snapshot: Line, names: Sequence[str], labels: Sequence[str], title: str) -> list[Any]:
    """Every association with all below, its depth shown; those whose every number is hidden are counted in words."""
    shown, silent = [], 0
    depths = {"province": "sum", "city": "", "county": "depth-1"}
    for place in snapshot["places"]:
        counts = [place["figures"][name]["whole"] for name in names]
        if all(one is None for one in counts):
            silent += 1
            continue
        shown.append(
            TableRow(printable(place["name"]), [_shown(one) for one in counts], depths.get(place["level"], ""))
        )
    columns = [(label, True) for label in labels]
    found: list[Any] = [Table(title, _("红十字会"), columns, shown)] if shown else []
    if silent:
        said = _("%(more)s%(n)s 家红十字会的这些数字都不公开（不足 5，或为了不让别的数被推算出来）。")
        found.append(Words(said % {"n": silent, "more": _("另有 ") if shown else ""}))
    return found


def _national(snapshot: Line) -> list[Any]:
    if not snapshot["national"]:
        return [Words(_("还没有录入并复核的全国数字，本年不作对照。"))]
    rows = []
    for one in snapshot["national"]:
        nearest = one["nearest"]
        here = (
            _("%(figure)s：%(n)s") % {"figure": figure_word(nearest), "n": _shown(one["here"])}
            if nearest
            else _("没有")
        )
        label = (
            str(NationalMeasure(one["measure"]).label) if one["measure"] in NationalMeasure.values else one["measure"]
        )
        rows.append(
            TableRow(label, [str(one["year"]), f"{one['number']:,}", here, printable(f"{one['source']}　{one['url']}")])
        )
    columns = [(_("年末"), True), (_("全国"), True), (_("本省最相近的数"), False), (_("来源"), False)]
    return [
        Table(_("全国数字和本省相近的数"), _("指标"), columns, rows),
        Words(
            _("两边不能直接相比：全国数字由来源单位发布，多数人在网上登记，只进全国系统；本省的数只是在红十字会柜台和"
              "上门办理的登记，同一个人可能两边都有。")
        ),
    ]  # fmt: skip


def _notes(snapshot: Line) -> list[str]:
    counted = snapshot["places"][0]
    return [
        _("来源：每家红十字会每年的数在公开日志里有一条记录，写下后不能改；本报告的每个数都与记录逐一核对，所附明细写明"
          "日志序号。本单位本年的记录在日志第 %(index)s 号。") % {"index": f"{counted['index']:,}"},
        _("统计：年度结束后统计一次，一次公开，不再重算；年度中间不公开。补办的登记计入办理的那一年。"),
        _("口径：按在本会办理的登记统计，数的是份数不是人数；登记是否有效以全国系统为准。撤回、销毁的登记，"
          "当年的统计不变。实现的捐献按本会见证、移交接受单位的例数统计。"),
        _("隐去：0 到 4 份一律不列，以“%(few)s”表示，也不说是几份；如果一个不列的数能从别的数推算出来，再多隐去一个，"
          "同样以“%(few)s”表示。两年相减、上下级相减、各处文件合起来，都推不出任何一个不列的数，"
          "也缩不到 5 以内。")
        % {"few": FEW},
        _("退出和年末有效只列全省：按县列出，两年一减就知道谁退出了。不足 5 份时与以后几年合并。"
          "不同意捐献只在全省满 5 人时列出合计。"),
        _("姓名：年报和所附文件不含任何人的姓名、证件号码、登记编号，也不含任何一个人的登记。"),
    ]  # fmt: skip


def _checks(snapshot: Line) -> list[tuple[str, str, bool]]:
    """What a reader compares at /verify/: label, value, and whether it is a digest."""
    rows = snapshot["rows"]
    return [
        (_("报告编号"), version_words(snapshot), False),
        (_("公开日志"), _("前 %(to)s 条记录") % {"to": f"{snapshot['log']['to']:,}"}, False),
        (_("数据时间"), as_of_words(snapshot), False),
        (_("明细行数"), f"{rows['count']:,}", False),
        (_("全部数字的 SHA-256"), hashlib.sha256(canonical_bytes(snapshot)).hexdigest(), True),
        (_("全部明细的 SHA-256"), rows["sha256"], True),
    ]
