"""Which calls a donor is owed by where they stand, planned anew once a death was put right."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from core.clock import today
from core.sealed import matching
from registries.choices.contacts import ContactReason, DueStatus
from registries.choices.donors import DonorStatus
from registries.models import Donor, DueContact, Wish
from registries.selectors.contacts import contact_keepers
from registries.services.registrants import registrant_of

if TYPE_CHECKING:
    from accounts.models import User

_ASKED = frozenset({DonorStatus.MATCHED, DonorStatus.REMOBILISING})


def donors_like(about: Wish | Donor) -> list[Donor]:
    """The donors in force of the person of something the caller was let into, in its branch. Locks the person."""
    key = str(registrant_of(about, lock=True).row_key)
    rows = Donor.objects.unscoped("of the same person").filter(matching(Donor, "registrant", key), ended_at=None)
    return list(rows.select_related("branch", "coordinator").order_by("pk"))


def owed_calls(donor: Donor) -> list[tuple[str, datetime.date]]:
    """The reasons and days of the calls that a donor's state asks for and of which none is open; one query.

    Only what a step plans (services/donors): upkeep is planned by the night, what was planned by hand is by hand again.
    """
    owed: list[tuple[str, datetime.date]] = []
    if donor.unreached_on is not None:
        owed.append((ContactReason.RECOVER, today()))
    elif donor.status in _ASKED:
        owed.append((ContactReason.REMOBILISE, today()))
    if donor.follow_up_on is not None:
        owed.append((ContactReason.FOLLOW_UP, donor.follow_up_on))
    rows = DueContact.objects.unscoped("of something the caller was let into").filter(
        donor=donor, status=DueStatus.OPEN
    )
    there = set(rows.values_list("reason", flat=True))
    return [(reason, day) for reason, day in owed if reason not in there]


def caller_of(donor: Donor) -> User | None:
    """Whose the calls are: the coordinator's while they work in the branch, else anybody's."""
    people = contact_keepers(donor.branch) if donor.coordinator_id is not None else []
    return next((one for one in people if one.pk == donor.coordinator_id), None)
