"""Reminding participants on the day before their first lesson, once each."""

from __future__ import annotations

import datetime

from django.db import transaction

from core.clock import SHANGHAI, now, today
from training.choices import MARKABLE_SESSION, EnrolmentStatus
from training.models import Enrolment
from training.services.telling import tell_reminder

# Between these hours in Shanghai; nobody is woken by a message.
FIRST_HOUR, LAST_HOUR = 9, 20
CHUNK = 200


def remind_participants() -> int:
    """Leave a message for everybody with a seat in a session that begins tomorrow; return how many were marked.

    Each is marked in the transaction that leaves the message, so that it is left once, however often this runs.
    Locks the enrolments of a chunk, passing over those that somebody else holds.
    """
    if not FIRST_HOUR <= now().astimezone(SHANGHAI).hour < LAST_HOUR:
        return 0
    reminded = 0
    while done := _remind_some():
        reminded += done
    return reminded


def _remind_some() -> int:
    with transaction.atomic():
        rows = list(
            Enrolment.objects.unscoped("reminders of tomorrow")
            .select_for_update(of=("self",), skip_locked=True)
            .select_related("session")
            .filter(
                status=EnrolmentStatus.SEATED,
                reminded_at__isnull=True,
                session__starts_on=today() + datetime.timedelta(days=1),
                session__status__in=MARKABLE_SESSION,
            )
            .order_by("pk")[:CHUNK]
        )
        for enrolment in rows:
            tell_reminder(enrolment)
            enrolment.reminded_at = now()
            enrolment.save(update_fields=["reminded_at"])
    return len(rows)
