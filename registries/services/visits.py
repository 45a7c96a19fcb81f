"""The yearly visit of everybody with a wish in force who agreed to be contacted."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Exists, OuterRef

from registries.choices import ConsentAct, ConsentSubject, WishStatus
from registries.choices.contacts import ContactReason
from registries.models import Consent, Wish
from registries.services.yearly import Yearly, plan_yearly


def plan_visits() -> int:
    """Plan the next yearly visit of each wish in force with a consent to be contacted; return how many are new.

    On the next anniversary of the signing (`plan_yearly`).
    """
    return plan_yearly(_VISITS)


def _agreed(registrants: Sequence[int]) -> frozenset[int]:
    taken_back = Consent.objects.filter(withdraws=OuterRef("pk"))
    agreed = Consent.objects.filter(
        ~Exists(taken_back), registrant__in=registrants, subject=ConsentSubject.CONTACT, act=ConsentAct.GIVEN
    )
    return frozenset(agreed.values_list("registrant_id", flat=True))


_VISITS = Yearly(
    about="wish",
    reason=ContactReason.VISIT,
    work="registries.visits",
    rows=lambda: Wish.objects.unscoped("work of the system").filter(status=WishStatus.IN_FORCE),
    day_of=lambda wish: wish.signed_on,
    agreed=_agreed,
)
