"""Who looked at somebody's registrations, told to that very person: association and role, never who of the staff."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import F, Max, Q, QuerySet, Value
from django.db.models.functions import Concat, TruncMinute
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import SHANGHAI
from core.models import AuditEvent, ReadLog
from core.sealed import matching
from organizations.choices import ROLE_RIGHTS, Right, Role
from organizations.models import Branch, RoleGrant
from registries.choices.readings import (
    EXPORT_BEGINS,
    FIELD_LABELS,
    KIND_BY_WORD,
    LIST_PURPOSE,
    PRINT_BEGINS,
    ReadingKind,
)
from registries.models import Contact, Donor, Registrant, Wish, WishPaper

PAGE_SIZE = 30
OWN_LOOKS = 10
SEEN = "registries.registrant.readings_seen_online"
_IDENTITY = "registries.registrant."


@dataclass(frozen=True)
class Reading:
    """One look by the staff: `place` is its place among all, `opened` what was looked at, in words."""

    place: int
    at: datetime.datetime
    association: str
    role: str
    kind: str
    opened: str


def own_readings(registrant_ids: Sequence[int], *, before: int | None = None) -> list[Reading]:
    """A page of who looked at what is kept of people who proved who they are, newest first, one more where there is.

    What one person opened within a minute for one purpose is one look. What the staff typed is told by its kind: it may
    name others. Reading this leaves a row of the audit trail as the person's own. Nine queries. Legal source:
    个人信息保护法 Arts. 44, 45.
    """
    people = list(_people(registrant_ids).select_related("branch"))
    if not people:
        return []
    looks = _looks(_things_of(people), before)
    if before is None:
        for one in people:
            record_audit(SEEN, actor=None, obj=one, branch_code=one.branch.code)
    grants = _grants_of({one["reader_id"] for one in looks})
    codes = {one["branch_code"] for one in looks}
    branches = {one.code: one for one in Branch.objects.filter(code__in=codes)}
    return [_told(one, grants.get(one["reader_id"], []), branches.get(one["branch_code"])) for one in looks]


def own_looks(registrant_ids: Sequence[int]) -> list[datetime.datetime]:
    """When somebody looked at their own registrations online, newest first, the last few; five queries."""
    people = list(_people(registrant_ids))
    if not people:
        return []
    things = _things_of(people)
    rows = AuditEvent.objects.filter(_among(things), actor_id=None, verb__endswith="seen_online")
    minutes = rows.annotate(minute=TruncMinute("at")).values_list("minute", flat=True).distinct()
    return list(minutes.order_by("-minute")[:OWN_LOOKS])


def _people(registrant_ids: Sequence[int]) -> QuerySet[Registrant]:
    rows: QuerySet[Registrant] = Registrant.objects.unscoped("their own")
    return rows.filter(pk__in=list(registrant_ids), destroyed_at=None)


def _things_of(people: Iterable[Registrant]) -> dict[str, list[str]]:
    """What is kept of these people, as the log names it: keys by model, of what ended as well; four queries."""
    known = list(people)
    keys = [str(one.row_key) for one in known]
    wishes = list(Wish.objects.unscoped("their own").filter(matching(Wish, "registrant", *keys)).only("pk", "number"))
    donors = list(Donor.objects.unscoped("their own").filter(matching(Donor, "registrant", *keys)).only("pk", "number"))
    contacts = Contact.objects.unscoped("their own").filter(Q(wish__in=wishes) | Q(donor__in=donors))
    files = WishPaper.objects.filter(wish__in=wishes)
    return {
        "registries.registrant": [one.number for one in known],
        "registries.wish": [one.number for one in wishes],
        "registries.donor": [one.number for one in donors],
        "registries.contact": [str(one) for one in contacts.values_list("pk", flat=True)],
        "core.storedfile": [str(one) for one in files.values_list("file_id", flat=True)],
    }


def _among(things: dict[str, list[str]]) -> Q:
    """The rows of a log that are about these things, by its index over label and key."""
    found = Q(pk__in=[])
    for label, keys in things.items():
        if keys:
            found |= Q(object_label=label, object_key__in=keys)
    return found


def _looks(things: dict[str, list[str]], before: int | None) -> list[dict[str, Any]]:
    rows = ReadLog.objects.filter(_among(things), reader_id__isnull=False)
    looks = (
        rows.annotate(minute=TruncMinute("at"), what=Concat(F("object_label"), Value("."), F("field")))
        .values("minute", "reader_id", "purpose", "branch_code")
        .annotate(place=Max("pk"), opened=ArrayAgg("what", distinct=True))
    )
    if before is not None:
        looks = looks.filter(place__lt=before)
    return cast("list[dict[str, Any]]", list(looks.order_by("-place")[: PAGE_SIZE + 1]))


def _grants_of(readers: set[int]) -> dict[int, list[RoleGrant]]:
    """The grants of these people that ever opened the registries, by person; one query."""
    roles = [role for role, rights in ROLE_RIGHTS.items() if Right.VIEW_REGISTRIES in rights]
    found: dict[int, list[RoleGrant]] = {}
    rows = RoleGrant.objects.filter(person_id__in=readers, role__in=roles).select_related("branch")
    for one in rows.order_by("-valid_from", "-pk"):
        found.setdefault(one.person_id, []).append(one)
    return found


def _told(look: dict[str, Any], grants: list[RoleGrant], branch: Branch | None) -> Reading:
    kind = _kind(look["purpose"], look["opened"])
    grant = _grant_used(look, grants, branch, kind)
    labels = [str(FIELD_LABELS[one]) for one in FIELD_LABELS if one in look["opened"]]
    where = grant.branch if grant else branch
    return Reading(
        place=look["place"],
        at=look["minute"],
        association=where.name if where else _("红十字会"),
        role=str(Role(grant.role).label) if grant else _("工作人员"),
        kind=str(kind.label),
        opened="、".join(labels) or _("登记资料"),
    )


def _grant_used(
    look: dict[str, Any], grants: list[RoleGrant], branch: Branch | None, kind: ReadingKind
) -> RoleGrant | None:
    """The grant by which somebody could read this on that day: of the very branch first, then from above."""
    day = look["minute"].astimezone(SHANGHAI).date()
    right = _right_for(look["opened"], kind)
    # A grant that ended on the day may have been used before it ended.
    held = [one for one in grants if one.valid_from <= day and (one.valid_to is None or day <= one.valid_to)]
    held = [one for one in held if right in ROLE_RIGHTS[one.role]] or held
    if branch is None:
        return held[0] if held else None
    here = [one for one in held if one.branch_id == branch.pk]
    above = [one for one in held if one.with_below and branch.path.startswith(one.branch.path)]
    return next(iter([*here, *above]), None)


def _right_for(opened: list[str], kind: ReadingKind) -> str:
    if kind == ReadingKind.LIST:
        return Right.VIEW_REGISTRIES
    is_identity = all(one.startswith(_IDENTITY) for one in opened)
    return Right.READ_REGISTRANTS if is_identity else Right.READ_WISHES


def _kind(purpose: str, opened: list[str]) -> ReadingKind:
    if purpose == LIST_PURPOSE and opened == [f"{_IDENTITY}name"]:
        return ReadingKind.LIST
    if EXPORT_BEGINS.match(purpose):
        return ReadingKind.EXPORT
    if "registries.donor.exchange" in opened:
        return ReadingKind.SEND
    if purpose.startswith(PRINT_BEGINS):
        return ReadingKind.PRINT
    return next((kind for word, kind in KIND_BY_WORD if word in purpose), ReadingKind.OTHER)
