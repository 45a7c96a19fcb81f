"""The roster of duty: who is reached now, and in the days to come."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from accounts.models import User
from core.clock import SHANGHAI, now, today
from organizations.choices import ROLE_RIGHTS, Right
from organizations.models import Branch, RoleGrant, branches_of, held_grants
from registries.choices.duty import PART_BEGINS, DutyPart
from registries.models import DutyShift

if TYPE_CHECKING:
    from collections.abc import Sequence

DAYS_SHOWN = 14
_ROLES = [role for role, rights in ROLE_RIGHTS.items() if Right.VIEW_REGISTRIES in rights]


def duty_people(branch: Branch) -> list[User]:
    """Who may be put on duty in a branch: all who work at its registries today, by name; one query."""
    grants = RoleGrant.objects.valid_on(today()).filter(branch=branch, role__in=_ROLES)
    return list(User.objects.filter(is_active=True, pk__in=grants.values("person_id")).order_by("name", "pk"))


def duty_branches(person: User) -> list[Branch]:
    """The branches whose roster a person reads: those of their registry roles and the associations above; one query."""
    wanted: set[int] = set()
    for grant in held_grants(person):
        if Right.VIEW_REGISTRIES in ROLE_RIGHTS[grant.role]:
            one = grant.branch
            wanted |= {pk for pk in (one.pk, one.county_id, one.city_id, one.province_id) if pk is not None}
    return list(Branch.objects.filter(pk__in=wanted).order_by("-path"))


def duty_branches_below(person: User) -> list[Branch]:
    """The branches below whose duty of the hour a person reads: of registry roles with all below; one query or two."""
    condition = Q(pk__in=[])
    for grant in held_grants(person):
        if grant.with_below and Right.VIEW_REGISTRIES in ROLE_RIGHTS[grant.role]:
            condition |= branches_of(grant.branch, with_below=True)
    above = [one.pk for one in duty_branches(person)]
    return list(Branch.objects.filter(condition).exclude(pk__in=above).order_by("path"))


def part_now() -> tuple[datetime.date, str]:
    """The day and the part of it that duty counts as now; before eight it is the night of the day before."""
    moment = now().astimezone(SHANGHAI)
    if moment.hour < PART_BEGINS[DutyPart.DAY]:
        return moment.date() - datetime.timedelta(days=1), DutyPart.NIGHT
    return moment.date(), DutyPart.NIGHT if moment.hour >= PART_BEGINS[DutyPart.NIGHT] else DutyPart.DAY


def on_duty_now(branches: Sequence[Branch]) -> list[DutyShift]:
    """Who is on duty now, nearest branch first; one query. The roster holds nobody's data but the staff's."""
    day, part = part_now()
    order = {branch.pk: place for place, branch in enumerate(branches)}
    rows = _standing(branches).filter(on=day, part=part)
    return sorted(rows, key=lambda one: (order[one.branch_id], one.pk))


def roster(branches: Sequence[Branch]) -> list[DutyShift]:
    """The duties of the next fourteen days and of the night that is not over yet, by time; one query."""
    first, _part = part_now()
    rows = _standing(branches).filter(on__lt=first + datetime.timedelta(days=DAYS_SHOWN))
    rows = rows.filter(Q(on__gt=first) | Q(on=first, part__in=_parts_left()))
    return list(rows.order_by("on", "part", "-branch__path", "pk"))


def by_day(rows: Sequence[DutyShift]) -> list[tuple[datetime.date, list[DutyShift], list[DutyShift]]]:
    """A roster as one line for each day: the day, who is on by day, who by night. Fits on one sheet."""
    days: dict[datetime.date, tuple[list[DutyShift], list[DutyShift]]] = {}
    for one in rows:
        days.setdefault(one.on, ([], []))[one.part == DutyPart.NIGHT].append(one)
    return [(day, *parts) for day, parts in days.items()]


def _parts_left() -> list[str]:
    _day, part = part_now()
    return [part] if part == DutyPart.NIGHT else list(DutyPart.values)


def _standing(branches: Sequence[Branch]) -> QuerySet[DutyShift]:
    rows: QuerySet[DutyShift] = DutyShift.objects.unscoped("rosters of one's own branches and those above").filter(
        branch__in=list(branches), removed_at=None
    )
    return rows.select_related("branch", "person")
