"""The daily checkpoint: chosen once a day, sent to the supervisors until it went, shown in the feed.

Only a copy kept outside convicts a rewrite of the log (docs/log.md), so the head of each day goes to people.
"""

from __future__ import annotations

import datetime
import logging
import smtplib
from collections.abc import Sequence

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from core.clock import SHANGHAI, now, today
from organizations.choices import Role
from organizations.models import RoleGrant
from transparency.models import CheckpointDelivery, DailyCheckpoint, LogCheckpoint
from transparency.selectors.public_log import checkpoint_note, latest_checkpoint

_log = logging.getLogger("portal.log")
# Days that were missed are made up for as far back as this; what could not be sent is tried as long.
MOST_DAYS = 31
FIRST_PAUSE, LONGEST_PAUSE = datetime.timedelta(minutes=5), datetime.timedelta(hours=6)


def choose_daily_checkpoints() -> int:
    """Choose the head of today, and of days that were missed, once each; how many days were chosen.

    Today's is the newest one signed; a missed day's is the last one signed before its end. Idempotent, also for two at
    once; a clock that was set back chooses nothing. A day before the first signature has none.
    """
    day = today()
    last = DailyCheckpoint.objects.order_by("-day").values_list("day", flat=True).first()
    first = day if last is None else max(last + datetime.timedelta(days=1), day - datetime.timedelta(days=MOST_DAYS))
    chosen = []
    while first <= day:
        head = latest_checkpoint() if first == day else _head_before(first + datetime.timedelta(days=1))
        if head is not None:
            chosen.append(DailyCheckpoint(day=first, checkpoint=head, chosen_at=now()))
        first += datetime.timedelta(days=1)
    if chosen:
        people = supervisors()
        with transaction.atomic():
            DailyCheckpoint.objects.bulk_create(chosen, ignore_conflicts=True)
            CheckpointDelivery.objects.bulk_create(
                [CheckpointDelivery(daily=one, person=person) for one in chosen for person in people],
                ignore_conflicts=True,
            )
    return len(chosen)


def send_waiting_checkpoints() -> int:
    """Send every supervisor what waits for them, all days in one letter; how many letters went.

    What is sent is claimed first, so that two ticks send it once; where it fails the reason is kept, and it is tried
    again later, with growing pauses. A process that dies while it sends may send a letter twice.
    """
    waiting = _waiting().order_by("person_id").values_list("person_id", flat=True).distinct()
    return sum(_send_to(person_id) for person_id in list(waiting))


def supervisors() -> list[User]:
    """Everybody who is a supervisor (监事) of any branch today and can sign in; one query."""
    grants = RoleGrant.objects.valid_on(today()).filter(role=Role.SUPERVISOR, person__is_active=True)
    return list(User.objects.filter(pk__in=grants.values("person_id")).order_by("pk"))


def _head_before(day: datetime.date) -> LogCheckpoint | None:
    midnight = datetime.datetime.combine(day, datetime.time(), SHANGHAI)
    return LogCheckpoint.objects.filter(signed_at__lt=midnight).order_by("-size").first()


def _waiting() -> QuerySet[CheckpointDelivery]:
    turn = Q(try_after=None) | Q(try_after__lte=now())
    since = today() - datetime.timedelta(days=MOST_DAYS)
    return CheckpointDelivery.objects.filter(turn, sent_at=None, daily_id__gte=since, person__is_active=True)


def _send_to(person_id: int) -> bool:
    claimed = _claimed(person_id)
    if not claimed:
        return False
    person = claimed[0].person
    failure = "" if person.email else "no_address"
    if person.email:
        try:
            _letter(person, claimed).send()
        except (smtplib.SMTPException, OSError) as error:
            failure = type(error).__name__
    rows = CheckpointDelivery.objects.filter(pk__in=[one.pk for one in claimed])
    if failure:
        # The reason alone: the text of an error may repeat an address.
        _log.warning("the daily checkpoint was not sent to person %s: %s", person_id, failure)
        rows.update(failure=failure)
        return False
    rows.update(sent_at=now(), failure="", try_after=None)
    return True


def _claimed(person_id: int) -> list[CheckpointDelivery]:
    with transaction.atomic():
        rows = _waiting().filter(person_id=person_id).select_for_update(of=("self",), skip_locked=True)
        claimed = list(rows.select_related("person", "daily__checkpoint").order_by("daily_id"))
        for one in claimed:
            one.attempt_count += 1
            one.try_after = now() + min(FIRST_PAUSE * 2 ** min(one.attempt_count - 1, 10), LONGEST_PAUSE)
            one.save(update_fields=["attempt_count", "try_after"])
    return claimed


def _letter(person: User, deliveries: Sequence[CheckpointDelivery]) -> EmailMessage:
    newest = deliveries[-1].daily
    words = {"day": newest.day.isoformat(), "size": newest.checkpoint.size, "portal": settings.PORTAL["name"]}
    body = _(
        "附件是%(portal)s公开日志的检查点（%(day)s，共 %(size)d 条记录）。\n\n"
        "请把附件存放在本平台以外的地方。需要核对时，打开本平台的 /verify/ 页面，选择您存放的附件："
        "只要有人改动过此前任何一条已公开的记录，核对就会不符。\n"
    )
    letter = EmailMessage(
        subject=_("公开日志检查点 %(day)s") % words,
        body=body % words,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[person.email],
    )
    for one in deliveries:
        letter.attach(file_name(one.daily), checkpoint_note(one.daily.checkpoint), "text/plain")
    return letter


def file_name(daily: DailyCheckpoint) -> str:
    """The name of the file that a day's checkpoint is kept in."""
    return f"checkpoint-{daily.day.isoformat()}.txt"
