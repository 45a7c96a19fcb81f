"""Who stood in a list with a consent that they have taken back since."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.db.models import Exists, Model, OuterRef, Q

from core.sealed import matching
from organizations.choices import Right
from registries.choices import ConsentAct, ConsentSubject, WishStatus
from registries.models import Consent, Registrant, Wish

if TYPE_CHECKING:
    from accounts.models import User

_BATCH = 1_000


def taken_back_since(model: type[Model], *, branch_id: int, subject: str, since: datetime.datetime) -> Q:
    """What is of whoever in a branch took a consent back after a moment and has not given it again; one query.

    `model` has a sealed `registrant`. As many keys as people who did so, all of whom may stand in the list.
    """
    withdrawn = Consent.objects.filter(withdraws=OuterRef("pk"))
    given_again = Consent.objects.filter(
        ~Exists(withdrawn), registrant=OuterRef("registrant"), subject=subject, act=ConsentAct.GIVEN
    )
    rows = Consent.objects.filter(
        ~Exists(given_again),
        registrant__branch_id=branch_id,
        registrant__destroyed_at=None,
        subject=subject,
        act=ConsentAct.WITHDRAWN,
        at__gte=since,
    )
    keys = [str(one) for one in rows.values_list("registrant__row_key", flat=True)]
    return matching(model, "registrant", *keys) if keys else Q(pk__in=[])


def unwanted_there(person: User) -> list[int]:
    """The ids of the wishes in force that stand in the national system although the consent to it was taken back.

    In the branches that the person may see. From the consents that were taken back and not given again, which are few:
    those of a whole registration go with the person's particulars within sixty days. Two queries for each thousand.
    """
    withdrawn = Consent.objects.filter(withdraws=OuterRef("pk"))
    given_again = Consent.objects.filter(
        ~Exists(withdrawn), registrant=OuterRef("pk"), subject=ConsentSubject.TRANSFER, act=ConsentAct.GIVEN
    )
    taken = Consent.objects.filter(registrant=OuterRef("pk"), subject=ConsentSubject.TRANSFER, act=ConsentAct.WITHDRAWN)
    people = Registrant.objects.visible_to(person, Right.VIEW_REGISTRIES).filter(
        Exists(taken), ~Exists(given_again), destroyed_at=None
    )
    keys = [str(one) for one in people.values_list("row_key", flat=True)]
    rows = Wish.objects.visible_to(person, Right.VIEW_REGISTRIES).filter(
        status=WishStatus.IN_FORCE, is_known_there=True, withdrawn_there_on=None
    )
    found: list[int] = []
    for begin in range(0, len(keys), _BATCH):
        batch = keys[begin : begin + _BATCH]
        found += rows.filter(matching(Wish, "registrant", *batch)).values_list("pk", flat=True)
    return found
