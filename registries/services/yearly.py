"""Calls that come once a year to everybody of a registry who agreed to them: planned by night, each once."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import QuerySet

from core.clock import today
from core.sealed import open_many_for_work
from registries.choices.contacts import DueStatus
from registries.models import DueContact, Registrant
from registries.selectors.contacts import contact_keepers
from registries.services.departed import died_among

if TYPE_CHECKING:
    from organizations.models import Branch

BATCH_ROWS = 500


@dataclass(frozen=True)
class Yearly:
    """One kind of yearly call. `about` is the key of a contact to what it is about ("wish", "donor").

    `rows` is whatever is called about as it stands now, `day_of` the day whose anniversaries the calls are on, `agreed`
    the ids of those registrants who agree to be called, where the row does not say so itself.
    """

    about: str
    reason: str
    work: str
    rows: Callable[[], QuerySet[Any]]
    day_of: Callable[[Any], datetime.date]
    agreed: Callable[[Sequence[int]], frozenset[int]] = frozenset


def plan_yearly(kind: Yearly) -> int:
    """Plan the next call of each, on the next anniversary; return how many are new.

    Once for each day, also when it was held early; what was cancelled is planned anew. Batches of BATCH_ROWS, each a
    transaction that locks the registrants, then the rows; memory does not grow with their number.
    """
    planned = last = 0
    keepers: dict[int, frozenset[int]] = {}
    while True:
        batch = list(kind.rows().filter(pk__gt=last).select_related("branch").order_by("pk")[:BATCH_ROWS])
        if not batch:
            return planned
        with transaction.atomic():
            planned += _plan(kind, batch, keepers)
        last = batch[-1].pk


def next_anniversary(day: datetime.date, after: datetime.date) -> datetime.date:
    """The first anniversary of a day that comes after another; the 29th of February has the 28th in common years."""
    year = after.year if (day.month, day.day) > (after.month, after.day) else after.year + 1
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)


def _plan(kind: Yearly, batch: Sequence[Any], keepers: dict[int, frozenset[int]]) -> int:
    due_on = {one.pk: next_anniversary(kind.day_of(one), today()) for one in batch}
    there, before = _planned_before(kind, batch)
    wanted = [one for one in batch if (one.pk, due_on[one.pk]) not in there]
    held = _held(kind, wanted)
    new = [
        DueContact(
            **DueContact.lineage_of(one.branch),
            **{kind.about: one},
            reason=kind.reason,
            due_on=due_on[one.pk],
            # Who knew the person before, as long as they work there.
            coordinator_id=before.get(one.pk) if before.get(one.pk) in _keepers_in(one.branch, keepers) else None,
            status=DueStatus.OPEN,
        )
        for one in wanted
        if one.pk in held
    ]
    # Another run at the same moment plans the same.
    DueContact.objects.bulk_create(new, ignore_conflicts=True)
    return len(new)


def _planned_before(kind: Yearly, batch: Sequence[Any]) -> tuple[set[tuple[int, datetime.date]], dict[int, int]]:
    """The days on which each has such a call already, but for what was cancelled; and who called each last."""
    rows = DueContact.objects.unscoped("work of the system").filter(**{f"{kind.about}__in": batch}).order_by("pk")
    there: set[tuple[int, datetime.date]] = set()
    before: dict[int, int] = {}
    named = (f"{kind.about}_id", "due_on", "reason", "status", "coordinator_id")
    for pk, day, reason, status, coordinator_id in rows.values_list(*named):
        if reason == kind.reason and status != DueStatus.CANCELLED:
            there.add((pk, day))
        if coordinator_id is not None:
            before[pk] = coordinator_id
    return there, before


def _held(kind: Yearly, wanted: Sequence[Any]) -> frozenset[int]:
    """The ids of those rows, locked, still as asked for, whose registrants, locked, live and agree to be called."""
    keys = open_many_for_work(wanted, "registrant", work=f"{kind.work}:{uuid.uuid4()}")
    by_key = {uuid.UUID(key): one.pk for key, one in zip(keys, wanted, strict=True) if key}
    people = Registrant.objects.unscoped("work of the system").filter(row_key__in=by_key, destroyed_at=None)
    locked = list(people.select_for_update(of=("self",)).order_by("pk"))
    dead = died_among(locked)
    living = {one.pk: by_key[one.row_key] for one in locked if one.pk not in dead}
    agreed = [living[one] for one in kind.agreed(list(living))]
    rows = kind.rows().filter(pk__in=agreed).select_for_update(of=("self",)).order_by("pk")
    return frozenset(one.pk for one in rows)


def _keepers_in(branch: Branch, keepers: dict[int, frozenset[int]]) -> frozenset[int]:
    """The ids of who works at contacts in a branch, asked for once for each branch and kept in `keepers`."""
    if branch.pk not in keepers:
        keepers[branch.pk] = frozenset(one.pk for one in contact_keepers(branch))
    return keepers[branch.pk]
