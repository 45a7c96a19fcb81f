"""The sums of a training yearbook: made of its rows, and checked against them and each other before anything is set."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from core.small_cells import SMALLEST_SHOWN
from training.choices import CertificateKind, KeyGroup, RevokeReason, Setting, Topic
from transparency.rendering.figures import FiguresDisagree, Row, Rows, row_bytes
from transparency.rendering.training_words import figure_words

SCHEMA = "training/1"
CERTIFICATES, ENDS, LESSONS = "certificates", "ends", "lessons"
# The lists of rows with their sections, in the order in which the rows stand.
LISTS: dict[str, tuple[str, ...]] = {
    CERTIFICATES: ("current", "late"),
    ENDS: ("current", "late"),
    LESSONS: ("current", "late", "corrections"),
}
ORDER = [(name, section) for name, sections in LISTS.items() for section in sections]
SOURCES = ("course", "legacy", "reissue")
ENDINGS = ("revoked", "replaced")
# The figures of one association by itself.
OWN = (*SOURCES, "late", *ENDINGS, "lessons", "audience")

Line = dict[str, Any]
Pair = tuple[str, int, str, int]


@dataclass
class TrainingTally:
    """Every sum of the log's part of a yearbook, grown row by row; `months` are those of its period."""

    months: Sequence[str]
    counts: dict[tuple[str, ...], int] = field(default_factory=dict)

    def add(self, row: Row) -> None:
        """Take one row into every sum that it belongs to."""
        kind, section = row["list"], row["section"]
        if kind == CERTIFICATES:
            self._certificate(row, section)
        elif kind == ENDS:
            self._grow(1, (ENDS, "count"), (ENDS, section), (ENDS, row["status"]))
            self._grow(1, ("end_kind", row["kind"], row["status"]), ("reason", row["reason"] or ""))
            self._grow(1, ("branch", row["branch"], row["status"]))
        else:
            self._lesson(row, section)

    def _certificate(self, row: Row, section: str) -> None:
        source = row["source"]
        self._grow(1, (CERTIFICATES, "count"), (CERTIFICATES, section), (CERTIFICATES, source))
        self._grow(1, ("kind", row["kind"], source), ("branch", row["branch"], source))
        if section == "late":
            self._grow(1, ("kind", row["kind"], "late"), ("branch", row["branch"], "late"), ("earlier", source))
        else:
            self._grow(1, ("month", row["issued_on"][:7], source))

    def _lesson(self, row: Row, section: str) -> None:
        month = row["held_on"][:7]
        place = ("lesson_month", month) if month in self.months else ("lesson_earlier",)
        for what, n in (("count", row["count"]), ("audience", row["audience"])):
            self._grow(n, (LESSONS, what), ("section", section, what), (*place, what))
            self._grow(n, *((name, row[name], what) for name in ("topic", "setting", "key_group")))
        self._grow(row["count"], ("branch", row["branch"], "lessons"))
        self._grow(row["audience"], ("branch", row["branch"], "audience"))

    def _grow(self, n: int, *keys: tuple[str, ...]) -> None:
        for key in keys:
            self.counts[key] = self.counts.get(key, 0) + n

    def of(self, *key: str) -> int:
        """One sum."""
        return self.counts.get(key, 0)

    def seen(self, name: str, order: Sequence[str] = ()) -> list[str]:
        """What the rows had of one kind of sum, in an order; what that does not know comes behind."""
        found = {key[1] for key in self.counts if key[0] == name}
        return [one for one in order if one in found] + sorted(found - set(order))

    def figures(self) -> Line:
        """As it stands in a snapshot, but for the associations."""
        months = [*self.months, *(one for one in self.seen("month") if one not in self.months)]
        new = self.of(CERTIFICATES, "course") + self.of(CERTIFICATES, "legacy")
        return {
            CERTIFICATES: {
                "count": self.of(CERTIFICATES, "count"),
                "new": new,
                **{name: self.of(CERTIFICATES, name) for name in (*SOURCES, *LISTS[CERTIFICATES])},
                "by_kind": [
                    {"kind": kind, **{name: self.of("kind", kind, name) for name in (*SOURCES, "late")}}
                    for kind in self.seen("kind", CertificateKind.values)
                ],
                "by_month": [
                    {"month": month, **{name: self.of("month", month, name) for name in SOURCES}} for month in months
                ],
                "earlier": {name: self.of("earlier", name) for name in SOURCES},
            },
            ENDS: {
                "count": self.of(ENDS, "count"),
                **{name: self.of(ENDS, name) for name in (*ENDINGS, *LISTS[ENDS])},
                "by_kind": [
                    {"kind": kind, **{name: self.of("end_kind", kind, name) for name in ENDINGS}}
                    for kind in self.seen("end_kind", CertificateKind.values)
                ],
                "by_reason": [
                    {"reason": reason, "count": self.of("reason", reason)}
                    for reason in self.seen("reason", [*RevokeReason.values, ""])
                ],
            },
            LESSONS: {
                "count": self.of(LESSONS, "count"),
                "audience": self.of(LESSONS, "audience"),
                "sections": {name: self._two("section", name) for name in LISTS[LESSONS]},
                "by_topic": self._lines("topic", Topic.values),
                "by_setting": self._lines("setting", Setting.values),
                "by_key_group": self._lines("key_group", KeyGroup.values),
                "by_month": [{"month": month, **self._two("lesson_month", month)} for month in self.months],
                "earlier": self._two("lesson_earlier"),
            },
        }

    def branch(self, code: str) -> Line:
        """The figures of one association by itself."""
        return {name: self.of("branch", code, name) for name in OWN}

    def _two(self, *key: str) -> Line:
        return {name: self.of(*key, name) for name in ("count", "audience")}

    def _lines(self, name: str, order: Sequence[str]) -> list[Line]:
        return [{name: value, **self._two(name, value)} for value in self.seen(name, order)]


def months_of_year(period: Line) -> list[str]:
    """The months of a snapshot's year: 2025-01 to 2025-12."""
    return [f"{period['label']}-{month:02d}" for month in range(1, 13)]


def tally_training(months: Sequence[str], rows: Iterable[Row]) -> tuple[TrainingTally, int, str]:
    """Add up the rows in one pass, with their count and digest; FiguresDisagree for a wrong order."""
    tally, digest, count, reached = TrainingTally(months), hashlib.sha256(), 0, 0
    for row in rows:
        count += 1
        place = (row["list"], row["section"])
        if place not in ORDER[reached:]:
            raise FiguresDisagree(
                "report_rows_out_of_order",
                _("培训明细第 %(row)s 行的分类不对：须按证书、失效、普及培训，本期、补报、更正的顺序排列。")
                % {"row": count},
            )
        reached = ORDER.index(place)
        tally.add(row)
        digest.update(row_bytes(row))
    return tally, count, digest.hexdigest()


def check_training(snapshot: Line, rows: Rows) -> None:
    """Hold every figure of a yearbook against its rows and against each other.

    Raises FiguresDisagree with every figure that is wrong, and by how much; also where a count of few people is not
    hidden, or follows from what is shown beside it.
    """
    tally, count, sha256 = tally_training(months_of_year(snapshot["period"]), rows())
    found = [
        _("%(name)s为 %(figure)s，而%(source)s为 %(parts)s，相差 %(gap)s")
        % {"name": name, "figure": f"{figure:,}", "source": source, "parts": f"{parts:,}", "gap": f"{figure - parts:,}"}
        for name, figure, source, parts in _pairs(snapshot, tally, count)
        if figure != parts
    ]
    found += _few(snapshot)
    if not found and sha256 != snapshot["rows"]["sha256"]:
        found = [_("明细的内容与冻结时不一致")]
    if found:
        raise FiguresDisagree(
            "report_figures_disagree", _("培训数字不平，未生成：%(found)s。") % {"found": _("；").join(found)}
        )


def log_figures(snapshot: Line) -> dict[str, int]:
    """Every figure that is made of rows, by its place; associations by code, those that did nothing left out."""
    found: dict[str, int] = {}
    for name in LISTS:
        found |= flat(snapshot[name], name)
    for line in snapshot["by_branch"]:
        figures = {name: line[name] for name in OWN}
        if any(figures.values()):
            found |= flat(figures, f"by_branch.{line['code']}")
    return found


def flat(value: Any, name: str) -> dict[str, int]:
    """The numbers of a part of a snapshot by their place: `certificates.by_kind.cpr_aed.course`."""
    if isinstance(value, dict):
        return {place: n for key, one in value.items() for place, n in flat(one, f"{name}.{key}").items()}
    if isinstance(value, list):
        found: dict[str, int] = {}
        for line in value:
            # What a line is of is its one text; a snapshot that was read back has its keys in another order.
            what = next(text for text in line.values() if isinstance(text, str))
            found |= flat({key: n for key, n in line.items() if not isinstance(n, str)}, f"{name}.{what}")
        return found
    return {name: value}


def _pairs(snapshot: Line, tally: TrainingTally, count: int) -> Iterator[Pair]:
    """Pairs that must be equal: name and value of a figure, name and value of what it is made of."""
    frozen = log_figures(snapshot)
    codes = {line["code"] for line in snapshot["by_branch"]} | set(tally.seen("branch"))
    made = log_figures(
        {**tally.figures(), "by_branch": [{"code": code, **tally.branch(code)} for code in sorted(codes)]}
    )
    names = {line["code"]: line["name"] for line in snapshot["by_branch"]}
    for place in [*frozen, *(one for one in made if one not in frozen)]:
        yield figure_words(place, names), frozen.get(place, 0), _("明细"), made.get(place, 0)
    yield _("明细行数"), snapshot["rows"]["count"], _("明细"), count
    yield from _certificate_sums(snapshot)
    yield from _lesson_sums(snapshot)
    for name in OWN:
        whole = _whole(snapshot, name)
        word = figure_words(f"by_branch.{name}", names)
        yield word, whole, _("分机构之和"), sum(line[name] for line in snapshot["by_branch"])


def _whole(snapshot: Line, name: str) -> int:
    if name in ("lessons", "audience"):
        return int(snapshot[LESSONS]["count" if name == "lessons" else "audience"])
    return int(snapshot[ENDS if name in ENDINGS else CERTIFICATES][name])


def _certificate_sums(snapshot: Line) -> Iterator[Pair]:
    issued, ended = snapshot[CERTIFICATES], snapshot[ENDS]
    yield _("发证合计"), issued["count"], _("结业发证、历史导入、换发之和"), sum(issued[name] for name in SOURCES)
    yield _("发证合计"), issued["count"], _("本期与补报之和"), issued["current"] + issued["late"]
    yield _("新发证书"), issued["new"], _("结业发证与历史导入之和"), issued["course"] + issued["legacy"]
    for name in SOURCES:
        word = figure_words(f"{CERTIFICATES}.{name}", {})
        yield word, issued[name], _("分种类之和"), sum(line[name] for line in issued["by_kind"])
        months = sum(line[name] for line in issued["by_month"]) + issued["earlier"][name]
        yield word, issued[name], _("逐月与补报之和"), months
    yield _("补报证书"), issued["late"], _("分种类之和"), sum(line["late"] for line in issued["by_kind"])
    yield _("失效证书"), ended["count"], _("撤销与换发之和"), sum(ended[name] for name in ENDINGS)
    yield _("失效证书"), ended["count"], _("本期与补报之和"), ended["current"] + ended["late"]
    yield _("失效证书"), ended["count"], _("分原因之和"), sum(line["count"] for line in ended["by_reason"])
    for name in ENDINGS:
        word = figure_words(f"{ENDS}.{name}", {})
        yield word, ended[name], _("分种类之和"), sum(line[name] for line in ended["by_kind"])


def _lesson_sums(snapshot: Line) -> Iterator[Pair]:
    told = snapshot[LESSONS]
    for name, word in (("count", _("普及培训场次")), ("audience", _("普及培训人次"))):
        yield word, told[name], _("本期、补报、更正三项之和"), sum(one[name] for one in told["sections"].values())
        for part, source in (
            ("by_topic", _("分内容之和")), ("by_setting", _("分场所之和")), ("by_key_group", _("分人群之和")),
        ):  # fmt: skip
            yield word, told[name], source, sum(line[name] for line in told[part])
        months = sum(line[name] for line in told["by_month"]) + told["earlier"][name]
        yield word, told[name], _("逐月与以前年度之和"), months


def _few(snapshot: Line) -> list[str]:
    """Counts of people that are few and not hidden, or that the sum beside them gives away."""
    counted = snapshot["counted"]
    holders, sessions, instructors = counted["holders"], counted["sessions"], counted["instructors"]
    sums: list[tuple[str, int | None, list[int | None]]] = [
        (_("重点人群发证"), snapshot[CERTIFICATES]["new"], [one["count"] for one in snapshot["key_groups"]]),
        (_("参加考核人数"), sessions["examined"], [one["examined"] for one in sessions["by_kind"]]),
        (_("考核结果"), sessions["examined"], [sessions["passed"], sessions["failed"]]),
        (_("师资人数"), instructors["count"], [one["count"] for one in instructors["by_grade"]]),
        # One person may hold several: these make no sum.
        (_("持证人数"), None, [holders["count"], *(one["count"] for one in holders["by_kind"])]),
        (_("持证人数"), None, [one["count"] for one in (*holders["by_key_group"], *holders["by_branch"])]),
    ]
    found = []
    for name, whole, parts in sums:
        shown = [one for one in parts if one is not None]
        if any(0 < one < SMALLEST_SHOWN for one in shown) or (name != _("重点人群发证") and _is_few(whole)):
            found.append(_("%(name)s有少于 5 人的数字没有隐去") % {"name": name})
        hidden = len(parts) - len(shown)
        if whole is None:
            continue
        rest = whole - sum(shown)
        if (rest and not hidden and parts) or rest < 0:
            found.append(_("%(name)s各项之和与合计 %(whole)s 不符") % {"name": name, "whole": f"{whole:,}"})
        elif hidden == 1 or (hidden and rest <= hidden):
            found.append(_("%(name)s里隐去的数字可由合计推出") % {"name": name})
    return found


def _is_few(count: int | None) -> bool:
    return count is not None and 0 < count < SMALLEST_SHOWN
