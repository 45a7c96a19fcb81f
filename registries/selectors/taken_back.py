"""Who stood in a list with a consent that they have taken back since."""

from __future__ import annotations

import datetime

from django.db.models import Exists, Model, OuterRef, Q

from core.sealed import matching
from registries.choices import ConsentAct
from registries.models import Consent


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
