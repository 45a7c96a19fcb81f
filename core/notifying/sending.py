"""From a row to a sent message: idempotent, given up when it would come too late."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Mapping
from datetime import datetime, timedelta

from celery import current_app
from django.db import transaction
from django.db.models import Q

from core.clock import now
from core.models import Message
from core.notifying.backends import NotSent, notifier, wechat
from core.notifying.bindings import bound_wechat, openid_to_write_to
from core.sealed import open_for_work, seal_into

_log = logging.getLogger("portal.notifying")
TASK = "core.tasks.send_message"
LONGEST_WAIT = timedelta(minutes=15)
LONGEST_TICK_SECONDS = 60


def leave_message(
    *, phone: str, text: str, purpose: str, give_up_at: datetime, values: Mapping[str, str] | None = None
) -> Message:
    """Write a message in the caller's transaction; a worker sends it after the commit, or not after `give_up_at`.

    `values` are what the text was made of, by name (docs/notifying.md): ways with filed templates send these alone.
    The task carries the row's id alone: neither number nor text reach the broker (privacy: P2).
    """
    message = Message(purpose=purpose, created_at=now(), give_up_at=give_up_at)
    seal_into(message, phone=phone, text=text, values=json.dumps(dict(values), ensure_ascii=False) if values else None)
    message.save()
    transaction.on_commit(lambda: _queue(message.pk))
    return message


def leave_or_pretend(
    *, is_real: bool, phone: str, text: str, purpose: str, give_up_at: datetime, values: Mapping[str, str] | None = None
) -> None:
    """Leave a message, or do the very same work and keep nothing: how long it takes tells nobody which of the two.

    In the caller's transaction. What is pretended is written and rolled back; its task finds no row.
    """
    # By hand: a block of `atomic` takes a statement more to roll back, and drops the task.
    point = transaction.savepoint()
    leave_message(phone=phone, text=text, purpose=purpose, give_up_at=give_up_at, values=values)
    if is_real:
        transaction.savepoint_commit(point)
    else:
        transaction.savepoint_rollback(point)


def can_send(*, purpose: str, phone: str) -> bool:
    """Whether a message of this purpose can reach a telephone's owner at all, by SMS or by a WeChat that is bound."""
    return notifier().carries(purpose) or (wechat.carries(purpose) and bound_wechat(phone) is not None)


def _queue(message_id: int) -> None:
    try:
        current_app.send_task(TASK, args=[message_id], ignore_result=True)
    except Exception as error:  # the broker is away; beat sends what waits
        _log.warning("message %s was not queued: %s", message_id, type(error).__name__)


def send_message(*, message_id: int) -> bool:
    """Send one message that waits; return whether it was sent now.

    Locks the row while it is sent, so that two workers send it once. A final refusal ends it with the provider's code;
    what could not be sent otherwise is tried again by beat until its time is over. Ended, it is emptied.
    """
    with transaction.atomic():
        message = Message.objects.select_for_update(skip_locked=True).filter(pk=message_id).first()
        if message is None or message.sent_at is not None or message.failure:
            return False
        moment = now()
        if moment >= message.give_up_at:
            return _ended(message, failure="too_late")
        try:
            _deliver(message)
        except NotSent as error:
            _log.warning("message %s was not sent: %s", message.pk, error)
            if error.is_final:
                return _ended(message, failure=error.reason)
            # The pause grows with the message's age, so that a provider's bad day is not made worse.
            message.try_after = moment + min((moment - message.created_at) / 4, LONGEST_WAIT)
            message.save(update_fields=["try_after"])
            return False
        return _ended(message, sent_at=now())


def _deliver(message: Message) -> None:
    work = f"core.notifying:{message.pk}"
    phone = open_for_work(message, "phone", work=work) or ""
    text = open_for_work(message, "text", work=work) or ""
    values: dict[str, str] = json.loads(open_for_work(message, "values", work=work) or "{}")
    if wechat.carries(message.purpose) and _by_wechat(message, phone, values, work):
        return
    notifier().send(phone=phone, text=text, purpose=message.purpose, values=values)


def _by_wechat(message: Message, phone: str, values: dict[str, str], work: str) -> bool:
    """Send by WeChat where the telephone is bound; False where the message is to go by SMS instead.

    Raises NotSent where WeChat refused and there is no SMS for this purpose either.
    """
    is_by_sms = notifier().carries(message.purpose)
    openid = openid_to_write_to(phone, work=work)
    if not openid:
        if is_by_sms:
            return False
        raise NotSent("not_bound", is_final=True)
    try:
        wechat.send(openid=openid, purpose=message.purpose, values=values, key=message.row_key)
    except NotSent as error:
        if not is_by_sms:
            raise
        _log.warning("message %s goes by SMS: %s", message.pk, error)
        return False
    return True


def _ended(message: Message, *, sent_at: datetime | None = None, failure: str = "") -> bool:
    message.sent_at, message.failure = sent_at, failure[:80]
    names = seal_into(message, phone=None, text=None, values=None)
    message.save(update_fields=["sent_at", "failure", *names])
    return sent_at is not None


def send_waiting(*, limit: int = 200) -> int:
    """Send what still waits and whose turn it is, what ends soonest first; return how many went. Beat calls it.

    Begins no other message after LONGEST_TICK_SECONDS: a provider that answers nobody must not hold up other ticks.
    """
    began, moment, sent = time.monotonic(), now(), 0
    turn = Q(try_after=None) | Q(try_after__lte=moment) | Q(give_up_at__lte=moment)
    waiting = Message.objects.filter(turn, sent_at=None, failure="").order_by("give_up_at", "pk")
    for message_id in list(waiting.values_list("pk", flat=True)[:limit]):
        sent += send_message(message_id=message_id)
        if time.monotonic() - began > LONGEST_TICK_SECONDS:
            break
    return sent
