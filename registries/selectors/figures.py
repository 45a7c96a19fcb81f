"""The published figures of the registries: for pages, files and reports. All of it is read from the same rows."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from organizations.choices import ASSOCIATION_KINDS, Right
from organizations.models import Branch
from organizations.permissions import branches_with
from registries.choices.figures import BY_PLACE, FLOWS, OF_GIVEN, OF_MARROW, Figure, Gift
from registries.models import RegistryFigures

if TYPE_CHECKING:
    from accounts.models import User

# A hidden number reads the same for 0 to 4 as for one that is hidden for another's sake.
FIGURE_FIELDS: tuple[tuple[str, str, Any], ...] = (
    ("year", "integer", _("年度，按在本会办理的日期")),
    ("branch", "string", _("红十字会的代码")),
    ("branch_name", "string", _("红十字会的名称")),
    ("level", "string", _("层级的英文代码：province、city、county")),
    ("figure", "string", _("指标的英文代码")),
    ("figure_name", "string", _("指标的名称")),
    (
        "whole",
        "integer",
        _("含所属各级的数，登记按份、志愿者按人、捐献和采集按例；空表示不公开（不足 5，或为了不让别的数被推算出来）"),
    ),
    ("own", "integer", _("其中本级的数；下面没有别的红十字会的为空，其他空表示不公开")),
    ("since", "integer", _("几年合计时的起始年度；只是一年的为空")),
    ("counted_at", "datetime", _("统计时间；以后不再改动")),
)


COLUMNS = tuple(str(label) for label in Gift.labels)
MARROW_COLUMNS = (_("新报名（人）"), _("新入库（人）"), _("采集（例）"))
# What pages show by place: title, the names of its columns, their figures.
BY_PLACE_TABLES: tuple[tuple[Any, Sequence[Any], tuple[Figure, ...]], ...] = (
    (_("各地新登记（份）"), COLUMNS, BY_PLACE),
    (_("各地实现的捐献（例）"), COLUMNS, OF_GIVEN),
    (_("各地造血干细胞志愿者"), MARROW_COLUMNS, OF_MARROW),
)


@dataclass(frozen=True)
class PlaceFigures:
    """What is shown of an association in a year; `name` says whose it is."""

    branch: Branch
    name: str
    figures: dict[str, dict[str, Any]]

    @property
    def joined(self) -> list[int | None]:
        """Those who joined by gift, in the order of BY_PLACE, with all below."""
        return [self.count_of(one) for one in BY_PLACE]

    @property
    def cells(self) -> list[tuple[str, int | None]]:
        """The same with the name of each column."""
        return list(zip(COLUMNS, self.joined, strict=True))

    def count_of(self, figure: Figure, what: str = "whole") -> int | None:
        """What is shown of a figure, `whole` or `own`; None where nothing is."""
        said: int | None = self.figures.get(figure.value, {}).get(what)
        return said

    @property
    def standing_cells(self) -> list[tuple[str, int | None]]:
        """For the desk: what stands by gift, and who refused in the year."""
        wanted: list[tuple[Any, Figure]] = [(gift.label, FLOWS[gift].standing) for gift in Gift]
        return [(str(label), self.count_of(one)) for label, one in [*wanted, (_("不同意"), Figure.REFUSED)]]


@dataclass(frozen=True)
class FlowLine:
    """One gift in a province: joined, left (of several years where `since` is before the year), standing."""

    label: str
    joined: int | None
    left: int | None
    standing: int | None
    since: int


@dataclass(frozen=True)
class PlaceRow:
    """One line of a table by place: whose it is, each column's name with what is shown."""

    name: str
    code: str
    cells: list[tuple[str, int | None]]

    @property
    def is_told(self) -> bool:
        """Whether anything of it is shown."""
        return any(count is not None for _name, count in self.cells)


@dataclass(frozen=True)
class PlaceTable:
    """Figures by place: those below of which anything is shown, the association by itself, the sum; who is silent."""

    title: str
    rows: list[PlaceRow]
    own: PlaceRow | None
    whole: PlaceRow
    silent: list[PlaceRow]


@dataclass(frozen=True)
class PlacesTable:
    """Figures of several associations side by side, of which anything is shown; they are not added up."""

    title: str
    columns: list[str]
    rows: list[PlaceRow]


@dataclass(frozen=True)
class YearFigures:
    """A year of one association and of those directly below it; `flows` and `refused` of a province alone."""

    year: int
    whole: PlaceFigures
    below: list[PlaceFigures]
    counted_at: datetime.datetime
    flows: list[FlowLine]
    refused: int | None

    @property
    def tables(self) -> list[PlaceTable]:
        """The tables by place of what was counted in that year."""
        return [
            self._table(str(title), [str(one) for one in columns], figures)
            for title, columns, figures in BY_PLACE_TABLES
            if any(one.value in self.whole.figures for one in figures)
        ]

    def _table(self, title: str, columns: list[str], figures: tuple[Figure, ...]) -> PlaceTable:
        def row(place: PlaceFigures, what: str = "whole") -> PlaceRow:
            return _row(place, columns, figures, what)

        below = [row(one) for one in self.below]
        told = [one for one in below if one.is_told]
        return PlaceTable(
            title,
            told,
            row(self.whole, "own") if self.below else None,
            row(self.whole),
            [one for one in below if one not in told],
        )


def published_years() -> list[int]:
    """The years that are published, newest first; one query."""
    return list(RegistryFigures.objects.order_by("-year").values_list("year", flat=True).distinct())


def figures_of_year(branch: Branch, year: int) -> YearFigures | None:
    """What is published of an association and those directly below it; None where nothing is. Two queries."""
    row = RegistryFigures.objects.filter(branch=branch, year=year).first()
    if row is None:
        return None
    below = RegistryFigures.objects.filter(year=year, branch__code__in=row.below).select_related("branch")
    return YearFigures(
        year,
        _place(row, branch),
        [_place(one, one.branch) for one in below.order_by("branch__path")],
        row.counted_at,
        [_flow(row, gift) for gift in Gift.values] if row.figures.get(Figure.ORGANS_STANDING) else [],
        row.figures.get(Figure.REFUSED, {}).get("whole"),
    )


def joined_through_years(branch: Branch, *, upto: int, most: int = 5) -> list[tuple[int, list[int | None]]]:
    """Those who joined by gift in the last published years, oldest first; one query."""
    rows = RegistryFigures.objects.filter(branch=branch, year__lte=upto).order_by("-year")[:most]
    return [(row.year, _place(row, branch).joined) for row in reversed(rows)]


def figure_rows(branch: Branch | None = None, year: int | None = None) -> Iterator[dict[str, Any]]:
    """Published figures as rows of a file: all, or those of an association with all below, or of a year; one query."""
    rows: QuerySet[RegistryFigures] = RegistryFigures.objects.select_related("branch")
    if branch is not None:
        rows = rows.filter(branch__path__startswith=branch.path)
    if year is not None:
        rows = rows.filter(year=year)
    for row in rows.order_by("year", "branch__path").iterator(chunk_size=500):
        for figure in Figure:
            if (said := row.figures.get(figure.value)) is not None:
                yield {
                    "year": row.year,
                    "branch": row.branch.code,
                    "branch_name": row.branch.name,
                    "level": row.branch.kind,
                    "figure": figure.value,
                    "figure_name": str(figure.label),
                    "whole": said["whole"],
                    "own": said.get("own"),
                    "since": said.get("since"),
                    "counted_at": row.counted_at,
                }


def published_places(person: User, year: int) -> list[PlaceFigures]:
    """What is published of the associations that somebody counts for, hidden as everywhere; two queries."""
    branches = branches_with(person, Right.COUNT_REGISTRIES).filter(kind__in=ASSOCIATION_KINDS)
    rows = RegistryFigures.objects.filter(year=year, branch__in=branches).select_related("branch")
    return [_place(one, one.branch) for one in rows.order_by("branch__path")]


def tables_of_places(places: Sequence[PlaceFigures]) -> list[PlacesTable]:
    """The tables that pages show by place, of associations that somebody counts for; the silent ones are left out."""
    found = []
    for title, labels, figures in BY_PLACE_TABLES:
        columns = [str(one) for one in labels]
        rows = [one for one in (_row(place, columns, figures) for place in places) if one.is_told]
        found += [PlacesTable(str(title), columns, rows)] if rows else []
    return found


def silent_places(places: Sequence[PlaceFigures]) -> int:
    """Of how many associations nothing is shown in any of the tables."""
    told = {row.code for table in tables_of_places(places) for row in table.rows}
    return sum(1 for one in places if one.branch.code not in told)


def _row(place: PlaceFigures, columns: list[str], figures: tuple[Figure, ...], what: str = "whole") -> PlaceRow:
    counts = [place.count_of(one, what) for one in figures]
    return PlaceRow(place.name, place.branch.code, list(zip(columns, counts, strict=True)))


def _place(row: RegistryFigures, branch: Branch) -> PlaceFigures:
    return PlaceFigures(branch, branch.short_name, row.figures)


def _flow(row: RegistryFigures, gift: str) -> FlowLine:
    flow = FLOWS[gift]
    joined, left, standing = (row.figures.get(one.value, {}) for one in (flow.joined, flow.left, flow.standing))
    since = left.get("since", row.year)
    return FlowLine(str(Gift(gift).label), joined.get("whole"), left.get("whole"), standing.get("whole"), since)
