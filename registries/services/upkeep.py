"""The yearly call to everybody who stands in the library of donors and agreed to be called: is the telephone right."""

from __future__ import annotations

from registries.choices.contacts import ContactReason
from registries.choices.donors import DonorStatus
from registries.models import Donor
from registries.services.yearly import Yearly, plan_yearly


def plan_upkeep() -> int:
    """Plan the next yearly upkeep of each donor who is typed and may be called; return how many are new.

    On the next anniversary of the typing (`plan_yearly`).
    """
    return plan_yearly(_UPKEEP)


_UPKEEP = Yearly(
    about="donor",
    reason=ContactReason.UPKEEP,
    work="registries.upkeep",
    rows=lambda: Donor.objects.unscoped("work of the system").filter(status=DonorStatus.TYPED, is_called=True),
    day_of=lambda donor: donor.typed_on or donor.enrolled_on,
)
