"""What beat asks of the ground floor."""

from celery import shared_task

from core import jobs


@shared_task(name="core.tasks.requeue_stale_jobs")
def requeue_stale_jobs() -> None:
    """Queue again what a dead worker left; that it runs at all is the worker's own sign of life."""
    jobs.note_heartbeat("worker")
    jobs.requeue_stale_jobs()


@shared_task(name="core.tasks.note_beat")
def note_beat() -> None:
    """Note that beat is alive: nobody else sends this."""
    jobs.note_heartbeat("beat")
