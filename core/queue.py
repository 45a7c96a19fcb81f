"""Sending tasks by name, after the transaction."""

from typing import Any

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError


def enqueue_on_commit(task_name: str, *args: Any, countdown: float = 0) -> None:
    """Send a task to the broker once the surrounding transaction is committed, to be begun `countdown` seconds later.

    A broker that does not answer is no error here: the row that the task works on stays queued, and the reaper
    (`core.tasks.requeue_stale_jobs`) sends the hint again. Arguments are ids, never personal data.
    """

    def send() -> None:
        try:
            current_app.send_task(task_name, args=args, countdown=countdown or None, retry=False)
        except (OperationalError, ConnectionError):
            return

    transaction.on_commit(send)
