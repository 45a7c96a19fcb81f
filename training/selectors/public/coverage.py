"""How many were taught and are certified, by association: the newest daily figures with what rates are of."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Max

from core.clock import SHANGHAI
from organizations.choices import ASSOCIATION_KINDS, BranchKind
from organizations.models import Branch
from training.choices import CertificateKind, KeyGroup, Measure, PopulationBasis
from training.models import CoverageCount, Population, TrainingTarget

TENTH, HUNDREDTH = Decimal("0.1"), Decimal("0.01")
_Key = tuple[int, str, str, str]


@dataclass(frozen=True)
class _Figures:
    """The counts of some associations, and which of them are shown to nobody."""

    counts: dict[_Key, int]
    hidden: frozenset[_Key]

    def all(self, branch: Branch, measure: str, kind: str = "", group: str = "") -> int:
        """A count, to be looked at and not shown."""
        return self.counts.get((branch.pk, measure, kind, group), 0)

    def shown(self, branch: Branch, measure: str, kind: str = "", group: str = "") -> int | None:
        """A count as it may be shown; mass lessons are no people and hide nothing."""
        key = (branch.pk, measure, kind, group)
        return None if key in self.hidden and measure != Measure.AUDIENCE else self.counts.get(key, 0)


@dataclass(frozen=True)
class Residents:
    """The people that a rate is of."""

    count: int
    year: int
    basis: str
    source: str


@dataclass(frozen=True)
class CoverageRow:
    """One association with all below: person-times of mass lessons and certificates of the year, people certified.

    `holders` of any kind, `first_aiders` and `cpr_holders` of one; None where few are hidden. Rates are percent with
    two places, None without a denominator or with a hidden number.
    """

    branch: Branch
    audience: int
    issued: int | None
    holders: int | None
    first_aiders: int | None
    cpr_holders: int | None
    residents: Residents | None

    @property
    def audience_rate(self) -> Decimal | None:
        """Person-times of the year in a hundred inhabitants."""
        return _percent(self.audience, self.residents)

    @property
    def holder_rate(self) -> Decimal | None:
        """People with a valid certificate in a hundred inhabitants."""
        return _percent(self.holders, self.residents)


@dataclass(frozen=True)
class GroupRow:
    """One key group: person-times taught, certificates of the year, people certified; None where few are hidden."""

    label: str
    audience: int
    issued: int | None
    holders: int | None
    code: str = ""


@dataclass(frozen=True)
class Progress:
    """A year's promise and how far it is kept; `rate` in percent."""

    label: str
    target: int
    done: int | None
    rate: Decimal | None
    document: str
    is_changed: bool


@dataclass(frozen=True)
class Own:
    """What an association did itself, beside those below it: with theirs it makes the whole. None where few are hidden.

    People certified are in no such column: one may hold certificates of several associations.
    """

    audience: int
    issued: int | None


@dataclass(frozen=True)
class Coverage:
    """The figures of one association and of those directly below it, as they stood at the beginning of `as_of`."""

    as_of: datetime.date | None
    branch: Branch
    year: int
    basis_code: str
    whole: CoverageRow
    own: Own | None = None
    below: list[CoverageRow] = field(default_factory=list)
    groups: list[GroupRow] = field(default_factory=list)
    targets: list[Progress] = field(default_factory=list)

    @property
    def counted_at(self) -> datetime.datetime | None:
        """The moment up to which was counted: the beginning of the day in Shanghai."""
        return datetime.datetime.combine(self.as_of, datetime.time(), SHANGHAI) if self.as_of else None

    @property
    def basis(self) -> str:
        """What people the rates are of, in words."""
        return str(PopulationBasis(self.basis_code).label)

    @property
    def holders_below(self) -> int | None:
        """The people certified that the associations below count, added up; None where numbers are hidden."""
        parts = [one.holders for one in self.below]
        return None if None in parts else sum(one or 0 for one in parts)


def coverage_of(branch: Branch, *, year: int, basis: str = PopulationBasis.RESIDENT) -> Coverage:
    """The newest figures of an association; five queries whatever its size."""
    as_of = newest_day()
    children = list(
        Branch.objects.valid().filter(path__startswith=branch.path, depth=branch.depth + 1, kind__in=ASSOCIATION_KINDS)
    )
    branches = [branch, *children]
    figures = _figures(as_of, branches, year)
    residents = residents_of(branches, year, basis)
    return Coverage(
        as_of=as_of,
        branch=branch,
        year=year,
        basis_code=basis,
        whole=_row(branch, figures, residents),
        own=_own(branch, children, figures) if children else None,
        below=[_row(one, figures, residents) for one in children],
        groups=_groups(branch, figures),
        targets=_targets(branch, figures, year),
    )


def newest_day() -> datetime.date | None:
    """The day of the newest figures; one query."""
    found: datetime.date | None = CoverageCount.objects.aggregate(day=Max("as_of"))["day"]
    return found


def rows_of(
    branches: list[Branch], *, as_of: datetime.date | None, year: int, basis: str = PopulationBasis.RESIDENT
) -> Iterator[tuple[CoverageRow, list[GroupRow]]]:
    """Each association's figures of a year and its groups, for a file; two queries whatever their number."""
    figures, residents = _figures(as_of, branches, year), residents_of(branches, year, basis)
    for one in branches:
        yield _row(one, figures, residents), _groups(one, figures)


def county_rates(coverage: Coverage) -> list[tuple[str, str, Decimal | None]]:
    """City, county and the share of people certified in percent, for all counties below; none below a county.

    Three queries.
    """
    counties = list(
        Branch.objects.valid()
        .filter(path__startswith=coverage.branch.path, kind=BranchKind.COUNTY)
        .exclude(pk=coverage.branch.pk)
        .select_related("city__division", "division")
    )
    if not counties:
        return []
    figures = _figures(coverage.as_of, counties, 0)
    residents = residents_of(counties, coverage.year, coverage.basis_code)
    return [
        (
            one.city.division.name if one.city else "",
            one.division.name,
            _percent(figures.shown(one, Measure.HOLDERS), residents.get(one.pk)),
        )
        for one in counties
    ]


def known_years() -> list[int]:
    """The years that there are figures of, newest first; one query."""
    rows = CoverageCount.objects.exclude(measure=Measure.HOLDERS).values_list("year", flat=True).distinct()
    return sorted(rows, reverse=True)


def _figures(as_of: datetime.date | None, branches: list[Branch], year: int) -> _Figures:
    if as_of is None:
        return _Figures({}, frozenset())
    rows = CoverageCount.objects.filter(as_of=as_of, branch__in=branches, year__in=[0, year])
    named = rows.values_list("branch_id", "measure", "kind", "key_group", "count", "is_hidden")
    counts: dict[_Key, int] = {}
    hidden: set[_Key] = set()
    for branch_id, measure, kind, group, count, is_hidden in named:
        key = (branch_id, measure, kind, group)
        counts[key] = count
        if is_hidden:
            hidden.add(key)
    return _Figures(counts, frozenset(hidden))


def residents_of(branches: list[Branch], year: int, basis: str) -> dict[int, Residents]:
    """The newest number of each branch's division, of the year or the last known before it."""
    divisions = {one.division_id: one.pk for one in branches}
    rows = Population.objects.filter(division_id__in=divisions, basis=basis, year__lte=year)
    newest = rows.order_by("division_id", "-year", "-pk").distinct("division_id")
    return {divisions[one.division_id]: Residents(one.count, one.year, one.basis, one.source) for one in newest}


def _own(branch: Branch, children: list[Branch], figures: _Figures) -> Own:
    heard = figures.all(branch, Measure.AUDIENCE) - sum(figures.all(one, Measure.AUDIENCE) for one in children)
    issued = [figures.shown(one, Measure.ISSUED) for one in (branch, *children)]
    # Shown where it follows from what is shown anyway.
    whole, *parts = [one or 0 for one in issued]
    return Own(heard, None if None in issued else whole - sum(parts))


def _row(branch: Branch, figures: _Figures, residents: dict[int, Residents]) -> CoverageRow:
    return CoverageRow(
        branch=branch,
        audience=figures.all(branch, Measure.AUDIENCE),
        issued=figures.shown(branch, Measure.ISSUED),
        holders=figures.shown(branch, Measure.HOLDERS),
        first_aiders=figures.shown(branch, Measure.HOLDERS, CertificateKind.FIRST_AIDER),
        cpr_holders=figures.shown(branch, Measure.HOLDERS, CertificateKind.CPR_AED),
        residents=residents.get(branch.pk),
    )


def _groups(branch: Branch, figures: _Figures) -> list[GroupRow]:
    measures = (Measure.AUDIENCE, Measure.ISSUED, Measure.HOLDERS)
    return [
        GroupRow(
            str(label),
            figures.all(branch, Measure.AUDIENCE, "", group),
            figures.shown(branch, Measure.ISSUED, "", group),
            figures.shown(branch, Measure.HOLDERS, "", group),
            group,
        )
        for group, label in KeyGroup.choices
        if any(figures.all(branch, measure, "", group) for measure in measures)
    ]


def _targets(branch: Branch, figures: _Figures, year: int) -> list[Progress]:
    # A share of a school's staff is on the page of schools.
    counted = TrainingTarget.objects.exclude(measure=Measure.SCHOOL_STAFF)
    rows = counted.filter(branch=branch, year=year).order_by("measure", "kind", "-pk")
    newest: dict[tuple[str, str], list[TrainingTarget]] = {}
    for one in rows:
        newest.setdefault((one.measure, one.kind), []).append(one)
    found = []
    for (measure, kind), told in newest.items():
        done, target = figures.shown(branch, measure, kind), told[0]
        label = str(Measure(measure).label)
        if kind:
            label = f"{label} · {CertificateKind(kind).label}"
        rate = None if done is None else (Decimal(done) * 100 / target.count).quantize(TENTH)
        found.append(Progress(label, target.count, done, rate, target.document, len(told) > 1))
    return found


def _percent(count: int | None, residents: Residents | None) -> Decimal | None:
    if count is None or residents is None:
        return None
    return (Decimal(count) * 100 / residents.count).quantize(HUNDREDTH)


def coverage_fields() -> tuple[str, ...]:
    """The columns of the file, in order."""
    return (
        "as_of", "branch", "branch_name", "year", "audience", "issued", "holders", "first_aiders", "cpr_holders",
        "population", "population_year", "population_basis", "audience_rate", "holder_rate",
    )  # fmt: skip


def coverage_file(coverage: Coverage) -> list[dict[str, Any]]:
    """The association and those below it as rows of a file; an empty value is a number that is not shown or known."""
    return [
        {
            "as_of": coverage.as_of.isoformat() if coverage.as_of else "",
            "branch": one.branch.code,
            "branch_name": one.branch.name,
            "year": coverage.year,
            "audience": one.audience,
            "issued": one.issued,
            "holders": one.holders,
            "first_aiders": one.first_aiders,
            "cpr_holders": one.cpr_holders,
            "population": one.residents.count if one.residents else None,
            "population_year": one.residents.year if one.residents else None,
            "population_basis": one.residents.basis if one.residents else None,
            "audience_rate": str(one.audience_rate) if one.audience_rate is not None else None,
            "holder_rate": str(one.holder_rate) if one.holder_rate is not None else None,
        }
        for one in [coverage.whole, *coverage.below]
    ]
