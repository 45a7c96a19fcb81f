"""The yearly call to everybody who stands in the library of donors and agreed to be called: is the telephone right."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Sequence

from django.db import transaction

from core.clock import today
from core.sealed import open_many_for_work
from registries.choices.contacts import ContactReason, DueStatus
from registries.choices.donors import DonorStatus
from registries.models import Donor, DueContact, Registrant
from registries.services.departed import died_among
from registries.services.visits import BATCH_ROWS, keepers_in, next_anniversary


def plan_upkeep() -> int:
    """Plan the next yearly upkeep of each donor who is typed and may be called; return how many are new.

    On the next anniversary of the typing; once for each, also when it was held early. Batches of 500, each a
    transaction that locks the registrants, then the donors; memory does not grow with their number.
    """
    planned = last = 0
    keepers: dict[int, frozenset[int]] = {}
    rows = Donor.objects.unscoped("work of the system").filter(status=DonorStatus.TYPED, is_called=True)
    while True:
        batch = list(rows.filter(pk__gt=last).select_related("branch").order_by("pk")[:BATCH_ROWS])
        if not batch:
            return planned
        with transaction.atomic():
            planned += _plan(batch, keepers)
        last = batch[-1].pk


def _plan(donors: Sequence[Donor], keepers: dict[int, frozenset[int]]) -> int:
    due_on = {one.pk: next_anniversary(one.typed_on or one.enrolled_on, today()) for one in donors}
    there, before = _planned_before(donors)
    wanted = [one for one in donors if (one.pk, due_on[one.pk]) not in there]
    held = _held(wanted)
    new = [
        DueContact(
            **DueContact.lineage_of(donor.branch),
            donor=donor,
            reason=ContactReason.UPKEEP,
            due_on=due_on[donor.pk],
            # Who knew the person before, as long as they work there.
            coordinator_id=before.get(donor.pk) if before.get(donor.pk) in keepers_in(donor.branch, keepers) else None,
            status=DueStatus.OPEN,
        )
        for donor in wanted
        if donor.pk in held
    ]
    # Another run at the same moment plans the same.
    DueContact.objects.bulk_create(new, ignore_conflicts=True)
    return len(new)


def _planned_before(donors: Sequence[Donor]) -> tuple[set[tuple[int, datetime.date]], dict[int, int]]:
    """The days on which each donor's upkeep was planned, but for what was cancelled; and who called each last."""
    rows = DueContact.objects.unscoped("work of the system").filter(donor__in=donors).order_by("pk")
    there: set[tuple[int, datetime.date]] = set()
    before: dict[int, int] = {}
    for one in rows.only("donor_id", "due_on", "reason", "status", "coordinator_id"):
        if one.donor_id is not None and one.reason == ContactReason.UPKEEP and one.status != DueStatus.CANCELLED:
            there.add((one.donor_id, one.due_on))
        if one.donor_id is not None and one.coordinator_id is not None:
            before[one.donor_id] = one.coordinator_id
    return there, before


def _held(donors: Sequence[Donor]) -> frozenset[int]:
    """The ids of those donors, locked, typed, to be called, whose registrants, locked, live."""
    keys = open_many_for_work(donors, "registrant", work=f"registries.upkeep:{uuid.uuid4()}")
    by_key = {uuid.UUID(key): donor.pk for key, donor in zip(keys, donors, strict=True) if key}
    people = Registrant.objects.unscoped("work of the system").filter(row_key__in=by_key, destroyed_at=None)
    locked = list(people.select_for_update(of=("self",)).order_by("pk"))
    dead = died_among(locked)
    living = [by_key[one.row_key] for one in locked if one.pk not in dead]
    rows = Donor.objects.unscoped("work of the system").filter(pk__in=living, status=DonorStatus.TYPED, is_called=True)
    return frozenset(one.pk for one in rows.select_for_update(of=("self",)).order_by("pk"))
