"""How schools and other bodies are covered, by county, for everybody: few people are hidden on all pages alike."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from core.clock import SHANGHAI
from core.errors import DomainError
from core.lots import lots_of
from core.small_cells import Cell, hidden_cells
from organizations.choices import ASSOCIATION_KINDS, BranchKind
from organizations.models import Branch, Division
from training.choices import STAFF_OF, KeyGroup, Measure, OrganisationKind, OrganisationMeasure
from training.models import Organisation, OrganisationSize, TrainingTarget
from training.selectors.organisations import counts_on, newest_day

TENTH = Decimal("0.1")
PROVINCE, CITY, COUNTY = 2, 4, 6
NEXT_LENGTH = {PROVINCE: CITY, CITY: COUNTY}
SCHOOL_FIELDS = (
    "as_of", "kind", "level", "area", "name", "year", "known", "covered", "sized", "key_group", "staff", "certified",
    "rate",
)  # fmt: skip


@dataclass(frozen=True)
class SchoolRow:
    """A body, or all of a division: how many are known, were taught in the year, and say how many staff they have.

    `certified` are those of the `staff` of bodies that say so who hold a valid certificate; None where few are hidden.
    """

    code: str
    name: str
    known: int
    covered: int
    sized: int
    staff: int
    certified: int | None

    @property
    def rate(self) -> Decimal | None:
        """The share of the staff that is certified, in percent."""
        if self.certified is None or not self.staff:
            return None
        return (Decimal(self.certified) * 100 / self.staff).quantize(TENTH)

    @property
    def covered_rate(self) -> Decimal | None:
        """The share of bodies taught in the year, in percent."""
        return (Decimal(self.covered) * 100 / self.known).quantize(TENTH) if self.known else None


@dataclass(frozen=True)
class Schools:
    """The bodies of a kind in a division: all of them, and by what lies directly below (a county's: each body)."""

    as_of: datetime.date | None
    kind: str
    code: str
    name: str
    year: int
    whole: SchoolRow
    rows: list[SchoolRow] = field(default_factory=list)
    target: TrainingTarget | None = None

    @property
    def counted_at(self) -> datetime.datetime | None:
        """The moment up to which was counted: the beginning of the day in Shanghai."""
        return datetime.datetime.combine(self.as_of, datetime.time(), SHANGHAI) if self.as_of else None

    @property
    def are_bodies(self) -> bool:
        """Whether the rows are bodies and no divisions."""
        return len(self.code) == COUNTY

    @property
    def kind_label(self) -> str:
        """The kind in words."""
        return str(OrganisationKind(self.kind).label)

    @property
    def staff_label(self) -> str:
        """Whose share is followed, in words."""
        return str(KeyGroup(STAFF_OF[self.kind]).label)


@dataclass(frozen=True)
class _Body:
    pk: int
    area: str
    name: str
    is_covered: bool
    staff: int
    certified: int


def schools_of(code: str, *, kind: str, year: int) -> Schools:
    """The newest figures of a division (2, 4 or 6 digits; empty: the province); seven queries, however many bodies.

    What is hidden is the same on the pages of all divisions: it is found for the whole province at once. Raises
    DomainError for an unknown division.
    """
    names = dict(Division.objects.filter(valid_to=None).extra(where=["length(code) <= 6"]).values_list("code", "name"))
    code = code or _province()
    if code not in names:
        sentence = _("没有这个区划代码，请填省、市或县的 2、4、6 位代码。")
        raise DomainError("schools_area", sentence, {"area": sentence})
    as_of = newest_day()
    bodies = _bodies(code[:PROVINCE], kind, year, as_of)
    hidden = _hidden(bodies, kind)
    inside = [one for one in bodies if one.area.startswith(code)]
    return Schools(
        as_of=as_of,
        kind=kind,
        code=code,
        name=names[code],
        year=year,
        whole=_sum(code, names[code], inside, hidden),
        rows=_below(code, names, inside, hidden),
        target=_target(code, year) if kind == OrganisationKind.SCHOOL else None,
    )


def stream_schools(code: str, *, kind: str, year: int) -> Iterator[dict[str, Any]]:
    """Divisions of all levels of a division and each body, one row for each, as the pages show them."""
    names = dict(Division.objects.filter(valid_to=None).extra(where=["length(code) <= 6"]).values_list("code", "name"))
    as_of = newest_day()
    code = code or _province()
    bodies = _bodies(code[:PROVINCE], kind, year, as_of)
    hidden = _hidden(bodies, kind)
    inside = [one for one in bodies if one.area.startswith(code)]
    facts = {"as_of": as_of, "kind": kind, "year": year, "key_group": STAFF_OF[kind]}
    codes = sorted({one.area[:length] for one in inside for length in (PROVINCE, CITY, COUNTY) if length >= len(code)})
    for each in codes:
        row = _sum(each, names.get(each, each), [one for one in inside if one.area.startswith(each)], hidden)
        yield facts | _as_open(row, each, "division")
    for one in inside:
        yield facts | _as_open(_sum(str(one.pk), one.name, [one], hidden, key=one.pk), one.area, "body")


def _as_open(row: SchoolRow, area: str, level: str) -> dict[str, Any]:
    return {
        "level": level,
        "area": area,
        "name": row.name,
        "known": row.known,
        "covered": row.covered,
        "sized": row.sized,
        "staff": row.staff if row.sized else None,
        "certified": row.certified if row.sized else None,
        "rate": row.rate,
    }


def _province() -> str:
    branch = Branch.objects.filter(kind=BranchKind.PROVINCE).order_by("pk").first()
    return branch.division_id if branch else ""


def _bodies(province: str, kind: str, year: int, as_of: datetime.date | None) -> list[_Body]:
    """All bodies of a kind in a province with their figures; three queries."""
    rows = Organisation.objects.unscoped("figures of schools for everybody").filter(
        kind=kind, merged_into=None, area__code__startswith=province
    )
    group = STAFF_OF[kind]
    counts = counts_on(as_of).filter(organisation__kind=kind)
    certified, covered = {}, set()
    for pk, measure, of, each, count in counts.filter(year__in=[0, year], key_group__in=["", group]).values_list(
        "organisation_id", "measure", "year", "key_group", "count"
    ):
        if measure == OrganisationMeasure.HOLDERS and each == group:
            certified[pk] = count
        elif measure != OrganisationMeasure.HOLDERS and of == year and count:
            covered.add(pk)
    sizes = OrganisationSize.objects.filter(organisation__kind=kind, key_group=group)
    newest = sizes.order_by("organisation_id", "-year", "-pk").distinct("organisation_id")
    staff = dict(newest.values_list("organisation_id", "count"))
    return [
        # Who is certified in a body that does not say how many it has, is in no figure of shares.
        _Body(pk, area, name, pk in covered, staff.get(pk, 0), certified.get(pk, 0) if staff.get(pk) else 0)
        for pk, area, name in rows.order_by("area_id", "name", "pk").values_list("pk", "area_id", "name")
    ]


def _hidden(bodies: list[_Body], kind: str) -> frozenset[Any]:
    """The keys (codes of divisions, ids of bodies) whose people certified are shown nowhere."""

    def cell(code: str, inside: list[_Body]) -> Cell:
        if len(code) == COUNTY:
            return Cell.of(code, [Cell(one.pk, one.certified) for one in inside])
        groups: dict[str, list[_Body]] = {}
        for one in inside:
            groups.setdefault(one.area[: NEXT_LENGTH[len(code)]], []).append(one)
        return Cell.of(code, [cell(key, below) for key, below in groups.items()])

    # Who is certified is counted of today, whatever year a page is of.
    lots = lots_of(f"training.schools:{kind}")
    return hidden_cells(cell(bodies[0].area[:PROVINCE], bodies), lots) if bodies else frozenset()


def _below(code: str, names: dict[str, str], inside: list[_Body], hidden: frozenset[Any]) -> list[SchoolRow]:
    if len(code) == COUNTY:
        return [_sum("", one.name, [one], hidden, key=one.pk) for one in inside]
    groups: dict[str, list[_Body]] = {}
    for one in inside:
        groups.setdefault(one.area[: NEXT_LENGTH[len(code)]], []).append(one)
    return [_sum(key, names.get(key, key), below, hidden) for key, below in sorted(groups.items())]


def _sum(code: str, name: str, bodies: list[_Body], hidden: frozenset[Any], *, key: Any = None) -> SchoolRow:
    certified = sum(one.certified for one in bodies)
    return SchoolRow(
        code=code,
        name=name,
        known=len(bodies),
        covered=sum(one.is_covered for one in bodies),
        sized=sum(one.staff > 0 for one in bodies),
        staff=sum(one.staff for one in bodies),
        certified=None if (code if key is None else key) in hidden else certified,
    )


def _target(code: str, year: int) -> TrainingTarget | None:
    """What the association of a division promised for the year, the newest word."""
    rows = TrainingTarget.objects.filter(
        branch__division=code, branch__kind__in=ASSOCIATION_KINDS, year=year, measure=Measure.SCHOOL_STAFF
    )
    return rows.order_by("-pk").first()
