"""What the templates of a training yearbook show: cover, figures of the year, chapters, how it is checked."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from core.canonical import canonical_bytes
from core.printing.glyphs import printable
from training.choices import AedStanding
from transparency.rendering.annual_tables import Line, Numbering, Table, cover_bars
from transparency.rendering.context import FileLine
from transparency.rendering.prose import ordinal, set_text
from transparency.rendering.training_chapters import chapters_of, overview
from transparency.rendering.training_figures import CERTIFICATES, LESSONS
from transparency.rendering.training_words import FEW, shown
from transparency.rendering.words import (
    as_of_words,
    branch_name,
    change_words,
    day_words,
    moment,
    moment_stamp,
    scope_words,
    version_words,
    window_words,
)


def training_context(snapshot: Line, *, files: Sequence[FileLine] = ()) -> dict[str, Any]:
    """Return the context `report` of templates/reports/training_yearbook.html; nothing is read from a database."""
    numbering = Numbering()
    year = snapshot["period"]["label"]
    first = [_placed(numbering, part) for part in overview(snapshot)]
    corrects = snapshot["corrects"]
    return {
        "kind": snapshot["kind"],
        "title": _("%(branch)s %(year)s 年度应急救护培训年报") % {"branch": branch_name(snapshot), "year": year},
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
            [Decimal(line["course"] + line["legacy"]) for line in snapshot[CERTIFICATES]["by_month"][:12]],
            title=_("逐月新发证书"),
        ),
        "numbers": _numbers(snapshot),
        "overview": first,
        "chapters": [
            {
                "anchor": f"chapter-{at}",
                "number": ordinal(at),
                "title": chapter.title,
                "groups": [
                    {
                        "heading": _heading(group.heading, place),
                        "parts": [_placed(numbering, part) for part in group.parts],
                    }
                    for place, group in enumerate(chapter.groups, start=1)
                ],
            }
            for at, chapter in enumerate(chapters_of(snapshot), start=1)
        ],
        "notes": [set_text(note) for note in _notes(snapshot)],
        "checks": _checks(snapshot),
        "files": files,
        "software": _("；").join(f"{name} {value}" for name, value in sorted(snapshot["software"].items())),
    }


def _placed(numbering: Numbering, part: Any) -> Any:
    """A part with its number; a table of figures alone stays a table on a phone."""
    if isinstance(part, Table) and all(figures for _name, figures in part.columns):
        part = replace(part, is_grid=True)
    return numbering.place(part)


def _heading(heading: str, place: int) -> str:
    number = _("（%(number)s）") % {"number": ordinal(place)}
    return f"{number}{heading}" if heading else ""


def _numbers(snapshot: Line) -> list[dict[str, str]]:
    """The six large figures of the year, each with what belongs to it and what changed."""
    issued, told, counted, before = (
        snapshot[CERTIFICATES],
        snapshot[LESSONS],
        snapshot["counted"],
        snapshot["last_year"],
    )
    holders, sessions, aeds = counted["holders"], counted["sessions"], counted["aeds"]
    ready = sum(line["count"] for line in aeds["by_standing"] if line["standing"] == AedStanding.READY)
    on = _("截至 %(day)s") % {"day": counted["on"]}
    rate, examined = holders["rate"], shown(sessions["examined"])
    figures = (
        (_("新发证书"), issued["new"], _("张"), _("另换发 %(n)s 张") % {"n": f"{issued['reissue']:,}"}, "new"),
        (_("普及培训"), told["audience"], _("人次"), _("一人参加几次计几次"), "audience"),
        (_("普及培训场次"), told["count"], _("场"), _("经第二人核对"), "lessons"),
        (_("培训班"), sessions["count"], _("期"), _("参加考核 %(n)s 人") % {"n": examined}, "sessions"),
        (_("持证人数"), holders["count"], _("人"),
         _("持证率 %(rate)s%%，%(on)s") % {"rate": rate, "on": on} if rate is not None else on, "holders"),
        (_("AED"), aeds["count"], _("台"), _("其中可用 %(n)s 台，%(on)s") % {"n": f"{ready:,}", "on": on}, ""),
    )  # fmt: skip
    return [
        {
            "label": label, "value": shown(count), "unit": "" if count is None else unit, "exact": exact,
            "change": _change(count, before and before.get(name)) if name and before else "",
        }
        for label, count, unit, exact, name in figures
    ]  # fmt: skip


def _change(now: int | None, then: int | None) -> str:
    if now is None or then is None:
        return ""
    return _("比上年%(change)s") % {"change": change_words(Decimal(now), Decimal(then))}


def _notes(snapshot: Line) -> list[str]:
    log = snapshot["log"]
    return [
        _("期间：按公开日志的先后划分。证书、失效和普及培训取日志第 %(from)s 号（含）至第 %(to)s 号（不含）之间的记录，"
          "与上一年的年报首尾相接，每条记录只进入一份年报；每个数都可由所附明细逐行加出，并可凭日志序号核对原记录。")
        % {"from": f"{log['from']:,}", "to": f"{log['to']:,}"},
        _("统计日：持证人数、师资、AED、场所、培训班、救人事例、合同和目标完成数不在日志里，为 %(day)s 零时起固定数据时"
          "按登记统计的数字。") % {"day": snapshot["counted"]["on"]},
        _("补报：发证、失效或举办在以前年度、本年度才登记或核对的，计入本年度并单列，不改动以前的年报。"),
        _("更正：已核对的普及培训有误时，原记录退回（负数），新记录计入，两行都列在明细里。"),
        _("换发：复训延期、补发、姓名更正等换发的新证不增加持证人，不计入新发；被换下的证书计入失效。"),
        _("人数：1 至 4 人的数字不列，以“%(few)s”表示；如只有一个数字会因此被推算出来，同组另一个数字也不列。"
          "证书张数、场次、人次、台数不是人数，照实列出。") % {"few": FEW},
        _("姓名：年报和所附文件不含任何人的姓名、证件号码和证书查验码。"),
        _("文字：合同名称、依据文件和人口来源按登记照录，其余文字、数字、图和表由系统生成。"),
    ]  # fmt: skip


def _checks(snapshot: Line) -> list[tuple[str, str, bool]]:
    """What a reader compares at /verify/: label, value, and whether it is a digest."""
    log, rows = snapshot["log"], snapshot["rows"]
    places = {"from": f"{log['from']:,}", "to": f"{log['to']:,}"}
    return [
        (_("报告编号"), version_words(snapshot), False),
        (_("日志范围"), _("第 %(from)s 号（含）至第 %(to)s 号（不含）") % places, False),
        (_("数据时间"), as_of_words(snapshot), False),
        (_("明细行数"), _("证书 %(certificates)s 行，失效 %(ends)s 行，普及培训 %(lessons)s 行") % {
            name: f"{rows[name]:,}" for name in (CERTIFICATES, "ends", LESSONS)}, False),
        (_("全部数字的 SHA-256"), hashlib.sha256(canonical_bytes(snapshot)).hexdigest(), True),
        (_("全部明细的 SHA-256"), rows["sha256"], True),
    ]  # fmt: skip
