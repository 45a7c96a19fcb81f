"""How many were taught and are certified, by association: the newest daily figures with what rates are of."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Max

from core.clock import SHANGHAI
from core.small_cells import hide_small
from organizations.choices import ASSOCIATION_KINDS, BranchKind
from organizations.models import Branch
from training.choices import CertificateKind, KeyGroup, Measure, PopulationBasis
from training.models import CoverageCount, Population, TrainingTarget

TENTH, HUNDREDTH = Decimal("0.1"), Decimal("0.01")
_Key = tuple[int, str, str, str]


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
    done: int
    rate: Decimal
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
    as_of = CoverageCount.objects.aggregate(day=Max("as_of"))["day"]
    children = list(
        Branch.objects.valid().filter(path__startswith=branch.path, depth=branch.depth + 1, kind__in=ASSOCIATION_KINDS)
    )
    branches = [branch, *children]
    counts = _counts(as_of, branches, year)
    residents = residents_of(branches, year, basis)
    return Coverage(
        as_of=as_of,
        branch=branch,
        year=year,
        basis_code=basis,
        whole=_rows([branch], counts, residents)[0],
        own=_own(branch, children, counts) if children else None,
        below=_rows(children, counts, residents, own=_own_issued(branch, children, counts)),
        groups=_groups(branch, counts),
        targets=_targets(branch, counts, year),
    )


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
    counts = _counts(coverage.as_of, counties, 0)
    residents = residents_of(counties, coverage.year, coverage.basis_code)
    shown = hide_small([counts.get((one.pk, Measure.HOLDERS, "", ""), 0) for one in counties])
    return [
        (one.city.division.name if one.city else "", one.division.name, _percent(count, residents.get(one.pk)))
        for one, count in zip(counties, shown, strict=True)
    ]


def known_years() -> list[int]:
    """The years that there are figures of, newest first; one query."""
    rows = CoverageCount.objects.exclude(measure=Measure.HOLDERS).values_list("year", flat=True).distinct()
    return sorted(rows, reverse=True)


def _counts(as_of: datetime.date | None, branches: list[Branch], year: int) -> dict[_Key, int]:
    if as_of is None:
        return {}
    rows = CoverageCount.objects.filter(as_of=as_of, branch__in=branches, year__in=[0, year])
    named = rows.values_list("branch_id", "measure", "kind", "key_group", "count")
    return {(branch_id, measure, kind, group): count for branch_id, measure, kind, group, count in named}


def residents_of(branches: list[Branch], year: int, basis: str) -> dict[int, Residents]:
    """The newest number of each branch's division, of the year or the last known before it."""
    divisions = {one.division_id: one.pk for one in branches}
    rows = Population.objects.filter(division_id__in=divisions, basis=basis, year__lte=year)
    newest = rows.order_by("division_id", "-year", "-pk").distinct("division_id")
    return {divisions[one.division_id]: Residents(one.count, one.year, one.basis, one.source) for one in newest}


def _own_issued(branch: Branch, children: list[Branch], counts: dict[_Key, int]) -> int:
    whole = counts.get((branch.pk, Measure.ISSUED, "", ""), 0)
    return whole - sum(counts.get((one.pk, Measure.ISSUED, "", ""), 0) for one in children)


def _own(branch: Branch, children: list[Branch], counts: dict[_Key, int]) -> Own:
    heard = counts.get((branch.pk, Measure.AUDIENCE, "", ""), 0)
    heard -= sum(counts.get((one.pk, Measure.AUDIENCE, "", ""), 0) for one in children)
    issued = [counts.get((one.pk, Measure.ISSUED, "", ""), 0) for one in children]
    return Own(heard, hide_small([*issued, _own_issued(branch, children, counts)])[-1])


def _rows(
    branches: list[Branch], counts: dict[_Key, int], residents: dict[int, Residents], *, own: int = 0
) -> list[CoverageRow]:
    def column(measure: str, kind: str = "") -> list[int]:
        return [counts.get((one.pk, measure, kind, ""), 0) for one in branches]

    # What the association above issued itself is a part of the same sum.
    issued = hide_small([*column(Measure.ISSUED), own])[:-1]
    holders = hide_small(column(Measure.HOLDERS))
    first_aiders = hide_small(column(Measure.HOLDERS, CertificateKind.FIRST_AIDER))
    cpr_holders = hide_small(column(Measure.HOLDERS, CertificateKind.CPR_AED))
    heard = column(Measure.AUDIENCE)
    return [
        CoverageRow(
            branch=branch,
            audience=heard[place],
            issued=issued[place],
            holders=holders[place],
            first_aiders=first_aiders[place],
            cpr_holders=cpr_holders[place],
            residents=residents.get(branch.pk),
        )
        for place, branch in enumerate(branches)
    ]


def _groups(branch: Branch, counts: dict[_Key, int]) -> list[GroupRow]:
    def column(measure: str) -> list[int]:
        return [counts.get((branch.pk, measure, "", group), 0) for group in KeyGroup.values]

    heard, issued, holders = column(Measure.AUDIENCE), column(Measure.ISSUED), column(Measure.HOLDERS)
    shown_issued, shown_holders = hide_small(issued), hide_small(holders)
    return [
        GroupRow(str(label), heard[place], shown_issued[place], shown_holders[place], KeyGroup.values[place])
        for place, label in enumerate(KeyGroup.labels)
        if heard[place] or issued[place] or holders[place]
    ]


def _targets(branch: Branch, counts: dict[_Key, int], year: int) -> list[Progress]:
    # A share of a school's staff is on the page of schools.
    counted = TrainingTarget.objects.exclude(measure=Measure.SCHOOL_STAFF)
    rows = counted.filter(branch=branch, year=year).order_by("measure", "kind", "-pk")
    newest: dict[tuple[str, str], list[TrainingTarget]] = {}
    for one in rows:
        newest.setdefault((one.measure, one.kind), []).append(one)
    found = []
    for (measure, kind), told in newest.items():
        done, target = counts.get((branch.pk, measure, kind, ""), 0), told[0]
        label = str(Measure(measure).label)
        if kind:
            label = f"{label} · {CertificateKind(kind).label}"
        rate = (Decimal(done) * 100 / target.count).quantize(TENTH)
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
