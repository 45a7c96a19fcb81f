"""What beat asks of the ground floor."""

from celery import shared_task

from core import jobs, notifying, phone_codes
from core.retention import carry_out


@shared_task(name="core.tasks.requeue_stale_jobs")
def requeue_stale_jobs() -> None:
    """Queue again what a dead worker left; that it runs at all is the worker's own sign of life."""
    jobs.note_heartbeat("worker")
    jobs.requeue_stale_jobs()


@shared_task(name="core.tasks.carry_out_retention")
def carry_out_retention() -> None:
    """Destroy what is due by the table of retention."""
    carry_out(is_dry=False)


@shared_task(name="core.tasks.note_beat")
def note_beat() -> None:
    """Note that beat is alive: nobody else sends this."""
    jobs.note_heartbeat("beat")


@shared_task(name="core.tasks.send_message", ignore_result=True)
def send_message(message_id: int) -> None:
    """Send one short message."""
    notifying.send_message(message_id=message_id)


@shared_task(name="core.tasks.send_waiting_messages")
def send_waiting_messages() -> None:
    """Send what could not be sent before, and forget old codes."""
    notifying.send_waiting()
    phone_codes.forget_old_codes()
