"""Schools and other bodies for the desk: the register by county, one with everything that was held for it."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Max, Q, QuerySet

from organizations.choices import Right
from organizations.models import Branch
from training.choices import STAFF_OF, KeyGroup, OrganisationMeasure
from training.models import (
    MassLesson,
    Organisation,
    OrganisationCount,
    OrganisationFact,
    OrganisationSize,
    ServiceContract,
    Session,
)
from training.selectors.sessions import counties_of

if TYPE_CHECKING:
    from accounts.models import User

PAGE_SIZE = 50
MOST = 100
# So many names are offered in a form; others are typed.
MOST_OFFERED = 500
ORDER = ("area_id", "name", "pk")
TENTH = Decimal("0.1")
EXPORT_FIELDS = (
    "area", "area_name", "name", "kind", "credit_code", "key_group", "holders", "size", "size_year", "size_source",
    "rate", "as_of",
)  # fmt: skip


@dataclass(frozen=True)
class OrganisationFilter:
    """What the register is narrowed to; `q` is in the name, or the credit code."""

    area: str = ""
    kind: str = ""
    q: str = ""

    @property
    def is_set(self) -> bool:
        """Whether anything is narrowed."""
        return self != OrganisationFilter()


@dataclass(frozen=True)
class GroupCoverage:
    """How many of a key group of a body are certified, of how many; `rate` in percent, None without a number."""

    key_group: str
    holders: int
    audience: int
    size: OrganisationSize | None = None

    @property
    def label(self) -> str:
        """The group in words."""
        return str(KeyGroup(self.key_group).label)

    @property
    def rate(self) -> Decimal | None:
        """The share that is certified."""
        if self.size is None or not self.size.count:
            return None
        return (Decimal(self.holders) * 100 / self.size.count).quantize(TENTH)


@dataclass(frozen=True)
class OrganisationRow:
    """A body with the group that is followed in it."""

    organisation: Organisation
    staff: GroupCoverage


@dataclass(frozen=True)
class OrganisationPage:
    """A page of the register by county and name; `next_after` is the place to go on from, None on the last."""

    rows: list[OrganisationRow]
    next_after: int | None
    as_of: datetime.date | None


@dataclass(frozen=True)
class OrganisationDetail:
    """One body: figures of today's beginning by group, what was held for it, and everything that was said of it."""

    organisation: Organisation
    as_of: datetime.date | None
    holders: int
    groups: list[GroupCoverage]
    sessions: list[Session] = field(default_factory=list)
    lessons: list[MassLesson] = field(default_factory=list)
    contracts: list[ServiceContract] = field(default_factory=list)
    merged: list[Organisation] = field(default_factory=list)
    facts: list[OrganisationFact] = field(default_factory=list)
    sizes: list[OrganisationSize] = field(default_factory=list)


def plain_name(written: str) -> str:
    """A name as it is stored: single spaces, none beside brackets, brackets of full width."""
    text = " ".join(written.replace("\x00", "").split()).replace("(", "（").replace(")", "）")
    return text.replace(" （", "（").replace("） ", "）").replace("（ ", "（").replace(" ）", "）")[:120]


def find_named(written: str, area: str) -> Organisation | None:
    """The body of a county with this name, credit code, or way of writing; at most two queries."""
    rows = Organisation.objects.unscoped("the names of schools and companies are public").select_related("branch")
    found: Organisation | None = rows.filter(
        Q(name=written) | Q(credit_code=written.upper()), area=area, merged_into=None
    ).first()
    if found is not None:
        return found
    facts = OrganisationFact.objects.filter(Q(name=written) | Q(alias=written), organisation__area=area)
    roots = {into or own for own, into in facts.values_list("organisation_id", "organisation__merged_into_id")}
    return rows.filter(pk=roots.pop()).first() if len(roots) == 1 else None


def find_named_near(written: str, branch: Branch) -> Organisation | None:
    """The one body of a branch's area with this name or credit code; None for none or several. Two queries."""
    name = plain_name(written)
    rows = Organisation.objects.unscoped("the names of schools and companies are public")
    near = rows.filter(area__in=counties_of(branch).values("pk"), merged_into=None)
    found = list(near.filter(Q(name=name) | Q(credit_code=name.upper()))[:2])
    return found[0] if len(found) == 1 else None


def offered_names(branch: Branch) -> list[tuple[str, str]]:
    """Names and counties of the bodies in a branch's area, for a form; one query."""
    rows = Organisation.objects.unscoped("the names of schools and companies are public")
    area = counties_of(branch).values("pk")
    named = rows.filter(area__in=area, merged_into=None).order_by(*ORDER).values_list("name", "area__name")
    return list(named[:MOST_OFFERED])


def organisations_for(
    person: User, asked: OrganisationFilter, *, after: int | None = None, limit: int = PAGE_SIZE
) -> OrganisationPage:
    """A page of a person's register, by county and name; five queries."""
    found = list(_after(_narrowed(person, asked), after)[: limit + 1])
    page = found[:limit]
    as_of = newest_day()
    return OrganisationPage(with_staff(page, as_of), page[-1].pk if len(found) > limit else None, as_of)


def stream_organisations(person: User, asked: OrganisationFilter, chunk: int = 500) -> Iterator[dict[str, Any]]:
    """The same, whole, one row for each body; four queries for every 500, memory flat."""
    as_of, after = newest_day(), None
    while True:
        rows = list(_after(_narrowed(person, asked), after)[:chunk])
        for one in with_staff(rows, as_of):
            size, body = one.staff.size, one.organisation
            yield {
                "area": body.area_id,
                "area_name": body.area.name,
                "name": body.name,
                "kind": str(body.get_kind_display()),
                "credit_code": body.credit_code,
                "key_group": one.staff.label,
                "holders": one.staff.holders,
                "size": size.count if size else None,
                "size_year": size.year if size else None,
                "size_source": size.source if size else "",
                "rate": one.staff.rate,
                "as_of": as_of,
            }
        if len(rows) < chunk:
            return
        after = rows[-1].pk


def organisation_detail(organisation: Organisation, person: User) -> OrganisationDetail:
    """A body that the reader was let into, with what the reader may see of what was held for it; nine queries."""
    as_of = newest_day()
    merged = list(
        Organisation.objects.unscoped("merged into one in scope").filter(merged_into=organisation).order_by("name")
    )
    ids = [organisation.pk, *(one.pk for one in merged)]
    counts: dict[tuple[str, str], int] = {}
    for one in counts_on(as_of).filter(organisation=organisation):
        counts[one.measure, one.key_group] = counts.get((one.measure, one.key_group), 0) + one.count
    sizes = newest_sizes([organisation.pk])
    held = held_for(ids)
    groups = [
        GroupCoverage(
            group,
            counts.get((OrganisationMeasure.HOLDERS, group), 0),
            counts.get((OrganisationMeasure.AUDIENCE, group), 0),
            sizes.get((organisation.pk, group)),
        )
        for group in KeyGroup.values
    ]
    staff = STAFF_OF[organisation.kind]
    sessions = Session.objects.visible_to(person, Right.VIEW_TRAINING).filter(held)
    lessons = MassLesson.objects.visible_to(person, Right.VIEW_TRAINING).filter(held)
    contracts = ServiceContract.objects.visible_to(person, Right.VIEW_TRAINING).filter(held_for__in=ids)
    return OrganisationDetail(
        organisation=organisation,
        as_of=as_of,
        holders=counts.get((OrganisationMeasure.HOLDERS, ""), 0),
        groups=[one for one in groups if one.holders or one.audience or one.size or one.key_group == staff],
        sessions=list(sessions.select_related("version__course").order_by("-starts_on", "-pk")[:MOST]),
        lessons=list(lessons.order_by("-held_on", "-pk")[:MOST]),
        contracts=list(contracts.order_by("-pk")[:MOST]),
        merged=merged,
        facts=list(organisation.facts.select_related("actor", "into").order_by("pk")),
        sizes=list(organisation.sizes.select_related("recorded_by").order_by("-pk")[:MOST]),
    )


def held_for(ids: list[int]) -> Q:
    """The condition for what was held for bodies: those that name them, and those that have one of their names as text.

    One query.
    """
    facts = OrganisationFact.objects.filter(organisation__in=ids)
    names, areas = set(), set()
    for name, alias, area in facts.values_list("name", "alias", "organisation__area_id"):
        names |= {name, alias} - {""}
        areas.add(area)
    return Q(held_for__in=ids) | Q(held_for=None, organisation__in=names, area__in=areas)


def merge_choices(organisation: Organisation) -> QuerySet[Organisation]:
    """What a body may be merged into: the others of its county."""
    rows = Organisation.objects.unscoped("of the county of one in scope")
    return rows.filter(area=organisation.area_id, merged_into=None).exclude(pk=organisation.pk).order_by("name")


def with_staff(organisations: list[Organisation], as_of: datetime.date | None) -> list[OrganisationRow]:
    """Bodies with the group that is followed in each; two queries."""
    ids = [one.pk for one in organisations]
    rows = counts_on(as_of).filter(organisation__in=ids, measure=OrganisationMeasure.HOLDERS)
    counts = {(pk, group): n for pk, group, n in rows.values_list("organisation_id", "key_group", "count")}
    sizes = newest_sizes(ids)
    found = []
    for one in organisations:
        group = STAFF_OF[one.kind]
        staff = GroupCoverage(group, counts.get((one.pk, group), 0), 0, sizes.get((one.pk, group)))
        found.append(OrganisationRow(one, staff))
    return found


def newest_sizes(ids: list[int]) -> dict[tuple[int, str], OrganisationSize]:
    """The newest number of each body and group, by both; one query."""
    rows = OrganisationSize.objects.filter(organisation__in=ids)
    newest = rows.order_by("organisation_id", "key_group", "-year", "-pk").distinct("organisation_id", "key_group")
    return {(one.organisation_id, one.key_group): one for one in newest}


def counts_on(day: datetime.date | None) -> QuerySet[OrganisationCount]:
    """The figures of a day; none without one."""
    return OrganisationCount.objects.filter(as_of=day) if day else OrganisationCount.objects.none()


def newest_day() -> datetime.date | None:
    """The day whose figures are the newest; one query."""
    day: datetime.date | None = OrganisationCount.objects.aggregate(day=Max("as_of"))["day"]
    return day


def _narrowed(person: User, asked: OrganisationFilter) -> Any:
    rows = Organisation.objects.visible_to(person, Right.VIEW_TRAINING).filter(merged_into=None)
    if asked.area:
        rows = rows.filter(area__code__startswith=asked.area)
    if asked.kind:
        rows = rows.filter(kind=asked.kind)
    if asked.q:
        rows = rows.filter(Q(name__icontains=plain_name(asked.q)) | Q(credit_code=asked.q.strip().upper()))
    return rows.select_related("area", "branch").order_by(*ORDER)


def _after(rows: Any, after: int | None) -> Any:
    """Rows beyond a body in the order of the register."""
    here = Organisation.objects.unscoped("a place in a list").filter(pk=after).first() if after else None
    if here is None:
        return rows
    beyond = Q(area__gt=here.area_id) | Q(area=here.area_id, name__gt=here.name)
    return rows.filter(beyond | Q(area=here.area_id, name=here.name, pk__gt=here.pk))
