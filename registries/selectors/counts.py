"""Counts of the registries by association for who sees counts; few people are found out on no page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, QuerySet
from django.db.models.functions import Coalesce

from core.errors import NotFound
from core.lots import lots_of
from core.small_cells import Cell, hidden_cells
from organizations.choices import ASSOCIATION_KINDS, BranchKind, Right
from organizations.models import Branch
from organizations.permissions import branches_with
from registries.choices.figures import DeskMeasure
from registries.models import DeskCount

if TYPE_CHECKING:
    import datetime

    from accounts.models import User

_PLACE = Coalesce("county_id", "city_id", "province_id", "branch_id")


@dataclass(frozen=True)
class CountRow:
    """One line: an association's own level, or with all below; None where a figure is not shown.

    `leads_on` where those below it have a page of their own.
    """

    branch: Branch
    is_sum: bool
    figures: list[int | None]
    leads_on: bool


@dataclass(frozen=True)
class CountTable:
    """An association with those right below it, or the highest that somebody sees; `above` it, the highest first.

    `is_hiding` where figures of few people are left out. `counted_at` is None, and there are no lines, before anything
    was counted for the first time.
    """

    rows: list[CountRow]
    is_hiding: bool
    counted_at: datetime.datetime | None
    above: list[Branch]


def registry_counts(person: User, *, code: str = "") -> CountTable:
    """The counts of an association in which somebody has COUNT_REGISTRIES, as counted last; four queries.

    Without a code the highest one, or all the highest where there are several. Raises NotFound.

    Nothing is counted for a reader (services/counting.py does, every few minutes): the page is as quick with millions
    of contacts, and two looks a moment apart do not tell what a colleague entered meanwhile.

    Who does not see the people there (VIEW_REGISTRIES) gets no figure of one to four, nor what would give one away:
    decided over the whole tree, so that no two readers' pages together tell more than one.
    """
    branches = list(Branch.objects.filter(kind__in=ASSOCIATION_KINDS).order_by("path"))
    seen = set(branches_with(person, Right.COUNT_REGISTRIES).values_list("pk", flat=True))
    people_seen = set(branches_with(person, Right.VIEW_REGISTRIES).values_list("pk", flat=True))
    is_hiding = not seen <= people_seen
    page = _page(branches, seen, code)
    counted, counted_at = _counted()
    if counted_at is None:
        return CountTable([], is_hiding, None, page.above)
    trees = {measure: _tree(branches, counts) for measure, counts in counted.items()}
    hidden = {one: _hidden(one, tree) if is_hiding else frozenset() for one, tree in trees.items()}
    cells = {one: _by_key(tree) for one, tree in trees.items()}

    def row(branch: Branch, kind: str, *, leads_on: bool) -> CountRow:
        key = (kind, branch.pk)
        figures = [None if key in hidden[one] else cells[one][key] for one in DeskMeasure.values]
        return CountRow(branch, kind == "sum", figures, leads_on)

    rows = []
    for branch in page.lines:
        below = _below(branch, branches)
        kinds = ["sum"] if below and all(one.pk in seen for one in below) else ["own"]
        if branch == page.of and kinds == ["sum"]:
            kinds.append("own")
        leads_on = branch != page.of and any(one.pk in seen for one in below)
        rows += [row(branch, kind, leads_on=leads_on) for kind in kinds]
    return CountTable(rows, is_hiding, counted_at, page.above)


@dataclass(frozen=True)
class _Page:
    """Whose page it is, None where several are the highest; whose lines stand on it; who stands above, who is seen."""

    of: Branch | None
    lines: list[Branch]
    above: list[Branch]


def _page(branches: list[Branch], seen: set[int], code: str) -> _Page:
    """Whose lines a page of counts has. Raises NotFound for a code of nobody whom the reader sees."""
    visible = {one.pk: one for one in branches if one.pk in seen}
    highest = [one for one in visible.values() if _parent(one) not in visible]
    of = next((one for one in visible.values() if one.code == code), None)
    if code and of is None:
        raise NotFound
    if of is None and len(highest) != 1:
        return _Page(None, highest, [])
    of = of or highest[0]
    above, parent = list[Branch](), visible.get(_parent(of) or 0)
    while parent is not None:
        above, parent = [parent, *above], visible.get(_parent(parent) or 0)
    return _Page(of, [of, *(one for one in visible.values() if _parent(one) == of.pk)], above)


def _counted() -> tuple[dict[str, dict[int, int]], datetime.datetime | None]:
    """What was counted last, each measure by association, and when; one query."""
    counted: dict[str, dict[int, int]] = {one: {} for one in DeskMeasure.values}
    counted_at = None
    rows = DeskCount.objects.values_list("branch_id", "measure", "count", "counted_at")
    for branch_id, measure, count, at in rows:
        counted[measure][branch_id], counted_at = count, at
    return counted, counted_at


def hidden_in_scope(person: User, rows: QuerySet, kind: str) -> frozenset[str]:
    """The kinds of rows (values of a column) whose number in all that somebody counts is not shown to them.

    As on the page of counts: of one to four, and what would give one away, decided over the whole tree. Four queries,
    one for who sees people wherever they count.
    """
    seen = set(branches_with(person, Right.COUNT_REGISTRIES).values_list("pk", flat=True))
    if seen <= set(branches_with(person, Right.VIEW_REGISTRIES).values_list("pk", flat=True)):
        return frozenset()
    branches = list(Branch.objects.filter(kind__in=ASSOCIATION_KINDS).order_by("path"))
    wanted, told = [], set[int]()
    for branch in branches:
        below = _below(branch, branches)
        is_whole = all(one.pk in seen for one in below)
        if branch.pk in seen and branch.pk not in told:
            wanted.append(("sum" if below and is_whole else "own", branch.pk))
            told |= {branch.pk, *(one.pk for one in below if is_whole)}
    found: dict[str, dict[int, int]] = defaultdict(dict)
    for name, place, count in count_by_place(rows, F(kind)):
        found[name][place] = count
    trees = {name: _tree(branches, counts) for name, counts in found.items()}
    # Of a school or a company there is no line of its own: nothing is told of it.
    return frozenset(name for name, tree in trees.items() if not wanted or _hidden(f"cases.{name}", tree) & set(wanted))


def _hidden(measure: str, tree: Cell) -> frozenset[Any]:
    return hidden_cells(tree, lots_of(f"registries.counts:{measure}"))


def count_by_place(rows: QuerySet, kind: Any) -> Iterator[tuple[str, int, int]]:
    """How many rows each association has of each kind (an expression): kind, association, number; one query."""
    counted = rows.order_by().annotate(place=_PLACE, kind=kind).values_list("kind", "place").annotate(n=Count("pk"))
    yield from counted


def _tree(branches: list[Branch], counts: dict[int, int]) -> Cell:
    """All associations as one sum: a city of itself and its counties, the province of itself and its cities."""
    return _node(None, branches, counts)


def _node(above: Branch | None, branches: list[Branch], counts: dict[int, int]) -> Cell:
    parts = [_node(one, branches, counts) for one in branches if _parent(one) == (above.pk if above else None)]
    if above is None:
        return Cell.of(("all", 0), parts)
    own = Cell(("own", above.pk), counts.get(above.pk, 0))
    return Cell.of(("sum", above.pk), [own, *parts]) if parts else own


def _parent(branch: Branch) -> int | None:
    """The association above by the lineage."""
    if branch.kind == BranchKind.PROVINCE:
        return None
    above = branch.city_id if branch.kind == BranchKind.COUNTY else None
    parent: int | None = above or branch.province_id
    return parent


def _below(branch: Branch, branches: list[Branch]) -> list[Branch]:
    return [one for one in branches if one.pk != branch.pk and branch.pk in (one.city_id, one.province_id)]


def _by_key(cell: Cell) -> dict[Any, int]:
    found = {cell.key: cell.count}
    for part in cell.parts:
        found |= _by_key(part)
    return found
