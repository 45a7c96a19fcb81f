"""Whether what the library says can be true of a donor as they stand; opens a birthday only where it matters."""

from __future__ import annotations

import datetime

from core.clock import today
from core.errors import DomainError
from registries.choices.donors import DONOR_TRANSITIONS, ENDED, NOT_WHILE_DEFERRED
from registries.choices.exchange import LEADS_TO, TAKEN_FROM, Result
from registries.models import Donor
from registries.services.donors.states import (
    OLDEST_STEP,
    born_on_of,
    can_match,
    is_aged,
    last_birthday,
    refuse_deferred,
)
from registries.services.registrants import registrant_of

# What is read of a donor to judge a row; the rest is read where it matters.
JUDGED_BY = (
    "number", "status", "stepped_on", "deferred_until", "ages_out_month", "row_key", "typed_on", "gives_no_more",
)  # fmt: skip


def fault_of(donor: Donor, result: str, on: datetime.date) -> str:
    """The code of what is wrong with a result for a donor on a day; empty where nothing is."""
    to_status = LEADS_TO[result]
    if donor.status in ENDED:
        return "left"
    if donor.status not in TAKEN_FROM.get(result, frozenset({donor.status})):
        return "state_wrong"
    if to_status not in DONOR_TRANSITIONS[donor.status]:
        return "state_wrong"
    if result == Result.MATCHED and not can_match(donor):
        return "no_more" if donor.gives_no_more else "state_wrong"
    if on > today():
        return "day_ahead"
    if on < max(donor.stepped_on, today() - OLDEST_STEP):
        return "day_early"
    return _fault_of_person(donor, result, on)


def _fault_of_person(donor: Donor, result: str, on: datetime.date) -> str:
    if LEADS_TO[result] in NOT_WHILE_DEFERRED:
        try:
            refuse_deferred(donor, on)
        except DomainError:
            return "deferred"
    if result in (Result.MATCHED, Result.HIGH_RES_YES) and is_aged(donor, on):
        return "aged"
    if result == Result.AGED and on < last_birthday(born_on_of(registrant_of(donor))):
        return "not_aged"
    return ""
