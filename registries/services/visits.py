"""The yearly visit of everybody with a wish in force who agreed to be contacted."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Exists, OuterRef

from accounts.models import User
from core.clock import today
from core.sealed import open_many_for_work
from organizations.models import Branch
from registries.choices import ConsentAct, ConsentSubject, WishStatus
from registries.choices.contacts import ContactReason, DueStatus
from registries.models import Consent, DueContact, Registrant, Wish
from registries.selectors.contacts import contact_keepers
from registries.services.departed import died_among

BATCH_ROWS = 500


def plan_visits() -> int:
    """Plan the next yearly visit of each wish in force with a consent to be contacted; return how many are new.

    On the next anniversary of the signing; once for each, also when it was held early. Batches of 500, each a
    transaction that locks the registrants, then the wishes; memory does not grow with their number.
    """
    planned = last = 0
    keepers: dict[int, frozenset[int]] = {}
    rows = Wish.objects.unscoped("work of the system").filter(status=WishStatus.IN_FORCE)
    while True:
        batch = list(rows.filter(pk__gt=last).select_related("branch").order_by("pk")[:BATCH_ROWS])
        if not batch:
            return planned
        with transaction.atomic():
            planned += _plan(batch, keepers)
        last = batch[-1].pk


def next_anniversary(day: datetime.date, after: datetime.date) -> datetime.date:
    """The first anniversary of a day that comes after another; the 29th of February has the 28th in common years."""
    year = after.year if (day.month, day.day) > (after.month, after.day) else after.year + 1
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)


def _plan(wishes: Sequence[Wish], keepers: dict[int, frozenset[int]]) -> int:
    due_on = {wish.pk: next_anniversary(wish.signed_on, today()) for wish in wishes}
    rows = DueContact.objects.unscoped("work of the system").filter(wish__in=wishes).order_by("pk")
    there: set[tuple[int, datetime.date]] = set()
    before: dict[int, int] = {}
    for wish_id, day, reason, status, coordinator_id in rows.values_list(
        "wish_id", "due_on", "reason", "status", "coordinator_id"
    ):
        # What was cancelled is planned anew once the person agrees again.
        if reason == ContactReason.VISIT and status != DueStatus.CANCELLED:
            there.add((wish_id, day))
        if coordinator_id is not None:
            before[wish_id] = coordinator_id
    wanted = [wish for wish in wishes if (wish.pk, due_on[wish.pk]) not in there]
    held = _held(wanted)
    new = [
        DueContact(
            **DueContact.lineage_of(wish.branch),
            wish=wish,
            reason=ContactReason.VISIT,
            due_on=due_on[wish.pk],
            # Who knew the person before, as long as they work there.
            coordinator_id=before.get(wish.pk) if before.get(wish.pk) in keepers_in(wish.branch, keepers) else None,
            status=DueStatus.OPEN,
        )
        for wish in wanted
        if wish.pk in held
    ]
    # Another run at the same moment plans the same.
    DueContact.objects.bulk_create(new, ignore_conflicts=True)
    return len(new)


def _held(wishes: Sequence[Wish]) -> frozenset[int]:
    """The ids of those wishes, locked, in force, whose registrants, locked, live and agree to be contacted."""
    keys = open_many_for_work(wishes, "registrant", work=f"registries.visits:{uuid.uuid4()}")
    by_key = {uuid.UUID(key): wish.pk for key, wish in zip(keys, wishes, strict=True) if key}
    people = Registrant.objects.unscoped("work of the system").filter(row_key__in=by_key, destroyed_at=None)
    locked = list(people.select_for_update(of=("self",)).order_by("pk"))
    dead = died_among(locked)
    found = {one.pk: by_key[one.row_key] for one in locked if one.pk not in dead}
    taken_back = Consent.objects.filter(withdraws=OuterRef("pk"))
    agreed = Consent.objects.filter(
        ~Exists(taken_back), registrant__in=found, subject=ConsentSubject.CONTACT, act=ConsentAct.GIVEN
    )
    wanted = {found[one] for one in agreed.values_list("registrant_id", flat=True)}
    rows = Wish.objects.unscoped("work of the system").filter(pk__in=wanted, status=WishStatus.IN_FORCE)
    return frozenset(one.pk for one in rows.select_for_update(of=("self",)).order_by("pk"))


def keepers_in(branch: Branch, keepers: dict[int, frozenset[int]]) -> frozenset[int]:
    """The ids of who works at contacts in a branch, asked for once for each branch and kept in `keepers`."""
    if branch.pk not in keepers:
        people: list[User] = contact_keepers(branch)
        keepers[branch.pk] = frozenset(one.pk for one in people)
    return keepers[branch.pk]
