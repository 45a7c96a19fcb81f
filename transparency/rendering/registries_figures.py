"""The figures of a registries yearbook against its rows and each other, and that none which is hidden follows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from core.hidden_trees import spans_of
from core.small_cells import SMALLEST_SHOWN, Cell
from registries.choices.figures import FLOWS, Figure
from transparency.rendering.figures import FiguresDisagree, Rows, row_bytes

SCHEMA = "registries/1"

Line = dict[str, Any]


def figure_word(figure: str) -> str:
    """A figure in words; one that this program does not know is shown as it is."""
    return str(Figure(figure).label) if figure in Figure.values else figure


def check_registries(snapshot: Line, rows: Rows) -> None:
    """Hold every figure of a yearbook against its rows and each other.

    Raises FiguresDisagree with every figure that is wrong; also where a number of fewer than five is shown, or one that
    is not shown follows from those that are, within a year or between years.
    """
    found = [*_differing(snapshot, rows), *_small(snapshot)]
    for figure in _by_place(snapshot):
        found += _wrong_sums(snapshot, figure)
    found += _wrong_flows(snapshot)
    if found:
        raise FiguresDisagree(
            "report_figures_disagree", _("捐献登记数字不平，未生成：%(found)s。") % {"found": _("；").join(found)}
        )


def figures_by_place(snapshot: Line) -> dict[str, Any]:
    """Every figure of a snapshot by its place: `2025.330106.organs_joined.whole`."""
    year = int(snapshot["period"]["label"])
    parts = [(year, place["code"], place["figures"]) for place in snapshot["places"]]
    parts += [(one["year"], snapshot["branch"]["code"], one["figures"]) for one in snapshot["earlier"]]
    return {
        f"{of_year}.{code}.{figure}.{what}": number
        for of_year, code, figures in parts
        for figure, said in figures.items()
        for what, number in said.items()
    }


def _differing(snapshot: Line, rows: Rows) -> Iterator[str]:
    """What the rows do not say as the snapshot does."""
    made: dict[str, Any] = {}
    digest, count = hashlib.sha256(), 0
    for row in rows():
        digest.update(row_bytes(row))
        count += 1
        place = f"{row['year']}.{row['branch']}.{row['figure']}"
        made[f"{place}.whole"] = row["whole"]
        if row["has_own"]:
            made[f"{place}.own"] = row["own"]
        if row["since"] is not None:
            made[f"{place}.since"] = row["since"]
    frozen = figures_by_place(snapshot)
    for place in sorted({*frozen, *made}):
        if frozen.get(place, "") != made.get(place, ""):
            yield _("%(place)s为 %(figure)s，而明细为 %(row)s") % {
                "place": _place_words(snapshot, place),
                "figure": _said(frozen.get(place)),
                "row": _said(made.get(place)),
            }
    if count != snapshot["rows"]["count"] or digest.hexdigest() != snapshot["rows"]["sha256"]:
        yield _("明细的内容与冻结时不一致")


def _small(snapshot: Line) -> Iterator[str]:
    for place, number in figures_by_place(snapshot).items():
        if number is not None and number < SMALLEST_SHOWN:
            yield _("%(place)s少于 5，没有隐去") % {"place": _place_words(snapshot, place)}


def _by_place(snapshot: Line) -> list[str]:
    """The figures that every place has, which are sums of each other."""
    return [
        figure
        for figure in snapshot["places"][0]["figures"]
        if all(figure in place["figures"] for place in snapshot["places"])
    ]


def _wrong_sums(snapshot: Line, figure: str) -> Iterator[str]:
    """Places that are not the sum of what stands below them, and hidden numbers that the others give away."""
    places = {place["code"]: place for place in snapshot["places"]}
    hidden: set[str] = set()
    top = _cell(snapshot["branch"]["code"], places, figure, hidden)
    word = figure_word(figure)
    for place in places.values():
        said = place["figures"][figure]
        parts = [said.get("own"), *(places[one]["figures"][figure]["whole"] for one in place["below"])]
        known = [one for one in parts if one is not None]
        if said["whole"] is None or not place["below"]:
            continue
        if (len(known) == len(parts) and sum(known) != said["whole"]) or sum(known) > said["whole"]:
            yield _("%(place)s的“%(figure)s”为 %(whole)s，与所属之和 %(sum)s 不符") % {
                "place": place["name"], "figure": word, "whole": said["whole"], "sum": sum(known),
            }  # fmt: skip
    for key, span in spans_of(top, hidden).items():
        if key in hidden and not span.is_wide:
            name = places[str(key).partition(" ")[0]]["name"]
            yield _("%(place)s的“%(figure)s”可由别的数推出") % {"place": name, "figure": word}


def _cell(code: str, places: dict[str, Line], figure: str, hidden: set[str]) -> Cell:
    place = places[code]
    said = place["figures"][figure]
    parts = [_cell(one, places, figure, hidden) for one in place["below"]]
    if parts:
        parts.append(Cell(f"{code} own", said["own"] or 0))
    for what in ("whole", "own") if parts else ("whole",):
        if said[what] is None:
            hidden.add(f"{code} {what}")
    return Cell(f"{code} whole", said["whole"] or 0, tuple(parts))


def _wrong_flows(snapshot: Line) -> Iterator[str]:
    """Years whose standing is not that of the last shown year and who joined, less who left, since."""
    year = int(snapshot["period"]["label"])
    years = [*((one["year"], one["figures"]) for one in snapshot["earlier"]), (year, snapshot["places"][0]["figures"])]
    for flow in FLOWS.values():
        before: int | None = None
        joined: list[int | None] = []
        for of_year, figures in years:
            if flow.standing.value not in figures:
                continue
            joined.append(figures[flow.joined.value]["whole"])
            left, stands = figures[flow.left.value]["whole"], figures[flow.standing.value]["whole"]
            if stands is None:
                continue
            known = [one for one in joined if one is not None]
            is_known = before is not None and left is not None and len(known) == len(joined)
            if is_known and (before or 0) + sum(known) - left != stands:
                yield _("%(year)s 年“%(figure)s”与上次公开的数、新登记和退出不符") % {
                        "year": of_year, "figure": flow.standing.label,
                    }  # fmt: skip
            before, joined = stands, []


def _place_words(snapshot: Line, place: str) -> str:
    year, code, figure, _what = place.split(".")
    names = {one["code"]: one["name"] for one in snapshot["places"]}
    return _("%(year)s 年%(name)s“%(figure)s”") % {
        "year": year, "name": names.get(code, code), "figure": figure_word(figure),
    }  # fmt: skip


def _said(number: int | None) -> str:
    return _("不公开") if number is None else f"{number:,}"
