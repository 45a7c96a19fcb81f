"""From a row to a sent message: idempotent, given up when it would come too late."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from celery import current_app
from django.db import transaction

from core.clock import now
from core.models import Message
from core.notifying.backends import NotSent, notifier
from core.sealed import open_for_work, seal_into

_log = logging.getLogger("portal.notifying")
TASK = "core.tasks.send_message"


def leave_message(*, phone: str, text: str, purpose: str, give_up_at: datetime) -> Message:
    """Write a message in the caller's transaction; a worker sends it after the commit, or not after `give_up_at`.

    The task carries the row's id alone: neither number nor text reach the broker (privacy: P2).
    """
    message = Message(purpose=purpose, created_at=now(), give_up_at=give_up_at)
    seal_into(message, phone=phone, text=text)
    message.save()
    transaction.on_commit(lambda: _queue(message.pk))
    return message


def _queue(message_id: int) -> None:
    try:
        current_app.send_task(TASK, args=[message_id], ignore_result=True)
    except Exception as error:  # the broker is away; beat sends what waits
        _log.warning("message %s was not queued: %s", message_id, type(error).__name__)


def send_message(*, message_id: int) -> bool:
    """Send one message that waits; return whether it was sent now.

    Locks the row while it is sent, so that two workers send it once. What could not be sent is tried again by beat
    until its time is over; number and text are then emptied, as they are after sending.
    """
    with transaction.atomic():
        message = Message.objects.select_for_update(skip_locked=True).filter(pk=message_id).first()
        if message is None or message.sent_at is not None or message.failure:
            return False
        if now() >= message.give_up_at:
            return _ended(message, failure="too_late")
        phone = open_for_work(message, "phone", work=f"core.notifying:{message.pk}") or ""
        text = open_for_work(message, "text", work=f"core.notifying:{message.pk}") or ""
        try:
            notifier().send(phone=phone, text=text, purpose=message.purpose)
        except NotSent as error:
            _log.warning("message %s was not sent: %s", message.pk, error)
            return False
        return _ended(message, sent_at=now())


def _ended(message: Message, *, sent_at: datetime | None = None, failure: str = "") -> bool:
    message.sent_at, message.failure = sent_at, failure
    names = seal_into(message, phone=None, text=None)
    message.save(update_fields=["sent_at", "failure", *names])
    return sent_at is not None


def send_waiting(*, limit: int = 200) -> int:
    """Send what still waits, the oldest first; return how many went. Beat calls it."""
    since = now() - timedelta(days=1)
    waiting = Message.objects.filter(sent_at=None, failure="", created_at__gte=since).order_by("created_at")
    return sum(send_message(message_id=pk) for pk in list(waiting.values_list("pk", flat=True)[:limit]))
