"""Requests whose days are long over and that nobody ended: the system ends them, and says so."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Coalesce, Greatest

from registries.choices.requests import OPEN_REQUESTS, RequestStatus
from registries.models import Request
from registries.services.requests.filing import move_request


def requests_to_lapse(*, before: datetime.date) -> QuerySet[Request]:
    """Open requests of which the last day that was asked for or arranged lies before a day."""
    last = Greatest("first_day", Coalesce("second_day", "first_day"), Coalesce("arranged_on", "first_day"))
    rows: QuerySet[Request] = Request.objects.unscoped("retention").filter(status__in=OPEN_REQUESTS)
    return rows.alias(last_day=last).filter(last_day__lt=before)


def lapse_requests(*, before: datetime.date) -> int:
    """End them, each locked by itself; return how many. Nobody is written to: the day is long past."""
    ended = 0
    for key in list(requests_to_lapse(before=before).order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            rows = requests_to_lapse(before=before).select_for_update(of=("self",)).select_related("branch")
            row = rows.filter(pk=key).first()
            if row is not None:
                move_request(row, RequestStatus.CANCELLED, verb="lapsed", actor=None)
                ended += 1
    return ended
